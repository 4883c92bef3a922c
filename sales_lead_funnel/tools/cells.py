"""Cells of a file as people type them: what is there and does not count, and days."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # Excel counts 29 February 1900, which was not
YEARS = range(1900, 3000)  # others were mistyped
LEAP_YEARS_APART = 8  # years at most between two 29 February
SEPARATORS = (",", ";", "\t", "|")
TITLES_WITHIN = 20  # rows of a file; above its titles stand its name and notes

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]+")
_JOINERS = "\u200c\u200d"  # inside a text they shape letters and emoji
_ODD_BLANK = re.compile(r"[^\S \n\t\u3000]")  # no-break, thin, … ; not full width
_HAN_LINE_BREAK = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef])\n|\n(?=[\u3000-\u9fff])"
)
_REQUIRED_MARK = re.compile(r"[(\[](?:必填|必填项|必须|required|mandatory)[)\]]$")
_ASTERISKS = re.compile(r"^[*＊]+(?!ST)|[*＊]+$")  # the exchange marks shares: *ST
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?e[+-]?\d+")
_AMOUNT = re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+)((?:\.\d+)?)(万|萬|w|亿|億)?")
_MONEY_WORDS = re.compile(r"人民币|人民幣|rmb|cny|[¥$€£元圆圓块塊]")
_CURRENCY_SIGN = re.compile("[$€£]")  # ¥ and 元 are in the forms, whatever the company
_UNITS = {"万": 10_000, "萬": 10_000, "w": 10_000, "亿": 10**8, "億": 10**8}

_DASHES = str.maketrans("‐‑‒–—―−", "-------")
_WEEKDAY = re.compile(r"\(?(?:星期|礼拜|禮拜|周|週)[一二三四五六日天]\)?")
_HAN_NUMBER = re.compile(r"[〇零○一二三四五六七八九十]+(?=\s*[年月日号號])")
_HAN_DIGITS = {han: index for index, han in enumerate("〇一二三四五六七八九")}
_HAN_DIGITS |= {"零": 0, "○": 0}
_DAY_FORMS = [
    re.compile(form)
    for form in (
        r"(?P<y>\d{4})\s*([-/.])\s*(?P<m>\d{1,2})\s*\2\s*(?P<d>\d{1,2})(?!\d)",
        r"(?:(?P<y>\d{4}|\d\d)\s*年\s*)?(?P<m>\d\d?)\s*月\s*(?P<d>\d\d?)\s*(?:[日号號]|(?!\d))",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d{1,3}(?!\d)|\d{5}(?!\d))",
    )
]
_TIME = re.compile(
    r"t?\s*(?P<half>上午|早上|凌晨|中午|下午|晚上|am|pm)?\s*"
    r"(?P<h>\d{1,2})\s*[:时時点點]\s*(?:(?P<min>\d{1,2})\s*分?)?"
    r"(?:\s*:?\s*(?P<s>\d{1,2})(?:\.\d+)?\s*秒?)?\s*(?P<after>am|pm)?"
    r"|(?P<h2>\d{2})(?P<min2>\d{2})(?P<s2>\d{2})?"
)
_AFTERNOON = {"下午", "晚上", "pm"}
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")  # 1954 to 2119


class YearMissingError(ValueError):
    """A day is told without its year, and several would do."""


def clean_text(text):
    """Text without what nobody sees: outer blanks, no-break and zero-width ones.

    >>> clean_text("\\ufeff 小明\\xa0"), clean_text("a\\xa0b "), clean_text("\\u200b")
    ('小明', 'a b', '')
    """
    if text.isprintable():  # so most are: neither odd blanks nor line breaks
        return text.strip(" ")
    text = _INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _ODD_BLANK.sub(" ", text).strip(_JOINERS + " \n\t\u3000")


def clean_line(text):
    """A text that is one line, without the asterisks of fields to fill in.

    >>> clean_line("远山设备\\n有限公司*"), clean_line("张三\\n李四"), clean_line("*")
    ('远山设备有限公司', '张三李四', '*')
    >>> clean_line("Far\\nAway Ltd")
    'Far Away Ltd'
    """
    text = clean_text(text)
    if text.isalnum():
        return text
    text = re.sub(r"\s*\n\s*", "\n", text)
    text = _HAN_LINE_BREAK.sub("", text)
    text = text.replace("\n", " ")
    return clean_text(_ASTERISKS.sub("", text)) or text


def title_key(text):
    """Titles of columns that are the same but for how they are typed are equal.

    >>> title_key("联系\\n方式*") == title_key(" 联系方式\\u3000")
    True
    >>> title_key("客户名称／个人（必填）")
    '客户名称/个人'
    """
    text = unicodedata.normalize("NFKC", clean_text(str(text or ""))).casefold()
    text = re.sub(r"[\s*" + _JOINERS + "]+", "", text)
    return _REQUIRED_MARK.sub("", text).rstrip(":")


def split_titles(rows, known):
    """Part the titles of the columns from what stands above and from the rows below.

    A name, a note or merged cells above the titles are left out; titles that take two
    rows, some of them under a merged one, are put together.

    >>> split_titles([["Register", ""], ["No.", "Who"], ["1", "Li"]], {"no.", "who"})
    (['No.', 'Who'], [['1', 'Li']])

    :param rows: lists of cells, all of one length
    :param known: :func:`title_key` of the titles that may be there
    :return: (titles, rows below)
    """
    counts = [_count_known(row, known) for row in rows[:TITLES_WITHIN]]
    at = counts.index(max(counts))
    filled = sum(map(bool, rows[at]))
    if counts[at] < 2 or counts[at] * 2 < filled:
        at = 0
    titles, below = list(rows[at]), rows[at + 1 :]
    if at:
        titles = [
            title or _if_known(up, known)
            for title, up in zip(titles, rows[at - 1], strict=True)
        ]
    if below and counts[at] and _is_second_row(titles, below[0], known):
        titles = [down or title for title, down in zip(titles, below[0], strict=True)]
        below = below[1:]
    return titles, below


def find_separator(lines, known):
    """Return the character between the titles of a file, "" where there are none.

    >>> find_separator(["Register", "No.;Who", "1,5;Li"], {"no.", "who"})
    ';'
    """
    counts = {
        separator: max(_count_known(line.split(separator), known) for line in lines)
        for separator in SEPARATORS
        if lines
    }
    best = max(counts, key=counts.get, default="")
    return best if best and counts[best] > 1 else ""


def _count_known(row, known):
    return len({title_key(str(cell).strip('"')) for cell in row if cell} & known)


def _if_known(cell, known):
    return cell if title_key(cell) in known else ""


def _is_second_row(titles, row, known):
    """Does this row hold nothing but titles, none of them below another?"""
    told = [(title, cell) for title, cell in zip(titles, row, strict=True) if cell]
    return bool(told) and all(
        title_key(cell) in known and title_key(title) not in known
        for title, cell in told
    )


def lost_digits(text):
    """Is this a number of which Excel shows the first digits only?

    >>> lost_digits("1.38E+10"), lost_digits("1.38E+10 / a@b.cn"), lost_digits("E10")
    (True, True, False)
    """
    words = re.split(r"[\s/,;、]+", unicodedata.normalize("NFKC", text).casefold())
    return any(_SCIENTIFIC.fullmatch(word) for word in words)


def read_amount(text):
    """Read an amount with separators, units and the currency's name.

    >>> read_amount("1,200"), read_amount("￥20万"), read_amount("1.5亿元")
    (1200.0, 200000.0, 150000000.0)

    :raise ValueError: no such text
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text).casefold())
    match = _AMOUNT.fullmatch(_MONEY_WORDS.sub("", plain))
    if not match:
        raise ValueError(text)
    sign, whole, fraction, unit = match.groups()
    number = float(sign + whole.replace(",", "") + fraction)
    return round(number * _UNITS.get(unit, 1), 6)


