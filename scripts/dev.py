#!/usr/bin/env python3
"""Entry point of the Makefile: ``python3 scripts/dev.py TASK [ARGUMENTS]``."""

import os
import re
import signal
import sys

if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit("This needs Python 3.10 or newer: make PYTHON=python3.12 …")

from toolchain import (
    browser,
    clean,
    core,
    database,
    demo,
    i18n,
    layout,
    lint,
    odoo,
    pictures,
    postgres,
    prepare,
    readme,
    results,
    serving,
    stamps,
    suites,
    ways,
    wheel,
)
from toolchain.say import Problem, info, problem

DEVELOPMENT = "slf_dev"
COUNTED = ("test", "test-core", "lint")  # close with "N passed, N failed"


def run_in(environment, command):
    """Become another program."""
    command = [str(part) for part in command]
    os.execvpe(command[0], command, environment)


# ------------------------------------------------------------------------------------
# Tasks of the Makefile
# ------------------------------------------------------------------------------------


def task_help(_arguments):
    """List the targets of the Makefile."""
    text = (layout.REPO / "Makefile").read_text()
    for name, purpose in re.findall(r"^([\w-]+):.*?## (.+)$", text, re.MULTILINE):
        print(f"  make {name:<14}{purpose}")
    print(f"\nEverything is kept in {layout.CACHE}")
    print("ODOO_SRC=/path/to/odoo-19 uses a checkout, PGHOST=… a server of yours.")


def task_setup(_arguments):
    """Set up Odoo, its Python environment, PostgreSQL and the templates."""
    prepare.with_templates()


def task_demo(_arguments):
    """Demo database, review workbook, Odoo on http://localhost:8069."""
    return demo.demo()


def task_workbook(_arguments):
    """Demo database and review workbook."""
    demo.workbook()


def task_test(_arguments):
    """All tests, or those that T=expression selects (pytest -k)."""
    return suites.test(os.environ.get("T", ""))


def task_test_long(_arguments):
    """The property tests with their full counts, and all tests on odd days."""
    code = suites.test_at_odd_moments() | core.test_on_demo_data()
    os.environ.setdefault("FUNNEL_STEPS", "10000")
    return code | suites.test("Property")


def task_test_core(_arguments):
    """Core's own CRM tests and test_lint, with the addon installed."""
    return core.test_core(os.environ.get("T", ""))


def task_lint(_arguments):
    """All checks that need no database."""
    return lint.lint()


def task_format(_arguments):
    """Let the formatters rewrite what they can."""
    lint.reformat()


def task_bench(arguments):
    """Measure the addon: scripts/bench.py in the environment of Odoo."""
    script = layout.SCRIPTS / "bench.py"
    if not script.exists():
        raise Problem("scripts/bench.py is missing.")
    prepare.with_templates()
    path = os.pathsep.join([str(layout.SCRIPTS), str(layout.REPO)])
    run_in(odoo.environment(PYTHONPATH=path), [layout.VENV_PYTHON, script, *arguments])


def task_ways(_arguments):
    """Calls, files and returns of five ways through the addon."""
    return ways.trace()


def task_i18n(_arguments):
    """Write the .pot file and bring zh_CN.po up to date."""
    i18n.update()


def task_readme(_arguments):
    """Write the addon's README from its fragments."""
    readme.write()


def task_wheel(_arguments):
    """The addon as a package that pip installs, in dist/."""
    wheel.make()


def task_screenshots(_arguments):
    """Pictures of the demo database's screens."""
    pictures.take()


def task_shell(arguments):
    """Odoo shell on the demo database, or on DATABASE."""
    name = arguments[0] if arguments else database.DEMO
    if name == database.DEMO:
        demo.ensure()
    else:
        prepare.base()
    run_in(odoo.environment(name), odoo.command("shell", "-d", name, "--no-http"))


def task_stop(_arguments):
    """Stop the embedded PostgreSQL."""
    postgres.stop()


def task_clean(_arguments):
    """Stop PostgreSQL and remove the cache folder."""
    clean.clean()


def task_totals(arguments):
    """Sum of the closing lines since ``totals --reset``."""
    if "--reset" in arguments:
        results.reset_totals()
    else:
        results.print_totals()


# ------------------------------------------------------------------------------------
# Tasks for the daily work
# ------------------------------------------------------------------------------------


def task_fresh(arguments):
    """Make DATABASE anew with the addon (``--demo``: with the demo company)."""
    module = layout.DEMO_ADDON if "--demo" in arguments else layout.ADDON
    name = next((word for word in arguments if not word.startswith("-")), DEVELOPMENT)
    used = prepare.base()
    with stamps.lock():
        template = database.template_crm(used)
    database.create(name, template)
    log = odoo.install(name, module)
    info(f"database {name} is ready; Odoo's log: {log}")


def task_upgrade(arguments):
    """Upgrade the addon in DATABASE."""
    prepare.base()
    name = arguments[0] if arguments else DEVELOPMENT
    log = odoo.install(name, layout.ADDON, upgrade=True)
    info(f"upgraded in {name}; Odoo's log: {log}")


def task_pytest(arguments):
    """Run pytest-odoo on DATABASE: ``pytest DATABASE [PYTEST ARGUMENTS]``."""
    prepare.base()
    browser.ensure()
    command = suites.pytest_command("--odoo-http", *arguments[1:])
    run_in(odoo.environment(arguments[0]), command)


def task_shot(arguments):
    """Picture of a page: ``shot DATABASE ADDRESS FILE [OPTIONS of screenshot.py]``."""
    name, address, path, *options = arguments
    prepare.base()
    browser.ensure()
    with serving.behind(name) as base:
        pictures.one(base, name, address, path, "admin", "1366", *options)


def task_serve(arguments):
    """Serve DATABASE on PORT: ``serve [DATABASE [PORT]]``."""
    prepare.base()
    name = arguments[0] if arguments else DEVELOPMENT
    return serving.in_front(name, int(arguments[1]) if arguments[1:] else 8169)


def task_odoo(arguments):
    """Run ``odoo ARGUMENTS`` in the prepared environment."""
    prepare.base()
    run_in(odoo.environment(), odoo.command(*arguments))


def task_run(arguments):
    """Run any program in the prepared environment (PG*, ODOO_RC, venv on PATH)."""
    prepare.base()
    run_in(odoo.environment(os.environ.get("DB", "")), arguments)


TASKS = {
    name.removeprefix("task_").replace("_", "-"): function
    for name, function in list(globals().items())
    if name.startswith("task_")
}


def main(arguments):
    if not arguments or arguments[0] not in TASKS:
        for name, function in TASKS.items():
            print(f"  {name:<12}{function.__doc__.splitlines()[0]}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end children too
    try:
        return TASKS[arguments[0]](arguments[1:]) or 0
    except Problem as error:
        problem(error)
        return results.close(0, 1) if arguments[0] in COUNTED else 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
