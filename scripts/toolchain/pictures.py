"""``make screenshots``: pictures of the demo database's screens.

``scripts/screenshots.txt`` lists them, one a line: name, login, width, address, then
what is to be clicked first. Two blanks or more part the columns.
"""

import re

from . import browser, database, demo, layout, odoo, serving, shell
from .say import Problem, info, step

LIST = layout.SCRIPTS / "screenshots.txt"
FOLDER = layout.REPO / "build" / "screenshots"


def take():
    """Take every listed picture from a server on the demo database."""
    if not LIST.exists():
        raise Problem(f"{LIST.name} is missing.", "List pictures in it, one a line.")
    demo.ensure()
    browser.ensure()
    step(f"Pictures: into {FOLDER.relative_to(layout.REPO)}")
    with serving.behind(database.DEMO) as base:
        for name, login, width, address, *clicks in read_list():
            path = FOLDER / f"{name}.png"
            options = [f"--click={selector}" for selector in clicks]
            one(base, database.DEMO, address, path, login, width, *options)
            info(f"{name}.png")


def read_list():
    """The pictures of the list, as lists of four columns or more."""
    lines = (line.split("#")[0].strip() for line in LIST.read_text().splitlines())
    rows = (re.split(r"\s{2,}", line) for line in lines)
    return [row for row in rows if len(row) >= 4]


def one(base, name, address, path, login="admin", width="1366", *options):
    """Take one picture."""
    script = [layout.VENV_PYTHON, layout.SCRIPTS / "screenshot.py", address, path]
    where = ["--base", base, "--db", name, "--login", login, "--width", width]
    shell.live(
        [*script, *where, *options],
        what=f"The picture of {address} failed",
        env=odoo.environment(name),
    )
