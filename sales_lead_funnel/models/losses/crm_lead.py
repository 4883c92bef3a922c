from odoo import fields, models

from .funnel_loss import OPEN


class CrmLead(models.Model):
    """Every loss of a lead has its record, whatever path lost it (S0-24, D11)."""

    _inherit = "crm.lead"

    funnel_loss_ids = fields.One2many("funnel.loss", "lead_id", string="Losses")
    funnel_competitor_ids = fields.Many2many(
        "funnel.competitor", string="Competitors", help="Who else is in (S1-16)."
    )

    def _funnel_sync_reason(self):
        """Tell the open losses their reason. Only lost leads have one.

        Core writes the reason at every merge, so the others are not asked about.
        """
        lost = self.sudo().filtered(lambda lead: lead.won_status == "lost")
        if lost:
            self.env["funnel.loss"]._sync_reason(lost)

    def _funnel_follow_losses(self, old_status_by_lead, new_status_by_lead):
        """Open or close the loss of the leads whose state really changed.

        What the client bought, its other leads are told.

        :param old_status_by_lead: as core's ``_handle_won_lost`` has it
        """
        was = {id_ for id_, status in old_status_by_lead.items() if status["is_lost"]}
        now = {id_ for id_, status in new_status_by_lead.items() if status["is_lost"]}
        begun, ended = now - was, was - now
        lost = self.filtered(lambda lead: lead.id in begun)
        back = self.filtered(lambda lead: lead.id in ended)
        if lost:
            self.env["funnel.loss"]._open_for(lost)
            self._funnel_stop_waiting(lost)
        if back:
            self.env["funnel.loss"]._close_for(back)
        self._funnel_tell_bought(old_status_by_lead, new_status_by_lead)

    def _funnel_tell_bought(self, old_status_by_lead, new_status_by_lead):
        """Tell the other leads of a client what it bought, and those that come back."""
        was = {id_ for id_, status in old_status_by_lead.items() if status["is_won"]}
        now = {id_ for id_, status in new_status_by_lead.items() if status["is_won"]}
        changed = was ^ now
        bought = self.sudo().filtered(lambda lead: lead.id in changed)
        self._funnel_tell_clients(bought.partner_id.commercial_partner_id)
        closed = {
            id_ for id_, status in old_status_by_lead.items() if any(status.values())
        }
        back = self.filtered(
            lambda lead: lead.id in closed and lead.won_status == "pending"
        )
        if back:
            back.sudo()._funnel_follow_wins()

    def _funnel_stop_waiting(self, lost):
        if self.env["funnel.criterion"]._get_gates().asks_approval:
            self.env["funnel.stage.approval"]._close_overtaken(lost)

    def _funnel_prepare_loss_vals(self):
        """Return what a loss keeps of this lead. Override to keep more."""
        competitor = self.funnel_competitor_ids
        return {
            "lead_id": self.id,
            "stage_id": self.stage_id.id,
            "lost_reason_id": self.lost_reason_id.id,
            "amount": self.expected_revenue,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "grade_id": self.funnel_grade_id.id,
            "competitor_id": competitor.id if len(competitor) == 1 else False,
        }

    def _funnel_tell_loss(self, vals):
        """Complete the open losses of these leads with what a person tells."""
        losses = self.funnel_loss_ids.filtered(lambda loss: loss.state in OPEN)
        if vals:
            losses.write(vals)
        losses.filtered("lost_reason_id").action_complete()

    def _funnel_add_competitor(self, competitor):
        leads = self.filtered(lambda lead: competitor not in lead.funnel_competitor_ids)
        if leads:
            leads.write({"funnel_competitor_ids": [(4, competitor.id)]})

    def _funnel_take_competitors(self, opportunities):
        """The survivor met all competitors of the merged leads."""
        self.funnel_competitor_ids |= opportunities.funnel_competitor_ids
