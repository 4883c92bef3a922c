from odoo import models
from odoo.fields import Domain

from .funnel_activity_mixin import CONTACTS
from .mail_activity import STAGE_DATA


class FunnelPlanMixin(models.AbstractModel):
    """What becomes of planned contacts when their lead changes hands, or closes."""

    _name = "funnel.plan.mixin"
    _description = "Planned contacts that follow their lead"

    def write(self, vals):
        owners = self.sudo()._funnel_get_owners() if "user_id" in vals else {}
        result = super().write(vals)
        self.sudo()._funnel_hand_over(owners)
        return result

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        closed = self.filtered(
            lambda lead: (
                lead.id in old_status_by_lead  # new leads have no plans
                and any(new_status_by_lead[lead.id].values())
                and not any(old_status_by_lead[lead.id].values())
            )
        )
        if closed:
            closed._funnel_get_open(self._funnel_get_ended_domain()).unlink()
        return result

    def _funnel_get_ended_domain(self):
        """Return which open activities nobody needs once a lead is won or lost."""
        ended = Domain("funnel_purpose", "in", (*CONTACTS, "escalation"))
        data = self.env.ref(STAGE_DATA, raise_if_not_found=False)
        return ended | Domain("activity_type_id", "=", data.id) if data else ended

    def _funnel_get_owners(self):
        """Return ``{lead id: user}`` of leads that have one; others have no plans."""
        return {lead.id: lead.user_id for lead in self if lead.user_id}

    def _funnel_hand_over(self, owners):
        """Pass open contacts of the owners on to who has the lead now, quietly.

        Where that is nobody, or cannot be asked, they end.

        :param dict owners: who had them before, as ``_funnel_get_owners`` returns it
        """
        changed = self.filtered(
            lambda lead: lead.id in owners and lead.user_id != owners[lead.id]
        )
        if not changed:
            return
        planned = changed._funnel_get_open([("funnel_purpose", "in", CONTACTS)])
        planned = planned.filtered(lambda act: act.user_id == owners[act.res_id])
        if not planned:
            return
        able = changed.filtered(
            lambda lead: lead.user_id and lead._funnel_can_ask(lead.user_id)
        )
        kept = planned.filtered(lambda act: act.res_id in able.ids)
        (planned - kept).unlink()
        if kept:
            kept = kept.with_context(mail_activity_quick_update=True)
            kept.write({"user_id": able.user_id.id})  # leads written at once have one
            able._funnel_drop_double_plans()
