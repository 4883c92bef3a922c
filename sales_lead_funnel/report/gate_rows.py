from odoo import models
from odoo.tools import SQL

from .lead_rows import LeadColumns


class FunnelMonthlyWorkbook(models.AbstractModel):
    """Reads stages and losses as rows of forms; record rules apply."""

    _inherit = "funnel.monthly.workbook"

    def _read_standards(self, team):
        """Return rows of F4, in the order of the stages.

        Columns: stage, goal, entry criteria, drop-out criteria, owner role; criteria
        numbered, one a line.

        :param team: ``crm.team`` record; empty for the stages of all teams
        """
        domain = ["|", ("team_ids", "=", False), ("team_ids", "in", team.ids)]
        stages = self.env["crm.stage"].search(domain if team else [])
        return [
            (
                stage.name,
                stage.funnel_goal or None,
                self._list_criteria(stage.funnel_criterion_ids),
                self._list_criteria(stage.funnel_dropout_ids),
                stage.funnel_owner_role or None,
            )
            for stage in stages
        ]

    def _list_criteria(self, criteria):
        """Return ``"1. …\\n2. …"``, advisory and approving ones marked."""
        effects = dict(criteria._fields["effect"]._description_selection(self.env))
        lines = []
        for number, criterion in enumerate(criteria, 1):
            line = f"{number}. {criterion.display_name}"
            if criterion.direction == "entry" and criterion.effect != "block":
                line += f" ({effects[criterion.effect]})"
            lines.append(line)
        return "\n".join(lines) or None

    def _read_stage_list(self, domain):
        """Return open opportunities by stage, the longest in it first.

        Columns: number, client, opportunity, stage, entered on (local date), proven
        stage, stages above proof, grade, amount, expected close, owner.
        """
        leads = self.env["crm.lead"]
        self.env.flush_all()
        order = "stage_id, date_last_stage_update, id"
        columns = LeadColumns(leads, leads._search(domain, order=order))
        return self._fetch(
            columns,
            columns.field("funnel_code"),
            columns.client(),
            columns.field("name"),
            columns.related("stage_id"),
            columns.local_date(self._entered_at(columns)),
            columns.related("funnel_proven_stage_id"),
            SQL("NULLIF(%s, 0)", columns.field("funnel_stage_gap")),
            columns.related("funnel_grade_id"),
            columns.amount("expected_revenue"),
            columns.field("date_deadline"),
            columns.owner(),
        )

    def _entered_at(self, columns):
        """When the lead came into its stage by the ledger, not by core's clock."""
        return SQL(
            """(SELECT max(move.happened_at) FROM funnel_stage_move move
                 WHERE move.lead_id = %(lead)s AND move.to_stage_id = %(stage)s
                   AND move.from_stage_id IS DISTINCT FROM move.to_stage_id)""",
            lead=columns.field("id"),
            stage=columns.field("stage_id"),
        )

    def _read_losses(self, domain):
        """Return rows of the loss analysis, oldest first.

        Columns: number, client, stage, reason, competitor, amount, grade, lost on
        (local date), lesson, try again on, state, owner then.
        """
        columns = self._open_work("funnel.loss", domain, "lost_at, id")
        return self._fetch(
            columns,
            columns.lead.field("funnel_code"),
            columns.lead.client(),
            SQL(
                "COALESCE(%s, %s)",
                columns.related("stage_id"),
                columns.field("deleted_stage"),
            ),
            columns.related("lost_reason_id"),
            columns.related("competitor_id"),
            columns.amount("amount"),
            columns.related("grade_id"),
            SQL("%s::date", columns.local_time("lost_at")),
            columns.field("lesson"),
            columns.field("retry_date"),
            SQL(
                "CASE WHEN %s IS NULL THEN %s ELSE 'merged' END",
                columns.field("merged_lead_label"),
                columns.field("state"),
            ),
            columns.user("user_id"),
        )