def find_currency_sign(text):
    """Return the sign of a currency in an amount, but for those of the forms.

    >>> find_currency_sign("＄20万"), find_currency_sign("￥20万")
    ('$', '')
    """
    found = _CURRENCY_SIGN.search(unicodedata.normalize("NFKC", text))
    return found[0] if found else ""


def read_day(text, today=None):
    """Read a day, perhaps with a time, as people write it; year, month, day.

    >>> read_day("2024年3月1日"), read_day("20240301"), read_day("45352")
    (datetime.date(2024, 3, 1), datetime.date(2024, 3, 1), datetime.date(2024, 3, 1))
    >>> read_day("2024/3/1 下午2:30"), read_day("12月30日", date(2026, 5, 1))
    (datetime.datetime(2024, 3, 1, 14, 30), datetime.date(2025, 12, 30))

    :param date today: a day without a year is the latest one up to this day
    :return: a date, or a naive datetime where a time is told
    :raise YearMissingError: no year, and no ``today``
    :raise ValueError: no such day or text
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_DASHES).strip()
    if _SERIAL.fullmatch(plain):
        return _read_serial(float(plain))
    plain = _HAN_NUMBER.sub(_read_han_number, _WEEKDAY.sub(" ", plain))
    for form in _DAY_FORMS:
        if match := form.match(plain):
            day = _get_day(match, today)
            rest = plain[match.end() :].strip(" ,")
            return datetime.combine(day, _read_time(rest)) if rest else day
    raise ValueError(text)


def _get_day(match, today):
    year, month, day = (match[name] and int(match[name]) for name in "ymd")
    if year is None:
        return _find_latest_day(month, day, today)
    year += 2000 if len(match["y"]) == 2 else 0
    if year not in YEARS:
        raise ValueError(match[0])
    return date(year, month, day)


def _find_latest_day(month, day, today):
    if not today:
        date(2000, month, day)  # a leap year: is there such a day at all?
        raise YearMissingError
    for year in range(today.year, today.year - LEAP_YEARS_APART - 1, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError(f"{month}-{day}")


def _read_time(text):
    """Read what follows a day: 9:05, 下午2点, 143000."""
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError(text)
    hour, minute, second = (
        int(match[name] or match[f"{name}2"] or 0) for name in ("h", "min", "s")
    )
    half = match["half"] or match["after"]
    if (half in _AFTERNOON and hour < 12) or (half == "中午" and hour < 3):
        hour += 12
    elif half in ("am", "凌晨") and hour == 12:
        hour = 0
    return time(hour, minute, second)


def _read_serial(days):
    """Read the number by which Excel keeps a day, the time behind its point."""
    moment = EXCEL_DAY_ZERO + timedelta(seconds=round(days * 86_400))
    return moment if days % 1 else moment.date()


def _read_han_number(match):
    """Return 二〇二四 as 2024 and 二十三 as 23."""
    tens, ten, ones = match[0].rpartition("十")
    if not ten:
        return "".join(str(_HAN_DIGITS[han]) for han in ones)
    return str(10 * _HAN_DIGITS.get(tens, 1) + _HAN_DIGITS.get(ones, 0))
