"""Company names and contact cells, as people type them: keys and parts."""

import re
import unicodedata

HAN_LEGAL_FORMS = (
    "有限责任公司",
    "有限責任公司",
    "股份有限公司",
    "有限公司",
    "股份公司",
    "集团公司",
    "集團公司",
    "总公司",
    "總公司",
    "公司",
    "股份",
    "集团",
    "集團",
)
LATIN_LEGAL_FORMS = (
    "limited liability company",
    "private limited",
    "company limited",
    "company",
    "limited",
    "coltd",
    "co",
    "ltd",
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "llc",
    "llp",
    "plc",
    "pte",
    "pty",
    "pvt",
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "sa",
    "sas",
    "sarl",
    "srl",
    "bv",
    "nv",
    "ab",
    "oy",
    "sdn bhd",
)
KEY_LENGTH = 256  # an index of PostgreSQL takes no longer texts
HAN_FORMS = tuple(sorted(HAN_LEGAL_FORMS, key=len, reverse=True))
LATIN_FORMS = tuple(sorted(LATIN_LEGAL_FORMS, key=len, reverse=True))
_HAN = "\u3400-\u9fff\uf900-\ufaff"  # CJK ideographs of the basic plane
_HAN_SPACE = re.compile(rf"(?<=[{_HAN}]) | (?=[{_HAN}])")
# "s a" → "sa": a run of single letters is an initialism that lost its dots
_INITIALISM = re.compile(r"(?<![^ ])[a-z](?: [a-z])+(?![^ ])")
_BEFORE_LATIN = re.compile(f"[ {_HAN}]")  # a word begins after one of these
_PERSON_MARK = re.compile(
    r"\s*[(\uff08]\s*(?:个人|個人|person)\s*[)\uff09]\s*$", re.IGNORECASE
)
# Width folded before. What follows a slash and is short is an extension (转8001).
_CONTACT_SEPARATOR = re.compile(
    r"\s+/\s*|/\s+|/(?=[^/,;\s]*@)|/(?=(?:[+(\-\s]*\d){7})|[,;\u3001\n]+"
)
# A phone as spreadsheets write it: marked as text, or as a number with decimals.
_SPREADSHEET = re.compile(r"^\s*'?(\d{5,})(?:\.0+)?\s*$")
# What people write where there is nothing to tell …
_NOTHING = frozenset(
    ("无", "無", "没有", "沒有", "暂无", "暫無", "空", "待定", "未定")
).union(
    ("未知", "不详", "不詳", "待补充", "待補充", "待确认", "待確認", "unknown"),
    ("n/a", "n.a", "na", "none", "null", "nil", "tbd", "tbc", "undefined"),
)
# … and where a client should be told.
_NO_CLIENT = _NOTHING.union(
    ("个人", "個人", "公司", "某公司", "客户", "客戶", "匿名", "测试", "測試"),
    ("测试客户", "測試客戶", "测试公司", "測試公司", "匿名客户", "匿名客戶"),
    ("某客户", "某客戶", "公司名称", "公司名稱", "客户名称", "客戶名稱"),
    ("test", "testing", "xx", "xxx", "person", "individual"),
    ("company", "client", "customer", "anonymous"),
)


def client_key(name):
    """The same company typed differently has the same key.

    Width, case, white space, punctuation and legal forms at the end are dropped;
    a name that is nothing but a legal form keeps it. Takes time in proportion to
    the length of the name.

    >>> client_key("华为技术 有限公司") == client_key("华为技术(集团)有限责任公司")
    True
    >>> client_key("Foo Bar Co., Ltd.") == client_key("FOO BAR LIMITED")
    True
    >>> client_key("阿里巴巴(中国)有限公司")
    '阿里巴巴中国'
    >>> client_key("有限公司"), client_key(None)
    ('有限公司', '')

    :param name: what was typed, or None/False
    :return: the key, of at most KEY_LENGTH characters; empty when the name holds no
        letter and no digit
    """
    key, longer = _key_once(name or ""), None
    while key != longer:
        key, longer = _key_once(key), key
    return key[:KEY_LENGTH]


def split_client(text):
    """Tell the company from the person in the register's 客户名称/个人 column (F1).

    >>> split_client("王总(个人)"), split_client("科技有限公司")
    (('', '王总'), ('科技有限公司', ''))

    :return: (company, person), one of them empty
    """
    text = (text or "").strip()
    if is_no_client(text):
        return "", ""
    person = _PERSON_MARK.sub("", text)
    return ("", person) if person != text else (text, "")


