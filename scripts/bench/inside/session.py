"""Transactions as requests have them, a clock, and what is installed."""

import contextlib
import gc
import platform
import time

import xlsxwriter

from odoo import SUPERUSER_ID, release
from odoo.api import Environment

MANAGER = "bench_manager"


class Session:
    """One database: opens a transaction per piece of work, as the server does."""

    def __init__(self, registry):
        self.registry = registry
        self.kept = {}  # what one task leaves for the next

    @contextlib.contextmanager
    def env(self, login=None, **context):
        """An environment whose transaction is committed at the end.

        :param login: as this user with their language and time zone; else superuser
        """
        with self.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            if login:
                user = env["res.users"].search([("login", "=", login)])
                env = Environment(cr, user.id, {})
                own = {"uid": user.id, "allowed_company_ids": env.user.company_ids.ids}
                context = {**env["res.users"].context_get(), **own, **context}
            yield env(context=context)


class Clock:
    """``with Clock() as clock: ...`` then ``clock.seconds``."""

    def __enter__(self):
        gc.collect()
        self.started = time.perf_counter()
        return self

    def __exit__(self, *exc_info):
        self.seconds = time.perf_counter() - self.started


def versions(session):
    """What the figures depend on."""
    with session.env() as env:
        addon = env["ir.module.module"].search([("name", "=", "sales_lead_funnel")])
        return {
            "python": platform.python_version(),
            "odoo": release.version,
            "xlsxwriter": xlsxwriter.__version__,
            "addon": addon.installed_version or addon.latest_version or "",
        }
