"""Fixtures for tests that install, upgrade and remove the addon in real databases.

A database is a copy of a cached template, which takes about a second. Odoo always runs
in a process of its own, as it does in production: nothing of it is imported here.
"""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "scripts"))

from toolchain import database, layout, odoo, postgres, prepare

RESULT_MARK = "@@result@@"


class Odoo:
    """What a test does to databases. All methods raise when Odoo reports failure."""

    numbers = itertools.count(1)  # of all tools: no database is made twice

    def __init__(self, source):
        self.source = source
        self.names = []
        self.last_log = ""
        self.variables = {}  # of Odoo's environment, beside those of every run

    # Databases ----------------------------------------------------------------------

    def new_db(self, template=database.TEMPLATE_CRM):
        """Copy a template into a new database and return its name.

        ``template``: by default CRM alone; ``addon_template`` of this module has the
        addon installed; None makes an empty database.
        """
        name = f"{database.PREFIX}life_{os.getpid()}_{next(self.numbers)}"
        self.names.append(name)
        database.create(name, template)
        return name

    def drop(self, name):
        database.drop(name)
        self.names.remove(name)

    def sql(self, name, statement):
        """Rows (lists) of one SQL statement, each run in a transaction of its own."""
        return postgres.query(statement, database=name)

    # Odoo ---------------------------------------------------------------------------

    def run(self, name, *arguments, stdin="", check=True):
        """Run ``odoo ARGUMENTS`` for a database; returns the CompletedProcess.

        Odoo logs to stderr; ``last_log`` keeps it. With ``check`` a non-zero exit fails
        the test and shows the end of the log.
        """
        done = subprocess.run(
            list(map(str, odoo.command(*arguments))),
            input=stdin,
            capture_output=True,
            text=True,
            env={**odoo.environment(name), **self.variables},
            cwd=layout.CACHE,
            check=False,
        )
        self.last_log = done.stderr
        if check and done.returncode:
            end = "\n".join(done.stderr.splitlines()[-40:])
            pytest.fail(f"odoo {' '.join(arguments)} ended {done.returncode}:\n{end}")
        return done

    def command(self, name, command, *arguments, **options):
        """Run a command that the addon brings along: ``odoo COMMAND ARGUMENTS``."""
        first = (odoo.addons_option(), command, *arguments)
        return self.run(name, *first, **options)

    def install(
        self, name, modules=layout.ADDON, *, demo=False, languages="", **options
    ):
        """Install modules (comma-separated)."""
        extra = ["--with-demo"] if demo else []
        extra += [f"--load-language={languages}"] if languages else []
        return self._init(name, "-i", modules, *extra, **options)

    def upgrade(self, name, modules=layout.ADDON, **options):
        """Upgrade modules (comma-separated)."""
        return self._init(name, "-u", modules, **options)

    def uninstall(self, name, module=layout.ADDON):
        """Uninstall a module the way the Apps screen does."""
        self.shell(
            name,
            f"""
            module = env["ir.module.module"].search([("name", "=", {module!r})])
            module.button_immediate_uninstall()
            """,
        )

    def _init(self, name, switch, modules, *extra, **options):
        base = ("-d", name, switch, modules, "--stop-after-init", "--no-http")
        return self.run(name, *base, *extra, **options)

    def shell(self, name, code):
        """Run Python in ``odoo shell``, commit, and return what it put in ``result``.

        ``result`` must be JSON; ``env`` is the superuser's environment. An exception in
        the code fails the test.
        """
        script = self._shell_script(code)
        done = self.run(name, "shell", "-d", name, "--no-http", stdin=script)
        for line in done.stdout.splitlines():
            if line.startswith(RESULT_MARK):
                return json.loads(line.removeprefix(RESULT_MARK))
        pytest.fail(f"odoo shell broke off:\n{done.stdout}\n{done.stderr[-4000:]}")

    @staticmethod
    def _shell_script(code):
        """The code as a program that ends by committing and printing ``result``."""
        body = f"""
import json, textwrap
_scope = dict(globals(), result=None)
exec(textwrap.dedent({code!r}), _scope)
env.cr.commit()
print({RESULT_MARK!r} + json.dumps(_scope["result"], default=str))
"""
        # Odoo's shell runs the whole of stdin as one program when it is no terminal.
        return body

    def complaints(self):
        """Warnings and errors in the log of the last run."""
        path = layout.TMP / f"last-{os.getpid()}.log"
        path.write_text(self.last_log)
        return odoo.complaints(path)


@pytest.fixture(scope="session")
def odoo_source():
    source = prepare.with_templates()
    _drop_leftovers()
    return source


def _drop_leftovers():
    """Drop what a run left behind that was killed."""
    prefix = f"{database.PREFIX}life_"
    for (name,) in postgres.query("SELECT datname FROM pg_database"):
        if not name.startswith(prefix):
            continue
        process = Path("/proc") / name.removeprefix(prefix).split("_")[0]
        if not process.exists():
            database.drop(name)


@pytest.fixture(scope="session")
def addon_template(odoo_source):
    """Name of the template with the addon installed, no demo data."""
    return database.TEMPLATE_ADDON


@pytest.fixture
def odoo_cli(odoo_source):
    """An ``Odoo``; databases made through it are dropped after the test."""
    tool = Odoo(odoo_source)
    yield tool
    for name in tool.names:
        database.drop(name)


@pytest.fixture(scope="module")
def module_odoo(odoo_source):
    """As ``odoo_cli`` for a whole module, for databases that several tests read."""
    tool = Odoo(odoo_source)
    yield tool
    for name in tool.names:
        database.drop(name)
