"""Transactions as requests have them, a clock, and what is installed."""

import contextlib
import gc
import platform
import time
from pathlib import Path

import xlsxwriter

from odoo import SUPERUSER_ID, release
from odoo.api import Environment

MANAGER = "bench_manager"


class Session:
    """One database: opens a transaction per piece of work, as the server does."""

    def __init__(self, registry):
        self.registry = registry
        self.kept = {}  # what one task leaves for the next
        self.backends = set()  # process ids of PostgreSQL's side, if on this machine

    @contextlib.contextmanager
    def env(self, login=None, **context):
        """An environment whose transaction is committed at the end.

        :param login: as this user with their language and time zone; else superuser
        """
        with self.registry.cursor() as cr:
            if cr._cnx.info.host.startswith("/"):
                self.backends.add(cr._cnx.info.backend_pid)
            env = Environment(cr, SUPERUSER_ID, {})
            if login:
                user = env["res.users"].search([("login", "=", login)])
                env = Environment(cr, user.id, {})
                own = {"uid": user.id, "allowed_company_ids": env.user.company_ids.ids}
                context = {**env["res.users"].context_get(), **own, **context}
            yield env(context=context)


class Clock:
    """``with Clock(session) as clock: ...`` then ``clock.read()``.

    Counts the time that passed, and the processor time of Python and PostgreSQL,
    which other programs on the machine hardly disturb.
    """

    def __init__(self, session):
        self.session = session

    def __enter__(self):
        gc.collect()
        self.cpu_started = self._get_cpu()
        self.started = time.perf_counter()
        return self

    def __exit__(self, *exc_info):
        self.seconds = time.perf_counter() - self.started
        self.cpu_seconds = self._get_cpu() - self.cpu_started

    def read(self, factor=1):
        """Return ``[seconds, processor seconds]``; 0 for the second if unknown."""
        cpu = self.cpu_seconds if self.session.backends else 0
        return [factor * self.seconds, factor * cpu]

    def _get_cpu(self):
        return time.process_time() + sum(map(_get_cpu_of, self.session.backends))


def _get_cpu_of(process_id):
    """Processor seconds of a process so far; 0 for one that has ended."""
    path = Path(f"/proc/{process_id}/schedstat")
    try:
        return int(path.read_text().split()[0]) / 1e9
    except OSError:
        return 0


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
