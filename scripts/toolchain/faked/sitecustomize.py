"""Loaded by every Python whose clock is faked: Debian's faketime breaks its sleep.

Python sleeps until a moment of the monotonic clock, which faketime takes for a moment
of the faked one and refuses.
"""

import select
import time


def sleep(seconds):
    """As ``time.sleep``."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep
