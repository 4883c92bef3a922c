"""Databases: named, created from cached templates, and remembered by fingerprint.

A database's fingerprint is kept as its comment in PostgreSQL itself, so it can never
tell of a database that somebody dropped or made by other means.
"""

import contextlib
import os
import shutil
import time

from . import layout, odoo, postgres, stamps
from .say import Problem, Timer, info, step

PREFIX = "slf_"
MARK = "sales-lead-funnel:"
DEMO = PREFIX + "demo"
TEST = PREFIX + "test"
CORE = PREFIX + "core"
CORE_PLAIN = PREFIX + "core_plain"
CORE_DEMO = PREFIX + "core_demo"
LINT = PREFIX + "lint"
I18N = PREFIX + "i18n"
TEMPLATE_CRM = PREFIX + "template_crm"
TEMPLATE_ADDON = PREFIX + "template_addon"
LANGUAGES = "en_US,zh_CN"  # the first one is the default of users


def fingerprint(name):
    """What ``mark`` noted for the database; empty when there is none."""
    rows = postgres.query(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        f" WHERE datname = '{name}'"
    )
    return (rows[0][0] or "").removeprefix(MARK) if rows else ""


def mark(name, value):
    """Note the fingerprint of what the database holds."""
    postgres.query(f"COMMENT ON DATABASE \"{name}\" IS '{MARK}{value}'")


def drop(name, attempts=30):
    """Drop the database and its files; sessions on it are ended.

    Autovacuum, which only a superuser may end, is given time to leave it.
    """
    statement = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    for _attempt in range(attempts - 1):
        with contextlib.suppress(Problem):
            postgres.query(statement)
            break
        time.sleep(1)
    else:
        postgres.query(statement)
    shutil.rmtree(filestore(name), ignore_errors=True)


def drop_all():
    """Drop every database that this toolchain made (on a server that stays)."""
    rows = postgres.query(
        "SELECT datname FROM pg_database"
        f" WHERE starts_with(shobj_description(oid, 'pg_database'), '{MARK}')"
    )
    for (name,) in rows:
        drop(name)


def create(name, template=None):
    """Create a database: empty, or a copy of ``template`` with its files."""
    drop(name)
    if template:
        postgres.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _copy_filestore(template, name)
    else:
        postgres.query(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    mark(name, "new")


def filestore(name):
    """Where Odoo keeps the attachments of the database."""
    return layout.DATA / "filestore" / name


def _copy_filestore(source, target):
    """Link the files: Odoo names them by content and never changes one."""
    if filestore(source).is_dir():
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link)


def template_crm(source):
    """Have the cached template: CRM alone, no demo data, Chinese loaded."""
    wanted = stamps.digest(source.fingerprint, LANGUAGES, "crm")
    if fingerprint(TEMPLATE_CRM) == wanted:
        return TEMPLATE_CRM
    step("Template database: CRM without demo data, zh_CN loaded")
    with Timer() as timer:
        create(TEMPLATE_CRM)
        odoo.install(TEMPLATE_CRM, "crm", languages=LANGUAGES)
        mark(TEMPLATE_CRM, wanted)
    info(f"ready in {timer.text}")
    return TEMPLATE_CRM


def template_addon(source):
    """Have the cached template: CRM and this addon as it is now, no demo data."""
    base = template_crm(source)
    wanted = stamps.digest(fingerprint(base), stamps.addon_digest())
    if fingerprint(TEMPLATE_ADDON) == wanted:
        return TEMPLATE_ADDON
    step(f"Template database: CRM with {layout.ADDON}, no demo data")
    with Timer() as timer:
        create(TEMPLATE_ADDON, base)
        log = odoo.install(TEMPLATE_ADDON, layout.ADDON)
        mark(TEMPLATE_ADDON, wanted)
    info(f"ready in {timer.text}; Odoo's log: {log}")
    return TEMPLATE_ADDON
