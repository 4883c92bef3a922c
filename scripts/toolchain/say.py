"""What the person at the terminal reads: steps, details, failures and ways out."""

import sys
import time


class Problem(Exception):  # noqa: N818 (it is what a person reads, not an error)
    """A step failed: ``what`` went wrong, and what to ``do`` about it."""

    def __init__(self, what, do=""):
        super().__init__(what)
        self.what = what
        self.do = do


def step(text):
    """Announce a piece of work that may take longer than a second."""
    print(f"==> {text}", flush=True)


def info(text):
    """Print one detail of the current step."""
    print(f"    {text}", flush=True)


def problem(error):
    """Print a Problem on stderr."""
    print(f"\n*** {error.what}", file=sys.stderr)
    if error.do:
        print(f"    What to do: {error.do}", file=sys.stderr)
    sys.stderr.flush()


class Timer:
    """``with Timer() as timer: ...`` then ``timer.text`` ("12 s")."""

    def __enter__(self):
        self.started = time.monotonic()
        return self

    def __exit__(self, *exc_info):
        return False

    @property
    def seconds(self):
        return time.monotonic() - self.started

    @property
    def text(self):
        seconds = round(self.seconds)
        return (
            f"{seconds // 60} min {seconds % 60} s" if seconds > 90 else f"{seconds} s"
        )


class Progress:
    """One changing line on a terminal; elsewhere a line every ten seconds."""

    EVERY = 10  # seconds

    def __init__(self):
        self.terminal = sys.stdout.isatty()
        self.shown_at = time.monotonic()
        self.dirty = False

    def update(self, text):
        """Show ``text`` (None changes nothing)."""
        now = time.monotonic()
        if not text or now - self.shown_at < (0.1 if self.terminal else self.EVERY):
            return
        self.shown_at = now
        if self.terminal:
            print(f"\r\033[K    {text[:75]}", end="", flush=True)
            self.dirty = True
        else:
            info(text[:75])

    def end(self):
        """Clear the changing line."""
        if self.dirty:
            print("\r\033[K", end="", flush=True)
