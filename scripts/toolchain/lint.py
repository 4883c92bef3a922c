"""``make lint`` and ``make format``: the checks that need no database."""

import subprocess

from . import (
    code,
    house,
    layout,
    node,
    papers,
    readme,
    results,
    shell,
    tree,
    venv,
    wording,
)
from .say import Problem, Timer, info, problem, step

PRETTIER_KINDS = ("*.xml", "*.js", "*.mjs", "*.scss")
RCFILE = "--rcfile=.pylintrc"
TESTS = layout.ADDON_DIR / "tests"


class Tools:
    """The programs that linting uses; missing ones are a Problem when first used."""

    def __init__(self):
        layout.ensure_cache()
        self.python = venv.ensure_lint()

    def run(self, program, *arguments):
        """Complaints (lines of output) of a Python linter; none when it is content."""
        return self._lines([self.python / program, *arguments])

    def node(self, program, *arguments):
        """Complaints of a program that came through npm."""
        return self._lines(
            [node.ensure() / program, *arguments], env=node.environment()
        )

    def _lines(self, command, env=None):
        done = subprocess.run(
            list(map(str, command)),
            cwd=layout.REPO,
            env=env or shell.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        return (lines or [f"{command[0]} failed"]) if done.returncode else []


def lint():
    """Run every check; the closing line counts them."""
    tools = Tools()
    outcome = results.Outcome("lint")
    with Timer() as timer:
        for name, check in CHECKS.items():
            _run_check(outcome, name, check, tools)
    outcome.seconds = timer.seconds
    return results.report([outcome])


def _run_check(outcome, name, check, tools):
    try:
        complaints = check(tools)
    except Problem as error:
        problem(error)
        complaints = [error.what]
    if complaints:
        step(f"{name}: {len(complaints)} lines")
        for line in complaints:
            info(line)
        outcome.fail(name, complaints[0])
    else:
        info(f"ok  {name}")
        outcome.passed.append(name)


# ------------------------------------------------------------------------------------
# The checks: each returns its complaints
# ------------------------------------------------------------------------------------


def _ruff(tools):
    return tools.run("ruff", "check", "--quiet", *_ruff_cache(), ".")


def _ruff_format(tools):
    return tools.run("ruff", "format", "--check", "--quiet", *_ruff_cache(), ".")


def _ruff_cache():
    return ("--cache-dir", layout.CACHE / "ruff")


def _pylint(tools):
    # Core's `_ = self.env._` is unknown to prefer-env-translation (Odoo's test_lint
    # judges gettext in make test-core); our README is .md.
    # A slice of a model lies in the room of its concern, as core does it.
    slices = "consider-merging-classes-inherited"
    less = f"--disable=prefer-env-translation,missing-readme,{slices}"
    rooms = "/tests/[a-z_]+/"  # pylint-odoo takes what lies deeper for no tests
    judged = tools.run(
        "pylint", RCFILE, less, f"--ignore-paths=.*{rooms}.*", *layout.ADDONS
    )
    tests = [path for path in TESTS.iterdir() if (path / "__init__.py").exists()]
    less = f"{less},translation-required"
    return judged + tools.run("pylint", RCFILE, less, *tests)


def _oca_module(tools, *options):
    disabled = "--disable=prefer-readme-rst,po-pretty-format"
    check = ("oca-checks-odoo-module", disabled, *options)
    return tools.run(*check, *layout.ADDON_DIRS)


def _oca_po(tools):
    files = sorted(path for where in layout.ADDON_DIRS for path in where.rglob("*.po*"))
    return tools.run("oca-checks-po", "--disable=po-pretty-format", *files)


def _prettier(tools):
    return _run_prettier(tools, "--check")


def _run_prettier(tools, mode):
    names = [str(p.relative_to(layout.REPO)) for p in tree.files()]
    files = [n for n in names if n.endswith(tuple(k[1:] for k in PRETTIER_KINDS))]
    node.ensure()
    plugin = layout.NODE / "node_modules/@prettier/plugin-xml/src/plugin.js"
    options = ("--log-level=warn", f"--plugin={plugin}", mode)
    return tools.node("prettier", *options, *files) if files else []


def _eslint(tools):
    if not any((layout.ADDON_DIR / "static").rglob("*.js")):
        return []
    return tools.node("eslint", "--no-warn-ignored", f"{layout.ADDON}/static")


def _chinese(tools):
    script = layout.SCRIPTS / "check_po.py"
    found = []
    for folder in layout.ADDON_DIRS:
        template = folder / "i18n" / f"{folder.name}.pot"
        found += tools.run("python", script, template, template.with_name("zh_CN.po"))
    return found


CHECKS = {
    "ruff check": _ruff,
    "ruff format": _ruff_format,
    "pylint-odoo": _pylint,
    "oca-checks-odoo-module": _oca_module,
    "oca-checks-po": _oca_po,
    "prettier": _prettier,
    "eslint": _eslint,
    "zh_CN complete": _chinese,
    "README and HISTORY up to date": lambda _tools: readme.check(),
    "links, pictures and pages": lambda _tools: papers.check(),
    "no function too long": lambda _tools: code.check_lengths(),
    "rooms know what lies below": lambda _tools: house.check(),
    "imports that Odoo brings": lambda _tools: code.check_imports(),
    "text files": lambda _tools: tree.check_text(),
    "no workplace names": lambda _tools: tree.check_names(),
    "texts can be translated": lambda _tools: wording.check(),
}


# ------------------------------------------------------------------------------------
# Formatting
# ------------------------------------------------------------------------------------


def reformat():
    """Let ruff and prettier rewrite what they can."""
    tools = Tools()
    step("ruff: fixing and formatting Python")
    for line in tools.run("ruff", "check", "--fix", "--quiet", *_ruff_cache(), "."):
        info(line)
    for line in tools.run("ruff", "format", "--quiet", *_ruff_cache(), "."):
        info(line)
    step("oca-checks-odoo-module: fixing XML")
    _oca_module(tools, "--fix")
    step("prettier: formatting XML, JavaScript and SCSS")
    for line in _run_prettier(tools, "--write"):
        info(line)
