"""Who decides, and who was talked to: one truth in chain, Qualification and logs."""

from datetime import timedelta

from odoo import fields
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import file_path

from ..contact.test_followup import FollowupCommon


@tagged("post_install", "-at_install")
class TestDecider(FollowupCommon):
    def test_contact_who_decides_is_known(self):
        self.lead.funnel_authority = "decides"
        self.assertFalse(self.lead.funnel_decider_unknown)
        self.assertTrue(self.lead.funnel_decider_missing)
        for part in ("situation", "problem", "implication", "need_payoff"):
            self._log(**{part: "Told"})
        self.assertEqual(self.lead.funnel_gap, "approver")

    def test_without_a_word_on_it_the_decider_is_unknown(self):
        self.lead.funnel_authority = "influences"
        self.assertTrue(self.lead.funnel_decider_unknown)
        self.assertFalse(self.lead.funnel_decider_missing)

    def test_role_of_our_contact_is_its_decision_power(self):
        for role, authority in (
            ("decides", "decides"),
            ("approves", "influences"),
            ("guards", "none"),
        ):
            with self.subTest(role=role):
                person = self._person(" mom ", role=role)
                self.assertEqual(self.lead.funnel_authority, authority)
                person.unlink()

    def test_changed_role_is_followed(self):
        person = self._person("Mom", role="uses")
        person.role = "decides"
        self.assertEqual(self.lead.funnel_authority, "decides")

    def test_role_of_others_says_nothing_of_our_contact(self):
        self.lead.funnel_authority = "influences"
        self._person("Walt", role="decides")
        self.assertEqual(self.lead.funnel_authority, "influences")

    def test_decision_power_is_written_into_the_chain(self):
        person = self._person("Mom", role="guards")
        self.lead.funnel_authority = "none"
        self.assertEqual(person.role, "guards")  # has no say, as it was
        self.lead.funnel_authority = "decides"
        self.assertEqual(person.role, "decides")

    def test_contact_is_found_by_its_record(self):
        self.lead.partner_id = self.contact_1
        self._person("The boss", partner_id=self.contact_1.id, role="decides")
        self.assertEqual(self.lead.funnel_authority, "decides")

    def test_contact_added_without_a_role_has_what_qualification_says(self):
        for authority, role in (
            ("decides", "decides"),
            ("none", "uses"),
            ("influences", "influences"),
            (False, "influences"),
        ):
            with self.subTest(authority=authority):
                self.lead.funnel_authority = authority
                person = self._person("Mom")
                self.assertEqual(person.role, role)
                self.assertEqual(self.lead.funnel_authority, authority)
                person.unlink()

    def test_default_role_of_a_screen_is_told(self):
        self.lead.funnel_authority = "influences"
        people = self.env["funnel.stakeholder"].with_context(default_role="decides")
        people.create({"lead_id": self.lead.id, "name": "Mom"})
        self.assertEqual(self.lead.funnel_authority, "decides")

    def test_contact_typed_into_the_list_keeps_what_qualification_says(self):
        self.lead.funnel_authority = "decides"
        with Form(self.lead.with_user(self.rep), "crm.crm_lead_view_form") as form:
            with form.funnel_stakeholder_ids.new() as person:
                person.name = "Walt"
                self.assertEqual(person.role, "influences")
            with form.funnel_stakeholder_ids.new() as person:
                person.name = "mom "
                self.assertEqual(person.role, "decides")
        self.assertEqual(self.lead.funnel_authority, "decides")
        roles = self.lead.funnel_stakeholder_ids.sorted("id").mapped("role")
        self.assertEqual(roles, ["influences", "decides"])

    def test_role_chosen_in_the_list_stays(self):
        self.lead.funnel_authority = "decides"
        form = Form(self.lead.with_user(self.rep), "crm.crm_lead_view_form")
        with form.funnel_stakeholder_ids.new() as person:
            person.role = "guards"
            person.name = "Mom"
            self.assertEqual(person.role, "guards")
        form.save()
        self.assertEqual(self.lead.funnel_authority, "none")

    def test_misspelt_contact_takes_what_qualification_says_when_corrected(self):
        self.lead.funnel_authority = "decides"
        person = self._person("Mmo")
        person.name = "Mom"
        self.assertEqual(person.role, "decides")
        self.assertEqual(self.lead.funnel_authority, "decides")

    def test_contact_is_found_by_the_name_of_the_persons_record(self):
        self.lead.contact_name = self.contact_1.name
        self._person("The boss", partner_id=self.contact_1.id, role="decides")
        self.assertEqual(self.lead.funnel_authority, "decides")

    def test_of_merged_leads_the_chain_says_who_decides(self):
        other = self._create_lead(name="Momcorp again", probability=1)
        self._person("Mom", lead=other, role="decides")
        self.lead.write({"probability": 60, "funnel_authority": "influences"})
        self._merge(other)
        self.assertEqual(self.lead.funnel_stakeholder_ids.role, "decides")
        self.assertEqual(self.lead.funnel_authority, "decides")

    def test_chain_of_the_survivor_says_it_of_a_merged_contact(self):
        self.lead.write({"contact_name": False, "probability": 60})
        self._person("Mom", role="approves")
        other = self._create_lead(
            name="Momcorp again",
            contact_name="Mom",
            funnel_authority="none",
            probability=1,
        )
        self._merge(other)
        self.assertEqual(self.lead.funnel_stakeholder_ids.role, "approves")
        self.assertEqual(self.lead.funnel_authority, "influences")

    def _merge(self, other):
        leads = (self.lead | other).with_user(self.manager)
        self.assertEqual(leads.merge_opportunity(), self.lead)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_form_saves_both_at_once(self):
        with Form(self.lead.with_user(self.rep), "crm.crm_lead_view_form") as form:
            form.funnel_authority = "none"
            with form.funnel_stakeholder_ids.new() as person:
                person.name = "Mom"
                person.role = "decides"
        self.assertEqual(self.lead.funnel_authority, "decides")
        self.assertEqual(self.lead.funnel_stakeholder_ids.role, "decides")


