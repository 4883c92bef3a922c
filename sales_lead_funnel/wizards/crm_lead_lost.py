from odoo import api, fields, models


class CrmLeadLost(models.TransientModel):
    _name = "crm.lead.lost"
    _inherit = ["funnel.intake.mixin", "crm.lead.lost"]

    funnel_competitor_id = fields.Many2one("funnel.competitor", string="Lost to")
    funnel_lesson = fields.Text(string="What was learnt")
    funnel_retry_date = fields.Date(string="Try again on")
    funnel_lead_name = fields.Char(
        compute="_compute_funnel_lead_name", export_string_translation=False
    )

    funnel_has_reasons = fields.Boolean(
        compute="_compute_funnel_has_reasons", export_string_translation=False
    )

    def _compute_funnel_has_reasons(self):
        """The dialog asks the reason, where there is one to choose."""
        reasons = self.env["crm.lost.reason"]
        self.funnel_has_reasons = bool(reasons.search_count([], limit=1))

    @api.depends("lead_ids")
    def _compute_funnel_lead_name(self):
        """Tell which lead is lost, or how many are."""
        for wizard in self:
            leads = wizard.lead_ids
            count = self.env._("%s leads", len(leads)) if len(leads) > 1 else False
            wizard.funnel_lead_name = count or leads.name

    def action_lost_reason_apply(self):
        """Complete the loss with what the dialog asked.

        It is not told in the chatter, whose followers get mails.
        """
        result = super().action_lost_reason_apply()
        leads = self.lead_ids.with_context(active_test=False)
        leads._funnel_tell_loss(self._funnel_prepare_told())
        return result

    def _funnel_prepare_told(self):
        told = {
            "competitor_id": self.funnel_competitor_id.id,
            "lesson": self.funnel_lesson,
            "retry_date": self.funnel_retry_date,
        }
        return {name: value for name, value in told.items() if value}
