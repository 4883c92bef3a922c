from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..exceptions import FunnelFollowupError

PLAN_BATCH = 1000  # leads per transaction of the planning cron


class FunnelContactMixin(models.AbstractModel):
    """When a lead was contacted, and when it is due again (D7; S0-17, S3-8, S4-3)."""

    _name = "funnel.contact.mixin"
    _description = "Contacts with a lead"

    funnel_followup_ids = fields.One2many(
        "funnel.followup", "lead_id", string="Follow-ups"
    )
    funnel_followup_count = fields.Integer(
        string="Number of follow-ups", compute="_compute_funnel_followup_count"
    )
    funnel_last_contact_at = fields.Datetime(
        string="Last contact", readonly=True, copy=False
    )
    funnel_agreed_contact_date = fields.Date(
        string="Agreed next contact",
        readonly=True,
        copy=False,
        help="The day named in the latest follow-up.",
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
    funnel_pause_reason = fields.Char(string="Paused because", copy=False, readonly=True)
    funnel_resume_date = fields.Date(string="Resume on", copy=False, readonly=True)

    # ------------------------------------------------------------
    # COMPUTES
    # ------------------------------------------------------------

    def _compute_funnel_followup_count(self):
        counts = dict(
            self.env["funnel.followup"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.funnel_followup_count = counts.get(lead._origin, 0)

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
        cadence = self.env["funnel.cadence"]
        for lead in self:
            days, _channel = cadence._get_days(lead.funnel_grade_id.id, lead.stage_id.id)
            lead.funnel_next_contact_date = lead._funnel_get_next_contact(days)

    def _funnel_get_next_contact(self, days):
        """Return the day the lead is due, or False.

        A pause stops the clock; an agreed day comes before the cadence.
        """
        if self.won_status in ("won", "lost"):
            return False
        if self.funnel_resume_date:
            return self.funnel_resume_date
        if self.funnel_agreed_contact_date:
            return self.funnel_agreed_contact_date
        start = self.funnel_last_contact_at or self.funnel_obtained_at
        if not days or not start:
            return False
        local = fields.Datetime.context_timestamp(self.with_context(tz=self._tz()), start)
        return local.date() + timedelta(days=days)

    def _tz(self):
        return self.user_id.sudo().tz or "UTC"

    @api.depends("funnel_next_contact_date", "won_status", "active")
    def _compute_funnel_contact_overdue(self):
        today = fields.Date.context_today(self)
        for lead in self:
            due = lead.funnel_next_contact_date
            lead.funnel_contact_overdue = bool(due and due < today and lead.active)

    def _search_funnel_contact_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return Domain("funnel_next_contact_date", "<", today)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _funnel_refresh_contacts(self):
        """Take last and agreed contact from the follow-ups, set by set.

        Sudo: follows from a log that the user could write; tracked by nobody.
        """
        self.env["funnel.followup"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (lead_id) lead_id, happened_at, next_date
                  FROM funnel_followup WHERE lead_id IN %s
                 ORDER BY lead_id, happened_at DESC, id DESC
                """,
                tuple(self.ids) or (0,),
            )
        )
        latest = {lead_id: (moment, day) for lead_id, moment, day in rows}
        groups = defaultdict(self.sudo().browse)
        for lead in self.sudo():
            moment, day = latest.get(lead.id, (False, False))
            known = (lead.funnel_last_contact_at, lead.funnel_agreed_contact_date)
            if known != (moment or False, day or False):
                groups[moment, day] |= lead
        for (moment, day), leads in groups.items():
            leads.write(
                {"funnel_last_contact_at": moment, "funnel_agreed_contact_date": day}
            )

    def funnel_pause(self, reason, resume_date):
        """Stop the clock of these leads until a day (S0-17: a legitimate pause).

        :raise FunnelFollowupError: no reason, or a day that is not ahead
        """
        for lead in self:
            if not (reason or "").strip():
                raise FunnelFollowupError(
                    self.env._(
                        "%s: “Reason” is empty. Say why the lead pauses.",
                        lead.display_name,
                    )
                )
            if not resume_date or fields.Date.to_date(
                resume_date
            ) <= fields.Date.context_today(self):
                raise FunnelFollowupError(
                    self.env._(
                        "%s: “Resume on” must be a day ahead.", lead.display_name
                    )
                )
        self.write({"funnel_pause_reason": reason, "funnel_resume_date": resume_date})
        return True

    def funnel_resume(self):
        """End the pause of these leads: they are due again today."""
        today = fields.Date.context_today(self)
        self.write(
            {
                "funnel_pause_reason": False,
                "funnel_resume_date": False,
                "funnel_agreed_contact_date": today,
            }
        )
        return True

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_funnel_log_followup(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log a follow-up: %s", self.name),
            "res_model": "funnel.followup",
            "view_mode": "form",
            "views": [
                (self.env.ref("sales_lead_funnel.funnel_followup_view_form_quick").id, "form")
            ],
            "target": "new",
            "context": self._funnel_get_followup_defaults(),
        }

    def _funnel_get_followup_defaults(self):
        _days, channel = self.env["funnel.cadence"]._get_days(
            self.funnel_grade_id.id, self.stage_id.id
        )
        return {
            "default_lead_id": self.id,
            "default_channel": channel or "call",
            "default_contact": self.contact_name or self.partner_id.name,
        }

    def action_funnel_pause(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause"),
            "res_model": "funnel.pause.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_ids": self.ids},
        }

    def action_funnel_resume(self):
        return self.funnel_resume()

    # ------------------------------------------------------------
    # CRONS
    # ------------------------------------------------------------

    @api.model
    def _cron_funnel_plan_contacts(self):
        """Plan all open leads anew after the cadence changed, batch by batch."""
        leads = self.sudo().search([("won_status", "=", "pending")], order="id")
        batches = list(split_every(PLAN_BATCH, leads.ids, self.sudo().browse))
        for number, batch in enumerate(batches, 1):
            self.env.add_to_compute(self._fields["funnel_next_contact_date"], batch)
            batch.flush_recordset(["funnel_next_contact_date"])
            batch.invalidate_recordset()
            remaining = len(leads) - min(number * PLAN_BATCH, len(leads))
            self.env["ir.cron"]._commit_progress(len(batch), remaining=remaining)
