"""Moments at which the tests are run: the clock of all programs is put there.

By Debian's faketime, which each program loads that starts meanwhile, the database
server too. The clock goes on from there.
"""

import os
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from . import debian, layout, postgres
from .say import Problem, step

PACKAGE, LIBRARY = "libfaketime", "libfaketime.so.1"
DAYS = 9 * 366  # a leap day may be eight years ahead
ODD = {  # hour and minute (UTC), and whether a day fits
    "the last evening of a year": (23, 30, lambda d: (d.month, d.day) == (12, 31)),
    "a leap day": (10, 0, lambda d: (d.month, d.day) == (2, 29)),
    "the hour that summer time skips": (1, 5, lambda d: _begins_summer_time(d)),
    "a Sunday night": (17, 0, lambda d: d.weekday() == 6),  # Monday in Shanghai
}


def _begins_summer_time(day):
    """Is it the last Sunday of March, as in Europe?"""
    return day.month == 3 and day.day > 24 and day.weekday() == 6


def find(hour, minute, fits, now=None):
    """Return the next such moment.

    >>> leap = lambda day: (day.month, day.day) == (2, 29)
    >>> find(10, 0, leap, datetime(2026, 12, 1, tzinfo=timezone.utc)).isoformat()
    '2028-02-29T10:00:00+00:00'
    """
    now = now or datetime.now(timezone.utc)
    first = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    days = (first + timedelta(days=ahead) for ahead in range(DAYS))
    return next(day for day in days if day > now and fits(day))


@contextmanager
def at(moment):
    """Run what starts in this block at a moment, on a database server of its own."""
    if postgres.is_external():
        raise Problem(
            "The clock of a server that PGHOST names cannot be changed.",
            "Run it without PGHOST, on the embedded server.",
        )
    step(f"The clock is put to {moment:%A %Y-%m-%d %H:%M} UTC")
    ahead = (moment - datetime.now(timezone.utc)) // timedelta(seconds=1)
    faked = {
        "LD_PRELOAD": str(_get_library()),
        "FAKETIME": f"{ahead:+d}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }
    postgres.stop()
    os.environ.update(faked)
    try:
        yield
        postgres.stop()
    finally:
        for name in faked:
            del os.environ[name]


def _get_library():
    files = debian.fetch(PACKAGE, layout.CACHE / "faketime")
    return next(path for path in files if path.name == LIBRARY)
