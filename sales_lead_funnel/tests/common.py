"""Builders and asserts of the addon's tests, on core's teams and roles.

==================  =========================================  ==================
``rep``             own and unassigned leads                   user_sales_salesman
``manager``         all leads, reviews grades                  user_sales_leads
``director``        all leads and all settings                 user_sales_manager
``foreign_manager``  all leads of another company               foreign_manager
==================  =========================================  ==================
"""

import ast

from lxml import etree

from odoo.addons.crm.tests.common import TestCrmCommon
from odoo.addons.mail.tests.common import mail_new_test_user

from ..models.base.zones import get_company_day, get_person_day

FULL_PROSPECT = {  # all four questions of the prospect card, best answers
    "funnel_need_fit": "full",
    "funnel_authority": "decides",
    "funnel_budget_min": 100_000,
    "funnel_budget_max": 200_000,
    "funnel_purchase_date": "2024-05-01",  # within three months, for good
}


class FunnelCommon(TestCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = cls.user_sales_salesman
        cls.manager = cls.user_sales_leads
        cls.director = cls.user_sales_manager
        cls.company_foreign = cls.env["res.company"].create({"name": "Far Away"})
        cls.foreign_manager = mail_new_test_user(
            cls.env,
            login="foreign_manager",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=cls.company_foreign.id,
            company_ids=[(6, 0, cls.company_foreign.ids)],
        )
        cls.stage_new = cls.stage_team1_1
        cls.stage_next = cls.stage_team1_2
        cls.stage_won = cls.stage_team1_won
        cls.grade_a = cls.env.ref("sales_lead_funnel.grade_a")
        cls.grade_b = cls.env.ref("sales_lead_funnel.grade_b")
        cls.grade_c = cls.env.ref("sales_lead_funnel.grade_c")
        cls.team_other = cls.env["crm.team"].create({"name": "Other team"})
        cls.stage_other_team = cls.env["crm.stage"].create(
            {"name": "Other team's", "sequence": 2, "team_ids": cls.team_other.ids}
        )
        cls.env["crm.stage"].flush_model()

    # ------------------------------------------------------------
    # BUILDERS
    # ------------------------------------------------------------

    @classmethod
    def _lead_vals(cls, **vals):
        return {
            "name": "Test lead",
            "type": "opportunity",
            "user_id": cls.user_sales_salesman.id,
            "team_id": cls.sales_team_1.id,
            "stage_id": cls.stage_team1_1.id,
            **vals,
        }

    def _reconcile(self):
        """Run the nightly check of the ledger."""
        with self.enter_registry_test_mode():
            cron = self.env.ref("sales_lead_funnel.ir_cron_reconcile")
            cron.method_direct_trigger()
        self.env.invalidate_all()

    @classmethod
    def _create_lead(cls, *, by=None, **vals):
        """Create one opportunity of the rep; ``by``: the user who creates it."""
        leads = cls.env["crm.lead"]
        return (leads.with_user(by) if by else leads).create(cls._lead_vals(**vals))

    @classmethod
    def _create_leads(cls, count, **vals):
        """Create leads without the cost of their chatter."""
        leads = cls.env["crm.lead"].with_context(tracking_disable=True)
        return leads.create([cls._lead_vals(**vals) for _number in range(count)])

    @classmethod
    def _prepare_leads_of_others(cls, **vals):
        """Make leads that a rep may see, and others that nothing may be told of."""
        cls.own = cls._create_lead(name="Own", **vals)
        cls.others = cls._create_lead(name="Secret", user_id=cls.manager.id, **vals)
        cls.unassigned = cls._create_lead(name="Free", user_id=False, **vals)
        cls.foreign = cls._create_lead(
            name="Far secret",
            company_id=cls.company_foreign.id,
            user_id=cls.foreign_manager.id,
            team_id=False,
            stage_id=cls.stage_gen_1.id,
            **vals,
        )
        cls.leads = cls.own | cls.others | cls.unassigned | cls.foreign

    def _move(self, leads, stage):
        leads.write({"stage_id": stage.id})

    def _specification(self, xmlid, view_type):
        """Return what the web client asks for on saving in this view."""
        view = self.env.ref(xmlid)
        arch = self.env["crm.lead"].get_view(view.id, view_type)["arch"]
        names = etree.fromstring(arch).xpath("//field[not(ancestor::field)]/@name")
        return {name: {} for name in names}

    def _specification_of(self, screen):
        xmlid = {
            "form": "crm.crm_lead_view_form",
            "kanban": "crm.crm_case_kanban_view_leads",
            "list": "crm.crm_case_tree_view_oppor",
        }[screen]
        return self._specification(xmlid, screen)

    def _filter_domain(self, name):
        """Return the domain of a filter of the leads' search view."""
        arch = self.env["crm.lead"].get_view(
            self.env.ref("crm.view_crm_case_opportunities_filter").id, "search"
        )["arch"]
        [domain] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']/@domain")
        return ast.literal_eval(domain)

    @classmethod
    def _company_today(cls):
        """Return the day it is where the company is."""
        return get_company_day(cls.env.company)

    @classmethod
    def _get_today(cls, user=None):
        """Return the day it is where a user is, by default who runs the tests."""
        return get_person_day(cls.env, user=user)

    def _count(self, function):
        """Return how many queries a call and its flush need, caches warm."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    # ------------------------------------------------------------
    # LEDGER
    # ------------------------------------------------------------

    def _moves(self, lead):
        """Return the rows of a lead, in the order they were appended."""
        moves = self.env["funnel.stage.move"].sudo()
        return moves.search([("lead_id", "=", lead.id)], order="id")

    def _changes(self, lead, kind=None):
        domain = [("lead_id", "=", lead.id)]
        domain += [("kind", "=", kind)] if kind else []
        self.env.flush_all()
        return self.env["funnel.grade.change"].sudo().search(domain, order="id")

    def assertMoved(self, lead, to_stage, path, *, status="pending", rows=2):
        """The lead has so many rows and the last one tells this change."""
        moves = self._moves(lead)
        self.assertEqual(len(moves), rows)
        last = moves[-1]
        self.assertEqual(
            (last.to_stage_id, last.to_status, last.path), (to_stage, status, path)
        )

    def assertReplayGivesLive(self):
        """Replaying both ledgers gives the live state of every lead (rule 1)."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT lead_id, from_stage_id, from_status, to_stage_id, to_status
              FROM funnel_stage_move WHERE lead_id IS NOT NULL ORDER BY lead_id, id
            """
        )
        state = {}
        for lead_id, from_stage, from_status, *after in self.env.cr.fetchall():
            self.assertEqual(
                [from_stage, from_status],
                state.get(lead_id, [None, None]),
                "broken chain",
            )
            self.assertNotEqual([from_stage, from_status], after, "no real change")
            state[lead_id] = after
        self.env.cr.execute("SELECT id, stage_id, won_status FROM crm_lead")
        live = {lead_id: after for lead_id, *after in self.env.cr.fetchall()}
        self.assertEqual(state, live)

    def assertSuggestionsReplayGiveLive(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT lead_id, from_grade_id, to_grade_id FROM funnel_grade_change
             WHERE lead_id IS NOT NULL AND kind = 'suggested' ORDER BY lead_id, id
            """
        )
        state = {}
        for lead_id, before, after in self.env.cr.fetchall():
            self.assertEqual(before, state.get(lead_id), "broken chain")
            self.assertNotEqual(before, after, "no real change")
            state[lead_id] = after
        self.env.cr.execute(
            "SELECT id, funnel_suggested_grade_id FROM crm_lead"
            " WHERE funnel_suggested_grade_id IS NOT NULL"
        )
        suggested = {lead_id: grade for lead_id, grade in state.items() if grade}
        self.assertEqual(suggested, dict(self.env.cr.fetchall()))
