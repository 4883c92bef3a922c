from odoo import fields, models

from .arguments import one_record, read_text

CALL = "mail.mail_activity_data_call"
MEETING = "mail.mail_activity_data_meeting"
TODO = "mail.mail_activity_data_todo"
STAGE_DATA = "sales_lead_funnel.mail_activity_type_stage_data"
LOGGED_CATEGORIES = ("phonecall", "meeting")  # talks with the client
PURPOSES = [
    ("first_contact", "First contact"),
    ("next_contact", "Next contact"),
    ("overdue", "Contact is overdue"),
    ("escalation", "Ask the owner about an overdue contact"),
    ("resume", "Pause is over"),
    ("review", "Review of a grade"),
    ("request", "Resource request"),
]


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["funnel.intake.mixin", "mail.activity"]

    # What the addon planned it for: summaries are translated, and people edit them.
    funnel_purpose = fields.Selection(
        PURPOSES, string="Planned for", readonly=True, copy=False
    )

    _funnel_purpose_idx = models.Index(
        "(res_id, funnel_purpose) WHERE funnel_purpose IS NOT NULL"
    )

    def write(self, vals):
        """A contact agreed with the client is put off along with the day it is due.

        What the cadence asks for is not put off so.
        """
        result = super().write(vals)
        if vals.get("date_deadline"):
            agreed = self.filtered(lambda act: act.funnel_purpose == "next_contact")
            for activity in agreed:
                activity._tell_due_day()
        return result

    def _tell_due_day(self):
        """Sudo: who may move the activity moves what follows from it."""
        day = self.date_deadline
        is_of_lead = self.active and self.res_model == "crm.lead"
        lead = self.env["crm.lead"].sudo().browse(is_of_lead and self.res_id).exists()
        is_due = lead.funnel_next_contact_date and not lead.funnel_resume_date
        if is_due and lead.funnel_next_contact_date != day:
            lead._funnel_end_pause(funnel_agreed_contact_date=day)

    def _give_to(self, user):
        """Pass planned activities on to another user, without a mail."""
        if self:
            quiet = self.with_context(mail_activity_quick_update=True)
            quiet.write({"user_id": user.id})

    def action_done(self):
        """Offer to log the call or meeting, where a button marks it as done."""
        result = super().action_done()
        return (len(self) == 1 and self.funnel_get_log_action()) or result

    @one_record
    def funnel_get_log_action(self, feedback=False):
        """Return the action that logs a finished call or meeting, or False.

        The web client asks after it marked the activity as done, so skipping the form
        loses nothing: the activity is done and its feedback posted already.
        """
        feedback = read_text(self.env, feedback, self.env._("Feedback"))
        if (
            self.res_model != "crm.lead"
            or self.activity_type_id.category not in LOGGED_CATEGORIES
        ):
            return False
        lead = self.env["crm.lead"].browse(self.res_id).exists()
        if not lead or not lead.has_access("write"):
            return False
        action = lead.action_funnel_log_followup()
        is_call = self.activity_type_id.category == "phonecall"
        action["context"] = {
            **action["context"],
            "default_channel": "call" if is_call else "visit",
            "default_summary": "\n".join(filter(None, [self.summary, feedback])),
        }
        return action
