"""The steps that come before everything else, each skipped when its result is there."""

from . import browser, database, layout, odoo, postgres, source, stamps, venv
from .say import Problem


def base():
    """Have Odoo, its Python environment and a database server; returns the Source."""
    with stamps.lock():
        used = source.ensure()
        venv.ensure(used)
        odoo.use(used)
        postgres.ensure()
    return used


def with_templates():
    """As ``base``, with a browser and both template databases; returns the Source."""
    need_addon()
    used = base()
    with stamps.lock():
        browser.ensure()
        database.template_addon(used)
    return used


def need_addon():
    """Refuse early where the addon itself is missing."""
    if not (layout.ADDON_DIR / "__manifest__.py").exists():
        raise Problem(
            f"There is no {layout.ADDON}/__manifest__.py.",
            "Run make at the root of a complete checkout.",
        )
