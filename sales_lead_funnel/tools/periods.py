"""Half-open calendar periods and their bounds in a named time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

KINDS = ("week", "month", "quarter", "year", "custom")
SECONDS_PER_DAY = 86400
SINCE_EVER, FOR_EVER = datetime(1, 1, 1), datetime(9999, 12, 31)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}  # months a calendar period lasts


@dataclass(frozen=True)
class Period:
    """The days from ``date_from`` up to, but without, ``date_to``.

    :raise ValueError: unknown kind, or a period without a day
    """

    kind: str
    date_from: date
    date_to: date

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of period: {self.kind!r}")
        if self.date_from >= self.date_to:
            raise ValueError(f"empty period: {self.date_from} to {self.date_to}")

    def __contains__(self, day):
        return self.date_from <= day < self.date_to

    @property
    def days(self):
        """Length in days."""
        return (self.date_to - self.date_from).days

    @property
    def label(self):
        """Language-neutral name: 2026, 2026-Q4, 2026-10, 2026-W42, first..last day."""
        return _LABELS[self.kind](self)

    def previous(self):
        """The period that ends where this one begins."""
        if self.kind == "custom":
            return self.shift_days(-self.days)
        return period_of(self.kind, self.date_from - timedelta(days=1))

    def next(self):
        """The period that begins where this one ends."""
        if self.kind == "custom":
            return self.shift_days(self.days)
        return period_of(self.kind, self.date_to)

    def shift_days(self, days):
        """As many days, moved by that number: a custom period."""
        step = timedelta(days=days)
        return Period("custom", self.date_from + step, self.date_to + step)


def period_of(kind, day):
    """The week (ISO), month, quarter or year a day lies in.

    >>> period_of("quarter", date(2026, 11, 21)).label
    '2026-Q4'

    :raise ValueError: a custom period cannot be told from a day
    """
    if kind == "week":
        start = day - timedelta(days=day.weekday())
        return Period(kind, start, start + timedelta(days=7))
    if kind not in _MONTHS:
        raise ValueError(f"no such calendar period: {kind!r}")
    length = _MONTHS[kind]
    start = day.replace(month=(day.month - 1) // length * length + 1, day=1)
    return Period(kind, start, _add_months(start, length))


def latest_complete(kind, today):
    """The last period that was over before today began."""
    return period_of(kind, today).previous()


def bounds_utc(date_from, date_to, tz=None):
    """The instants at which [date_from, date_to) begins and ends.

    A date begins at its local midnight, or at the first instant after it where the
    clocks skip midnight. A datetime is taken as an instant and returned as it is.

    :param date_from: None for all that was before
    :param date_to: None for all that comes after
    :param tz: name of a time zone, a tzinfo, or None for UTC
    :return: (naive UTC datetime, naive UTC datetime)
    """
    zone = _zone(tz)
    start = SINCE_EVER if date_from is None else _instant(date_from, zone)
    end = FOR_EVER if date_to is None else _instant(date_to, zone)
    return start, end


def days_between(start, end):
    """Days from one moment to another, as a float; negative when reversed."""
    return (end - start).total_seconds() / SECONDS_PER_DAY


def _instant(day, zone):
    """Naive UTC datetime of the local midnight a date begins with."""
    if isinstance(day, datetime):
        return day
    midnight = datetime.combine(day, time.min, tzinfo=zone)
    return midnight.astimezone(timezone.utc).replace(tzinfo=None)


def _zone(tz):
    """A zoneinfo (or fixed) zone; a pytz zone is translated by its name."""
    name = tz if isinstance(tz, str) else getattr(tz, "zone", None)
    return ZoneInfo(name) if name else tz or timezone.utc


def _add_months(day, months):
    """The first of the month so many months after the month of a day."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _week_label(period):
    year, week, _weekday = period.date_from.isocalendar()
    return f"{year}-W{week:02d}"


def _custom_label(period):
    return f"{period.date_from}..{period.date_to - timedelta(days=1)}"


_LABELS = {
    "week": _week_label,
    "month": lambda period: f"{period.date_from:%Y-%m}",
    "quarter": lambda period: (
        f"{period.date_from.year}-Q{(period.date_from.month + 2) // 3}"
    ),
    "year": lambda period: f"{period.date_from.year}",
    "custom": _custom_label,
}
