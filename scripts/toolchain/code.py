"""Checks of the addon's Python that no linter makes."""

import ast
import sys
from pathlib import Path

from . import layout

LONGEST = 40  # lines of a function, its docstring counted
# What Odoo itself brings: nobody who installs or tests the addon has more than that.
BROUGHT = {
    "dateutil",
    "freezegun",
    "lxml",
    "markupsafe",
    "odoo",
    "openpyxl",
    "psycopg2",
    "pytz",
    "xlsxwriter",
}


def check_lengths(*folders):
    """Complaints about functions that are too long to be read at a glance."""
    return [
        f"{name}:{node.lineno}: {node.name} has {length} lines, at most {LONGEST}"
        for name, tree in _parse(folders or layout.ADDON_DIRS)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (length := node.end_lineno - node.lineno + 1) > LONGEST
    ]


def check_imports(*folders):
    """Complaints about imports of packages that an Odoo server does not have."""
    return [
        f"{name}:{node.lineno}: {module} is no package that Odoo brings"
        for name, tree in _parse(folders or layout.ADDON_DIRS)
        for node in ast.walk(tree)
        for module in _get_modules(node)
        if module not in BROUGHT and module not in sys.stdlib_module_names
    ]


def _parse(folders):
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            name = path.relative_to(Path(folder).parent)
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _get_modules(node):
    """Names of the packages that an import needs; relative ones are our own."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module.split(".")[0]]
    return []
