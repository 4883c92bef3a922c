from odoo import fields, models

from ..models.base.arguments import one_record


class FunnelApprovalRefusal(models.TransientModel):
    """Refuse requests to enter a stage, one or many, with the reason (S1-39)."""

    _name = "funnel.approval.refusal"
    _description = "Refuse stage approvals"
    _inherit = ["funnel.intake.mixin"]

    approval_ids = fields.Many2many("funnel.stage.approval", required=True)
    reason = fields.Text(required=True)

    @one_record
    def action_apply(self):
        self.approval_ids._refuse_because(self.reason)
        return {"type": "ir.actions.act_window_close"}
