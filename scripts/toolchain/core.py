"""``make test-core``: core's own tests must not notice that the addon is there.

They run on a database with the addon; ``make test-long`` runs them on one with core's
demo data as well. Whatever fails is run again on such a database with core alone: what
passes there was broken by the addon. Odoo's ``test_lint`` runs too and counts where it
complains about the addon.
"""

import json
import re
import subprocess
from functools import partial
from xml.etree import ElementTree

from . import database, layout, odoo, prepare, results, stamps, suites
from .say import Timer, info, step

MODULES = ("sales_team", "crm")
DEMO_MODULES = ("crm", "crm_livechat")
ALLOWED = layout.REPO / "tests" / "core_allowed.toml"
ALLOWED_TEST = re.compile(r'^test\s*=\s*"([^"]+)"', re.MULTILINE)
USED = layout.RESULTS / "core-used.jsonl"


def test_core(expression=""):
    """Core's tests with the addon, then test_lint on it."""
    used = prepare.with_templates()
    with stamps.lock("core"):
        outcomes = [_core(used, expression)]
        if not expression:
            outcomes.append(_lint(used))
    return results.report(outcomes)


def test_on_demo_data():
    """Core's tests beside core's demo data, for which core counted no queries."""
    used = prepare.with_templates()
    with stamps.lock("core"):
        return results.report([_core_on_demo_data(used, "")])


# ------------------------------------------------------------------------------------
# Core's tests
# ------------------------------------------------------------------------------------


def _core(source, expression):
    outcome = results.Outcome("core")
    folder = next(path for path in source.addons if (path / "crm").is_dir())
    folders = [folder / module / "tests" for module in MODULES]
    step(f"Core's tests of {', '.join(MODULES)}, with {layout.ADDON} installed")
    with Timer() as timer:
        _copy(database.CORE, database.TEMPLATE_ADDON)
        USED.unlink(missing_ok=True)
        narrow = ["-k", expression] if expression else []
        _run(outcome, database.CORE, [*folders, *narrow], allowed=ALLOWED)
        if outcome.failed:
            plain = partial(_copy, database.CORE_PLAIN, database.TEMPLATE_CRM)
            _compare_with_core_alone(outcome, folder, plain)
        if not expression:
            _check_allowed(outcome)
    outcome.seconds = timer.seconds
    return outcome


def _core_on_demo_data(source, expression):
    """The addon brings nothing that core's tests meet beside core's demo data."""
    outcome = results.Outcome("core on demo data")
    folder = next(path for path in source.addons if (path / "crm").is_dir())
    folders = [folder / module / "tests" for module in DEMO_MODULES]
    step(f"Core's tests of {', '.join(DEMO_MODULES)}, with core's demo data")
    with Timer() as timer:
        _install_with_demo(database.CORE_DEMO, layout.ADDON)
        narrow = ["-k", expression] if expression else []
        _run(outcome, database.CORE_DEMO, [*folders, *narrow], allowed=ALLOWED)
        if outcome.failed:
            _repeat(outcome, folder)
        if outcome.failed:
            plain = partial(_install_with_demo, database.CORE_PLAIN)
            _compare_with_core_alone(outcome, folder, plain)
    outcome.seconds = timer.seconds
    return outcome


def _repeat(outcome, folder):
    """Drop what passes when it runs as it would with core alone: without the others.

    Counts of queries depend on what ran before; core wrote them down without demo data.
    """
    step(f"{len(outcome.failed)} failed: running them again, without the others")
    targets = [_node_id(test, folder) for test in outcome.failed]
    if not all(targets):
        return
    again = results.Outcome("again")
    _run(again, database.CORE_DEMO, targets, allowed=ALLOWED)
    for test in list(outcome.failed):
        if test in again.passed:
            info(f"passes without the others: {test}")
            del outcome.failed[test]
            outcome.passed.append(test)


def _install_with_demo(name, *addons):
    with stamps.lock():
        database.create(name)
    odoo.install(name, ",".join((*DEMO_MODULES, *addons)), demo=True)


def _copy(name, template):
    with stamps.lock():
        database.create(name, template)


