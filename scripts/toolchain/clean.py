"""``make clean``: nothing of ours is left outside the repository."""

import shutil

from . import database, layout, postgres
from .say import Problem, info, problem, step


def clean():
    """Stop or tidy the database server, then remove the cache folder."""
    if not layout.CACHE.exists():
        info(f"{layout.CACHE} does not exist: nothing to do")
        return
    if postgres.is_external():
        _drop_databases()
    postgres.stop()
    step(f"removing {layout.CACHE}")
    shutil.rmtree(layout.CACHE)


def _drop_databases():
    """Drop our databases from a server that is not ours."""
    if not layout.VENV_PYTHON.exists():
        return
    try:
        step("PostgreSQL: dropping the databases that this toolchain made")
        database.drop_all()
    except Problem as error:
        problem(error)
