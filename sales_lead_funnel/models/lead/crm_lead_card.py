from odoo import api, fields, models
from odoo.tools import format_date

from ..base.zones import get_person_day


class CrmLead(models.Model):
    """The one line that the board's card gains."""

    _inherit = "crm.lead"

    funnel_card_note = fields.Char(
        compute="_compute_funnel_card_note", export_string_translation=False
    )

    funnel_card_alert = fields.Boolean(
        compute="_compute_funnel_card_note", export_string_translation=False
    )

    # “Grades to review”, in the order of My day; few leads wait, so it stays small.
    _funnel_to_review_idx = models.Index(
        "(funnel_next_contact_date, priority DESC, id DESC)"
        " WHERE funnel_grade_state = 'proposed' AND won_status = 'pending'"
    )

    @api.depends(
        "funnel_grade_state",
        "funnel_suggested_grade_id",
        "funnel_grade_id",
        "won_status",
        "funnel_next_contact_date",
        "funnel_resume_date",
        "funnel_gap",
        "funnel_waiting_stage_id",
        "funnel_claim_note",
    )
    def _compute_funnel_card_note(self):
        """The one line the board's card may gain: the next thing to do."""
        groups = self.grouped(lambda lead: lead._funnel_get_card_note())
        for (note, alert), leads in groups.items():
            leads.funnel_card_note = note
            leads.funnel_card_alert = alert

    def _funnel_get_card_note(self):
        """Return the next thing to do or False, and whether something is wrong.

        Override to add others.
        """
        if self.won_status != "pending":
            return False, False
        if self.funnel_waiting_stage_id:
            return self.env._("Waiting for approval"), False
        due = self._funnel_get_due_note()
        if due:
            return due, self.funnel_contact_overdue
        if self.funnel_claim_note:
            return self.funnel_claim_note, self.funnel_claim_alert
        if self.funnel_grade_state == "proposed":
            return self.env._("Grade waits for review"), False
        if not self.funnel_grade_id and self.funnel_suggested_grade_id:
            grade = self.funnel_suggested_grade_id.name
            return self.env._("Propose a grade: %s suggested", grade), False
        if self.funnel_gap:
            gaps = self._fields["funnel_gap"]._description_selection(self.env)
            return dict(gaps)[self.funnel_gap], False
        return False, False

    def _funnel_get_due_note(self):
        """Say that a contact is due or overdue, or that the lead pauses."""
        if self.funnel_resume_date:
            day = format_date(self.env, self.funnel_resume_date)
            return self.env._("Paused until %s", day)
        due = self.funnel_next_contact_date
        if not due:
            return False
        today = get_person_day(self.env)
        if due > today:
            return False
        if due == today:
            return self.env._("Contact today")
        if (today - due).days == 1:
            return self.env._("Contact overdue since yesterday")
        return self.env._("Contact overdue for %s days", (today - due).days)
