"""Calendar periods, their neighbours and their bounds in UTC."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.periods import (
    FOR_EVER,
    SINCE_EVER,
    Period,
    bounds_utc,
    days_between,
    latest_complete,
    period_of,
)

_kinds = st.sampled_from(["week", "month", "quarter", "year"])
_days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("kind", "day", "date_from", "date_to", "label"),
    [
        ("week", "2026-10-14", "2026-10-12", "2026-10-19", "2026-W42"),
        ("week", "2027-01-03", "2026-12-28", "2027-01-04", "2026-W53"),
        ("week", "2024-12-30", "2024-12-30", "2025-01-06", "2025-W01"),
        ("month", "2026-10-31", "2026-10-01", "2026-11-01", "2026-10"),
        ("month", "2024-02-29", "2024-02-01", "2024-03-01", "2024-02"),
        ("quarter", "2026-12-31", "2026-10-01", "2027-01-01", "2026-Q4"),
        ("quarter", "2026-03-31", "2026-01-01", "2026-04-01", "2026-Q1"),
        ("year", "2026-06-01", "2026-01-01", "2027-01-01", "2026"),
    ],
)
def test_day_lies_in_its_period(kind, day, date_from, date_to, label):
    day, date_from, date_to = map(date.fromisoformat, (day, date_from, date_to))
    period = period_of(kind, day)
    assert period == Period(kind, date_from, date_to)
    assert period.label == label
    assert day in period and date_to not in period


@given(_kinds, _days)
def test_periods_tile_the_calendar(kind, day):
    period = period_of(kind, day)
    assert day in period
    assert period.next().date_from == period.date_to
    assert period.previous().date_to == period.date_from
    assert period.next().previous() == period == period.previous().next()


@given(_kinds, _days)
def test_latest_complete_ended_before_today(kind, today):
    period = latest_complete(kind, today)
    assert period.date_to <= today < period.next().date_to


def test_custom_period_moves_by_its_length():
    period = Period("custom", date(2026, 10, 1), date(2026, 10, 15))
    assert period.label == "2026-10-01..2026-10-14"
    assert period.previous() == period.shift_days(-14)
    assert period.next().date_from == date(2026, 10, 15)


def test_shifted_period_keeps_its_days():
    shifted = period_of("month", date(2026, 2, 1)).shift_days(30)
    assert (shifted.kind, shifted.days) == ("custom", 28)
    assert shifted.date_from == date(2026, 3, 3)


@pytest.mark.parametrize("kind", ["custom", "day", None])
def test_no_calendar_period_of_that_kind(kind):
    with pytest.raises(ValueError, match="no such calendar period"):
        period_of(kind, date(2026, 1, 1))


@pytest.mark.parametrize("kind", ["month", "decade"])
def test_period_refuses_nonsense(kind):
    with pytest.raises(ValueError, match="period"):
        Period(kind, date(2026, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("tz", "day", "expected"),
    [
        (None, date(2026, 10, 1), datetime(2026, 10, 1)),
        ("Asia/Shanghai", date(2026, 10, 1), datetime(2026, 9, 30, 16)),
        # summer and winter time
        ("Europe/Paris", date(2026, 3, 29), datetime(2026, 3, 28, 23)),
        ("Europe/Paris", date(2026, 3, 30), datetime(2026, 3, 29, 22)),
        # midnight skipped: the day begins at 01:00
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3)),
        # midnight twice: the day begins at the first
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4)),
        (timezone(timedelta(hours=8)), date(2026, 10, 1), datetime(2026, 9, 30, 16)),
    ],
)
def test_day_begins_at_local_midnight(tz, day, expected):
    assert bounds_utc(day, day + timedelta(days=1), tz)[0] == expected


def test_zone_of_another_library_is_known_by_name():
    class Zone:
        zone = "Asia/Shanghai"

    start, _end = bounds_utc(date(2026, 10, 1), date(2026, 10, 2), Zone())
    assert start == datetime(2026, 9, 30, 16)


def test_instants_are_kept():
    moments = datetime(2026, 10, 1, 9), datetime(2026, 10, 2, 9)
    assert bounds_utc(*moments, "Asia/Shanghai") == moments


def test_no_day_is_no_bound():
    today = datetime(2026, 10, 1, 9)
    assert bounds_utc(None, today) == (SINCE_EVER, today)
    assert bounds_utc(today, None, "Asia/Shanghai") == (today, FOR_EVER)


@given(_days, st.sampled_from(["Asia/Shanghai", "Europe/Paris", "America/Havana"]))
def test_days_follow_one_another_without_gap(day, tz):
    before = bounds_utc(day - timedelta(days=1), day, tz)
    after = bounds_utc(day, day + timedelta(days=1), tz)
    assert before[1] == after[0]
    assert 0.9 < days_between(*after) < 1.1


def test_days_between_counts_parts_of_a_day():
    assert days_between(datetime(2026, 1, 1), datetime(2026, 1, 2, 12)) == 1.5
    assert days_between(date(2026, 1, 3), date(2026, 1, 1)) == -2
