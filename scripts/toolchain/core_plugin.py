"""pytest plugin of ``make test-core``: query counts may rise by what is written down.

Runs inside the environment of Odoo, with ``CORE_ALLOWED`` naming the list. Only the
tests that the list names are treated differently, and each use is noted in the file
that ``CORE_USED`` names.
"""

import json
import os
from pathlib import Path

import pytest

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib


def read_allowed(path):
    """{test: extra queries}; an entry without a reason is an error."""
    if not path or not Path(path).exists():
        return {}
    entries = tomllib.loads(Path(path).read_text()).get("allowed", [])
    for entry in entries:
        if not entry.get("reason", "").strip():
            raise pytest.UsageError(f"{path}: {entry.get('test')} gives no reason")
    return {entry["test"]: int(entry["extra_queries"]) for entry in entries}


ALLOWED = read_allowed(os.environ.get("CORE_ALLOWED"))
CURRENT = {"test": "", "used": 0}


def test_id(item):
    """``crm.tests.test_x.TestX::test_y``, as the results name it."""
    path, case, method = item.nodeid.split("::")
    *_folders, module, _tests, file = Path(path).with_suffix("").parts
    return f"{module}.tests.{file}.{case}::{method}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    CURRENT.update(test=test_id(item), used=0)
    try:
        return (yield)
    finally:
        if CURRENT["test"] in ALLOWED:
            _note_use(CURRENT["test"], CURRENT["used"])
        CURRENT.update(test="")


def _note_use(test, used):
    with open(os.environ["CORE_USED"], "a") as notes:
        notes.write(json.dumps({"test": test, "used": used}) + "\n")


def pytest_collection_finish(session):
    """Wrap ``assertQueryCount`` once Odoo is imported."""
    from odoo.tests import BaseCase  # noqa: PLC0415

    original = BaseCase.assertQueryCount
    if ALLOWED and not getattr(original, "is_wrapped", False):
        BaseCase.assertQueryCount = _with_extra(original)


def _with_extra(original):
    """``assertQueryCount`` that adds the extra of the test that runs."""

    def assertQueryCount(self, default=0, flush=True, **counters):
        extra = ALLOWED.get(CURRENT["test"], 0)
        if not extra:
            return original(self, default, flush=flush, **counters)
        expected = counters.get(self.env.user.login, default)
        raised = {login: count + extra for login, count in counters.items()}
        return Measured(
            original(self, default + extra, flush=flush, **raised), self, expected
        )

    assertQueryCount.is_wrapped = True
    return assertQueryCount


class Measured:
    """The context manager, noting how many queries above core's count were made."""

    def __init__(self, inner, case, expected):
        self.inner, self.case, self.expected = inner, case, expected

    def __enter__(self):
        result = self.inner.__enter__()
        self.before = self.case.cr.sql_log_count
        return result

    def __exit__(self, *exc_info):
        try:
            return self.inner.__exit__(*exc_info)
        finally:
            made = self.case.cr.sql_log_count - self.before
            CURRENT["used"] = max(CURRENT["used"], made - self.expected)
