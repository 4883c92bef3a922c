"""Two reps, one client: found by name, without telling what is hidden (S0-39)."""

import json

from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..common import FunnelCommon


@tagged("post_install", "-at_install")
class TestSameClient(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(partner_name="华为技术有限公司")
        cls.rep_two = mail_new_test_user(
            cls.env, login="rep_two", groups="sales_team.group_sale_salesman"
        )

    def _as_rep(self):
        self.env.invalidate_all()
        return self.lead.with_user(self.rep)

    def test_names_are_compared_without_their_dress(self):
        for name in ("华为技术 有限公司", "ＨＵＡＷＥＩ", "华为技术(集团)有限责任公司"):
            self._create_lead(partner_name=name)
        self.assertEqual(self._as_rep().funnel_same_client_count, 2)

    def test_visible_leads_are_counted_and_listed(self):
        twin = self._create_lead(partner_name="华为技术公司")
        lead = self._as_rep()
        self.assertEqual(lead.funnel_same_client_ids, twin)
        self.assertFalse(lead.funnel_same_client_hint)
        action = lead.action_funnel_show_same_client()
        found = self.env["crm.lead"].search(action["domain"])
        self.assertEqual(found, twin | lead)

    def test_count_is_right_beyond_what_is_listed(self):
        for _number in range(25):
            self._create_lead(partner_name="华为技术")
        self.assertEqual(self._as_rep().funnel_same_client_count, 25)

    def test_company_of_the_contact_counts_too(self):
        self.contact_company_1.name = "华为技术股份有限公司"
        twin = self._create_lead(partner_id=self.contact_1.id)
        self.assertEqual(self._as_rep().funnel_same_client_ids, twin)

    def test_key_follows_a_new_name_of_the_company(self):
        twin = self._create_lead(partner_id=self.contact_1.id, partner_name=False)
        self.contact_company_1.name = "华为技术"
        twin.partner_name = False
        self.assertEqual(twin.funnel_client_key, "华为技术")

    def test_leads_without_a_company_have_no_twins(self):
        one = self._create_lead(contact_name="Anna")
        self._create_lead(contact_name="Anna")
        self.assertEqual(one.with_user(self.rep).funnel_same_client_count, 0)

    def test_closed_leads_are_no_twins(self):
        self._create_lead(partner_name="华为技术").action_set_won()
        self._create_lead(partner_name="华为技术").action_set_lost()
        lead = self._as_rep()
        self.assertFalse(lead.funnel_same_client_count or lead.funnel_same_client_hint)

    def test_hidden_lead_gives_a_hint_and_no_data(self):
        hidden = self._create_lead(
            name="Secret deal", partner_name="华为技术", user_id=self.rep_two.id
        )
        lead = self._as_rep()
        self.assertTrue(lead.funnel_same_client_hint)
        self.assertEqual(lead.funnel_same_client_count, 0)
        told = json.dumps(lead.read()[0], default=str)
        for secret in ("Secret deal", hidden.funnel_code, self.rep_two.name):
            self.assertNotIn(secret, told)
        self.assertNotIn(
            hidden.id, lead.action_funnel_show_same_client()["domain"][0][2]
        )

    def test_hint_says_the_same_for_one_hidden_lead_or_many(self):
        self._create_lead(partner_name="华为技术", user_id=self.rep_two.id)
        one = self._as_rep().funnel_same_client_hint
        self._create_lead(partner_name="华为技术", user_id=self.rep_two.id)
        self._create_lead(partner_name="华为技术", user_id=self.manager.id)
        self.assertEqual(self._as_rep().funnel_same_client_hint, one)

    def test_hint_is_there_beside_visible_leads(self):
        self._create_lead(partner_name="华为技术")
        self._create_lead(partner_name="华为技术", user_id=self.rep_two.id)
        lead = self._as_rep()
        self.assertEqual(lead.funnel_same_client_count, 1)
        self.assertTrue(lead.funnel_same_client_hint)

    def test_hint_names_the_leader_to_ask(self):
        self.env["crm.team.member"].create(
            {"user_id": self.rep.id, "crm_team_id": self.sales_team_1.id}
        )
        self._create_lead(partner_name="华为技术", user_id=self.rep_two.id)
        self.assertIn(self.director.name, self._as_rep().funnel_same_client_hint)

    def test_who_sees_all_needs_no_hint(self):
        self._create_lead(partner_name="华为技术", user_id=self.rep_two.id)
        lead = self.lead.with_user(self.manager)
        self.assertEqual(lead.funnel_same_client_count, 1)
        self.assertFalse(lead.funnel_same_client_hint)

    def test_unassigned_lead_is_visible_and_no_secret(self):
        self._create_lead(partner_name="华为技术", user_id=False)
        lead = self._as_rep()
        self.assertEqual(lead.funnel_same_client_count, 1)
        self.assertFalse(lead.funnel_same_client_hint)

    def test_foreign_company_is_not_even_hinted_at(self):
        self._create_lead(
            partner_name="华为技术",
            company_id=self.company_foreign.id,
            user_id=self.foreign_manager.id,
            team_id=False,
            stage_id=self.stage_gen_1.id,
        )
        lead = self._as_rep()
        self.assertFalse(lead.funnel_same_client_count or lead.funnel_same_client_hint)

    def test_grouping_by_client_shows_own_leads_only(self):
        self._create_lead(partner_name="华为技术", user_id=self.rep_two.id)
        leads = self.env["crm.lead"].with_user(self.rep)
        domain = [("funnel_client_key", "=", "华为技术")]
        groups = leads._read_group(domain, ["funnel_client_key"], ["__count"])
        self.assertEqual(groups, [("华为技术", 1)])
