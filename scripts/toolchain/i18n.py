"""``make i18n``: each addon's .pot file and zh_CN.po, exported by Odoo itself."""

import re
import subprocess

from . import database, layout, odoo, prepare, shell, stamps
from .say import info, step

DATES = re.compile(r'^"(?:POT-Creation-Date|PO-Revision-Date): .*\n', re.MULTILINE)


def update():
    """Export both files of each addon from a database that holds it as it is now."""
    prepare.need_addon()
    used = prepare.base()
    with stamps.lock():
        template = database.template_addon(used)
        database.create(database.I18N, template)
    _export(layout.ADDON_DIR)
    odoo.install(database.I18N, layout.DEMO_ADDON)
    _export(layout.DEMO_DIR)
    database.drop(database.I18N)


def _export(addon):
    step(f"Translations of {addon.name}: exporting the .pot file and zh_CN.po")
    folder = addon / "i18n"
    folder.mkdir(exist_ok=True)
    before = {path: path.read_text() for path in folder.glob("*.po*")}
    odoo.run(
        database.I18N,
        *("i18n", "export", "-d", database.I18N, "-l", "pot", "zh_CN"),
        *("--", addon.name),
        log="i18n",
        what="Exporting the translations failed",
    )
    for path in sorted(folder.glob("*.po*")):
        _keep_translations(path, before.get(path, ""))
        _tidy(path, before.get(path, ""))
    _count_missing(folder / f"{addon.name}.pot", folder / "zh_CN.po")


def _keep_translations(path, before):
    """Put back what Odoo left out: it exports no term that it did not load itself."""
    old = layout.TMP / f"before-{path.name}"
    old.write_text(before)
    if path.suffix == ".po" and before.strip():
        shell.output(
            [layout.VENV_PYTHON, layout.SCRIPTS / "merge_po.py", old, path],
            what=f"Keeping the translations of {path.name} failed",
        )


def _tidy(path, before):
    """Leave a file alone where only its dates changed."""
    if DATES.sub("", path.read_text()) == DATES.sub("", before):
        path.write_text(before)
    else:
        info(f"written: {path.relative_to(layout.REPO)}")


def _count_missing(*files):
    """Say what is left to translate; the check itself is part of make lint."""
    script = layout.SCRIPTS / "check_po.py"
    done = subprocess.run(
        list(map(str, [layout.VENV_PYTHON, script, *files])),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    info(f"{len(lines)} terms need work" if lines else "zh_CN is complete")
    for line in lines:
        info(line)
