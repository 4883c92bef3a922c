"""Counting what the test suites did, from their JUnit files."""

import fnmatch
import re
from pathlib import Path
from xml.etree import ElementTree

from . import layout
from .say import info, step

ALLOWED_SKIPS = layout.REPO / "tests" / "allowed_skips.txt"
TOTALS = layout.RESULTS / "totals.txt"


class Outcome:
    """Tests of one suite: ids that passed, ids that failed with a reason."""

    def __init__(self, name):
        self.name = name
        self.passed = []
        self.failed = {}
        self.seconds = 0.0

    def fail(self, test, reason):
        self.failed[test] = reason.strip()[:300]

    def read_junit(self, path, exit_code):
        """Count the test cases of a JUnit file.

        A skipped test counts as failed unless it is listed as allowed; a suite that
        broke without saying which test failed counts as one failure.
        """
        if Path(path).exists():
            allowed = read_allowed_skips()
            for case in ElementTree.parse(path).iter("testcase"):
                self._read_case(case, allowed)
        if exit_code not in (0, 1) or (exit_code == 1 and not self.failed):
            self.fail(f"{self.name}: the suite itself", f"ended with code {exit_code}")
        if not self.passed and not self.failed:
            self.fail(f"{self.name}: the suite itself", "ran no test")

    def _read_case(self, case, allowed):
        test = test_name(case)
        for kind in ("failure", "error", "skipped"):
            found = case.find(kind)
            if found is None:
                continue
            if kind == "skipped" and any(fnmatch.fnmatch(test, a) for a in allowed):
                break
            self.fail(test, f"{kind}: {found.get('message') or ''}")
            self.passed = [name for name in self.passed if name != test]
            return
        if test not in self.failed:
            self.passed.append(test)


def test_name(case):
    """``crm.tests.test_x.TestX::test_y`` of a JUnit test case."""
    classname = re.sub(r"^.*\.addons\.", "", case.get("classname") or "")
    return f"{classname}::{case.get('name')}"


def read_allowed_skips():
    """Patterns of tests that may be skipped; the file says why after a ``#``."""
    if not ALLOWED_SKIPS.exists():
        return []
    lines = (line.split("#")[0].strip() for line in ALLOWED_SKIPS.open())
    return [line for line in lines if line]


def report(outcomes):
    """Print what failed, a line for each suite, and the total; returns an exit code."""
    for outcome in outcomes:
        for test, reason in outcome.failed.items():
            info(f"FAILED {test}: {reason.splitlines()[0] if reason else ''}")
    step("Results")
    for outcome in outcomes:
        counts = f"{len(outcome.passed)} passed, {len(outcome.failed)} failed"
        info(f"{outcome.name:<12}{counts:<26}{outcome.seconds:5.0f} s")
    passed = sum(len(outcome.passed) for outcome in outcomes)
    failed = sum(len(outcome.failed) for outcome in outcomes)
    return close(passed, failed)


def close(passed, failed):
    """Print the closing line, add it to the running totals, return an exit code."""
    layout.RESULTS.mkdir(parents=True, exist_ok=True)
    with TOTALS.open("a") as totals:
        totals.write(f"{passed} {failed}\n")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


def print_totals():
    """Print the sum of the closing lines since ``reset_totals``."""
    lines = TOTALS.read_text().splitlines() if TOTALS.exists() else []
    counts = [tuple(map(int, line.split())) for line in lines]
    passed, failed = sum(c[0] for c in counts), sum(c[1] for c in counts)
    print(f"{passed} passed, {failed} failed", flush=True)


def reset_totals():
    TOTALS.unlink(missing_ok=True)
