"""Jobs of crons: batch by batch, on from where they ran out of time."""

from odoo.fields import Domain

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


def run_in_batches(records, job, size, *work, version=""):
    """Run steps on the records of their domains, committing after each batch.

    When time is out, the next run goes on there.

    :param records: the model, in the environment to search and to work in
    :param str job: name of the job, for its resume point
    :param int size: records per transaction
    :param work: pairs of a domain and the step for one batch, in this order; a step
        returns the number of records on which it went well
    :param str version: of the rules it follows; if another, it starts anew
    :return: number of records done
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
        done += step(batch)
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
