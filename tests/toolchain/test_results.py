"""What counts as passed: nothing that did not run."""

import pytest

from toolchain import results

CASE = '<testcase classname="m.tests.test_a.TestA" name="test_{}">{}</testcase>'
CASES = (
    CASE.format("good", ""),
    CASE.format("bad", '<failure message="no"/>'),
    CASE.format("broken", '<error message="x"/>'),
    CASE.format("left", '<skipped message="y"/>'),
)
JUNIT = f"<testsuites><testsuite>{''.join(CASES)}</testsuite></testsuites>"


@pytest.fixture
def junit(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "ALLOWED_SKIPS", tmp_path / "allowed.txt")
    path = tmp_path / "junit.xml"
    path.write_text(JUNIT)
    return path


def read(path, code):
    outcome = results.Outcome("suite")
    outcome.read_junit(path, code)
    return outcome


def test_failures_errors_and_skips_fail(junit):
    outcome = read(junit, 1)
    assert outcome.passed == ["m.tests.test_a.TestA::test_good"]
    assert len(outcome.failed) == 3


def test_a_skip_passes_only_when_it_is_listed(junit):
    results.ALLOWED_SKIPS.write_text("m.*::test_left  # needs a printer\n")
    outcome = read(junit, 1)
    assert "m.tests.test_a.TestA::test_left" not in outcome.failed


@pytest.mark.parametrize("code", [0, 1, 2, 5])
def test_a_suite_without_results_fails(tmp_path, code):
    assert len(read(tmp_path / "missing.xml", code).failed) >= 1


def test_a_crash_after_good_tests_fails(junit):
    junit.write_text('<testsuite><testcase classname="a" name="b"/></testsuite>')
    assert read(junit, 0).failed == {}
    assert len(read(junit, 3).failed) == 1
    assert len(read(junit, 1).failed) == 1


def test_core_ids_leave_out_where_odoo_lies(junit):
    case = '<testcase classname="x.odoo.addons.crm.tests.test_a.T" name="test_b"/>'
    junit.write_text(f"<testsuite>{case}</testsuite>")
    assert read(junit, 0).passed == ["crm.tests.test_a.T::test_b"]


@pytest.mark.parametrize(
    ("passed", "failed", "code"), [(3, 0, 0), (3, 1, 1), (0, 0, 1)]
)
def test_closing_line(tmp_path, monkeypatch, capsys, passed, failed, code):
    monkeypatch.setattr(results, "TOTALS", tmp_path / "totals.txt")
    assert results.close(passed, failed) == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"{passed} passed, {failed} failed"
