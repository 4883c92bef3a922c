"""What leads know of their client follows it: wins, contacts that are merged."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ...exceptions import FunnelDerivedError
from ..common import FunnelCommon


@tagged("post_install", "-at_install")
class TestClientBuys(FunnelCommon):
    """Open leads become those of an existing client when it buys."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open = cls._create_lead(partner_id=cls.contact_1.id)
        cls.deal = cls._create_lead(
            partner_id=cls.contact_company_1.id, user_id=cls.manager.id
        )

    def _type(self, lead=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (lead or self.open).funnel_client_type

    def test_open_lead_follows_the_win_of_a_colleague(self):
        self.assertEqual(self._type(), "new")
        self.deal.with_user(self.manager).action_set_won()
        self.assertEqual(self._type(), "existing")
        self.assertEqual(self._type(self.deal), "new")  # its own win made no client old

    def test_lead_that_is_born_won_counts(self):
        self._create_lead(
            partner_id=self.contact_1.id, stage_id=self.stage_won.id, probability=100
        )
        self.assertEqual(self._type(), "existing")

    def test_win_that_is_taken_back(self):
        self.deal.action_set_won()
        self._move(self.deal, self.stage_next)
        self.assertEqual(self._type(), "new")

    def test_one_of_two_wins_is_taken_back(self):
        other = self._create_lead(partner_id=self.contact_1.id)
        (other | self.deal).action_set_won()
        self._move(self.deal, self.stage_next)
        self.assertEqual(self._type(), "existing")
        self.assertEqual(self._type(self.deal), "existing")

    def test_what_people_told_stays(self):
        self.open.funnel_client_type = "existing"
        self.deal.action_set_lost()
        self.deal.action_restore()
        self.assertEqual(self._type(), "existing")

    def test_restored_lead_knows_what_was_bought_meanwhile(self):
        self.open.action_set_lost()
        self.deal.action_set_won()
        self.assertEqual(self._type(), "new")
        self.open.action_restore()
        self.assertEqual(self._type(), "existing")

    def test_archived_lead_knows_as_well(self):
        self.open.action_archive()
        self.deal.action_set_won()
        self.assertEqual(self._type(), "existing")

    def test_closed_leads_stay_what_they_were(self):
        lost = self._create_lead(partner_id=self.contact_1.id)
        lost.action_set_lost()
        self.deal.action_set_won()
        self.assertEqual(self._type(lost), "new")
        self.contact_1.parent_id = self.env["res.partner"].create(
            {"name": "Holding", "is_company": True}
        )
        self.assertEqual(self._type(lost), "new")

    def test_won_lead_that_gets_its_contact_later(self):
        deal = self._create_lead()
        deal.action_set_won()
        deal.partner_id = self.contact_1
        self.assertEqual(self._type(), "existing")

    def test_contact_that_goes_to_a_company_that_bought(self):
        buyer = self.env["res.partner"].create({"name": "Buyer", "is_company": True})
        self._create_lead(partner_id=buyer.id).action_set_won()
        person = self.env["res.partner"].create({"name": "Fry"})
        lead = self._create_lead(partner_id=person.id)
        self.assertEqual(self._type(lead), "new")
        person.parent_id = buyer
        self._reconcile()
        self.assertEqual(self._type(lead), "existing")

    def test_leads_of_another_company_learn_nothing(self):
        foreign = self._create_lead(
            partner_id=self.contact_1.id,
            company_id=self.company_foreign.id,
            user_id=self.foreign_manager.id,
            team_id=False,
            stage_id=self.stage_gen_1.id,
        )
        self.deal.company_id = self.company_main
        self.deal.action_set_won()
        self.assertEqual(self._type(foreign), "new")

    def test_what_people_told_outlives_wins_that_end(self):
        self.open.funnel_client_type = "existing"
        self.deal.action_set_won()
        self._move(self.deal, self.stage_next)
        self.assertEqual(self._type(), "existing")

    def test_what_people_told_stays_whatever_another_company_wins(self):
        self.open.write(
            {"company_id": self.company_main.id, "funnel_client_type": "existing"}
        )
        foreign = self._create_lead(
            partner_id=self.contact_1.id,
            company_id=self.company_foreign.id,
            user_id=self.foreign_manager.id,
            team_id=False,
            stage_id=self.stage_gen_1.id,
        )
        foreign.with_user(self.foreign_manager).action_set_won()
        self.assertEqual(self._type(), "existing")
        self._move(foreign, self.stage_gen_1)
        self.assertEqual(self._type(), "existing")

    def test_lead_of_a_client_that_bought_before(self):
        self.deal.action_set_won()
        lead = self._create_lead(
            partner_id=self.contact_1.id, funnel_client_type="existing"
        )  # as the form sends what it shows
        self._move(self.deal, self.stage_next)
        self.assertEqual(self._type(lead), "new")

    def test_win_that_goes_to_another_client(self):
        self.deal.action_set_won()
        other = self._create_lead(partner_id=self.contact_2.id)
        self.deal.partner_id = self.contact_2
        self.assertEqual(self._type(), "new")
        self.assertEqual(self._type(other), "existing")

    def test_win_that_is_deleted(self):
        self.deal.action_set_won()
        self.deal.unlink()
        self.assertEqual(self._type(), "new")

    def test_win_that_is_archived_is_one(self):
        self.deal.action_set_won()
        self.deal.action_archive()
        self.assertEqual(self._type(), "existing")

    def test_win_that_is_merged_away(self):
        self.deal.stage_id = self.stage_gen_won
        self.assertEqual(self._type(), "existing")
        head = self._create_lead(
            partner_id=self.contact_2.id, stage_id=self.stage_won.id, probability=100
        )
        leads = (head | self.deal).with_user(self.manager)
        self.assertEqual(leads.merge_opportunity(), head)
        self.assertEqual(self._type(), "new")

    def test_win_that_ends_by_sql_is_found_at_night(self):
        told = self._create_lead(partner_id=self.contact_1.id)
        told.funnel_client_type = "existing"
        self.deal.action_set_won()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET won_status = 'pending', probability = 50,"
            " stage_id = %s WHERE id = %s",
            [self.stage_next.id, self.deal.id],
        )
        self.env.invalidate_all()
        self._reconcile()
        self.assertEqual(self._type(), "new")
        self.assertEqual(self._type(told), "existing")

    def test_wins_found_at_night_are_told_batch_by_batch(self):
        others = self.open | self._create_lead(partner_id=self.contact_1.id)
        self.deal.action_set_won()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET funnel_client_type = 'new', funnel_bought = NULL"
            " WHERE id = ANY(%s)",
            [others.ids],
        )
        self.env.invalidate_all()
        done = []
        with (
            patch(f"{self.env['crm.lead']._funnel_follow_wins.__module__}.BATCH", 1),
            patch.object(
                type(self.env["ir.cron"]),
                "_commit_progress",
                lambda _cron, processed=0, **_kw: done.append(processed) or 60,
            ),
        ):
            self.env["crm.lead"]._funnel_reconcile_clients()
        self.assertEqual([number for number in done if number], [1, 1])
        self.assertEqual(set(others.mapped("funnel_client_type")), {"existing"})

    def test_nobody_writes_what_made_the_client_existing(self):
        with self.assertRaises(FunnelDerivedError):
            self.open.with_user(self.rep).write({"funnel_bought": True})

    def test_win_by_sql_is_found_at_night(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET won_status = 'won', probability = 100, stage_id = %s"
            " WHERE id = %s",
            [self.stage_won.id, self.deal.id],
        )
        self.env.invalidate_all()
        self._reconcile()
        self.assertEqual(self._type(), "existing")


