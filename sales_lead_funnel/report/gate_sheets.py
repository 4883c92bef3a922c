from odoo import models
from odoo.fields import Domain

from ..tools.workbook import Column, Sheet, Table
from .work_sheets import IS_OPEN

BY_REASON, BY_STAGE, BY_COMPETITOR, BY_GRADE = 3, 2, 4, 6  # columns of the losses


class FunnelGateSheets(models.AbstractModel):
    """Layout of the forms about stages and losses (F4, S0-24)."""

    _inherit = "funnel.work.sheets"

    def _get_sheets(self, scope):
        yield self._get_standards(scope)
        yield self._get_stage_list(scope)
        yield self._get_losses(scope)
        yield from super()._get_sheets(scope)

    def _get_standards(self, scope):
        """F4: the stages and what they ask."""
        _ = self.env._
        return self._make_sheet(
            _("Stage definition"),
            [
                Column(_("Stage name"), width=16),
                Column(_("Goal of the stage"), width=36, wrap=True),
                Column(_("Entry criteria"), width=44, wrap=True),
                Column(_("Drop-out criteria"), width=36, wrap=True),
                Column(_("Owner role"), width=18),
            ],
            self.env["funnel.gate.rows"]._read_standards(scope.team),
        )

    def _get_stage_list(self, scope):
        """Open opportunities with the stage they claim and the one they prove."""
        _ = self.env._
        domain = scope.domain & IS_OPEN & Domain("type", "=", "opportunity")
        return self._make_sheet(
            _("Stage list"),
            [
                Column(_("Lead no."), width=14),
                Column(_("Client name"), width=28),
                Column(_("Opportunity name"), width=28),
                Column(_("Stage"), width=14),
                Column(_("Entered on"), "date"),
                Column(_("Proven stage"), width=14),
                Column(_("Stages above proof"), "integer", width=18, dash=True),
                Column(_("Grade")),
                Column(_("Expected amount"), "money"),
                Column(_("Expected close"), "date"),
                Column(_("Owner"), width=14),
            ],
            self.env["funnel.gate.rows"]._read_stage_list(domain),
        )

    def _get_losses(self, scope):
        """Loss analysis: the losses of the month, and counted four ways (S0-24, S3-10).

        The counts are those of the rows above; a restored lead counts no longer.
        """
        _ = self.env._
        states = self._get_labels("funnel.loss", "state")
        rows = self.env["funnel.gate.rows"]._read_losses(self._get_loss_domain(scope))
        told = [(*row[:10], states[row[10]], row[11]) for row in rows]
        counted = [row for row in rows if row[10] != "reopened"]
        return Sheet(
            _("Loss analysis"),
            [
                Table(self._get_loss_columns(), told),
                self._count_losses(_("By reason"), _("Reason"), counted, BY_REASON),
                self._count_losses(_("By stage"), _("Stage"), counted, BY_STAGE),
                self._count_losses(
                    _("By competitor"), _("Competitor"), counted, BY_COMPETITOR
                ),
                self._count_losses(_("By grade"), _("Grade"), counted, BY_GRADE),
            ],
        )

    def _get_loss_columns(self):
        _ = self.env._
        return [
            Column(_("Lead no."), width=16),
            Column(_("Client name"), width=28),
            Column(_("Lost in stage"), width=14),
            Column(_("Reason of the loss"), width=20, wrap=True),
            Column(_("Competitor"), width=16),
            Column(_("Lost amount"), "money"),
            Column(_("Grade")),
            Column(_("Lost on"), "date"),
            Column(_("What was learnt"), width=40, wrap=True),
            Column(_("Try again on"), "date"),
            Column(_("State"), width=12),
            Column(_("Owner"), width=14),
        ]

    def _get_loss_domain(self, scope):
        start, end = self._get_bounds(scope)
        lost = Domain("lost_at", ">=", start) & Domain("lost_at", "<", end)
        return Domain("lead_id", "any", scope.domain) & lost

    def _count_losses(self, title, label, rows, column):
        """Count losses and amounts per value of a column, the most frequent first."""
        groups = {}
        for row in rows:
            groups.setdefault(row[column] or self.env._("(not told)"), []).append(row)
        lines = [
            (
                name,
                len(group),
                len(group) / len(rows),
                sum(row[5] or 0 for row in group),
            )
            for name, group in groups.items()
        ]
        lines.sort(key=lambda line: (-line[1], line[0]))
        return Table(
            [
                Column(label),
                Column(self.env._("Losses"), "integer"),
                Column(self.env._("Share"), "percent"),
                Column(self.env._("Lost amount"), "money"),
            ],
            lines,
            title=title,
        )
