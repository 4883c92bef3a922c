from collections import defaultdict
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...exceptions import FunnelFollowupError
from ..base.arguments import each_once, one_record, read_text
from ..base.batches import get_version, run_in_batches
from ..base.calendar import is_day, read_day
from ..base.derived import with_step
from ..base.limits import LIMITS, cut
from ..base.searching import yes_or_no
from ..base.text import is_blank
from ..base.zones import get_person_day

NAMED_LEADS = 5  # leads that one message names
PLAN_BATCH = 1000  # leads per transaction of the planning cron
# Day from which contacts are planned: leads that are older than the addon and whose
# work it does not know are not all overdue when it is installed.
START_KEY = "sales_lead_funnel.cadence_start"


class CrmLead(models.Model):
    """When a lead was contacted, and when it is due again (D7; S0-17, S3-8, S4-3)."""

    _inherit = "crm.lead"

    funnel_followup_ids = fields.One2many(
        "funnel.followup", "lead_id", string="Follow-ups"
    )
    funnel_last_contact_at = fields.Datetime(
        string="Last contact", readonly=True, copy=False
    )
    funnel_agreed_contact_date = fields.Date(
        string="Agreed next contact",
        readonly=True,
        copy=False,
        help="The day named in the latest follow-up, or to which its planned contact "
        "was put off since.",
    )
    funnel_next_contact_date = fields.Date(
        string="Next contact due",
        compute="_compute_funnel_next_contact_date",
        store=True,
        copy=False,
        index="btree_not_null",
        help="The day agreed in the latest follow-up, else by the cadence of grade "
        "and phase.",
    )
    funnel_contact_overdue = fields.Boolean(
        string="Contact overdue",
        compute="_compute_funnel_contact_overdue",
        search="_search_funnel_contact_overdue",
    )
    funnel_next_action = fields.Char(
        string="Next action",
        compute="_compute_funnel_next_action",
        help="What was agreed in the latest follow-up.",
    )
    funnel_pause_reason = fields.Char(
        string="Paused because", copy=False, readonly=True
    )
    funnel_resume_date = fields.Date(string="Resume on", copy=False, readonly=True)

    # ------------------------------------------------------------
    # COMPUTES
    # ------------------------------------------------------------

    @api.depends(
        "funnel_grade_id",
        "stage_id",
        "won_status",
        "funnel_last_contact_at",
        "funnel_agreed_contact_date",
        "funnel_resume_date",
        "funnel_obtained_at",
    )
    def _compute_funnel_next_contact_date(self):
        start = self._funnel_get_cadence_start()
        for lead in self:
            lead.funnel_next_contact_date = lead._funnel_get_next_contact(start)

    def _funnel_get_next_contact(self, cadence_start):
        """Return the day the lead is due, or False.

        A pause stops the clock; an agreed day comes before the cadence.
        """
        if self.won_status in ("won", "lost"):
            return False
        return (
            self.funnel_resume_date
            or self.funnel_agreed_contact_date
            or self._funnel_get_cadence_date(cadence_start)
        )

    def _funnel_get_cadence_date(self, cadence_start):
        """Return the day that grade and phase ask for, or False.

        An old lead that nobody graded or contacted since the addon came is not
        planned: its first contact was long ago, only not logged.
        """
        days, _channel = self.env["funnel.cadence"]._get_days(
            self.funnel_grade_id.id, self.stage_id.id
        )
        if not days:  # most leads have no grade yet; whose day it is costs queries
            return False
        start = self.funnel_last_contact_at or self.funnel_obtained_at
        day = self._funnel_get_local_date(start) if start else date.min
        if not self.funnel_last_contact_at and day < cadence_start:
            day = cadence_start if self.funnel_grade_id else date.min
        if not is_day("date", day):
            return False
        return day + timedelta(days=days)

    @api.model
    def _funnel_get_cadence_start(self):
        day = self.env["ir.config_parameter"].sudo().get_param(START_KEY)
        return fields.Date.to_date(day) or date.min

    @api.model
    def _funnel_start_cadence(self):
        """Plan contacts from today on (when installed over leads)."""
        today = fields.Date.to_string(get_person_day(self.env))
        self.env["ir.config_parameter"].sudo().set_param(START_KEY, today)

    def _funnel_get_local_date(self, moment, user=None):
        """Return the date of a UTC moment where a user is, by default the owner."""
        company = self.company_id or self.env.company
        return get_person_day(self.env, moment, user or self.user_id, company)

    @api.depends("funnel_followup_ids.next_action", "funnel_followup_ids.happened_at")
    def _compute_funnel_next_action(self):
        latest = self.env["funnel.followup"]._get_latest(self)
        for lead in self:
            followup = latest.get(lead._origin.id)
            lead.funnel_next_action = followup and followup.next_action

    @api.depends("funnel_next_contact_date", "active")
    @api.depends_context("tz", "uid")
    def _compute_funnel_contact_overdue(self):
        today = get_person_day(self.env)
        for lead in self:
            due = lead.funnel_next_contact_date
            lead.funnel_contact_overdue = bool(due and due < today and lead.active)

    @yes_or_no
    def _search_funnel_contact_overdue(self):
        is_late = Domain("funnel_next_contact_date", "<", get_person_day(self.env))
        return is_late & Domain("active", "=", True)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _funnel_refresh_contacts(self, *, keeps_day=False):
        """Take last and agreed contact from the latest follow-ups.

        :param bool keeps_day: leave the agreed day, which may have been put off

        Sudo: follows from a log that the user could write; tracked by nobody.
        """
        latest = self.env["funnel.followup"].sudo()._get_latest(self)
        none = self.env["funnel.followup"]
        groups = defaultdict(self.sudo().browse)
        for lead in self.sudo():
            log = latest.get(lead.id, none)
            agreed = lead.funnel_agreed_contact_date if keeps_day else log.next_date
            contact = (log.happened_at, agreed)
            if contact != (
                lead.funnel_last_contact_at,
                lead.funnel_agreed_contact_date,
            ):
                groups[contact] |= lead
        for (moment, day), leads in groups.items():
            with_step(leads).write(
                {"funnel_last_contact_at": moment, "funnel_agreed_contact_date": day}
            )

    @each_once
    def funnel_pause(self, reason, resume_date):
        """Stop the clock of these leads until a day (S0-17: a legitimate pause).

        Sudo: the right to write the leads is checked, and what is written is fixed.

        :raise FunnelFollowupError: no reason, or a day that is not ahead
        :raise UserError: the reason is no text or too long, the day is no day
        """
        self.check_access("write")
        reason = read_text(self.env, reason, self.env._("Reason"))
        reason = self._funnel_fit_text("funnel_pause_reason", reason)
        self._funnel_check_day("funnel_resume_date", resume_date)
        resume_date = read_day("date", resume_date)
        self._funnel_check_pause(reason, resume_date)
        with_step(self.sudo()).write(
            {"funnel_pause_reason": reason, "funnel_resume_date": resume_date}
        )
        for lead in self:
            lead._message_log(
                body=self.env._(
                    "Paused until %(day)s: %(reason)s",
                    day=format_date(self.env, resume_date),
                    reason=reason,
                )
            )
        return True

    def _funnel_check_pause(self, reason, resume_date):
        today, closed = get_person_day(self.env), self.browse()
        if is_blank(reason):
            message = self.env._("%s: “Reason” is empty. Say why the lead pauses.")
        elif not resume_date or resume_date <= today:
            message = self.env._("%s: “Resume on” must be a day ahead.")
        elif closed := self.filtered(lambda lead: lead.won_status in ("won", "lost")):
            message = self.env._("%s: a lead that is won or lost does not pause.")
        else:
            return
        names = (closed or self).mapped("display_name")
        raise FunnelFollowupError(message % ", ".join(names[:NAMED_LEADS]))

    @each_once
    def funnel_resume(self):
        """End the pause of these leads: they are due again today.

        Sudo: as in pausing.
        """
        today = get_person_day(self.env)
        self.check_access("write")
        self._funnel_end_pause(funnel_agreed_contact_date=today)
        return True

    def _funnel_end_pause(self, **values):
        """Sudo: what is written follows from a step that was checked."""
        not_paused = {"funnel_pause_reason": False, "funnel_resume_date": False}
        with_step(self.sudo()).write({**not_paused, **values})

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @one_record
    def action_funnel_log_followup(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log a follow-up: %s", self.name),
            "res_model": "funnel.followup",
            "view_mode": "form",
            "views": [
                (
                    self.env.ref(
                        "sales_lead_funnel.funnel_followup_view_form_quick"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
            "context": self._funnel_get_followup_defaults(),
        }

    def _funnel_get_followup_defaults(self):
        _days, channel = self.env["funnel.cadence"]._get_days(
            self.funnel_grade_id.id, self.stage_id.id
        )
        contact = self.contact_name or self.partner_id.name
        return {
            "default_lead_id": self.id,
            "default_channel": channel or "call",
            "default_contact": cut(contact, LIMITS["char"]),
        }

    @each_once
    def action_funnel_pause(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause"),
            "res_model": "funnel.pause.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_ids": self.ids},
        }

    @each_once
    def action_funnel_resume(self):
        return self.funnel_resume()

    # ------------------------------------------------------------
    # CRONS
    # ------------------------------------------------------------

    @api.model
    def _cron_funnel_plan_contacts(self):
        """Plan all open leads anew after the cadence changed.

        What is planned right already is not written. A run that was cut off is taken
        up where it ended.
        """
        work = ([("won_status", "=", "pending")], lambda leads: leads._funnel_replan())
        version = get_version(self.env["funnel.cadence"])
        run_in_batches(self.sudo(), "plan_contacts", PLAN_BATCH, work, version=version)

    def _funnel_replan(self):
        """Recompute when these leads are due, writing only what changes."""
        start = self._funnel_get_cadence_start()
        groups = defaultdict(self.browse)
        for lead in self:
            day = lead._funnel_get_next_contact(start)
            if day != lead.funnel_next_contact_date:
                groups[day] |= lead
        for day, leads in groups.items():
            with_step(leads).funnel_next_contact_date = day
        self.flush_recordset(["funnel_next_contact_date"])
