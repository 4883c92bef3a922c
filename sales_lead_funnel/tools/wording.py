"""What people write in the cells of the handbooks' forms, and what it means."""

import re
import unicodedata

CHANNEL_WORDS = {
    "call": ("电话", "電話", "致电", "来电", "call", "phone"),
    "visit": ("拜访", "拜訪", "上门", "上門", "面谈", "面談", "visit"),
    "email": ("邮件", "郵件", "电邮", "電郵", "邮箱", "e-mail", "email"),
    "video": (
        "线上会议",
        "線上會議",
        "在线会议",
        "视频",
        "視頻",
        "視訊",
        "腾讯会议",
        "online meeting",
        "video",
        "zoom",
    ),
    "demo": ("demo", "演示", "展示"),
    "chat": ("微信", "企微", "钉钉", "釘釘", "短信", "chat", "wechat"),
    "other": ("其他", "其它", "other"),
}
MOOD_WORDS = {
    "positive": ("积极", "積極", "正面", "满意", "滿意", "热情", "熱情"),
    "neutral": ("中性", "一般", "中立", "平静", "平靜"),
    "hesitant": ("犹豫", "猶豫", "观望", "觀望", "迟疑", "遲疑"),
    "negative": ("消极", "消極", "负面", "負面", "抵触", "抵觸", "不满", "不满意"),
}
BUDGET_UNIT = 10_000  # the forms count budgets in 万

_NUMBER = r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_RANGE = re.compile(rf"{_NUMBER}[-~至到]{_NUMBER}")
_FROM = re.compile(rf"(?:>=?|≥|至少|不低于|不少于){_NUMBER}|{_NUMBER}(?:\+|以上|起)")
_UP_TO = re.compile(
    rf"(?:<=?|≤|最多|不超过|不高于){_NUMBER}|{_NUMBER}(?:以下|以内|以內|内|內)"
)
_TEN_THOUSANDS = re.compile(r"(?<=\d)(?:万|萬|w)")
_MONEY = re.compile(r"人民币|人民幣|rmb|cny|[¥$€]|[元圆圓]")
_PEOPLE = re.compile(r"(\d+) ?(?:人|位|名|people|persons?)")
_ONE_PERSON = re.compile(r"个人|個人|单人|單人|一人")
_APPROVALS = re.compile(r"(\d+) ?(?:[项項级級道个個轮輪次] ?)?(?:审批|審批|approvals?)")
_DASHES = str.maketrans("–—－〜～", "---~~")
_COMMAS = re.compile(r"[,，、;；]")
_STAGE_SUFFIX = re.compile(r"(?<=.)\s*(?:阶段|階段|客户|客戶|线索|線索|stage)$")


def plain(text):
    """Text without differences of width, case and outer space.

    >>> plain(" Ｄemo（现场） ")
    'demo(现场)'
    """
    return unicodedata.normalize("NFKC", str(text or "")).strip().casefold()


def find_word(text, words, within=False):
    """Return the key whose words say this text, or None.

    >>> find_word("电话", CHANNEL_WORDS), find_word("现场demo", CHANNEL_WORDS)
    ('call', None)
    >>> find_word("现场demo", CHANNEL_WORDS, within=True)
    'demo'
    >>> find_word("电话、邮件", CHANNEL_WORDS, within=True)

    :param dict words: ``{key: (word, …)}``
    :param bool within: a word inside a longer text counts, if all found agree
    """
    text = plain(text)
    for key, known in words.items():
        if text in known:
            return key
    if not within:
        return None
    found = {key for key, known in words.items() if any(word in text for word in known)}
    return found.pop() if len(found) == 1 else None


def read_budget(text):
    """Read a budget as the forms write it, in 万: ``15-20``, ``15``, ``15以上``.

    The currency may be named where 万 is written as well: 15元 would be another unit.

    >>> read_budget("15-20"), read_budget("8万"), read_budget("50 以上")
    ((150000.0, 200000.0), (80000.0, 80000.0), (500000.0, 0.0))
    >>> read_budget("1,200"), read_budget("￥15-20万元")
    ((12000000.0, 12000000.0), (150000.0, 200000.0))

    :return: (lowest, highest) in units of the currency, 0 for an open end
    :raise ValueError: no such text, an estimate, or a lowest above the highest
    """
    typed = re.sub(r"\s", "", plain(text).translate(_DASHES))
    bare = _TEN_THOUSANDS.sub("", typed)
    if bare != typed:
        bare = _MONEY.sub("", bare)
    low, high = _read_range(bare)
    if high and low > high:
        raise ValueError(text)
    return low * BUDGET_UNIT, high * BUDGET_UNIT


def _read_range(text):
    """Return both ends of 15-20, 15, ≥15 or ≤15; 0 for an open one."""
    if match := _RANGE.fullmatch(text):
        return _number(match[1]), _number(match[2])
    if match := _FROM.fullmatch(text):
        return _number(match[1] or match[2]), 0.0
    if match := _UP_TO.fullmatch(text):
        return 0.0, _number(match[1] or match[2])
    if re.fullmatch(_NUMBER, text):
        return _number(text), _number(text)
    raise ValueError(text)


def _number(text):
    return float(text.replace(",", ""))


def write_budget(low, high):
    """Write a budget in 万, so that :func:`read_budget` reads the same.

    >>> write_budget(150_000, 200_000), write_budget(12_500, 12_500)
    ('15-20', '1.25')
    >>> write_budget(500_000, 0), write_budget(0, 80_000), write_budget(0, 0)
    ('≥50', '≤8', '')
    """
    if not low and not high:
        return ""
    if low == high:
        return _count(low)
    if not high:
        return f"≥{_count(low)}"
    return f"{_count(low)}-{_count(high)}" if low else f"≤{_count(high)}"


def read_complexity(text):
    """Read how many people and approvals a decision takes (D9).

    >>> read_complexity("中(3人决策)"), read_complexity("高（5人，2项审批）")
    ((3, 0), (5, 2))
    >>> read_complexity("高(个人决策)"), read_complexity("未知")
    ((1, 0), (0, 0))
    >>> read_complexity("Medium (3 people, 1 approval)")
    (3, 1)

    :return: (people, approvals), 0 for what is not told
    """
    text = plain(text)
    people, approvals = _PEOPLE.search(text), _APPROVALS.search(text)
    one = 1 if _ONE_PERSON.search(text) else 0
    return (
        int(people[1]) if people else one,
        int(approvals[1]) if approvals else 0,
    )


def stage_key(text):
    """The same stage called differently has the same key.

    >>> stage_key("意向阶段") == stage_key("意向客户") == stage_key("意向")
    True
    >>> stage_key("线索"), stage_key("Negotiation stage")
    ('线索', 'negotiation')
    """
    return _STAGE_SUFFIX.sub("", plain(text))


def split_names(text):
    """The names in a list with commas between, of whatever width.

    >>> split_names("谈判, 談判、方案谈判"), split_names(False)
    (['谈判', '談判', '方案谈判'], [])
    """
    return [name.strip() for name in _COMMAS.split(text or "") if name.strip()]


def _count(amount):
    """An amount in 万, without needless zeros."""
    return f"{amount / BUDGET_UNIT:.4f}".rstrip("0").rstrip(".")
