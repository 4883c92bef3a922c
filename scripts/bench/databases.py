"""Seeded databases: cached templates with core alone, and copies of them."""

import contextlib
import os
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from toolchain import database, layout, odoo, postgres, stamps
from toolchain.say import Timer, info, step

from .workers import Worker

PREFIX = database.PREFIX + "bench_"
INSIDE = layout.SCRIPTS / "bench" / "inside"


class Seed(NamedTuple):
    """How many leads a template holds, and whether all are of the last month."""

    open: int
    closed: int
    is_of_last_month: bool = False

    def scaled(self, scale):
        return self._replace(
            open=round(self.open * scale), closed=round(self.closed * scale)
        )


class LeadTable(NamedTuple):
    """What PostgreSQL says of the table of leads."""

    leads: int
    heap_mb: float
    total_mb: float
    updates: int  # of rows, since the database was made


SEEDS = {
    "small": Seed(8_500, 1_500),
    "big": Seed(100_000, 30_000),
    "month": Seed(35_000, 15_000, is_of_last_month=True),
}


class Bench:
    """What the cases share: sizes, databases and workers. ``close`` drops them."""

    def __init__(self, source, scale, pairs):
        self.source = source
        self.scale = scale
        self.pairs = pairs
        self.load = os.getloadavg()[0]
        today = datetime.now(timezone.utc).date()
        self.month_end = today.replace(day=1) - timedelta(days=1)
        self._databases = []
        with stamps.lock():
            self.base = database.template_crm(source)
        with Worker(self.new("versions", self.base)) as worker:
            self.versions = worker.do("session.versions")
        self.drop("versions")

    def scaled(self, number):
        """A size at the scale of this run."""
        return max(1, round(number * self.scale))

    def close(self):
        for name in list(self._databases):
            self.drop(name.removeprefix(PREFIX))

    # databases

    def new(self, name, template):
        """A copy of a template, dropped at the end at the latest."""
        full = PREFIX + name
        database.drop(full)
        database.create(full, template)
        if full not in self._databases:
            self._databases.append(full)
        return full

    def drop(self, name):
        full = PREFIX + name
        database.drop(full)
        (layout.CONF / f"{full}.conf").unlink(missing_ok=True)
        self._databases.remove(full)

    def install(self, name):
        """Install the addon in a database; returns the seconds it took."""
        with Timer() as timer:
            odoo.install(name, layout.ADDON)
            return timer.seconds

    def get_seed(self, key):
        return SEEDS[key].scaled(self.scale)

    def template(self, key):
        """Have the cached template of a seed, with core alone."""
        seed, name = self.get_seed(key), f"{PREFIX}seed_{key}"
        wanted = self._fingerprint(seed)
        if database.fingerprint(name) != wanted:
            step(f"Seed {key}: {seed.open + seed.closed} leads")
            with Timer() as timer:
                database.create(name, self.base)
                with Worker(name) as worker:
                    month_end = str(self.month_end)
                    worker.do("seed.fill", month_end=month_end, **seed._asdict())
                self.settle(name)
                database.mark(name, wanted)
            info(f"ready in {timer.text}")
        return name

    def _fingerprint(self, seed):
        code = (INSIDE / "seed.py").read_text()
        base = database.fingerprint(self.base)
        return stamps.digest(base, seed, self.month_end, code)

    def settle(self, name):
        """Statistics and free space as autovacuum would leave them."""
        postgres.query("VACUUM ANALYZE", database=name)

    def stop_autovacuum(self, name):
        """Leave the leads as they are written, until the database is dropped."""
        postgres.query(
            "ALTER TABLE crm_lead SET (autovacuum_enabled = off)", database=name
        )

    def measure_leads(self, name):
        """Return the ``LeadTable`` of a database."""
        [row] = postgres.query(
            """
            SELECT (SELECT count(*) FROM crm_lead), pg_table_size(relid) / 1e6,
                   pg_total_relation_size(relid) / 1e6, n_tup_upd
              FROM pg_stat_user_tables WHERE relname = 'crm_lead'
            """,
            database=name,
        )
        leads, heap, total, updates = row
        return LeadTable(leads, float(heap), float(total), updates)

    @contextlib.contextmanager
    def pair(self, key):
        """Workers on two databases with the same leads: core alone, and the addon."""
        template = self.template(key)
        core, addon = self.new("core", template), self.new("addon", template)
        self.install(addon)
        with Worker(core) as core_worker, Worker(addon) as addon_worker:
            addon_worker.do("facts.fill")
            for name in (core, addon):
                self.settle(name)
            yield core_worker, addon_worker
        self.drop("core")
        self.drop("addon")

    @contextlib.contextmanager
    def single(self, key):
        """A worker on one database with the addon."""
        name = self.new("addon", self.template(key))
        self.install(name)
        with Worker(name) as worker:
            worker.do("facts.fill")
            self.settle(name)
            yield worker
        self.drop("addon")

    @contextlib.contextmanager
    def twins(self, key, fill=lambda worker: None):
        """Workers on two databases with the addon, alike when they are handed out.

        :param fill: function (worker) that adds to the first before it is copied
        """
        with self.single(key) as worker:
            fill(worker)
            self.settle(worker.database)
            worker.close()
            twin = self.new("twin", worker.database)
            with Worker(worker.database) as one, Worker(twin) as other:
                yield one, other
            self.drop("twin")