@tagged("post_install", "-at_install")
class TestSameContact(FunnelCommon):
    def test_leads_of_one_contact_are_of_one_client_whatever_was_typed(self):
        one, two = (
            self._create_lead(partner_id=self.contact_1.id, partner_name=name)
            for name in ("Momcorp", "Planet Express")
        )
        self.assertNotEqual(one.funnel_client_key, two.funnel_client_key)
        typed = self._create_lead(partner_name="Momcorp Ltd.")
        lead = one.with_user(self.rep)
        self.assertEqual(lead.funnel_same_client_ids, two | typed)
        found = self.env["crm.lead"].search(
            lead.action_funnel_show_same_client()["domain"]
        )
        self.assertEqual(found, one | two | typed)

    def test_leads_of_one_person_are_of_one_client(self):
        person = self.env["res.partner"].create({"name": "Fry"})
        one, two = (self._create_lead(partner_id=person.id) for _number in range(2))
        self.assertEqual(one.with_user(self.rep).funnel_same_client_ids, two)

    def test_lead_of_a_colleague_gives_a_hint(self):
        colleague = mail_new_test_user(
            self.env, login="colleague", groups="sales_team.group_sale_salesman"
        )
        one = self._create_lead(partner_id=self.contact_1.id, partner_name="A")
        self._create_lead(
            partner_id=self.contact_1.id, partner_name="B", user_id=colleague.id
        )
        self.assertTrue(one.with_user(self.rep).funnel_same_client_hint)


