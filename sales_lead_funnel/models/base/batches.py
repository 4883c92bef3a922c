"""Jobs of crons: batch by batch, on from where they ran out of time."""

import logging
import random
import time
from functools import partial

from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.service.model import (
    MAX_TRIES_ON_CONCURRENCY_FAILURE,
    PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
)

_logger = logging.getLogger(__name__)

# Two transactions met: nothing is wrong with the record, the work is done again.
MET = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)

# Parameter of a job that was cut off: “number of the step:last id:version”.
RESUME_KEY = "sales_lead_funnel.resume_%s"


class ResumePoint:
    """Where a job stopped for lack of time.

    Core calls a job again and again, with less and less time; what it did may fit its
    domain as before.
    """

    def __init__(self, env, job, version):
        self._parameters = env["ir.config_parameter"].sudo()
        self._key, self._version = RESUME_KEY % job, version
        position = self._parameters.get_param(self._key)
        self._is_kept = bool(position)
        number, last, known = (position or "0:0:").split(":", 2)
        is_same = known == version
        self._number = int(number) if is_same else 0
        self._last = int(last) if is_same else 0

    def leave_out_done(self, work):
        """Return ``[(number, domain, step)]`` of what is still to be done."""
        return [
            (number, self._leave_out(number, Domain(domain)), step)
            for number, (domain, step) in enumerate(work)
            if number >= self._number
        ]

    def _leave_out(self, number, domain):
        is_begun = number == self._number and self._last
        return domain & Domain("id", ">", self._last) if is_begun else domain

    def keep(self, number, last):
        """Stop here. Written once per run: each write clears the caches."""
        self._parameters.set_param(self._key, f"{number}:{last}:{self._version}")

    def clear(self):
        """All is done: the next run starts anew."""
        if self._is_kept:
            self._parameters.set_param(self._key, False)


def get_version(*models):
    """Return what differs once such rules are changed: jobs start anew then."""
    found = []
    for rules in models:
        rules = rules.sudo().with_context(active_test=False)
        found += rules._read_group([], [], ["__count", "write_date:max"])
    return " ".join(f"{count} {changed}" for count, changed in found)


def run_in_batches(records, job, size, *work, version="", logger=_logger):
    """Run steps on the records of their domains, committing after each batch.

    When time is out, the next run goes on there. A record that fails is logged and left
    out (:func:`attempt`); where another transaction was met, the batch is done again.

    :param records: the model, in the environment to search and to work in
    :param str job: name of the job, for its resume point
    :param int size: records per transaction
    :param work: pairs of a domain and the step for one batch, in this order
    :param str version: of the rules it follows; if another, it starts anew
    :param logger: of the job, which tells of records that are left out
    :return: number of records on which it went well
    """
    env, progress = records.env, records.env["ir.cron"]._commit_progress
    env.flush_all()  # domains may be SQL
    point = ResumePoint(env, job, version)
    work = point.leave_out_done(work)
    remaining = sum(records.search_count(domain) for _number, domain, _step in work)
    if remaining:
        progress(remaining=remaining)
    done = 0
    for number, batch, step in _get_batches(records, size, work):
        done += try_again(env, partial(attempt, env, step, batch, logger))
        remaining = max(remaining - len(batch), 0)
        time_left = progress(len(batch), remaining=remaining)
        env.invalidate_all()
        if remaining and not time_left:
            point.keep(number, batch[-1].id)
            return done
    if remaining:  # some are gone meanwhile
        progress(remaining=0)
    point.clear()
    return done


def _get_batches(records, size, work):
    """Yield ``(number, batch, step)`` by id, looking each batch up when it is due."""
    for number, domain, step in work:
        last = 0
        while batch := records.search(
            domain & Domain("id", ">", last), order="id", limit=size
        ):
            last = batch[-1].id
            yield number, batch, step


def attempt(env, step, items, logger):
    """Run a step on all items at once; if it fails, on halves, down to who is to blame.

    An item that fails alone is logged and left as it was; the others are done.

    :param items: records, or a list of whatever the step takes
    :param logger: of the job
    :return: number of items on which it went well
    :raise Exception: one of ``MET``, after which the transaction is to be done again
    """
    if not items:
        return 0
    try:
        with env.cr.savepoint():
            step(items)
    except MET:
        raise
    except Exception:
        if len(items) > 1:
            middle = len(items) // 2
            halves = (items[:middle], items[middle:])
            return sum(attempt(env, step, half, logger) for half in halves)
        logger.exception("%s is left out", _tell(items))
        return 0
    return len(items)


def _tell(items):
    """Name an item for the log, where it can be read at all."""
    try:
        return f"{items} ({items.display_name})"
    except (ArithmeticError, AttributeError, LookupError, UserError, ValueError):
        return str(items)


def try_again(env, function, tries=MAX_TRIES_ON_CONCURRENCY_FAILURE):
    """Call a function, and again in a new transaction while another one is met.

    Only crons may begin anew: what was done before in their transaction is committed.
    Elsewhere the error goes on to the server, which repeats the whole request.

    :return: what the function returns
    """
    try:
        return function()
    except MET as error:
        if tries <= 1 or not env.context.get("ir_cron_progress_id"):
            raise
        _logger.info("%s: done again", error)
    env.cr.rollback()
    time.sleep(random.uniform(0, 1 / tries))
    return try_again(env, function, tries - 1)
