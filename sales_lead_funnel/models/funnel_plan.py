import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

BATCH = 200  # leads per transaction
FIRST_CONTACT_WINDOW = 30  # days back that new leads are looked for
ESCALATE_AFTER = 3  # days overdue until the manager is told
CALL = "mail.mail_activity_data_call"
TODO = "mail.mail_activity_data_todo"
FIRST_RUN_WINDOW = 60  # days overdue beyond which nothing is planned any more


class FunnelPlan(models.AbstractModel):
    """What the addon does by itself; each method is called by one cron or rule.

    Every method can be run again at any moment: it makes nothing that is open
    already, works in batches it commits, and a bad record stops only itself.
    """

    _name = "funnel.plan"
    _description = "Automated planning of contacts"

    @api.model
    def plan_first_contacts(self):
        """New leads without any activity: plan the first contact by the cadence."""
        since = fields.Datetime.now() - timedelta(days=FIRST_CONTACT_WINDOW)
        domain = [
            ("won_status", "=", "pending"),
            ("user_id", "!=", False),
            ("create_date", ">=", since),
            ("funnel_last_contact_at", "=", False),
            ("funnel_next_contact_date", "!=", False),
            ("activity_ids", "=", False),
        ]
        summary = self.env._("First contact")
        return self._for_each(domain, lambda lead: self._plan(lead, CALL, summary))

    @api.model
    def remind_overdue(self):
        """Contacts overdue: remind the owner; some days later tell the manager."""
        today = fields.Date.context_today(self)
        domain = [
            ("won_status", "=", "pending"),
            ("user_id", "!=", False),
            ("funnel_next_contact_date", "<", today),
            (
                "funnel_next_contact_date",
                ">=",
                today - timedelta(days=FIRST_RUN_WINDOW),
            ),
            ("funnel_resume_date", "=", False),
        ]
        return self._for_each(domain, lambda lead: self._remind(lead, today))

    @api.model
    def resume_paused(self):
        """Resume date reached: back on the list, with a call planned for today."""
        today = fields.Date.context_today(self)
        domain = [("funnel_resume_date", "<=", today), ("won_status", "=", "pending")]
        return self._for_each(domain, self._resume)

    @api.model
    def ask_reviews(self, leads):
        """Grade A proposed: ask the manager to review it (rule of base_automation)."""
        for lead in leads.filtered(lambda lead: lead.funnel_grade_state == "proposed"):
            manager = lead.team_id.user_id
            self._schedule(
                lead,
                TODO,
                self.env._("Review the proposed grade %s", lead.funnel_grade_id.name),
                fields.Date.context_today(self),
                manager if manager != lead.user_id else manager.browse(),
            )

    # ------------------------------------------------------------
    # STEPS FOR ONE LEAD
    # ------------------------------------------------------------

    def _plan(self, lead, activity_type, summary):
        today = fields.Date.context_today(self)
        day = max(lead.funnel_next_contact_date, today)
        self._schedule(lead, activity_type, summary, day, lead.user_id)

    def _remind(self, lead, today):
        due = lead.funnel_next_contact_date
        self._schedule(
            lead, CALL, self.env._("Contact is overdue"), due, lead.user_id
        )
        manager = lead.team_id.user_id
        if (today - due).days >= ESCALATE_AFTER and manager not in (
            lead.user_id,
            manager.browse(),
        ):
            self._schedule(
                lead, TODO, self.env._("Contact overdue, ask the owner"), today, manager
            )

    def _resume(self, lead):
        summary = self.env._("Pause is over: %s", lead.funnel_pause_reason or "")
        lead.funnel_resume()
        self._schedule(
            lead, CALL, summary, fields.Date.context_today(self), lead.user_id
        )

    def _schedule(self, lead, activity_type, summary, day, user):
        """Plan an activity unless the same one is open already."""
        type_id = self.env.ref(activity_type).id
        same = lead.activity_ids.filtered(
            lambda activity: activity.activity_type_id.id == type_id
            and activity.user_id == user
            and activity.summary == summary
        )
        if not same:
            lead.with_context(mail_activity_quick_update=True).activity_schedule(
                activity_type, date_deadline=day, summary=summary, user_id=user.id
            )

    # ------------------------------------------------------------
    # BATCHES
    # ------------------------------------------------------------

    def _for_each(self, domain, step):
        """Run a step on all leads of a domain, batch by batch.

        Sudo: crons work for all salespeople. A lead that fails is logged and left
        out; the others of its batch are done.

        :return: number of leads done
        """
        leads = self.env["crm.lead"].sudo().search(Domain(domain), order="id")
        progress = self.env["ir.cron"]._commit_progress
        done, remaining = 0, len(leads)
        for batch in split_every(BATCH, leads.ids, leads.browse):
            for lead in batch:
                try:
                    with self.env.cr.savepoint():
                        step(lead)
                    done += 1
                except Exception:
                    _logger.exception("%s: automated planning failed", lead)
            remaining -= len(batch)
            if not progress(len(batch), remaining=remaining):
                break
        return done
