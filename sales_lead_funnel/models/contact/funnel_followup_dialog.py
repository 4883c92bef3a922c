from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ..base.arguments import one_record


class FunnelFollowup(models.Model):
    """What the dialog tells who logs a contact: the last talk, and what comes next."""

    _inherit = "funnel.followup"

    last_talk = fields.Char(compute="_compute_last_talk")
    planned_step = fields.Char(string="Planned step", compute="_compute_last_talk")
    cadence_date = fields.Date(
        compute="_compute_cadence_date",
        export_string_translation=False,
        help="When the cadence asks for the next contact, if no day is agreed.",
    )

    @api.depends("lead_id")
    def _compute_last_talk(self):
        """Of leads that the user may see."""
        leads = self.lead_id._filtered_access("read")
        latest = self._get_latest(leads)
        for followup in self:
            log = latest.get(followup.lead_id.id)
            followup.last_talk = log and log._tell_briefly()
            followup.planned_step = log and log._tell_plan()

    def _tell_plan(self):
        """Return what was agreed in this log and for when, False where nothing was."""
        day = self.next_date and format_date(self.env, self.next_date)
        return " · ".join(filter(None, [self.next_action, day])) or False

    @api.depends("lead_id", "happened_at")
    def _compute_cadence_date(self):
        """The day of this contact, and what grade and phase add."""
        for followup in self:
            lead = followup.lead_id._filtered_access("read")
            days, _channel = self.env["funnel.cadence"]._get_days(
                lead.funnel_grade_id.id, lead.stage_id.id
            )
            moment = followup.happened_at or self.env.cr.now()
            day = days and lead._funnel_get_local_date(moment)
            followup.cadence_date = day and day + timedelta(days=days)

    @one_record
    def action_logged(self):
        """Close the dialog and say when the next contact is due; saving was logging."""
        due = self.lead_id.funnel_next_contact_date
        if due:
            text = self.env._(
                "Logged. Next contact: %(day)s", day=format_date(self.env, due)
            )
        else:
            text = self.env._("Logged. No next contact is planned.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
