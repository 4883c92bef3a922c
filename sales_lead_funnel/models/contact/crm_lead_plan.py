from odoo import models
from odoo.fields import Domain

from ..base.funnel_activity_mixin import CONTACTS
from ..base.mail_activity import CALL, STAGE_DATA

REOPENERS = {"active", "probability", "stage_id"}  # what may take a lead back


class CrmLead(models.Model):
    """What becomes of planned contacts when their lead changes hands, closes, comes
    back, or is merged: one plan, of who has the lead, for the day it is due.
    """

    _inherit = "crm.lead"

    def _funnel_end_plans(self, old_status_by_lead, new_status_by_lead):
        """Take back what was planned with leads that are won or lost now.

        :param old_status_by_lead: as core's ``_handle_won_lost`` has it
        """
        closed = self.filtered(
            lambda lead: (
                lead.id in old_status_by_lead  # new leads have no plans
                and any(new_status_by_lead[lead.id].values())
                and not any(old_status_by_lead[lead.id].values())
            )
        )
        if closed:
            closed._funnel_get_open(self._funnel_get_ended_domain()).unlink()

    def _funnel_get_away(self):
        """Return those of these leads of which nobody expects a next step."""
        return self.filtered(
            lambda lead: not lead.active or lead.won_status in ("won", "lost")
        )

    def _funnel_get_ended_domain(self):
        """Return which open activities nobody needs once a lead is won or lost."""
        ended = Domain("funnel_purpose", "in", (*CONTACTS, "escalation"))
        data = self.env.ref(STAGE_DATA, raise_if_not_found=False)
        return ended | Domain("activity_type_id", "=", data.id) if data else ended

    # ------------------------------------------------------------
    # HANDED OVER
    # ------------------------------------------------------------

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
            kept._give_to(able.user_id)  # leads written at once have one
            able._funnel_drop_double_plans()

    # ------------------------------------------------------------
    # AGREED ANEW
    # ------------------------------------------------------------

    def _funnel_replan_next(self):
        """Let the planned next contact be what the latest follow-up agreed."""
        latest = self.env["funnel.followup"].sudo()._get_latest(self) if self else {}
        for lead in self:
            log = latest.get(lead.id)
            agreed = log._plan_next() if log else self.env["mail.activity"]
            planned = lead._funnel_get_open([("funnel_purpose", "=", "next_contact")])
            (planned - agreed).unlink()

    # ------------------------------------------------------------
    # BACK AGAIN
    # ------------------------------------------------------------

    def _funnel_plan_return(self):
        """Plan the next step of leads that live again: closing took the plans away.

        What was agreed holds if it lies ahead; else the lead is due today. A pause
        that lasts goes on. Where nobody can be asked, nobody is.
        """
        asked = self.filtered(
            lambda lead: lead.user_id and lead._funnel_can_ask(lead.user_id)
        )
        latest = self.env["funnel.followup"].sudo()._get_latest(asked) if asked else {}
        for lead in asked:
            lead._funnel_speaking_to(lead.user_id)._funnel_take_up(latest.get(lead.id))

    def _funnel_take_up(self, log):
        """Plan the next step of one lead.

        :param log: the latest follow-up, or None
        """
        today, due = self._funnel_get_today(), self.funnel_next_contact_date
        if self.funnel_resume_date and self.funnel_resume_date > today:
            return
        if not due or due < today:
            due = today
            self._funnel_end_pause(funnel_agreed_contact_date=due)
        purpose = "next_contact" if self.funnel_last_contact_at else "first_contact"
        is_agreed = bool(log) and log.next_date == due
        summary = (is_agreed and log.next_action) or self.env._("Take up contact again")
        self._funnel_schedule(purpose, CALL, due, summary, self.user_id)

    # ------------------------------------------------------------
    # MERGED
    # ------------------------------------------------------------

    def _funnel_settle_plans(self):
        """Make one plan of those of merged leads: of who has the survivor now.

        What was agreed last goes before what was planned first.
        """
        planned = self._funnel_get_open(
            [("funnel_purpose", "in", (*CONTACTS, "review"))]
        )
        over = planned.filtered(self._funnel_is_over)
        kept = (planned - over).filtered(lambda act: act.funnel_purpose in CONTACTS)
        over.unlink()
        owner = self.user_id
        if owner and self._funnel_can_ask(owner):
            kept.filtered(lambda act: act.user_id != owner)._give_to(owner)
        self._funnel_drop_double_plans()
        self._funnel_match_plan(kept.exists())

    def _funnel_is_over(self, activity):
        """Is this no more to be done, as the survivor stands?"""
        if activity.funnel_purpose == "review":
            return self.funnel_grade_state != "proposed"
        if self.won_status in ("won", "lost") or not self.active:
            return True
        if activity.funnel_purpose == "first_contact":
            return bool(self.funnel_last_contact_at)
        return activity.funnel_purpose == "overdue" and not self.funnel_contact_overdue

    def _funnel_match_plan(self, planned):
        """Let what is planned next and the day on which the lead is due be one."""
        due, today = self.funnel_next_contact_date, self._funnel_get_today()
        purposes = planned.grouped("funnel_purpose")
        agreed = purposes.get("next_contact") or purposes.get("resume")
        if self.funnel_resume_date:
            return
        if self.funnel_agreed_contact_date and self.funnel_followup_ids:
            self._funnel_replan_next()
        elif agreed:
            day = min(agreed.mapped("date_deadline"))
            self._funnel_end_pause(funnel_agreed_contact_date=day)
        elif due and due > today:
            purposes.get("first_contact", planned.browse()).date_deadline = due
