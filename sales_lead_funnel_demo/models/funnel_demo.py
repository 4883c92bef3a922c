from datetime import timedelta

from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.sales_lead_funnel.install import vocabulary
from odoo.addons.sales_lead_funnel.models.base.step import with_mark
from odoo.addons.sales_lead_funnel.models.base.telling import HISTORY_KEY
from odoo.addons.sales_lead_funnel.models.contact.crm_lead import START_KEY

from ..plan import content
from ..plan.plan import LOCAL
from ..plan.planner import Planner

ADDON = "sales_lead_funnel"
MODULE = "sales_lead_funnel_demo"
QUIET = {  # nobody is mailed and nothing is tracked while months pass in seconds
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "mail_notify_force_send": False,
}
TEAMS = {
    "rep": "east",
    "rep2": "south",
    "rep3": "east",
    "manager": "east",
    "director": "south",
}
LANGUAGES = {
    "rep": "zh_CN",
    "rep2": "zh_CN",
    "rep3": "en_US",
    "manager": "zh_CN",
    "director": "en_US",
}
STAGES = {"new": 1, "qualified": 2, "proposition": 3, "won": 4}
LOST_REASONS = {
    "price": "lost_reason_price",
    "function": "lost_reason_function",
    "budget": "lost_reason_budget",
    "skills": "crm.lost_reason_2",
    "stock": "crm.lost_reason_3",
}
INDUSTRIES = {
    "internet": "industry_internet_demo",
    "manufacturing": "base.res_partner_industry_C",
    "construction": "base.res_partner_industry_F",
    "retail": "base.res_partner_industry_G",
    "logistics": "base.res_partner_industry_H",
    "finance": "base.res_partner_industry_K",
    "education": "base.res_partner_industry_P",
    "health": "base.res_partner_industry_Q",
}
# dates of core's that an event sets; core would write today's
DATES = {
    "assign": ["date_open"],
    "convert": ["date_conversion"],
    "move": ["date_last_stage_update"],
    "won": ["date_last_stage_update", "date_closed"],
    "lost": ["date_closed"],
    "archive": ["date_closed"],
}


