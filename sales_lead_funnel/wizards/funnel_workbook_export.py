import base64
from io import BytesIO

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.base.arguments import one_record
from ..models.base.zones import get_person_day
from ..tools.periods import period_of

EXPORT_GROUP = "base.group_allow_export"


class FunnelWorkbookExport(models.TransientModel):
    """Asks which month, team and company, and hands out the workbook (S0-29, S0-33)."""

    _name = "funnel.workbook.export"
    _description = "Monthly review workbook"
    _inherit = ["funnel.intake.mixin"]

    month = fields.Date(required=True, default=lambda self: self._default_month())
    period_label = fields.Char(compute="_compute_period_label")
    team_id = fields.Many2one("crm.team", check_company=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary(readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    def _default_month(self):
        """Last month, in full."""
        return get_person_day(self.env) + relativedelta(months=-1, day=1)

    @api.depends("month")
    def _compute_period_label(self):
        for wizard in self:
            period = period_of("month", wizard.month) if wizard.month else None
            wizard.period_label = period and period.label

    @one_record
    def action_export(self):
        """Make the workbook; return the action that downloads it and closes."""
        self._check_may_export()
        stream = BytesIO()
        workbook = self.env["funnel.monthly.workbook"].with_company(self.company_id)
        self.filename = workbook._write_to(stream, self.month, self.team_id)
        self.file = base64.b64encode(stream.getvalue())
        url = f"/web/content/{self._name}/{self.id}/file/{self.filename}?download=true"
        return {
            "type": "ir.actions.client",
            "tag": "funnel_download",
            "params": {"url": url},
        }

    def _check_may_export(self):
        if not self.env.su and not self.env.user.has_group(EXPORT_GROUP):
            raise AccessError(
                self.env._(
                    "You may not export data. Ask an administrator to give you the "
                    "right “Access to export feature”."
                )
            )
