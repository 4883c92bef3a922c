"""``make screenshots``: pictures of the demo database's screens.

``scripts/screenshots.txt`` lists them: name, login, width, address, one a line.
"""

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
        for name, login, width, address in read_list():
            one(base, database.DEMO, address, FOLDER / f"{name}.png", login, width)
            info(f"{name}.png")


def read_list():
    """The pictures of the list, as lists of four words."""
    lines = (line.split("#")[0].split() for line in LIST.read_text().splitlines())
    return [words for words in lines if len(words) == 4]


def one(base, name, address, path, login="admin", width="1366", *options):
    """Take one picture."""
    script = [layout.VENV_PYTHON, layout.SCRIPTS / "screenshot.py", address, path]
    where = ["--base", base, "--db", name, "--login", login, "--width", width]
    shell.live(
        [*script, *where, *options],
        what=f"The picture of {address} failed",
        env=odoo.environment(name),
    )