class FunnelDemo(models.AbstractModel):
    """Acts planned months of sales out, through the paths that users take.

    Called once, when the addon is installed. Each event is done by its person, with
    the time when it happened in the context.
    """

    _name = "funnel.demo"
    _inherit = ["funnel.demo.work", "funnel.demo.gates", "funnel.demo.clocks"]
    _description = "Demo data of the sales funnel"

    @api.model
    def _generate(self):
        quiet = self.with_context(**QUIET)
        rules = quiet._stop_automations()
        last_mail = self._get_last_id("mail.mail")
        vocabulary.load(self.env)  # what somebody deleted is needed again
        quiet._prepare_company()
        quiet._set_languages()
        self.env["funnel.scorecard"]._apply_rules()  # installing does it only later
        planner = Planner(self.env.cr.now())
        plans = planner.get_plans()
        quiet._start_cadence(planner.get_first_day())
        leads = {plan: quiet._create_lead(plan) for plan in plans}
        self._date_births(leads)
        for plan, lead in leads.items():
            for event in plan.events:
                quiet._act(lead, event, leads)
        alive = {plan: lead for plan, lead in leads.items() if lead.exists()}
        quiet._set_dates(alive)
        quiet._plan_activities(alive)
        quiet._add_work(alive)
        quiet._complete_core_leads()
        quiet._add_gates(alive)
        self._date_ledgers(alive)
        self._date_papers(alive)
        self.env["funnel.objection.answer"]._cron_count_uses()
        rules.active = True
        self._forget_mails(last_mail)

    # ------------------------------------------------------------
    # SURROUNDINGS
    # ------------------------------------------------------------

    def _prepare_company(self):
        """Budgets are in CNY and months begin in Shanghai.

        A company that keeps accounts keeps its currency.
        """
        company = self.env.ref("base.main_company")
        company.resource_calendar_id.tz = "Asia/Shanghai"
        if "account.move" not in self.env:
            company.currency_id = self.env.ref("base.CNY")

    def _stop_automations(self):
        """Switch rules about leads off while the past is acted out.

        They would read leads that one user left to be computed as the next user, who
        may not see them. While the addon is being installed none is at work yet.
        """
        rules = self.env["base.automation"].search([("model_name", "=", "crm.lead")])
        rules.active = False
        return rules

    def _get_last_id(self, model):
        return self.env[model].search([], order="id desc", limit=1).id or 0

    def _forget_mails(self, last_id):
        """Send nothing of what the acting would tell people, such as new tasks."""
        mails = self.env["mail.mail"].search([("id", ">", last_id)])
        mails.mail_message_id.unlink()
        mails.exists().unlink()

    def _start_cadence(self, day):
        """Plan contacts from the first demo lead on, as if installed on that day."""
        self.env["ir.config_parameter"].set_param(START_KEY, day)

    def _set_languages(self):
        """Give everybody their language, where it is installed."""
        installed = dict(self.env["res.lang"].get_installed())
        for login, code in LANGUAGES.items():
            if code in installed:
                self._user(login).lang = code

    def _id(self, xmlid):
        """Return the id of a record of the addon, or of ours (``…_demo``)."""
        if "." not in xmlid:
            xmlid = f"{MODULE if xmlid.endswith('_demo') else ADDON}.{xmlid}"
        return self.env["ir.model.data"]._xmlid_to_res_id(xmlid, True)

    def _user(self, login):
        return self.env["res.users"].browse(self._id(f"user_{login}_demo"))

    def _stage_id(self, name):
        return self._id(f"crm.stage_lead{STAGES[name]}")

    def _grade_id(self, name):
        return name and self._id(f"grade_{name.lower()}")

    # ------------------------------------------------------------
    # LEADS
    # ------------------------------------------------------------

    def _create_lead(self, plan):
        leads = self._as(self.env["crm.lead"], plan.creator)
        tags = [Command.link(self._id(f"tag_{plan.tag}"))] if plan.tag else []
        return leads.create(
            {
                **plan.vals,
                "type": "lead" if plan.is_lead else "opportunity",
                "user_id": self._user(plan.owner).id if plan.creator else False,
                "team_id": self._id(f"crm_team_{TEAMS[plan.owner]}_demo"),
                "stage_id": self._stage_id("new"),
                "source_id": self._id(f"source_{plan.source}"),
                "funnel_industry_id": self._id(INDUSTRIES[plan.client.industry]),
                "country_id": self._id("base.cn"),
                "tag_ids": tags,
            }
        )

    def _as(self, records, login):
        """These records in the hands of a user; None: of the system."""
        return records.with_user(self._user(login)) if login else records.sudo()

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _act(self, lead, event, leads):
        """Let the person do it; ``leads`` by plan, for events about another one."""
        actor = self._as(lead, event.who).with_context(funnel_happened_at=event.at)
        actor = with_mark(actor, HISTORY_KEY)
        value = leads.get(event.value, event.value) if event.value else event.value
        getattr(self, f"_do_{event.kind}")(actor, value)

    def _do_assign(self, lead, login):
        lead.user_id = self._user(login)

    def _do_convert(self, lead, _value):
        lead.convert_opportunity(self.env["res.partner"])

    def _do_move(self, lead, stage):
        lead.stage_id = self._stage_id(stage)

    def _do_won(self, lead, _value):
        if lead.env.user == lead.user_id:
            lead.stage_id = self._stage_id("won")
        else:
            lead.action_set_won()

    def _do_lost(self, lead, reason):
        lead.action_set_lost(lost_reason_id=self._id(LOST_REASONS[reason]))

    def _do_restore(self, lead, _value):
        lead.action_restore()

    def _do_archive(self, lead, _value):
        lead.action_archive()

    def _do_propose(self, lead, value):
        grade, reason = value
        lead.funnel_propose_grade(self._grade_id(grade), reason)

    def _do_review(self, lead, value):
        grade, reason = value
        lead.funnel_review_grade(self._grade_id(grade), reason)

    def _do_merge(self, lead, other):
        (lead | other.with_env(lead.env)).merge_opportunity()

    # ------------------------------------------------------------
    # AFTERWARDS
    # ------------------------------------------------------------

    def _set_dates(self, leads):
        """Put core's dates where they belong; acting set them to today.

        SQL for the creation date, which the ORM takes only while modules load.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead SET create_date = new.at
                  FROM unnest(%s, %s) AS new(id, at)
                 WHERE crm_lead.id = new.id
                """,
                [lead.id for lead in leads.values()],
                [plan.recorded for plan in leads],
            )
        )
        self.env["crm.lead"].invalidate_model(["create_date"])
        for plan, lead in leads.items():
            self._as(lead, None).write(self._get_dates(plan))

    def _get_dates(self, plan):
        dates = {"date_last_stage_update": plan.recorded}
        dates |= {"date_open": plan.recorded} if plan.creator else {}
        for event in plan.events:
            dates |= dict.fromkeys(DATES.get(event.kind, ()), event.at)
        if plan.is_open:
            dates.pop("date_closed", None)
        return dates

    def _plan_activities(self, leads):
        """What is to be sent, and the reviews that a rule would have asked for."""
        ours = self.env["crm.lead"].union(*leads.values())
        waiting = ours.filtered(lambda lead: lead.funnel_grade_state == "proposed")
        top = self._grade_id("A")
        self.env["funnel.plan"].ask_reviews(
            waiting.filtered(lambda lead: lead.funnel_grade_id.id == top)
        )
        today = (self.env.cr.now() + LOCAL).date()
        for plan, lead in leads.items():
            if plan.task:
                kind, days, summary = plan.task
                self._as(lead, plan.owner).activity_schedule(
                    f"mail.mail_activity_data_{kind}",
                    today + timedelta(days=days),
                    summary,
                )

    def _complete_core_leads(self):
        """Core's own demo leads are in the register too: number them, say what for."""
        known = self.env["ir.model.data"].search(
            [("model", "=", "crm.lead"), ("module", "=", "crm")]
        )
        leads = self.env["crm.lead"].with_context(active_test=False)
        leads = leads.search([("id", "in", known.mapped("res_id"))], order="id")
        for number, lead in enumerate(leads):
            industry = content.CORE_INDUSTRIES[number % len(content.CORE_INDUSTRIES)]
            lead.write(
                {
                    "funnel_obtained_at": lead.create_date - timedelta(hours=2),
                    "funnel_need": lead.name,
                    "funnel_industry_id": self._id(INDUSTRIES[industry]),
                    "funnel_client_type": "new",
                }
            )
        leads._compute_funnel_code()
        self._contact_core_leads(leads)
        self._qualify_core_leads(leads)
