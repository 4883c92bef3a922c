#!/usr/bin/env python3
"""Entry point of the Makefile: ``python3 scripts/dev.py TASK [ARGUMENTS]``."""

import os
import sys

from toolchain import (
    browser,
    core,
    database,
    demo,
    layout,
    odoo,
    postgres,
    prepare,
    serving,
    shell,
    stamps,
    suites,
)
from toolchain.say import Problem, info, problem


def task_setup(_arguments):
    """Set up Odoo, its Python environment, PostgreSQL and the templates."""
    prepare.with_templates()


def task_demo(_arguments):
    """Demo database, review workbook, Odoo on http://localhost:8069."""
    demo.demo()


def task_workbook(_arguments):
    """Demo database and review workbook."""
    demo.workbook()


def task_test(_arguments):
    """All tests, or those that T=expression selects (pytest -k)."""
    return suites.test(os.environ.get("T", ""))


def task_test_core(_arguments):
    """Core's own CRM tests and test_lint, with the addon installed."""
    return core.test_core(os.environ.get("T", ""))


def task_fresh(arguments):
    """Make DATABASE anew from the CRM template with the addon (``--demo``: demo data)."""
    with_demo = "--demo" in arguments
    name = next((word for word in arguments if not word.startswith("-")), "slf_dev")
    used = prepare.base()
    with stamps.lock():
        template = database.template_crm(used)
    database.create(name, None if with_demo else template)
    languages = database.LANGUAGES if with_demo else ""
    log = odoo.install(name, layout.ADDON, demo=with_demo, languages=languages)
    info(f"database {name} is ready; Odoo's log: {log}")


def task_upgrade(arguments):
    """Upgrade the addon in DATABASE (default slf_dev)."""
    prepare.base()
    name = arguments[0] if arguments else "slf_dev"
    log = odoo.install(name, layout.ADDON, upgrade=True)
    info(f"upgraded in {name}; Odoo's log: {log}")


def task_pytest(arguments):
    """Run pytest-odoo on DATABASE: ``pytest DATABASE [PYTEST ARGUMENTS]``."""
    prepare.base()
    browser.ensure()
    env = odoo.environment(arguments[0])
    command = [layout.VENV_PYTHON, "-m", "pytest", "--odoo-http", *arguments[1:]]
    os.execve(layout.VENV_PYTHON, list(map(str, command)), env)


def task_shot(arguments):
    """Picture of a page: ``shot DATABASE URL FILE [OPTIONS of screenshot.py]``."""
    name, *rest = arguments
    prepare.base()
    browser.ensure()
    with serving.behind(name) as base:
        script = [layout.VENV_PYTHON, layout.SCRIPTS / "screenshot.py"]
        shell.live(
            [*script, *rest, "--base", base, "--db", name],
            what="The screenshot failed",
            env=odoo.environment(name),
        )


def task_serve(arguments):
    """Serve DATABASE on PORT: ``serve [DATABASE [PORT]]``."""
    prepare.base()
    name = arguments[0] if arguments else "slf_dev"
    serving.in_front(name, int(arguments[1]) if arguments[1:] else 8169)


def task_odoo(arguments):
    """Run ``odoo ARGUMENTS`` in the prepared environment."""
    prepare.base()
    env = odoo.environment()
    os.execve(layout.VENV_PYTHON, list(map(str, odoo.command(*arguments))), env)


def task_run(arguments):
    """Run any program in the prepared environment (PG*, ODOO_RC, venv on PATH)."""
    prepare.base()
    os.execvpe(arguments[0], arguments, odoo.environment(os.environ.get("DB", "")))


def task_stop(_arguments):
    """Stop the embedded PostgreSQL."""
    postgres.stop()


TASKS = {
    name.removeprefix("task_").replace("_", "-"): function
    for name, function in list(globals().items())
    if name.startswith("task_")
}


def main(arguments):
    if not arguments or arguments[0] not in TASKS:
        print(f"Usage: dev.py {{{'|'.join(TASKS)}}} [ARGUMENTS]", file=sys.stderr)
        return 2
    try:
        return TASKS[arguments[0]](arguments[1:]) or 0
    except Problem as error:
        problem(error)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
