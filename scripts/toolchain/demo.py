"""``make demo`` and ``make workbook``: a database to look at, its workbook."""

import os
import subprocess

from . import database, layout, odoo, prepare, serving, shell, stamps
from .say import Problem, Timer, info, step

# (login, what the person may do); each password is the login.
LOGINS = (
    ("rep", "sales representative"),
    ("rep2", "sales representative"),
    ("rep3", "sales representative"),
    ("manager", "sales manager"),
    ("director", "sales director"),
    ("admin", "administrator of the system"),
)
WORKBOOKS = layout.REPO / "build" / "workbooks"


def demo():
    """Set up, write the workbook, serve in front."""
    port = int(os.environ.get("PORT") or serving.DEMO_PORT)
    if not serving.is_free(port):
        raise Problem(
            f"Port {port} is in use: perhaps make demo runs already.",
            f"Stop that program, or choose another port: make demo PORT={port + 1}",
        )
    workbook()
    step(f"Odoo: starting on http://localhost:{port}")
    _print_logins()
    return serving.in_front(database.DEMO, port)


def workbook():
    """Set up and write the latest monthly review workbook."""
    ensure()
    step("Workbook: writing the latest monthly review")
    WORKBOOKS.mkdir(parents=True, exist_ok=True)
    arguments = ["funnel_workbook", "-d", database.DEMO, "--output", WORKBOOKS]
    log = layout.LOGS / "workbook.log"
    with open(log, "wb") as errors:
        done = subprocess.run(
            [str(part) for part in odoo.command(odoo.addons_option(), *arguments)],
            env=odoo.environment(database.DEMO),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )
    if done.returncode:
        end = shell.tail(log.read_text(errors="replace"))
        raise Problem(f"The workbook was not written. The end of {log}:\n{end}")
    info(done.stdout.strip() or f"written to {WORKBOOKS}")


def ensure():
    """Have the demo database."""
    prepare.need_addon()
    used = prepare.base()
    with stamps.lock():
        _ensure_database(used)


def _ensure_database(source):
    """Have the demo database: made once, upgraded when the addon's files changed.

    The demo company is seeded once: when its addon changed, all is made anew.
    """
    data = stamps.files_digest(layout.DEMO_DIR)
    base = stamps.digest(source.fingerprint, database.LANGUAGES, "demo", data)
    wanted = f"{base}-{stamps.addon_digest()}"
    found = database.fingerprint(database.DEMO)
    if found == wanted and not os.environ.get("FRESH"):
        info(f"database {database.DEMO} is up to date")
        return
    with Timer() as timer:
        if found.startswith(f"{base}-") and not os.environ.get("FRESH"):
            step(f"Demo database: the addon changed; upgrading {database.DEMO}")
            _upgrade()
        else:
            template = database.template_addon(source)
            step(f"Demo database: creating {database.DEMO} with {layout.DEMO_ADDON}")
            database.create(database.DEMO, template)
            odoo.install(database.DEMO, layout.DEMO_ADDON)
        database.mark(database.DEMO, wanted)
    info(f"ready in {timer.text}")


def _upgrade():
    try:
        odoo.install(database.DEMO, layout.ADDON, upgrade=True)
    except Problem as error:
        error.do = "make demo FRESH=1 makes the demo database anew."
        raise


def _print_logins():
    info("log in with one of these; each password is the login:")
    for login, role in LOGINS:
        info(f"  {login:<10}{role}")
