"""A database of 19.0.1.3.0 that is full of data loses nothing by an upgrade.

That version comes from the repository's history.
"""

import io
import subprocess
import tarfile

import pytest

from toolchain import layout, odoo

REPLACED_BY = "19.0.1.4.0"  # the version after the one that is upgraded
LOAD_DATA = """
from odoo.tools.convert import convert_file
addon, data = "sales_lead_funnel", "demo/funnel_demo.xml"
convert_file(env, addon, data, {}, mode="init", noupdate=True)
"""
TABLES = """
SELECT relname FROM pg_class
 WHERE relkind = 'r' AND (relname LIKE 'funnel%' OR relname = 'crm_lead')
   AND relname NOT LIKE '%wizard%' AND relname NOT LIKE '%export%'
   AND relname NOT LIKE '%preset%'
"""
COLUMNS = """
SELECT column_name FROM information_schema.columns WHERE table_name = '{}'
"""
FIGURES = """
from datetime import date
today = env["crm.lead"].search([], order="create_date desc", limit=1).create_date
metrics = env["funnel.metrics"]
codes = sorted(metrics._get_specs())
result = {}
for months in range(1, 5):
    month = today.month - months
    first = date(today.year - (month < 1), (month - 1) % 12 + 1, 1)
    last = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    for by in (None, "user_id", "source_id"):
        figures = metrics._get_figures(codes, first, last, groupby=by)
        result[f"{first} {by}"] = {
            code: str(figures[code].value)
            if by is None
            else {str(key): str(one.value) for key, one in figures[code].items()}
            for code in codes
        }
"""
GONE = """
SELECT model FROM ir_model WHERE model LIKE 'funnel.%' AND NOT transient
"""


@pytest.fixture(scope="module")
def old_addon(tmp_path_factory):
    """A folder with the addon as it was."""
    folder = tmp_path_factory.mktemp("old")
    path = f"{layout.ADDON}/__manifest__.py"
    first, *_rest = _git(
        "log", "--reverse", "--format=%H", f"-S{REPLACED_BY}", "--", path
    ).split()
    packed = _git("archive", f"{first.decode()}^", layout.ADDON)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _git(*arguments):
    return subprocess.check_output(["git", *arguments], cwd=layout.REPO)


@pytest.fixture(scope="module")
def upgraded(module_odoo, old_addon, tmp_path_factory):
    """What a database held before and after the upgrade, and a way to ask it."""
    name = module_odoo.new_db()
    conf = tmp_path_factory.mktemp("conf") / "odoo.conf"
    conf.write_text(odoo.conf().read_text().replace(str(layout.REPO), str(old_addon)))
    module_odoo.variables = {"ODOO_RC": str(conf), "PYTHONPATH": ""}
    module_odoo.install(name)
    module_odoo.shell(name, LOAD_DATA)
    columns = {
        table: sorted(col for (col,) in module_odoo.sql(name, COLUMNS.format(table)))
        for (table,) in module_odoo.sql(name, TABLES)
    }
    before = _read(module_odoo, name, columns)
    figures = module_odoo.shell(name, FIGURES)
    module_odoo.variables = {}
    module_odoo.upgrade(name)
    return {
        "complaints": module_odoo.complaints(),
        "tables": (before, _read(module_odoo, name, columns)),
        "figures": (figures, module_odoo.shell(name, FIGURES)),
        "sql": lambda statement: module_odoo.sql(name, statement),
        "shell": lambda code: module_odoo.shell(name, code),
    }


def _read(tool, name, columns):
    """Return ``{table: {column: [values]}}`` of the columns that are still there."""
    found = {}
    for table, names in columns.items():
        there = [column for (column,) in tool.sql(name, COLUMNS.format(table))]
        order = "id" if "id" in names else ", ".join(f'"{n}"' for n in names)
        kept = [column for column in names if column in there]
        quoted = ", ".join(f'"{column}"' for column in kept)
        rows = tool.sql(name, f"SELECT {quoted} FROM {table} ORDER BY {order}")
        found[table] = {
            column: [row[place] for row in rows] for place, column in enumerate(kept)
        }
    return found


def test_upgrade_logs_no_warning(upgraded):
    assert upgraded["complaints"] == []


def test_every_row_is_as_it_was(upgraded):
    before, after = upgraded["tables"]
    assert len(before["crm_lead"]["id"]) > 200
    changed = {
        f"{table}.{column}": sum(
            old != new
            for old, new in zip(values, after[table].get(column, ()), strict=False)
        )
        or len(after[table].get(column, ())) - len(values)
        for table, columns in before.items()
        for column, values in columns.items()
        if after[table].get(column) != values
    }
    assert changed == {}


def test_every_figure_is_as_it_was(upgraded):
    before, after = upgraded["figures"]
    told = {
        (period, code): (value, after[period][code])
        for period, figures in before.items()
        for code, value in figures.items()
        if after[period][code] != value
    }
    assert told == {}


def test_no_row_of_a_vanished_model_stays(upgraded):
    models = {model for (model,) in upgraded["sql"](GONE)}
    there = upgraded["shell"]("result = sorted(env.registry)")
    assert models - set(there) == set()