def _run(outcome, name, arguments, allowed=""):
    """Run core's tests with pytest-odoo on a database."""
    junit = layout.RESULTS / f"{name}.xml"
    junit.unlink(missing_ok=True)
    options = ("--odoo-http", "-p", "toolchain.core_plugin", "--tb=short")
    command = [*suites.pytest_command(*options), f"--rootdir={layout.CACHE}"]
    command += ["-W", "ignore", f"--junitxml={junit}", *arguments]
    env = odoo.environment(
        name, PYTHONPATH=layout.SCRIPTS, CORE_ALLOWED=allowed, CORE_USED=USED
    )
    code = subprocess.call(list(map(str, command)), env=env, cwd=layout.CACHE)
    outcome.read_junit(junit, code)


def _compare_with_core_alone(outcome, folder, make_plain):
    """Drop the failures that core has without the addon as well.

    :param make_plain: makes the database ``CORE_PLAIN`` without the addon
    """
    step(f"{len(outcome.failed)} failed: running them again without {layout.ADDON}")
    targets = [_node_id(test, folder) for test in outcome.failed]
    if not all(targets):
        return
    make_plain()
    alone = results.Outcome("core alone")
    _run(alone, database.CORE_PLAIN, targets)
    for test in list(outcome.failed):
        if test in alone.failed:
            info(f"fails without {layout.ADDON} too, not counted: {test}")
            del outcome.failed[test]


def _node_id(test, folder):
    """Path and names by which pytest finds a test of the JUnit file."""
    match = re.search(r"(?:^|\.)(\w+)\.tests\.(\w+)\.(\w+)::(\w+)", test)
    if not match:
        return None
    module, file, case, method = match.groups()
    return f"{folder / module / 'tests' / file}.py::{case}::{method}"


def _check_allowed(outcome):
    """Fail on entries of the list that the run did not need."""
    notes = [json.loads(line) for line in USED.open()] if USED.exists() else []
    used = {note["test"]: note["used"] for note in notes}
    for test in ALLOWED_TEST.findall(ALLOWED.read_text() if ALLOWED.exists() else ""):
        if test not in used:
            outcome.fail(f"{ALLOWED.name}::{test}", "no test of this name ran")
        elif used[test] <= 0:
            reason = "no longer needs more queries: remove the entry"
            outcome.fail(f"{ALLOWED.name}::{test}", reason)


# ------------------------------------------------------------------------------------
# Odoo's test_lint
# ------------------------------------------------------------------------------------


def _lint(source):
    outcome = results.Outcome("test_lint")
    step(f"Odoo's test_lint, on {', '.join(layout.ADDONS)}")
    with Timer() as timer:
        _copy(database.LINT, database.TEMPLATE_ADDON)
        odoo.install(database.LINT, "test_lint")
        folder = next(path for path in source.addons if (path / "test_lint").is_dir())
        junit = layout.RESULTS / "test_lint.xml"
        junit.unlink(missing_ok=True)
        options = ("-p", "toolchain.lint_plugin", "--import-mode=importlib")
        command = suites.pytest_command("--tb=short", "-W", "ignore", *options)
        command += [f"--rootdir={layout.CACHE}", f"--junitxml={junit}"]
        command += [folder / "test_lint" / "tests"]
        log = layout.LOGS / "test_lint.log"
        env = odoo.environment(
            database.LINT,
            PYTHONPATH=layout.SCRIPTS,
            LINTED_ADDONS=",".join(layout.ADDONS),
        )
        with log.open("wb") as handle:
            code = subprocess.call(
                list(map(str, command)),
                env=env,
                cwd=layout.CACHE,
                stdout=handle,
                stderr=handle,
            )
        _read_lint(outcome, junit, code, log)
    outcome.seconds = timer.seconds
    return outcome


def _read_lint(outcome, junit, code, log):
    """Count the tests; a complaint that does not name the addon is not about it."""
    if code not in (0, 1) or not junit.exists():
        outcome.fail("test_lint", f"ended with code {code}; see {log}")
        return
    others = []
    for case in ElementTree.parse(junit).iter("testcase"):
        test = results.test_name(case)
        text = _complaint(case)
        if layout.ADDON in text:
            lines = [line for line in text.splitlines() if layout.ADDON in line]
            outcome.fail(test, lines[0])
            info("\n    ".join([test, *lines]))
        elif text:
            others.append(test)
        elif case.find("skipped") is None:
            outcome.passed.append(test)
    if others:
        info(f"not about {layout.ADDON}, not counted: {', '.join(others)}")


def _complaint(case):
    """What the failures of one test case say; empty when it passed."""
    found = [*case.findall("failure"), *case.findall("error")]
    return "\n".join(f"{one.get('message')}\n{one.text}" for one in found)