@tagged("post_install", "-at_install")
class TestOlderLogs(FollowupCommon):
    def setUp(self):
        super().setUp()
        self.moment = fields.Datetime.now() - timedelta(days=3)

    def test_person_takes_older_logs_of_the_name(self):
        log = self._log(contact="  WALT ", happened_at=self.moment)
        person = self._person("Walt")
        self.assertEqual(log.stakeholder_id, person)
        self.assertEqual(person.last_contact_at, self.moment)
        self.assertFalse(log.revision_ids)  # nobody corrected it

    def test_person_takes_logs_of_the_contacts_name(self):
        self._log(contact=self.contact_1.name, happened_at=self.moment)
        person = self._person("The boss", partner_id=self.contact_1.id)
        self.assertEqual(person.last_contact_at, self.moment)

    def test_log_finds_the_person_by_the_contacts_name(self):
        person = self._person("The boss", partner_id=self.contact_1.id)
        log = self._log(contact=self.contact_1.name.upper())
        self.assertEqual(log.stakeholder_id, person)

    def test_of_two_called_the_same_the_first_is_meant(self):
        first, _second = self._person("Walt"), self._person("Walt")
        self.assertEqual(self._log(contact="Walt").stakeholder_id, first)

    def test_renamed_person_takes_them_too(self):
        self._log(contact="Walt", happened_at=self.moment)
        person = self._person("Wlat")
        self.assertFalse(person.last_contact_at)
        person.name = "Walt"
        self.assertEqual(person.last_contact_at, self.moment)

    def test_logs_of_others_stay(self):
        walt = self._person("Walt")
        log = self._log(contact="Walt", happened_at=self.moment)
        other = self._create_lead(name="Planet Express")
        self._log(lead=other, contact="Igner")
        twin = self._person("Walt", function="His son")
        igner = self._person("Igner")
        self.assertEqual(log.stakeholder_id, walt)
        self.assertFalse(twin.last_contact_at or igner.last_contact_at)

    def test_rep_adds_a_person_that_a_manager_talked_to(self):
        """Long ago: the log of another is not corrected by it."""
        with self._at("2026-03-01"):
            self._log(by=self.manager, contact="Walt", happened_at="2026-02-28")
        person = self._person("Walt", lead=self.lead.with_user(self.rep))
        self.assertEqual(str(person.last_contact_at), "2026-02-28 00:00:00")

    def test_upgrade_finds_the_people_of_older_logs(self):
        log = self._log(contact="Walt\u3000", happened_at=self.moment)
        person = self._person("walt")
        self.env.flush_all()
        self.env.cr.execute("UPDATE funnel_followup SET stakeholder_id = NULL")
        self.env.cr.execute("UPDATE funnel_stakeholder SET last_contact_at = NULL")
        self.env.invalidate_all()
        path = file_path("sales_lead_funnel/migrations/19.0.1.4.0/post-migrate.py")
        script = load_script(path, "sales_lead_funnel_post_migrate")
        script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()
        self.assertEqual(log.stakeholder_id, person)
        self.assertEqual(person.last_contact_at, self.moment)
