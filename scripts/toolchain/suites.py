"""``make test``: every suite, counted together."""

import os
import re
import subprocess

from . import database, layout, moments, odoo, prepare, results, shell, stamps
from .say import Timer, info, step

TESTS = layout.REPO / "tests"
JS_TESTS = layout.ADDON_DIR / "static" / "tests"
PLAIN = ("-p", "no:odoo")  # pytest-odoo would open a database
HOOT_LINE = re.compile(r'\[HOOT\] Test "(.+?)" (passed|failed)')


def test(expression="", names=()):
    """Run all suites, or with an expression the tests it selects (pytest's ``-k``).

    :param names: of the suites to run, all by default
    """
    used = prepare.with_templates()
    outcomes = []
    with stamps.lock("test"):
        for name in names or SUITES:
            with Timer() as timer:
                outcome = SUITES[name](name, used, expression)
            if outcome:
                outcome.seconds = timer.seconds
                outcomes.append(outcome)
    if not outcomes:
        info(f"no test matches {expression!r}")
    return results.report(outcomes)


def test_at_odd_moments():
    """Run what could depend on the day at moments when days are odd."""
    prepare.with_templates()  # before: what they hold is not of the future then
    code = 0
    for what, moment in moments.ODD.items():
        step(f"Tests on {what}")
        with moments.at(moments.find(*moment)):
            code |= test(NO_BROWSER, DATED)
    return code


# ------------------------------------------------------------------------------------
# The suites: each returns an Outcome, or None when it has nothing to run
# ------------------------------------------------------------------------------------


def _pure(name, _source, expression):
    """Tests that need no Odoo: the pure layer, and the toolchain's own."""
    folders = [TESTS / "pure", TESTS / "toolchain"]
    return _pytest(name, folders, expression, options=PLAIN)


def _install(name, _source, expression):
    """The log of the addon's own installation holds no warning."""
    if expression:
        return None
    outcome = results.Outcome(name)
    log = layout.LOGS / f"install-{database.TEMPLATE_ADDON}.log"
    test = "install log::no warning"
    complaints = odoo.complaints(log) if log.exists() else []
    if complaints:
        outcome.fail(test, complaints[0])
        info("\n    ".join(complaints))
    else:
        outcome.passed.append(test)
    return outcome


def _addon(name, source, expression):
    """Model, access, HTTP and browser tests of the addon, and its random histories.

    Those need Hypothesis, which whoever installs the addon does not have: they are no
    part of it.
    """
    folders = [layout.ADDON_DIR / "tests", TESTS / "property"]

    def environment():
        _fresh_copy(database.TEST, source)
        return odoo.environment(database.TEST)

    return _pytest(
        name, folders, expression, options=["--odoo-http"], environment=environment
    )


def _lifecycle(name, _source, expression):
    """Install, upgrade, uninstall …: tests that make databases of their own."""
    folders = [TESTS / "lifecycle"]
    return _pytest(name, folders, expression, options=PLAIN)


def _hoot(name, source, expression):
    """JavaScript unit tests in a real browser, desktop and (if tagged) mobile."""
    files = sorted(JS_TESTS.rglob("*.test.js")) if JS_TESTS.is_dir() else []
    if not files or (expression and expression != "hoot"):
        return None
    outcome = results.Outcome(name)
    _fresh_copy(database.TEST, source)
    suites = ["WebSuite.test_unit_desktop"]
    if any("mobile" in path.read_text() for path in files):
        suites.append("MobileWebSuite.test_unit_mobile")
    for suite in suites:
        _run_hoot(outcome, suite)
    return outcome


SUITES = {
    "pure": _pure,
    "install": _install,
    "addon": _addon,
    "hoot": _hoot,
    "lifecycle": _lifecycle,
}
DATED = ("addon", "lifecycle")
NO_BROWSER = "not Tours"  # Chromium does not start under faketime


# ------------------------------------------------------------------------------------
# Running
# ------------------------------------------------------------------------------------


def _fresh_copy(name, source):
    with stamps.lock():
        template = database.template_addon(source)
    with Timer() as timer:
        database.create(name, template)
    info(f"database {name} copied from {template} in {timer.text}")


def _pytest(name, folders, expression, *, options=(), environment=None):
    """Run pytest on the folders that hold tests."""
    folders = [folder for folder in folders if any(folder.rglob("test_*.py"))]
    if not folders:
        info(f"suite {name}: no test files")
        return None
    env = odoo.environment(database.TEST)
    if expression and not _matches(folders, expression, options, env):
        return None
    step(f"Tests: {name}")
    env = environment() if environment else env
    outcome = results.Outcome(name)
    junit = layout.RESULTS / f"{name}.xml"
    junit.unlink(missing_ok=True)
    command = [*pytest_command(*options), *folders, f"--junitxml={junit}"]
    command += ["-k", expression] if expression else []
    command += os.environ.get("PYTEST_ARGS", "").split()
    code = subprocess.call(list(map(str, command)), env=env, cwd=layout.REPO)
    outcome.read_junit(junit, code)
    return outcome


def pytest_command(*options):
    """pytest with its cache kept out of the repository."""
    cache = ("-o", f"cache_dir={layout.CACHE / 'pytest'}")
    return [layout.VENV_PYTHON, "-m", "pytest", "-q", *cache, *options]


def _matches(folders, expression, options, env):
    """Whether the expression selects a test in the folders."""
    command = [*pytest_command(*options), "--collect-only", "-k", expression, *folders]
    done = subprocess.run(
        list(map(str, command)),
        env=env,
        cwd=layout.REPO,
        capture_output=True,
        check=False,
    )
    return done.returncode != 5


def _run_hoot(outcome, suite):
    """Run one of Odoo's Hoot runners on our tests and read its log."""
    step(f"Tests: hoot, {suite}")
    tags = f"/web:{suite}[@{layout.ADDON}]"
    log = layout.LOGS / f"{suite}.log"
    arguments = ["-d", database.TEST, "--test-tags", tags, "--stop-after-init"]
    with log.open("wb") as handle:
        code = subprocess.call(
            list(map(str, odoo.command(*arguments))),
            env=odoo.environment(database.TEST),
            stdout=handle,
            stderr=handle,
            cwd=layout.CACHE,
        )
    text = log.read_text(errors="replace")
    found = HOOT_LINE.findall(text)
    for test, verdict in found:
        if verdict == "passed":
            outcome.passed.append(test)
        else:
            outcome.fail(test, f"see {log}")
    if code or not found or "[HOOT] Test suite succeeded" not in text:
        outcome.fail(f"hoot {suite}", f"code {code}, {len(found)} tests ran, see {log}")
        info(shell.tail(text))
    else:
        info(f"{len(found)} tests passed")
