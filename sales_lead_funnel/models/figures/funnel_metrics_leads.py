from types import SimpleNamespace

from odoo import models
from odoo.tools import SQL

from ...tools import figures
from ...tools.periods import days_between
from .funnel_metrics_base import Amounts, Spec


class FunnelMetrics(models.AbstractModel):
    """Figures of leads: register, wins, losses, cycle, grades, sources."""

    _inherit = "funnel.metrics"

    def _get_lead_specs(self):
        return {
            **self._get_obtained_specs(),
            **self._get_closing_specs(),
            **self._get_cycle_specs(),
            **self._get_graded_specs(),
        }

    def _get_obtained_specs(self):
        _ = self.env._
        return {
            "lead_count": Spec(
                _("New leads"),
                "_read_obtained",
                _lead_count,
                _("leads obtained in the period (recorded, where that is unknown)"),
            ),
            "score_mean": Spec(
                _("Average score"),
                "_read_obtained",
                _score_mean,
                _("mean score of the new leads of which something is known"),
            ),
            "entered_on_time": Spec(
                _("Entered within 24 h"),
                "_read_obtained",
                _entered_on_time,
                _(
                    "share of new leads recorded at most 24 hours after they were "
                    "obtained"
                ),
            ),
        }

    def _get_closing_specs(self):
        _ = self.env._
        return {
            "won_count": Spec(
                _("Won leads"),
                "_read_closings",
                _won_count,
                _("leads won in the period and not reopened in it"),
            ),
            "lost_count": Spec(
                _("Lost leads"),
                "_read_closings",
                _lost_count,
                _("leads lost in the period and not restored in it"),
            ),
            "won_amount": Spec(
                _("Won amount"),
                "_read_closings",
                _won_amount,
                _(
                    "expected revenue of the won leads, at the rate of the day they "
                    "were won"
                ),
            ),
            "win_rate": Spec(
                _("Win rate"),
                "_read_closings",
                _win_rate,
                _("won ÷ (won + lost), by closing date"),
            ),
        }

    def _get_cycle_specs(self):
        _ = self.env._
        return {
            "cycle_days_mean": Spec(
                _("Average closing cycle (days)"),
                "_read_closings",
                _cycle_mean,
                _(
                    "mean days from the lead being obtained to being won, of the leads "
                    "won in the period"
                ),
            ),
            "cycle_days_median": Spec(
                _("Median closing cycle (days)"),
                "_read_closings",
                _cycle_median,
                _("as above, the middle one: not moved by a few very long deals"),
            ),
        }

    def _get_graded_specs(self):
        _ = self.env._
        return {
            "grade_win_rate": Spec(
                _("Win rate of graded leads"),
                "_read_first_reviews",
                _share_won,
                _(
                    "won so far ÷ leads whose grade was first reviewed in the period, "
                    "by that first grade"
                ),
            ),
            "source_conversion": Spec(
                _("Conversion of the source"),
                "_read_cohort",
                _share_won,
                _(
                    "won within the horizon ÷ leads obtained in the period; told once "
                    "all are that old"
                ),
            ),
        }

    def _read_obtained(self, start, end, domain, groupby):
        """Leads obtained in the period; recorded-at stands in where unknown.

        :return: ``{key: SimpleNamespace(leads, known, on_time, scored, score)}``
        """
        rows = self._read_rows(
            SQL(
                """
                SELECT leads.key,
                       count(*),
                       count(lead.funnel_obtained_at),
                       count(*) FILTER (WHERE lead.create_date
                           - lead.funnel_obtained_at <= interval '24 hours'),
                       count(*) FILTER (WHERE lead.funnel_score_coverage > 0),
                       COALESCE(sum(lead.funnel_score)
                           FILTER (WHERE lead.funnel_score_coverage > 0), 0)::float
                  FROM (%(leads)s) leads
                  JOIN crm_lead lead ON lead.id = leads.id
                 WHERE COALESCE(lead.funnel_obtained_at, lead.create_date) >= %(start)s
                   AND COALESCE(lead.funnel_obtained_at, lead.create_date) < %(end)s
                 GROUP BY leads.key
                """,
                leads=self._get_leads_sql(domain, groupby),
                start=start,
                end=end,
            )
        )
        names = ("leads", "known", "on_time", "scored", "score")
        return {
            key: SimpleNamespace(**dict(zip(names, data, strict=True)))
            for key, *data in rows
        }

    def _read_closings(self, start, end, domain, groupby):
        """Leads won or lost in the period and still so at its end (M5, M7).

        Only the ledger of the leads that count is read: those that met a competitor
        are few among many. Leads that were merged into them since count as they did
        before.

        :return: ``{key: SimpleNamespace(won, lost, amounts, days)}``; days from the
            lead being obtained to being won, one per win
        """
        result = {}
        rows = self._read_rows(self._get_closings_sql(start, end, domain, groupby))
        for key, status, closed_at, day, obtained_at, amount, company_id in rows:
            if key not in result:
                amounts = Amounts(self._to_company_currency)
                result[key] = SimpleNamespace(won=0, lost=0, amounts=amounts, days=[])
            data = result[key]
            if status == "lost":
                data.lost += 1
                continue
            data.won += 1
            data.amounts.add(amount, company_id, day)
            data.days.append(max(0.0, days_between(obtained_at, closed_at)))
        return result

    def _get_closings_sql(self, start, end, domain, groupby):
        """Return the query: key, status, when, day, obtained, amount, company."""
        return SQL(
            """
            WITH leads AS (%(leads)s),
            closing AS (
                SELECT DISTINCT ON (lead_id) lead_id, to_status, happened_at,
                       NULL::float AS amount, NULL::timestamp AS began
                  FROM funnel_stage_move
                 WHERE happened_at < %(end)s
                   AND lead_id IN (SELECT id FROM leads)
                   AND to_status IS DISTINCT FROM from_status
                 ORDER BY lead_id, id DESC
            ),
            merged AS (%(merged)s)
            SELECT leads.key, closing.to_status, closing.happened_at, %(day)s,
                   COALESCE(closing.began, lead.funnel_obtained_at,
                            lead.create_date),
                   COALESCE(closing.amount, lead.expected_revenue, 0)::float,
                   lead.company_id
              FROM leads
              JOIN crm_lead lead ON lead.id = leads.id
              JOIN (SELECT * FROM closing UNION ALL SELECT * FROM merged) closing
                ON closing.lead_id = leads.id
             WHERE closing.happened_at >= %(start)s
               AND closing.to_status IN ('won', 'lost')
            """,
            day=self._local_day(SQL("closing.happened_at")),
            leads=self._get_leads_sql(domain, groupby),
            merged=self._get_merged_closings_sql(end),
            start=start,
            end=end,
        )

    def _get_merged_closings_sql(self, end):
        """Return a SELECT of the closings of leads that were merged away.

        Each such lead is known by its number and name; it began with its first row.
        Rows that went to the survivor before amounts were kept with them are left out:
        they count for nothing, neither as wins of no amount nor as losses without loss.
        """
        return SQL(
            """
            SELECT DISTINCT ON (merged_into_id, merged_lead_label)
                   merged_into_id AS lead_id, to_status, happened_at,
                   merged_amount::float AS amount,
                   min(happened_at) OVER (
                       PARTITION BY merged_into_id, merged_lead_label) AS began
              FROM funnel_stage_move
             WHERE happened_at < %s AND lead_id IS NULL
               AND merged_amount IS NOT NULL
               AND merged_into_id IN (SELECT id FROM leads)
               AND to_status IS DISTINCT FROM from_status
             ORDER BY merged_into_id, merged_lead_label, id DESC
            """,
            end,
        )

    def _read_first_reviews(self, start, end, domain, groupby):
        """Leads whose grade was first reviewed in the period (M7, D12).

        :return: ``{key: SimpleNamespace(leads, won, mature)}``
        """
        by_grade = groupby == "funnel_grade_id"
        rows = self._read_rows(
            SQL(
                """
                WITH review AS (
                    SELECT DISTINCT ON (lead_id) lead_id, to_grade_id, happened_at
                      FROM funnel_grade_change
                     WHERE kind = 'reviewed' AND lead_id IS NOT NULL
                     ORDER BY lead_id, id
                )
                SELECT %(key)s, count(*),
                       count(*) FILTER (WHERE lead.won_status = 'won')
                  FROM (%(leads)s) leads
                  JOIN crm_lead lead ON lead.id = leads.id
                  JOIN review ON review.lead_id = leads.id
                 WHERE review.happened_at >= %(start)s AND review.happened_at < %(end)s
                 GROUP BY 1
                """,
                key=SQL("review.to_grade_id") if by_grade else SQL("leads.key"),
                leads=self._get_leads_sql(
                    domain, groupby, own_keys=("funnel_grade_id",)
                ),
                start=start,
                end=end,
            )
        )
        return {
            key: SimpleNamespace(leads=leads, won=won, mature=True)
            for key, leads, won in rows
        }

    def _read_cohort(self, start, end, domain, groupby):
        """Leads obtained in the period, and those won within the horizon (M2, M9).

        A win that was taken back within the horizon is none. A cohort is published once
        all of it is as old as the horizon.

        :return: ``{key: SimpleNamespace(leads, won, mature)}``
        """
        horizon = self.env.company.funnel_win_horizon
        rows = self._read_rows(
            SQL(
                """
                SELECT leads.key, count(*),
                       count(*) FILTER (WHERE 'won' = (
                           SELECT move.to_status FROM funnel_stage_move move
                            WHERE move.lead_id = lead.id
                              AND move.happened_at <= lead.obtained + %(horizon)s
                            ORDER BY move.id DESC LIMIT 1)),
                       max(lead.obtained) + %(horizon)s <= %(now)s
                  FROM (%(leads)s) leads
                  JOIN (SELECT id, COALESCE(funnel_obtained_at, create_date) AS obtained
                          FROM crm_lead) lead ON lead.id = leads.id
                 WHERE lead.obtained >= %(start)s AND lead.obtained < %(end)s
                 GROUP BY leads.key
                """,
                leads=self._get_leads_sql(domain, groupby),
                horizon=SQL("make_interval(days => %s)", horizon),
                start=start,
                end=end,
                now=self.env.cr.now(),
            )
        )
        return {
            key: SimpleNamespace(leads=leads, won=won, mature=mature)
            for key, leads, won, mature in rows
        }


# Each turns the data of one key, or None, into a Figure.


def _lead_count(data):
    return figures.count(data.leads if data else 0)


def _score_mean(data):
    scored = data.scored if data else 0
    return figures.ratio(data.score if data else 0.0, scored, "score", scored)


def _entered_on_time(data):
    return figures.rate(data.on_time, data.known) if data else figures.rate(0, 0)


def _won_count(data):
    return figures.count(data.won if data else 0)


def _lost_count(data):
    return figures.count(data.lost if data else 0)


def _won_amount(data):
    return figures.money(data.amounts.total() if data else 0.0, data.won if data else 0)


def _win_rate(data):
    return figures.rate(data.won, data.won + data.lost) if data else figures.rate(0, 0)


def _cycle_mean(data):
    return figures.mean(data.days if data else [], "days")


def _cycle_median(data):
    return figures.middle(data.days if data else [], "days")


def _share_won(data):
    if not data:
        return figures.rate(0, 0)
    return figures.rate(data.won, data.leads, value=data.mature)
