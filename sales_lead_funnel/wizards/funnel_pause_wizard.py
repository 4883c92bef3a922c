from odoo import fields, models

from ..models.base.arguments import one_record


class FunnelPauseWizard(models.TransientModel):
    """Pause leads with a reason and a day to resume."""

    _name = "funnel.pause.wizard"
    _description = "Pause leads"
    _inherit = ["funnel.intake.mixin"]

    lead_ids = fields.Many2many("crm.lead", string="Leads", required=True)
    reason = fields.Char(required=True)
    resume_date = fields.Date(string="Resume on", required=True)

    @one_record
    def action_apply(self):
        self.lead_ids.funnel_pause(self.reason, self.resume_date)
        return {"type": "ir.actions.act_window_close"}
