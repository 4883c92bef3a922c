from odoo import models
from odoo.fields import Domain
from odoo.tools import formatLang

from ..models.figures.funnel_metrics_losses import AMOUNT, LOSS_KEYS
from ..tools.workbook import Column, Note, Sheet, Table
from .monthly_workbook import LOSS_FIGURES
from .work_sheets import IS_OPEN


class FunnelMonthlyWorkbook(models.AbstractModel):
    """Layout of the forms about stages and losses (F4, S0-24)."""

    _inherit = "funnel.monthly.workbook"

    def _get_gate_sheets(self, scope):
        yield self._get_standards(scope)
        yield self._get_stage_list(scope)
        yield self._get_losses(scope)

    def _get_standards(self, scope):
        """F4: the stages and what they ask."""
        _ = self.env._
        return self._make_sheet(
            _("Stage definition"),
            [
                Column(_("Stage name"), width=16),
                Column(_("Goal of the stage"), width=36),
                Column(_("Entry criteria"), width=44),
                Column(_("Drop-out criteria"), width=36),
                Column(_("Owner role"), width=18),
            ],
            self._read_standards(scope.team),
        )

    def _get_stage_list(self, scope):
        """Open opportunities with the stage they claim and the one they prove."""
        _ = self.env._
        domain = scope.domain & IS_OPEN & Domain("type", "=", "opportunity")
        return self._make_sheet(
            _("Stage list"),
            [
                Column(_("Lead no."), width=14),
                Column(_("Client name"), width=32),
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
            self._read_stage_list(domain),
        )

    def _get_losses(self, scope):
        """Loss analysis: the losses of the month, and counted five ways (S0-24, S3-10).

        The counts are those of the rows above; a restored lead counts no longer.
        """
        _ = self.env._
        states = self._get_labels("funnel.loss", "shown_state")
        rows = self._read_losses(self._get_loss_domain(scope))
        told = [(*row[:10], states[row[10]], row[11]) for row in rows]
        table = Table(self._get_loss_columns(), told)
        note = Note([self._get_loss_note()])
        blocks = [table, note, *self._count_losses(scope)]
        return Sheet(_("Loss analysis"), blocks, freeze=True)

    def _get_loss_note(self):
        return self.env._(
            "Restored leads are listed above, but the tables below do not count them; "
            "the lost leads among the key figures do."
        )

    def _get_loss_columns(self):
        _ = self.env._
        return [
            Column(_("Lead no."), width=16),
            Column(_("Client name"), width=32),
            Column(_("Lost in stage"), width=14),
            Column(_("Reason of the loss"), width=20),
            Column(_("Competitor"), width=16),
            Column(_("Lost amount"), "money"),
            Column(_("Grade")),
            Column(_("Lost on"), "date"),
            Column(_("What was learnt"), width=40),
            Column(_("Try again on"), "date"),
            Column(_("State"), width=12),
            Column(_("Owner"), width=14),
        ]

    def _get_loss_domain(self, scope):
        start, end = self._get_bounds(scope)
        lost = Domain("lost_at", ">=", start) & Domain("lost_at", "<", end)
        return Domain("lead_id", "any", scope.domain) & lost

    def _group_losses(self):
        """Return what losses are counted by: ``{groupby: (title, label)}``."""
        _ = self.env._
        return {
            "lost_reason_id": (_("By reason"), _("Reason of the loss")),
            "stage_id": (_("By stage"), _("Stage")),
            "competitor_id": (_("By competitor"), _("Competitor")),
            AMOUNT: (_("By amount"), _("Amount")),
            "funnel_grade_id": (_("By grade"), _("Grade")),
        }

    def _count_losses(self, scope):
        """Yield the tables of the figures of losses, each with the same total."""
        figures = self._get_loss_figures(scope)
        total = (self.env._("Total"), *(figures[code].value for code in LOSS_FIGURES))
        for groupby, (title, label) in self._group_losses().items():
            columns = [Column(label), *self._get_loss_figure_columns()]
            lines = self._list_loss_groups(scope, groupby)
            yield Table(columns, lines, title=title, total=total if lines else None)

    def _get_loss_figures(self, scope, groupby=None):
        period = scope.period
        return self.env["funnel.metrics"]._get_figures(
            LOSS_FIGURES, period.date_from, period.date_to, scope.domain, groupby
        )

    def _get_loss_figure_columns(self):
        specs = self.env["funnel.metrics"]._get_specs()
        kinds = zip(LOSS_FIGURES, ("integer", "percent", "money"), strict=True)
        return [Column(specs[code].label, kind) for code, kind in kinds]

    def _list_loss_groups(self, scope, groupby):
        """Return ``[(group, figure, …)]``, the most frequent group first."""
        figures = self._get_loss_figures(scope, groupby)
        lines = [
            (
                self._get_loss_group(groupby, key),
                *(figures[code][key].value for code in LOSS_FIGURES),
            )
            for key in figures["loss_count"]
        ]
        return sorted(lines, key=lambda line: (-line[1], line[0]))

    def _get_loss_group(self, groupby, key):
        """Return the name of a group: that of the record, or the range of amounts."""
        if key is False:
            return self.env._("(not told)")
        if groupby == AMOUNT:
            bounds = (10**key, 10 ** (key + 1) - 1)
            return " – ".join(formatLang(self.env, n, digits=0) for n in bounds)
        model = self.env["funnel.loss"]._fields[LOSS_KEYS[groupby]].comodel_name
        return self.env[model].browse(key).name
