"""Running Odoo: its configuration file, its environment, installs and upgrades."""

import os
import re

from . import layout, postgres, shell

CONF = """[options]
addons_path = {addons}
data_dir = {data}
db_name = {database}
dbfilter = {dbfilter}
list_db = False
max_cron_threads = 0
http_interface = 127.0.0.1
http_port = {port}
gevent_port = {gevent_port}
limit_time_real = 0
limit_time_cpu = 0
unaccent = False
without_demo = True
"""
# Warnings that say something about this set-up and nothing about the addon.
EXPECTED = ("Unable to create PostgreSQL extensions", "Python library not found: ")

_source = None


def use(source):
    """Say which Odoo the commands of this run use."""
    global _source  # noqa: PLW0603
    _source = source


def conf(database="", port=8169):
    """Write the configuration file for ``database`` and return its path."""
    layout.CONF.mkdir(parents=True, exist_ok=True)
    path = layout.CONF / f"{database or 'odoo'}.conf"
    path.write_text(
        CONF.format(
            addons=",".join(map(str, [*_source.addons, layout.REPO])),
            data=layout.DATA,
            database=database,
            dbfilter=f"^{database}$" if database else "",
            port=port,
            gevent_port=port + 1,
        )
    )
    return path


def environment(database="", **extra):
    """Variables for a program that uses Odoo: server, configuration, venv on PATH."""
    path = f"{layout.VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    values = {**postgres.environment(), "PATH": path, "VIRTUAL_ENV": layout.VENV}
    return shell.environment(**values, ODOO_RC=conf(database), **extra)


def command(*arguments):
    """The command line of ``odoo ARGUMENTS``."""
    return [layout.VENV_PYTHON, "-m", "odoo", *arguments]


def addons_option():
    """First argument for commands that an addon brings along."""
    return "--addons-path=" + ",".join(map(str, [*_source.addons, layout.REPO]))


def run(database, *arguments, log, what, do="", stdin=None):
    """Run an Odoo command to its end, its output in a log file."""
    return shell.logged(
        command(*arguments),
        log=log,
        what=what,
        do=do,
        stdin=stdin,
        env=environment(database),
        cwd=layout.CACHE,
        progress=_module_progress,
    )


def _module_progress(line):
    """Show "module 12 of 34: crm" from Odoo's log."""
    match = re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", line)
    return f"module {match[2]} of {match[3]}: {match[1]}" if match else None


def install(database, modules, *, demo=False, languages="", upgrade=False):
    """Install (or upgrade) modules; returns the path of Odoo's log."""
    arguments = ["-d", database, "-u" if upgrade else "-i", modules]
    arguments += ["--stop-after-init", "--no-http"]
    arguments += ["--with-demo"] if demo else []
    arguments += [f"--load-language={languages}"] if languages else []
    verb = "Upgrading" if upgrade else "Installing"
    return run(
        database,
        *arguments,
        log=f"{'upgrade' if upgrade else 'install'}-{database}",
        what=f"{verb} {modules} in {database} failed",
    )


def complaints(log):
    """Lines of an Odoo log at level WARNING or above, less what the set-up explains."""
    level = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")
    with open(log, errors="replace") as lines:
        serious = (line.rstrip() for line in lines if level.match(line))
        return [line for line in serious if not _is_expected(line)]


def _is_expected(line):
    """A deprecation inside Odoo or a library is theirs to mend."""
    if " py.warnings: " in line:
        return not any(f"/{addon}/" in line for addon in layout.ADDONS)
    return any(text in line for text in EXPECTED)
