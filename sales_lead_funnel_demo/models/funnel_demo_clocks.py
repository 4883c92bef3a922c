from odoo import models
from odoo.tools import SQL

# When a row was written down, by what it tells; each ends before today's seeding.
WRITTEN = {
    "funnel_followup": SQL("paper.recorded_at"),
    "funnel_loss": SQL("paper.lost_at"),
    "funnel_evaluation": SQL("paper.date + time '09:00'"),
    "funnel_stakeholder": SQL(
        "COALESCE((SELECT min(log.happened_at) FROM funnel_followup log"
        " WHERE log.lead_id = paper.lead_id), lead.create_date)"
    ),
    "funnel_closing_step": SQL(
        "(SELECT max(move.happened_at) FROM funnel_stage_move move"
        " WHERE move.lead_id = paper.lead_id AND move.to_status = 'pending')"
    ),
}


class FunnelDemoClocks(models.AbstractModel):
    """Sets both clocks of what was acted out: when it happened, when it was entered.

    The ledgers note today as the day on which they learnt of it. By SQL, because
    nobody can change a ledger through the ORM.
    """

    _name = "funnel.demo.clocks"
    _description = "Demo data of the times of entry"

    def _date_births(self, leads):
        """A lead is known, and scored, since it was entered.

        Before the events, because the history of a merged lead loses its name.
        """
        born = SQL(
            "unnest(%s, %s) AS born(id, at)",
            [lead.id for lead in leads.values()],
            [plan.recorded for plan in leads],
        )
        for update in (
            SQL("funnel_stage_move ledger SET recorded_at = born.at"),
            SQL(
                "funnel_grade_change ledger"
                " SET happened_at = born.at, recorded_at = born.at"
            ),
        ):
            self._update(SQL("%s FROM %s WHERE ledger.lead_id = born.id", update, born))

    def _date_ledgers(self, leads):
        """What people did they entered at once."""
        for table in ("funnel_stage_move", "funnel_grade_change"):
            self._update(
                SQL(
                    "%(table)s SET recorded_at = happened_at"
                    " WHERE recorded_at >= %(now)s AND happened_at < %(now)s"
                    " AND (lead_id = ANY(%(ids)s) OR merged_into_id = ANY(%(ids)s))",
                    table=SQL.identifier(table),
                    now=self.env.cr.now(),
                    ids=[lead.id for lead in leads.values()],
                )
            )

    def _date_papers(self, leads):
        """Papers on leads are as old as what they tell."""
        for table, written in WRITTEN.items():
            self._update(
                SQL(
                    "%s paper SET create_date = LEAST(paper.create_date, %s)"
                    " FROM crm_lead lead"
                    " WHERE lead.id = paper.lead_id AND lead.id = ANY(%s)",
                    SQL.identifier(table),
                    written,
                    [lead.id for lead in leads.values()],
                )
            )
        self._date_answers(leads)

    def _date_answers(self, leads):
        """Losses that came back, and requests that were refused, the day after."""
        ids = [lead.id for lead in leads.values()]
        self._update(
            SQL(
                """
                funnel_loss loss SET reopened_at = (
                       SELECT min(happened_at) FROM funnel_stage_move move
                        WHERE move.lead_id = loss.lead_id
                          AND move.from_status = 'lost' AND move.to_status != 'lost'
                          AND move.happened_at >= loss.lost_at)
                 WHERE loss.reopened_at IS NOT NULL AND loss.lead_id = ANY(%s)
                """,
                ids,
            )
        )
        self._update(
            SQL(
                """
                funnel_stage_approval
                   SET answered_at = create_date + interval '1 day'
                 WHERE answered_at >= %s AND lead_id = ANY(%s)
                """,
                self.env.cr.now(),
                ids,
            )
        )

    def _update(self, statement):
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE %s", statement))
        self.env.invalidate_all()