@tagged("post_install", "-at_install")
class TestMergedContacts(FunnelCommon):
    """Core's wizard merges contacts by SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        industry = cls.env["res.partner.industry"].create({"name": "Robots"})
        cls.double, cls.client = cls.env["res.partner"].create(
            [
                {"name": "Momcorp (old)", "is_company": True},
                {"name": "华为技术", "is_company": True, "industry_id": industry.id},
            ]
        )
        cls.person = cls.env["res.partner"].create(
            {"name": "Mom", "parent_id": cls.double.id}
        )
        cls.lead = cls._create_lead(partner_id=cls.double.id, partner_name=False)
        cls.lead.partner_name = False
        cls.of_person = cls._create_lead(partner_id=cls.person.id)
        cls.env.flush_all()

    def _merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.double | self.client).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual(self.lead.partner_id, self.client)

    def test_lead_is_known_as_the_client_s(self):
        twin = self._create_lead(partner_name="华为技术有限公司")
        self._create_lead(partner_id=self.client.id).action_set_won()
        self._merge()
        self.assertEqual(self.lead.funnel_client_key, "华为技术")
        self.assertEqual(self.lead.funnel_client_type, "existing")
        self.assertEqual(self.lead.funnel_industry_id, self.client.industry_id)
        same = self.lead.with_user(self.rep).funnel_same_client_ids
        self.assertEqual(same, twin | self.of_person)

    def test_leads_of_its_people_are_known_as_well(self):
        self._create_lead(partner_id=self.client.id).action_set_won()
        self._merge()
        self.assertEqual(self.person.commercial_partner_id, self.client)
        self.assertEqual(self.of_person.funnel_client_type, "existing")

    def test_the_client_s_leads_know_what_the_double_bought(self):
        known = self._create_lead(partner_id=self.client.id)
        self.lead.action_set_won()
        self._merge()
        self.assertEqual(known.funnel_client_type, "existing")

    def test_what_criteria_read_of_the_contact_follows(self):
        criterion = self.env["funnel.criterion"].create(
            {
                "stage_id": self.stage_next.id,
                "kind": "domain",
                "domain": "[('partner_id.industry_id', '!=', False)]",
            }
        )
        self.lead.stage_id = self.stage_next
        self.assertNotEqual(self.lead.funnel_proven_stage_id, self.stage_next)
        self._merge()
        self.assertEqual(self.lead.funnel_proven_stage_id, self.stage_next)
        criterion.unlink()

    def test_industry_that_people_told_stays(self):
        told = self.env["res.partner.industry"].create({"name": "Tractors"})
        lost = self._create_lead(partner_id=self.double.id)
        (self.lead | lost).funnel_industry_id = told
        lost.action_set_lost()
        self._merge()
        self.assertEqual((self.lead | lost).funnel_industry_id, told)
        self.assertEqual(self.of_person.funnel_industry_id, self.client.industry_id)

    def test_what_people_told_stays(self):
        self.lead.funnel_client_type = "existing"
        self._merge()
        self.assertEqual(self.lead.funnel_client_type, "existing")
        self.assertEqual(self.of_person.funnel_client_type, "new")
