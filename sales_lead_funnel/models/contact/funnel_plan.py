import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ..base.batches import attempt, run_in_batches
from ..base.mail_activity import CALL, TODO

_logger = logging.getLogger(__name__)

BATCH = 200  # leads per transaction
FIRST_CONTACT_WINDOW = 30  # days back that new leads are looked for
OVERDUE_WINDOW = 60  # days overdue beyond which nobody is reminded any more
ESCALATE_AFTER = 3  # days overdue until the manager is told
EARLIEST_ZONE = timedelta(hours=14)  # it is tomorrow there first
REVIEW_RULE = "sales_lead_funnel.automation_review_grade_a"
RULE_HAS_TIME = timedelta(days=1)  # to ask by itself; core's cron may lag behind


class FunnelPlan(models.AbstractModel):
    """What the addon does by itself; each method is called by one cron or rule.

    Every method can be run again, or be killed, at any moment, and plans nothing twice:
    leads that are done fit its domain no longer. A lead whose owner cannot be asked
    goes on fitting: it is looked at once per round, and left as it is. A bad record
    stops only itself. Nothing is planned for what lies before the addon was there,
    however many leads a company brings along.
    """

    _name = "funnel.plan"
    _description = "Automated planning of contacts"

    # ------------------------------------------------------------
    # WHAT CRONS AND RULES CALL
    # ------------------------------------------------------------

    @api.private
    def plan_first_contacts(self):
        """New leads without any activity: plan the first contact by the cadence.

        Leads that were obtained long ago and are entered now are not new.

        :return: number of leads looked after
        """
        since = self._get_start(FIRST_CONTACT_WINDOW)
        domain = (
            self._get_owned_domain()
            & Domain("create_date", ">=", since)
            & Domain("funnel_obtained_at", ">=", since)
            & Domain("funnel_last_contact_at", "=", False)
            & Domain("funnel_next_contact_date", "!=", False)
            & Domain("funnel_resume_date", "=", False)  # asked by resume_paused
            & Domain("activity_ids", "=", False)
            & self._not_planned("first_contact")
        )
        return self._for_each("first_contacts", (domain, self._plan_first_contact))

    @api.private
    def remind_overdue(self):
        """Contacts overdue: remind the owner once; some days later tell the manager.

        :return: number of leads looked after
        """
        today = self._get_latest_day()
        is_new = "planned.create_date >= %(lead)s.funnel_next_contact_date"
        is_owner = "planned.user_id = %(lead)s.user_id"
        overdue = self._get_overdue_domain()
        unreminded = (
            overdue
            & Domain("user_id.active", "=", True)
            & self._not_planned("overdue", is_new, is_owner)
        )
        for purpose in ("first_contact", "next_contact", "resume"):
            # A call of the owner that is due is reminder enough.
            unreminded &= self._not_planned(
                purpose,
                is_owner,
                "planned.active AND planned.date_deadline <= %(today)s",
                today=today,
            )
        untold = (
            overdue
            & Domain(
                "funnel_next_contact_date", "<=", today - timedelta(days=ESCALATE_AFTER)
            )
            & Domain("team_id.user_id", "!=", False)
            & self._not_planned("escalation", is_new)
        )
        return self._for_each(
            "remind_overdue",
            (unreminded, self._remind_owner),
            (untold, self._tell_manager),
        )

    @api.private
    def resume_paused(self):
        """Resume date reached: back on the list, with a call planned for today.

        :return: number of leads looked after
        """
        domain = Domain("won_status", "=", "pending") & Domain(
            "funnel_resume_date", "<=", self._get_latest_day()
        )
        return self._for_each("resume_paused", (domain, self._resume))

    @api.private
    def ask_reviews(self, leads):
        """Ask the manager of each lead to review the grade that was proposed.

        :return: number of leads looked after
        """
        proposed = leads.filtered(lambda lead: lead.funnel_grade_state == "proposed")
        return attempt(self.env, self._ask_reviews_of, proposed.sudo(), _logger)

    @api.private
    def ask_missed_reviews(self):
        """Grades the rule should have asked about and did not: ask for their review.

        Such were proposed before there was the rule, or while rules did not run.

        :return: number of leads looked after
        """
        rule = self.env.ref(REVIEW_RULE, raise_if_not_found=False)
        if not rule or not rule.sudo().active:
            return 0
        leads = self.env["crm.lead"].sudo()
        work = (self._get_unasked_domain(rule.sudo()), self._ask_reviews_of)
        return run_in_batches(leads, "missed_reviews", BATCH, work, logger=_logger)

    def _get_unasked_domain(self, rule):
        """Return the domain of proposed grades that wait without an activity."""
        lately = fields.Datetime.now() - RULE_HAS_TIME
        proposed_at = Domain("funnel_proposed_at", "=", False)
        proposed_at |= Domain("funnel_proposed_at", "<", lately)
        unasked = self._not_planned(
            "review",
            "(planned.active OR planned.create_date"
            " >= COALESCE(%(lead)s.funnel_proposed_at, '-infinity'))",
        )
        asked = safe_eval(rule.filter_domain or "[]", rule._get_eval_context())
        proposed = Domain("funnel_grade_state", "=", "proposed")
        return proposed & proposed_at & unasked & Domain(asked)

    # ------------------------------------------------------------
    # WHICH LEADS
    # ------------------------------------------------------------

    def _get_start(self, days):
        """Return so many days ago, but not before the addon could plan anything."""
        since = fields.Datetime.now() - timedelta(days=days)
        origin = self.env["ir.model.data"].sudo()
        origin = origin.search(
            [("module", "=", "sales_lead_funnel"), ("name", "=", "model_funnel_plan")]
        )
        return max([since, *origin.mapped("create_date")])

    def _get_latest_day(self):
        """Return today where the day begins first; each lead has its owner's."""
        return (fields.Datetime.now() + EARLIEST_ZONE).date()

    def _get_owned_domain(self):
        pending = Domain("won_status", "=", "pending")
        return pending & Domain("user_id", "!=", False)

    def _get_overdue_domain(self):
        due = "funnel_next_contact_date"
        return (
            self._get_owned_domain()
            & Domain(due, "<", self._get_latest_day())
            & Domain(due, ">=", self._get_start(OVERDUE_WINDOW).date())
            & Domain("funnel_resume_date", "=", False)
        )

    @api.model
    def _not_planned(self, purpose, *conditions, **values):
        """Return the domain of leads without such an activity, open or done.

        :param str conditions: SQL on ``planned``, the activity, and ``%(lead)s``
        """

        def to_sql(_model, alias, _query):
            lead = SQL.identifier(alias)
            return SQL(
                "NOT EXISTS (SELECT FROM mail_activity planned"
                " WHERE planned.res_model = 'crm.lead' AND planned.res_id = %s.id"
                " AND planned.funnel_purpose = %s AND %s)",
                lead,
                purpose,
                SQL(" AND ".join(("TRUE", *conditions)), lead=lead, **values),
            )

        return Domain.custom(to_sql=to_sql)

    # ------------------------------------------------------------
    # STEPS FOR ONE LEAD
    # ------------------------------------------------------------

    def _plan_first_contact(self, lead):
        lead = lead._funnel_speaking_to(lead.user_id)
        day = max(lead.funnel_next_contact_date, lead._funnel_get_today())
        summary = lead.env._("First contact")
        lead._funnel_schedule("first_contact", CALL, day, summary, lead.user_id)

    def _remind_owner(self, lead):
        lead = lead._funnel_speaking_to(lead.user_id)
        due = lead.funnel_next_contact_date
        if due < lead._funnel_get_today():
            summary = lead.env._("Contact is overdue")
            lead._funnel_schedule("overdue", CALL, due, summary, lead.user_id)

    def _tell_manager(self, lead):
        owner = lead.user_id
        lead = lead._funnel_speaking_to(owner)
        today = lead._funnel_get_today()
        manager = lead._funnel_pick_manager(lead.team_id.user_id)
        is_late = (today - lead.funnel_next_contact_date).days >= ESCALATE_AFTER
        if is_late and manager and manager != owner:
            lead = lead._funnel_speaking_to(manager)
            summary = lead.env._("Contact overdue, ask %s", owner.name)
            lead._funnel_schedule("escalation", TODO, today, summary, manager)

    def _resume(self, lead):
        lead = lead._funnel_speaking_to(lead.user_id)
        today = lead._funnel_get_today()
        if lead.funnel_resume_date > today:
            return
        summary = lead.env._("Pause is over: %s", lead.funnel_pause_reason or "")
        lead.funnel_resume()
        if lead.user_id:
            lead._funnel_schedule("resume", CALL, today, summary, lead.user_id)

    def _ask_reviews_of(self, leads):
        proposers = leads._funnel_get_proposers()
        for lead in leads:
            self._ask_review(lead, lead._funnel_get_grader_id(proposers))

    def _ask_review(self, lead, proposer_id):
        """Ask the leader of the team; without one, whoever sees the lead."""
        manager = lead._funnel_pick_manager(lead.team_id.user_id)
        if manager.id == proposer_id:
            manager = manager.browse()
        lead = lead._funnel_speaking_to(manager)
        summary = lead.env._("Review the proposed grade %s", lead.funnel_grade_id.name)
        today = lead._funnel_get_today()
        lead._funnel_schedule("review", TODO, today, summary, manager)

    # ------------------------------------------------------------
    # BATCHES
    # ------------------------------------------------------------

    def _for_each(self, job, *work):
        """Run steps on the leads of their domains, batch by batch.

        Sudo: crons work for all salespeople.

        :param str job: what this is, to go on where time ran out
        :param work: pairs of a domain and the step for one lead
        :return: number of leads done
        """
        leads = self.env["crm.lead"].sudo()
        work = [(domain, partial(self._attempt, step)) for domain, step in work]
        return run_in_batches(leads, job, BATCH, *work, logger=_logger)

    def _attempt(self, step, leads):
        """Run a step on each lead."""
        for lead in leads:
            step(lead)
