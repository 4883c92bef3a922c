import logging
from functools import partial

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..base.batches import MET, attempt, try_again

_logger = logging.getLogger(__name__)

# Leads per UPDATE and per transaction of the cron. A larger batch is hardly
# faster, a smaller one holds its row locks for a shorter time.
UPDATE_BATCH = 10_000


class FunnelRegrade(models.AbstractModel):
    """Scores many leads at once, in SQL: the rules changed, or a day has passed.

    Gives the same as ``crm.lead._compute_funnel_score``, lead by lead.
    """

    _name = "funnel.regrade"
    _description = "Scores many leads at once"

    @api.model
    def _cron_regrade(self):
        """Score all open leads anew; commit batch by batch.

        Somebody may save one of the leads at the same moment: then it starts again.
        """
        try_again(self.env, partial(self._regrade, commit=True))

    @api.model
    def _regrade(self, domain=None, commit=False):
        """Score leads anew and store what changed.

        :param domain: leads to score; open ones by default
        :param bool commit: commit after each batch (crons only)
        :return: number of leads whose score, coverage or suggestion changed
        """
        leads = self.env["crm.lead"].sudo()
        leads.flush_model()
        asked = Domain(domain or [("won_status", "=", "pending")])
        changed = []
        for lead_model, theirs in leads._funnel_split_all_by_zone():
            changed += self._judge_all(lead_model, asked & theirs)
        self._store(changed, commit)
        leads.invalidate_model(leads._funnel_score_outputs(), flush=False)
        return len(changed)

    def _judge_all(self, lead_model, rest):
        """Return what changes of the leads of a domain, in their companies' time."""
        changed = []
        for card in self.env["funnel.scorecard"]._get_compiled():
            own = card.get_domain()
            judged = self._try_card(
                card, self._judge_card, lead_model, card, rest & own
            )
            changed += judged or []
            if judged is not None or self._can_be_searched(lead_model, card, own):
                rest &= ~own
        return changed + self._judge_rest(lead_model, rest)

    def _try_card(self, card, function, *args):
        """Ask the database about a card; one that fails is logged, the others go on.

        :return: what the function returns, None when it failed
        """
        try:
            with self.env.cr.savepoint():
                return function(*args)
        except MET:
            raise
        except Exception:
            name = self.env["funnel.scorecard"].sudo().browse(card.id).display_name
            _logger.exception("Scorecard %s fails: its leads are not scored", name)
            return None

    def _can_be_searched(self, lead_model, card, domain):
        """Is it known whose score a card that failed leaves as it is?"""
        found = self._try_card(card, lead_model.search_count, domain, 1)
        return found is not None

    def _judge_card(self, lead_model, card, domain):
        """Return ``[(id, write date, score, coverage, grade id)]`` of what changes."""
        query = lead_model._search(domain, active_test=False)
        grades = self.env["funnel.scorecard"]._get_grade_rules()
        criteria = [
            self._points_sql(lead_model, query, bands) for _key, bands in card.bands
        ]
        fits = [
            self._condition_sql(lead_model, query, domain)
            for _grade, _cut, domain in grades
        ]
        rows = self.env.execute_query(
            query.select(*self._current_sql(), *criteria, *fits)
        )
        judged, changed, first_fit = {}, [], 5 + len(criteria)
        for row in rows:
            answers = row[5:]
            new = judged.get(answers)
            if new is None:
                new = judged[answers] = self._judge(card, grades, row, first_fit)
            if new != row[2:5]:
                changed.append((*row[:2], *new))
        return changed

    def _judge(self, card, grades, row, first_fit):
        values = card.judge(row[5:first_fit], grades, row[first_fit:])
        return tuple(values.values())

    def _judge_rest(self, lead_model, domain):
        """Leads without a scorecard lose score and suggestion."""
        scored = Domain("funnel_score_coverage", "!=", 0)
        scored |= Domain("funnel_suggested_grade_id", "!=", False)
        query = lead_model._search(Domain(domain) & scored, active_test=False)
        rows = self.env.execute_query(query.select(*self._current_sql()[:2]))
        return [(*row, 0.0, 0.0, None) for row in rows]

    def _current_sql(self):
        """Id, write date, and the result so far in the order of ``judge``."""
        return (
            SQL("crm_lead.id"),
            SQL("crm_lead.write_date"),
            SQL("COALESCE(crm_lead.funnel_score, 0)::float"),
            SQL("COALESCE(crm_lead.funnel_score_coverage, 0)::float"),
            SQL("crm_lead.funnel_suggested_grade_id"),
        )

    def _points_sql(self, lead_model, query, bands):
        """Return points of the highest matching band, NULL if none matches."""
        if not bands:
            return SQL("NULL::float")
        cases = [
            SQL(
                "WHEN %s THEN %s",
                self._condition_sql(lead_model, query, domain),
                points,
            )
            for domain, points in bands
        ]
        return SQL("(CASE %s END)::float", SQL(" ").join(cases))

    def _condition_sql(self, lead_model, query, domain):
        domain = Domain(domain).optimize_full(lead_model)
        if domain.is_true():
            return SQL("TRUE")
        if domain.is_false():
            return SQL("FALSE")
        return SQL("(%s) IS TRUE", domain._to_sql(lead_model, lead_model._table, query))

    def _store(self, changed, commit):
        """Write the results and the ledger rows of changed suggestions.

        Batches after the first are a later transaction: a lead that somebody wrote
        meanwhile was scored then, and is left alone.
        """
        changed.sort()
        for count, batch in enumerate(split_every(UPDATE_BATCH, changed, list), 1):
            attempt(self.env, self._store_batch, batch, _logger)
            if commit:
                done = min(count * UPDATE_BATCH, len(changed))
                self.env["ir.cron"]._commit_progress(
                    len(batch), remaining=len(changed) - done
                )
        _logger.info("Scored leads anew: %d changed", len(changed))

    def _store_batch(self, batch):
        self._store_suggestions(batch)
        self._store_results(batch)

    def _store_results(self, batch):
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead lead
                   SET funnel_score = new.score,
                       funnel_score_coverage = new.coverage,
                       funnel_suggested_grade_id = new.grade
                  FROM unnest(%s, %s::timestamp[], %s, %s, %s::integer[])
                       AS new(id, seen, score, coverage, grade)
                 WHERE lead.id = new.id
                   AND lead.write_date IS NOT DISTINCT FROM new.seen
                """,
                *map(list, zip(*batch, strict=True)),
            )
        )

    def _store_suggestions(self, batch):
        """Append a grade change for every lead that will be suggested another."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO funnel_grade_change (
                    lead_id, from_grade_id, to_grade_id, kind, happened_at,
                    recorded_at, user_id)
                SELECT lead.id, lead.funnel_suggested_grade_id, new.grade,
                       'suggested', %(now)s, %(now)s, %(uid)s
                  FROM unnest(%(ids)s, %(seen)s::timestamp[], %(grades)s::integer[])
                       AS new(id, seen, grade)
                  JOIN crm_lead lead ON lead.id = new.id
                   AND lead.write_date IS NOT DISTINCT FROM new.seen
                 WHERE lead.funnel_suggested_grade_id IS DISTINCT FROM new.grade
                """,
                now=self.env.cr.now(),
                uid=self.env.uid,
                ids=[row[0] for row in batch],
                seen=[row[1] for row in batch],
                grades=[row[4] for row in batch],
            )
        )
        self.env["funnel.grade.change"].invalidate_model(flush=False)