def is_nothing(text):
    """Does this say that there is nothing to tell?

    >>> is_nothing("无"), is_nothing(" Ｎ/Ａ "), is_nothing("——"), is_nothing("无锡")
    (True, True, True, False)
    """
    return bool(text) and _is_one_of(text, _NOTHING)


def is_no_client(text):
    """Is this no name of a client, but a placeholder?

    >>> is_no_client("待定"), is_no_client("（个人）"), is_no_client("test")
    (True, True, True)
    >>> is_no_client("有限公司"), is_no_client("Test Bed Ltd"), is_no_client("无(个人)")
    (False, False, True)
    """
    return bool(text) and _is_one_of(_PERSON_MARK.sub("", text), _NO_CLIENT)


def number_key(text):
    """A lead number typed differently is the same number.

    >>> number_key(" ｌx2026 777\u200b"), number_key(None)
    ('LX2026777', '')
    """
    folded = _fold_width(text or "").upper()
    return "".join(c for c in folded if unicodedata.category(c)[0] not in "ZC")


def given_number(text):
    """A lead number that a form gives; what says that there is none is no number.

    >>> given_number("lx 2026 001"), given_number("无"), given_number(" - ")
    ('LX2026001', '', '')
    """
    return "" if is_nothing(text) else number_key(text)


def split_contact(text):
    """Tell phone from e-mail in the register's 联系方式 column (F1).

    Several of a kind are joined by a comma.

    >>> split_contact("138 0013 8000 / li@example.com")
    {'phone': '138 0013 8000', 'email': 'li@example.com'}
    >>> split_contact("010-12345678/8001")["phone"], split_contact("无")["phone"]
    ('010-12345678/8001', '')
    >>> split_contact("13800138000/13900139000")["phone"]
    '13800138000, 13900139000'
    >>> split_contact("13800138000.0")["phone"], split_contact("'13800138000")["phone"]
    ('13800138000', '13800138000')

    :return: {"phone": text, "email": text}, empty where there is none
    """
    phones, emails = [], []
    for part in _CONTACT_SEPARATOR.split(_fold_width(text or "")):
        part = _SPREADSHEET.sub(r"\1", part)
        words = [] if is_nothing(part) else part.split()
        emails += [word for word in words if "@" in word]
        phones.append(" ".join(word for word in words if "@" not in word))
    return {"phone": ", ".join(filter(None, phones)), "email": ", ".join(emails)}


def _key_once(name):
    """One round of :func:`client_key`; joining words may reveal another form."""
    spaced = _spaced_words(name)
    return (_strip_legal_forms(spaced) or spaced).replace(" ", "")


def _spaced_words(name):
    """Lower-case words with one space between, none beside a Han character."""
    marked = "".join(map(_letter_or_space, _fold_width(name).casefold()))
    words = _HAN_SPACE.sub("", " ".join(marked.split()))
    return _INITIALISM.sub(lambda run: run[0].replace(" ", ""), words)


def _letter_or_space(char):
    """A space for punctuation, symbols and controls; nothing for zero width."""
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category[0] in "PSZC" else char


def _strip_legal_forms(spaced):
    """Cut legal forms off the end until none is left, perhaps to nothing."""
    end, longer = len(spaced), None
    while end != longer:
        longer = end
        end = _find_form(spaced, end, HAN_FORMS, _may_precede_han)
        end = _find_form(spaced, end, LATIN_FORMS, _may_precede_latin)
        if spaced[end - 1 : end] == " ":
            end -= 1
    return spaced[:end]


def _find_form(spaced, end, forms, may_precede):
    """Return where the longest form begins that ends at ``end``, else ``end``.

    :param forms: texts, the longest first
    :param may_precede: tells whether a form may follow a character, "" at the start
    """
    for form in forms if spaced.endswith(forms, 0, end) else ():
        start = end - len(form)
        if spaced.endswith(form, 0, end) and may_precede(
            spaced[max(start - 1, 0) : start]
        ):
            return start
    return end


def _may_precede_han(char):
    """A branch (分公司) is a body of its own in a way that 公司 alone is not."""
    return char != "分"


def _may_precede_latin(char):
    return not char or _BEFORE_LATIN.match(char) is not None


def _is_one_of(text, words):
    """Compared without width, case, blanks; signs alone say nothing either."""
    plain = "".join(_fold_width(text).casefold().split()).strip("()[]【】<>。.")
    return plain in words or not any(map(str.isalnum, plain))


def _fold_width(text):
    """Full-width and half-width forms of a character become one."""
    return unicodedata.normalize("NFKC", text)
