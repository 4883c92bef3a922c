"""Odd days come soon, and nobody reads a day past the helpers."""

import re
from datetime import datetime, timezone

import pytest

from toolchain import layout, moments

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=timezone.utc)
PAST_THE_HELPERS = re.compile(
    r"\b[dD]ate\.today\(|context_today|\bnow\([^()]*\)\.date\(|\butcnow\b"
)
HELPERS = ("zones.py", "bands.py", "band_sweep.py")  # the last two know no company


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("the last evening of a year", "2027-12-31T23:30"),
        ("a leap day", "2028-02-29T10:00"),
        ("the hour that summer time skips", "2027-03-28T01:05"),
        ("a Sunday night", "2027-03-07T17:00"),
    ],
)
def test_next_such_moment(what, found):
    moment = moments.find(*moments.ODD[what], now=NOW)
    assert moment.strftime("%Y-%m-%dT%H:%M") == found


@pytest.mark.parametrize(("minute", "day"), [(0, 2), (1, 1)])
def test_the_moment_is_ahead(minute, day):
    moment = moments.find(12, minute, lambda _day: True, now=NOW)
    assert moment == NOW.replace(day=day, minute=minute)


def test_days_are_read_by_the_helpers():
    folders = [*layout.ADDON_DIRS, layout.REPO / "tests"]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    found = [
        f"{path.relative_to(layout.REPO)}:{number}"
        for path in files
        if path.name not in (*HELPERS, "test_moments.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if PAST_THE_HELPERS.search(line)
    ]
    assert len(files) > 100
    assert not found
