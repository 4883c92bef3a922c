"""A gate holds on every door, whatever its effect (design rules 2 and 3)."""

import json
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

from odoo import SUPERUSER_ID
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...exceptions import FunnelGateError
from ...models.base import door as doors
from ...models.gates.policy import PASS_KEY
from ...models.gates.watch import WATCH_KEY
from ..common_gates import DoorsCommon, GateCommon, RemoteCommon

NEED = "Initial need"


@tagged("post_install", "-at_install")
class TestGateScreens(DoorsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_criterion("funnel_need", message="Ask what they need.")

    def test_write_is_refused_and_leaves_nothing(self):
        self.assertStays(lambda: self._move_as(self.rep), NEED)

    def test_refusal_that_is_swallowed_leaves_nothing(self):
        lead = self._as_user(self.rep)
        refused = False
        try:
            lead.write({"stage_id": self.stage_next.id, "funnel_authority": "none"})
        except FunnelGateError:  # as core's mail links do, without a savepoint
            refused = True
        self.assertTrue(refused)
        self.assertEqual(lead.stage_id, self.stage_new)
        self.assertFalse(lead.funnel_authority)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(lead.stage_id, self.stage_new)

    def test_error_tells_criterion_and_what_to_do(self):
        with self.assertRaisesRegex(FunnelGateError, "Ask what they need.*missing"):
            self._move_as(self.rep)

    def test_answer_and_move_in_one_save(self):
        vals = {"stage_id": self.stage_next.id, "funnel_need": "A CRM"}
        self._as_user(self.rep).write(vals)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_every_screen_is_refused_and_leaves_nothing(self):
        """What the matrix of effects and doors proves of new leads, in detail."""
        for door in (self._by_form, self._by_screen, self._by_values, self._by_import):
            with self.subTest(door=door.__name__):
                self.assertStays(partial(door, self.rep, self.lead), NEED)

    def test_number_that_nobody_typed_is_no_answer(self):
        """The web client sends False for numbers that were not touched."""
        self._create_criterion("funnel_budget_max", "funnel_decision_people")
        leads = self.env["crm.lead"].with_user(self.rep)
        vals = self._lead_vals(funnel_need="A CRM", stage_id=self.stage_new.id)
        vals |= {"funnel_budget_max": False, "funnel_decision_people": False}
        [saved] = leads.web_save(vals, {"id": {}})
        lead = leads.browse(saved["id"])
        move = {"stage_id": self.stage_next.id}
        self.assertStays(lambda: lead.write(move), "missing: .*,", lead)
        lead.web_save({"funnel_budget_max": 0, "funnel_decision_people": 5}, {})
        lead.write(move)
        self.assertEqual(lead.stage_id, self.stage_next)

    def test_zero_typed_in_the_form_of_a_new_lead_is_an_answer(self):
        self._create_criterion("funnel_budget_max", "funnel_decision_people")
        vals = self._lead_vals(funnel_need="A CRM", stage_id=self.stage_next.id)
        vals |= {"funnel_budget_max": 0.0, "funnel_decision_people": 0}
        leads = self.env["crm.lead"].with_user(self.rep)
        [saved] = leads.web_save(vals, {"stage_id": {}, "funnel_budget_max": {}})
        self.assertEqual(saved["stage_id"], self.stage_next.id)
        self.assertIsNot(saved["funnel_budget_max"], False)

    def test_amount_that_begins_at_zero_is_no_answer(self):
        """Core fills in 0 where a form, a file or a caller gives no amount."""
        self._create_criterion("expected_revenue")
        leads = self.env["crm.lead"].with_user(self.rep)
        vals = self._lead_vals(funnel_need="A CRM", stage_id=self.stage_next.id)
        for given in ({}, {"expected_revenue": 0}, {"expected_revenue": False}):
            with (
                self.subTest(given=given),
                self.assertRaisesRegex(FunnelGateError, "missing: “Expected Revenue”"),
            ):
                leads.create(vals | given)
        lead = leads.create(vals | {"expected_revenue": 500})
        with self.assertRaisesRegex(FunnelGateError, "Expected Revenue"):
            lead.expected_revenue = 0
        self.assertEqual(lead.copy_data()[0]["expected_revenue"], 500)

    def test_board(self):
        move = {"screen": "kanban"}
        self.assertStays(lambda: self._by_screen(self.rep, self.lead, **move), NEED)
        self._by_screen(self.rep, self.lead, **move, funnel_need="A CRM")
        self.assertMoved(self.lead, self.stage_next, "board")

    def test_born_in_a_stage(self):
        with self.assertRaisesRegex(FunnelGateError, NEED):
            self._by_birth(self.rep)
        leads = self.env["crm.lead"]
        self.assertFalse(leads.search([("stage_id", "=", self.stage_next.id)]))
        lead = self._by_birth(self.rep, funnel_need="A CRM")
        self.assertEqual(lead.stage_id, self.stage_next)

    def test_quick_create_in_a_column(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        column = leads.with_context(
            default_stage_id=self.stage_next.id, default_type="opportunity"
        )
        specification = self._specification("crm.quick_create_opportunity_form", "form")
        with self.assertRaisesRegex(FunnelGateError, NEED):
            column.web_save({"name": "Quick"}, specification)

    def test_won_button(self):
        self._create_criterion("funnel_authority", stage=self.stage_gen_won)
        lead = self._as_user(self.rep)
        self.assertStays(lead.action_set_won_rainbowman, f"Decision power(?s:.*){NEED}")
        lead.write({"funnel_authority": "decides", "funnel_need": "A CRM"})
        lead.action_set_won_rainbowman()
        self.assertEqual(lead.won_status, "won")

    def test_several_won_at_once_in_one_message(self):
        self._create_criterion("funnel_authority", stage=self.stage_gen_won)
        other = self._create_lead(name="Second", team_id=False)
        leads = (self.lead + other).with_user(self.rep)
        self.assertStays(leads.action_set_won, "(?s)Gated.*Second")

    def test_team_change_that_recomputes_the_stage(self):
        self._create_criterion("funnel_need", stage=self.stage_other_team)
        self.assertStays(lambda: self._by_team(self.rep, self.lead), NEED)
        self._by_team(self.rep, self.lead, funnel_need="A CRM")
        self.assertEqual(self.lead.stage_id, self.stage_other_team)

    def test_losing_and_restoring_is_not_entering(self):
        lead = self._create_lead(stage_id=self.stage_next.id).with_user(self.rep)
        lead.action_set_lost()
        lead.action_restore()
        self.assertEqual(lead.won_status, "pending")

    def test_lost_lead_is_not_moved_and_restored(self):
        lead = self._as_user(self.rep)
        lead.action_set_lost()
        self.assertStays(lambda: self._move_as(self.rep), NEED)
        lead.action_restore()
        self.assertEqual(lead.stage_id, self.stage_new)

    def test_lead_born_lost_is_judged_when_it_is_restored(self):
        vals = self._lead_vals(name="Born lost", stage_id=self.stage_next.id)
        vals |= {"active": False, "probability": 0, "user_id": self.rep.id}
        lead = self.env["crm.lead"].with_user(self.rep).create(vals)
        self.assertEqual(lead.won_status, "lost")
        self.assertStays(lead.action_restore, "Not moved.*\n.*" + NEED, lead)
        self.assertStays(lambda: lead.write({"probability": 5}), NEED, lead)
        lead.funnel_need = "A CRM"
        lead.action_restore()
        self.assertEqual(lead.won_status, "pending")

    def test_going_back_asks_nothing(self):
        self._create_criterion("funnel_authority", stage=self.stage_new)
        self._move(self.lead, self.stage_next)
        self._move_as(self.rep, stage=self.stage_new)
        self.assertEqual(self.lead.stage_id, self.stage_new)

    def test_where_it_never_was_is_no_way_back(self):
        self._move(self.lead, self.stage_won)
        self.assertStays(lambda: self._move_as(self.rep), NEED)

    def test_other_team_is_no_way_back(self):
        """From the last stage of another team, which comes later in the list."""
        self.stage_other_team.sequence = 90
        self._move(self.lead, self.stage_next)
        self._move(self.lead, self.stage_new)
        self.lead.write(
            {"team_id": self.team_other.id, "stage_id": self.stage_other_team.id}
        )
        vals = {"team_id": self.sales_team_1.id, "stage_id": self.stage_next.id}
        lead = self._as_user(self.manager)
        self.assertStays(lambda: lead.write(vals), NEED)

    def test_leads_that_are_no_opportunities_go_free(self):
        lead = self._create_lead(type="lead").with_user(self.rep)
        self._move(lead, self.stage_next)
        self.assertEqual(lead.stage_id, self.stage_next)


@tagged("post_install", "-at_install")
class TestGateConversion(DoorsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_criterion("funnel_need")
        cls.lead = cls._create_lead(name="Raw", type="lead", stage_id=cls.stage_next.id)

    def test_conversion_asks_for_the_stage_it_kept(self):
        self.assertStays(lambda: self._by_conversion(self.rep, self.lead), NEED)
        self.lead.funnel_need = "A CRM"
        self._by_conversion(self.rep, self.lead)
        self.assertEqual(self.lead.type, "opportunity")

    def test_conversion_in_a_late_stage_asks_what_the_stages_before_ask(self):
        """As a plain lead it went there freely."""
        lead = self._as_user(self.rep)
        self._move(lead, self.stage_gen_1)
        self.assertStays(lambda: lead.convert_opportunity(False), "skipped, asks")
        lead.funnel_need = "A CRM"
        lead.convert_opportunity(False)
        self.assertEqual(lead.type, "opportunity")

    def test_many_are_refused_in_one_message(self):
        other = self._create_lead(
            name="Crude", type="lead", stage_id=self.stage_next.id
        )
        leads = (self.lead + other).with_user(self.rep)
        self.assertStays(
            lambda: leads.convert_opportunity(self.env["res.partner"]),
            "(?s)Raw.*Crude",
        )

    def test_wizard_for_many_refuses_in_one_message(self):
        other = self._create_lead(
            name="Crude", type="lead", stage_id=self.stage_next.id
        )
        leads = self.lead + other
        wizard = self.env["crm.lead2opportunity.partner.mass"].with_user(self.manager)
        wizard = wizard.with_context(active_model="crm.lead", active_ids=leads.ids)
        wizard = wizard.create({"deduplicate": False, "action": "exist"})
        self.assertStays(wizard.action_mass_convert, "(?s)Raw.*Crude")


@tagged("post_install", "-at_install")
class TestGateBatches(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_criterion("funnel_need")
        cls.ready = cls._create_lead(name="Ready", funnel_need="A CRM")
        cls.other = cls._create_lead(name="Other")

    def test_batch_is_refused_as_a_whole_naming_each_lead(self):
        self.assertStays(
            lambda: self._move_as(self.rep, self.other, self.ready), "(?s)Gated.*Other"
        )
        self.assertEqual(self.ready.stage_id, self.stage_new)

    def test_mass_edit_moves_the_others_and_says_which_stayed(self):
        leads = (self.lead + self.ready + self.other).with_user(self.rep)
        told = self._listen()
        result = leads.web_save(
            {"stage_id": self.stage_next.id}, self._specification_of("list")
        )
        self.assertEqual(len(result), 3)
        self.assertMoved(self.ready, self.stage_next, "list")
        self.assertEqual((self.lead + self.other).stage_id, self.stage_new)
        [message] = told
        self.assertRegex(message["message"], "(?s)Gated.*Other")
        self.assertNotIn("Ready", message["message"])

    def test_mass_edit_with_different_values(self):
        leads = (self.lead + self.ready).with_user(self.rep)
        told = self._listen()
        values = [{"stage_id": self.stage_next.id} for _lead in leads]
        leads.web_save_multi(values, self._specification_of("list"))
        self.assertEqual(self.ready.stage_id, self.stage_next)
        self.assertEqual(self.lead.stage_id, self.stage_new)
        self.assertIn("Gated", told[0]["message"])

    def test_lead_given_twice_is_judged_each_time(self):
        leads = self.criteria.env["crm.lead"].browse([self.lead.id] * 2)
        values = [{"stage_id": self.stage_next.id}, {"stage_id": self.stage_new.id}]
        leads = leads.with_user(self.rep)
        specification = self._specification_of("list")
        self.assertStays(lambda: leads.web_save_multi(values, specification), NEED)

    def test_mass_edit_that_nobody_passes_is_refused(self):
        leads = (self.lead + self.other).with_user(self.rep)
        specification = self._specification_of("list")
        vals = {"stage_id": self.stage_next.id}
        self.assertStays(
            lambda: leads.web_save(vals, specification), "(?s)Gated.*Other"
        )

    def test_import_reports_each_refused_row(self):
        model = self.env["crm.lead"].with_user(self.rep)
        model = model.with_context(import_file=True, tracking_disable=True)
        names = ["name", "stage_id/.id", "user_id/.id", "funnel_need", "type"]
        stage, rep = str(self.stage_next.id), str(self.rep.id)
        rows = [
            ["Row one", stage, rep, "", "Opportunity"],
            ["Row two", stage, rep, "A CRM", "Opportunity"],
            ["Row three", stage, rep, "", "Opportunity"],
        ]
        result = model.load(names, rows)
        self.assertFalse(result["ids"])
        refused = {message["record"] for message in result["messages"]}
        self.assertEqual(refused, {0, 2})
        self.assertIn(NEED, result["messages"][0]["message"])
        self.assertTrue(model.load(names, rows[1:2])["ids"])


@tagged("post_install", "-at_install")
class TestGateBlanking(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(
            name="Gated", stage_id=cls.stage_team1_2.id, funnel_need="A CRM"
        )
        cls._create_criterion("funnel_need")

    def test_answer_is_not_taken_away_after_entry(self):
        lead = self._as_user(self.rep)
        self.assertStays(lambda: lead.write({"funnel_need": False}), "took away")
        self.assertStays(lambda: lead.write({"funnel_need": "  "}), NEED)

    def test_answer_may_be_changed(self):
        self._as_user(self.rep).write({"funnel_need": "An ERP"})
        self.assertEqual(self.lead.funnel_need, "An ERP")

    def test_what_was_never_answered_does_not_hold_up(self):
        self._create_criterion("funnel_authority")
        lead = self._as_user(self.rep)
        lead.write({"funnel_authority": False, "priority": "2"})
        self.assertEqual(lead.priority, "2")

    def test_answer_may_go_when_the_lead_goes_back(self):
        lead = self._as_user(self.rep)
        lead.write({"funnel_need": False, "stage_id": self.stage_new.id})
        self.assertFalse(lead.funnel_need)

    def test_answer_is_not_taken_away_while_the_lead_is_lost(self):
        lead = self._as_user(self.rep)
        lead.action_set_lost()
        self.assertStays(lambda: lead.write({"funnel_need": False}), "took away")

    def test_records_that_are_required_are_not_taken_away(self):
        people = self.env["funnel.stakeholder"].with_user(self.rep)
        people = people.create(
            [{"lead_id": self.lead.id, "name": name} for name in ("Ann", "Bob")]
        )
        self._create_criterion("funnel_stakeholder_ids")
        people[0].unlink()
        self.assertStays(people[1].unlink, "took away")
        self.assertTrue(people[1].exists())

    def test_computed_answer_is_not_taken_away_by_its_source(self):
        self.lead.write({"partner_id": False, "email_from": "ann@example.com"})
        self._create_criterion("email_normalized")
        lead = self._as_user(self.rep)
        self.assertStays(lambda: lead.write({"email_from": False}), "took away")
        lead.write({"email_from": "bob@example.com"})
        self.assertEqual(lead.email_normalized, "bob@example.com")

    def test_background_may_take_it_away(self):
        self.lead.write({"funnel_need": False})
        self.assertFalse(self.lead.funnel_need)


@tagged("post_install", "-at_install")
class TestGateEffects(GateCommon):
    def test_nothing_is_gated_without_criteria(self):
        self.assertTrue(self.criteria._get_gates().is_idle)
        self._move_as(self.rep)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_archived_criterion_asks_nothing(self):
        self._create_criterion("funnel_need").active = False
        self._move_as(self.rep)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_condition_on_records_of_the_lead(self):
        self._create_criterion(
            name="A decider is known",
            domain="[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]",
        )
        self.assertStays(lambda: self._move_as(self.rep), "A decider is known")
        lead = self._as_user(self.rep)
        self.env["funnel.stakeholder"].with_user(self.rep).create(
            {"lead_id": lead.id, "name": "Fry", "role": "decides"}
        )
        self._move_as(self.rep)
        self.assertEqual(lead.stage_id, self.stage_next)

    def test_condition_within_three_months(self):
        self._create_criterion(
            name="Buys soon", domain="[('funnel_purchase_date', '<=', '+3m')]"
        )
        today = self._get_today()
        self.lead.funnel_purchase_date = today + timedelta(days=200)
        self.assertStays(lambda: self._move_as(self.rep), "Buys soon")
        self.lead.funnel_purchase_date = today + timedelta(days=20)
        self._move_as(self.rep)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_warning_lets_in_and_tells(self):
        self._create_criterion("funnel_need", effect="warn", message="Mind the need.")
        told = self._listen()
        self._move_as(self.rep)
        self.assertEqual(self.lead.stage_id, self.stage_next)
        self.assertIn("Mind the need.", told[0]["message"])

    def test_approval_stops_the_rep_and_not_the_manager(self):
        self._create_criterion(domain="[]", effect="approve", name="Confirmed")
        self.assertStays(lambda: self._move_as(self.rep), "manager's approval")
        self._move_as(self.manager)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_manager_does_not_let_in_the_own_lead(self):
        self._create_criterion(domain="[]", effect="approve")
        self.lead.user_id = self.manager
        self.assertStays(lambda: self._move_as(self.manager), "manager's approval")
        self.manager.company_id.funnel_self_approval = True
        self._move_as(self.manager)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_lead_that_meets_the_condition_needs_no_approval(self):
        self._create_criterion(
            domain="[('funnel_authority', '=', 'decides')]", effect="approve"
        )
        self.lead.funnel_authority = "decides"
        self._move_as(self.rep)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_groups_pass(self):
        group = self.env.ref("sales_team.group_sale_salesman_all_leads")
        self._create_criterion("funnel_need", group_ids=[(4, group.id)])
        self.assertStays(lambda: self._move_as(self.rep), NEED)
        self._move_as(self.manager)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_stages_may_not_be_skipped(self):
        self.stage_won.funnel_allow_skip = False
        last = self.stage_won
        self.assertStays(lambda: self._move_as(self.rep, stage=last), "skipped")
        self._move_as(self.rep)
        self._move_as(self.manager, stage=self.stage_new)
        self._move_as(self.manager, stage=last)
        self.assertEqual(self.lead.stage_id, last)

    def test_skipped_stages_ask_as_well(self):
        self._create_criterion("funnel_need")
        self._create_criterion("funnel_authority", effect="warn")
        self.assertStays(
            lambda: self._move_as(self.rep, stage=self.stage_won),
            f"“{self.stage_next.name}”, which is skipped, asks: .*{NEED}",
        )
        self.lead.funnel_need = "A CRM"
        self._move_as(self.rep, stage=self.stage_won)
        self.assertEqual(self.lead.stage_id, self.stage_won)

    def test_skipped_stages_ask_on_the_way_through_another_team(self):
        self._create_criterion("funnel_need")
        self._move(self.lead, self.stage_other_team)
        vals = {"team_id": self.sales_team_1.id, "stage_id": self.stage_won.id}
        lead = self._as_user(self.rep)
        self.assertStays(lambda: lead.write(vals), NEED)

    def test_born_late_is_asked_what_the_stages_before_ask(self):
        self._create_criterion("funnel_need")
        vals = self._lead_vals(name="Late", stage_id=self.stage_won.id)
        leads = self.env["crm.lead"].with_user(self.rep)
        with self.assertRaisesRegex(
            FunnelGateError,
            f"“{self.stage_next.name}”, which is skipped, asks: .*{NEED}",
        ):
            leads.create(vals)
        self.assertFalse(leads.search([("name", "=", "Late")]))
        with self.assertRaisesRegex(FunnelGateError, "Not created"):
            leads.create(vals)
        lead = leads.create({**vals, "funnel_need": "A CRM"})
        self.assertEqual(lead.stage_id, self.stage_won)

    def test_what_skipped_stages_warn_of_is_told(self):
        self._create_criterion("funnel_need", effect="warn")
        told = self._listen()
        self._move_as(self.rep, stage=self.stage_won)
        self.assertEqual(self.lead.stage_id, self.stage_won)
        self.assertIn(f"{self.stage_next.name}”, which is skipped", str(told))

    def test_born_in_a_stage_that_may_not_be_skipped_to(self):
        self.stage_won.funnel_allow_skip = False
        vals = self._lead_vals(name="Late", stage_id=self.stage_won.id)
        leads = self.env["crm.lead"]
        with self.assertRaisesRegex(FunnelGateError, "skipped"):
            leads.with_user(self.rep).create(vals)
        lead = leads.with_user(self.manager).create(vals)
        self.assertEqual(lead.stage_id, self.stage_won)

    def test_born_in_the_first_stage_is_no_jump(self):
        self.stage_new.funnel_allow_skip = False
        lead = self.env["crm.lead"].with_user(self.rep).create(self._lead_vals())
        self.assertEqual(lead.stage_id, self.stage_new)

    def test_born_lost_late_is_asked_the_whole_way_when_it_is_restored(self):
        self._create_criterion("funnel_need")
        vals = self._lead_vals(name="Born lost", stage_id=self.stage_gen_1.id)
        vals |= {"active": False, "probability": 0, "user_id": self.rep.id}
        lead = self.env["crm.lead"].with_user(self.rep).create(vals)
        self.assertStays(lead.action_restore, "which is skipped, asks", lead)

    def test_detour_by_another_team_asks_what_the_stages_of_the_new_one_ask(self):
        self._create_criterion("funnel_need")  # a stage of the first team only
        self._move(self.lead, self.stage_new)
        lead = self._as_user(self.rep)
        lead.write({"team_id": self.team_other.id, "stage_id": self.stage_gen_1.id})
        self.env.flush_all()
        back = {"team_id": self.sales_team_1.id}
        self.assertStays(lambda: lead.write(back), f"skipped, asks: .*{NEED}")
        lead.write({**back, "funnel_need": "A CRM"})
        self.assertEqual(lead.stage_id, self.stage_gen_1)

    def test_manager_hands_a_lead_over_to_another_team(self):
        self._create_criterion("funnel_need")
        self.lead.write(
            {"team_id": self.team_other.id, "stage_id": self.stage_gen_1.id}
        )
        self._as_user(self.manager).write({"team_id": self.sales_team_1.id})
        self.assertEqual(self.lead.team_id, self.sales_team_1)

    def test_leads_may_not_go_back(self):
        self._move_as(self.rep)
        self.stage_new.funnel_allow_back = False
        self.assertStays(
            lambda: self._move_as(self.rep, stage=self.stage_new), "go back"
        )
        self._move_as(self.manager, stage=self.stage_new)
        self.assertEqual(self.lead.stage_id, self.stage_new)


@tagged("post_install", "-at_install")
class TestGateBackground(DoorsCommon):
    """What is meant for people never breaks the others (design rule 3).

    That each of their doors is open whatever the effect, the matrix proves.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_criterion("funnel_need")

    def test_superuser_moves_and_creates(self):
        self._move(self.lead, self.stage_next)
        self._move(self._as_user(self.rep).sudo(), self.stage_new)
        born = self._create_lead(stage_id=self.stage_next.id)
        self.assertEqual(born.stage_id, self.stage_next)

    def test_automation_rule_behind_a_screen_is_the_door(self):
        lead = self._by_automation(self.rep, self.lead)
        self.assertMoved(lead, self.stage_next, "automation")

    def _when_won(self, follow_up):
        """Let another addon do something whenever leads are won."""
        lead_class = self.env.registry["crm.lead"]
        original = lead_class._handle_won_lost

        def handle(leads, *args):
            result = original(leads, *args)
            if "won" in leads.mapped("won_status"):
                follow_up(leads)
            return result

        self.patch(lead_class, "_handle_won_lost", handle)

    def _bear_renewal(self, leads):
        vals = {"name": "Renewal", "type": "opportunity", "team_id": False}
        leads.sudo().create({**vals, "stage_id": self.stage_next.id})

    def test_lead_born_in_the_background_of_a_move_is_not_judged(self):
        """Also while the person's own move is."""
        self._when_won(self._bear_renewal)
        self.lead.funnel_need = "A CRM"
        self._as_user(self.rep).action_set_won_rainbowman()
        self.assertEqual(self.lead.won_status, "won")
        self.assertTrue(self.env["crm.lead"].search([("name", "=", "Renewal")]))

    def test_mass_edit_ends_when_another_lead_is_refused(self):
        def bear(leads):
            rep = leads.with_user(self.rep)
            rep.create(self._lead_vals(name="Other", stage_id=self.stage_next.id))

        self._when_won(bear)
        leads = self.lead | self._create_lead(name="Second")
        leads = leads.with_user(self.rep)
        values = [{"stage_id": self.stage_won.id, "funnel_need": "A CRM"}] * 2
        specification = self._specification_of("list")
        for door in (
            lambda: leads.web_save(values[0], specification),
            lambda: leads.web_save_multi(values, specification),
        ):
            self.assertStays(door, "Other")

    def test_move_is_judged_as_the_person_who_made_it(self):
        """Not as whoever writes the lead in between."""
        in_between = [
            lambda leads: leads.sudo().write({"priority": "1"}),
            lambda leads: leads.with_user(SUPERUSER_ID).write({"priority": "1"}),
            lambda leads: leads.with_user(self.manager).sudo().write({"priority": "1"}),
        ]
        self._create_criterion(domain="[]", effect="approve")
        self.lead.funnel_need = "A CRM"
        move = partial(self._move_as, self.rep, stage=self.stage_won)
        for follow_up in in_between:
            with self.subTest(follow_up=in_between.index(follow_up)):
                self._when_won(follow_up)
                self.assertStays(move, "approval")
        self.assertFalse(self.lead.funnel_approval_ids)

    def test_mail_is_open_to_the_gateway_only(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        message = {"subject": "Please call", "from": "client@example.com"}
        vals = {"stage_id": self.stage_next.id, "type": "opportunity"}
        with self.assertRaisesRegex(FunnelGateError, NEED):
            leads.message_new(message, vals)

    def test_mail_handed_in_by_a_person_does_not_say_the_stage(self):
        mail = (
            "From: client@example.com\r\nTo: nobody@example.com\r\n"
            "Message-Id: <handed-in@example.com>\r\nSubject: Please call\r\n\r\nNow"
        )
        vals = {"stage_id": self.stage_won.id, "type": "opportunity"}
        threads = self.env["mail.thread"].with_user(self.rep)
        lead_id = threads.message_process("crm.lead", mail, dict(vals))
        self.assertNotEqual(
            self.env["crm.lead"].browse(lead_id).stage_id, self.stage_won
        )
        mail = mail.replace("handed-in", "gateway")
        lead_id = threads.sudo().message_process("crm.lead", mail, dict(vals))
        self.assertEqual(self.env["crm.lead"].browse(lead_id).stage_id, self.stage_won)

    def test_button_of_another_addon_is_not_stopped(self):
        address = "/web/dataset/call_button/sale.order/action_confirm"
        self.patch(doors, "_get_url_path", lambda: address)
        self.patch(
            doors,
            "get_call",
            lambda _url: ("sale.order", "action_confirm"),
        )
        self._move_as(self.rep)
        self.assertEqual(self.lead.stage_id, self.stage_next)
        self.assertEqual(self.lead.funnel_stage_gap, 1)

    def test_pages_of_other_addons_are_not_stopped(self):
        env = self.env["crm.lead"].with_user(self.rep).env
        addresses = {
            "": True,
            "/json/2/crm.lead/write": True,
            "/json/2/res.partner/write": True,
            "/json/2/sale.order/action_confirm": False,
            "/xmlrpc/2/object": True,
            "/jsonrpc": True,
            "/lead/case_mark_won": True,
            "/mail_plugin/lead/create": False,
            "/website/form/crm.lead": False,
        }
        for address, expected in addresses.items():
            self.patch(doors, "_get_url_path", partial(str, address))
            with self.subTest(address=address):
                self.assertEqual(doors.is_judged(env), expected)
                self.assertFalse(doors.is_judged(env(su=True)))

    def test_who_is_judged_by_what_is_called(self):
        """Other addons' buttons are not stopped by a rule for people."""
        url = "/web/dataset/call_kw/res.partner/read"  # the caller may write any
        calls = {
            ("crm.lead", "web_save"): True,
            ("crm.lead", "action_set_won_rainbowman"): True,
            ("crm.lead2opportunity.partner", "action_apply"): True,
            ("funnel.stage.approval", "action_approve"): True,
            ("base_import.import", "execute_import"): True,
            ("res.partner", "write"): True,
            ("res.partner", "create"): True,
            ("res.partner", "web_save"): True,
            ("crm.tag", "load"): True,
            ("crm.team", "copy"): True,
            ("res.partner", "message_update"): True,
            ("sale.order", "action_confirm"): False,
            ("crm.team", "action_assign_leads"): False,
            ("crm.iap.lead.mining.request", "action_submit"): False,
            ("discuss.channel", "execute_command_lead"): False,
        }
        for (model, method), expected in calls.items():
            params = {"model": model, "method": method}
            served = SimpleNamespace(params=params)
            self.patch(doors, "request", served)
            with self.subTest(model=model, method=method):
                self.assertEqual(doors._is_foreign(url), not expected)

    def test_finished_watch_watches_nothing(self):
        lead = self._as_user(self.rep)
        with lead._funnel_watch({"stage_id"}) as (_watch, kept):
            pass
        self.assertStays(lambda: kept.write({"stage_id": self.stage_next.id}), NEED)

    def test_bypass_is_not_forged_through_the_context(self):
        forgeries = [
            {PASS_KEY: True},
            {PASS_KEY: {"approved": True}},
            {WATCH_KEY: True},
            {"funnel_path": "merge"},
            {"__action_done": {"rule": 1}},
        ]
        for context in forgeries:
            lead = self._as_user(self.rep).with_context(**context)
            with self.subTest(context=context):
                move = partial(lead.write, {"stage_id": self.stage_next.id})
                self.assertStays(move, NEED)


@tagged("post_install", "-at_install")
class TestGateRemote(RemoteCommon):
    """Real calls over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._require_need(cls.stage_two)

    @mute_logger("odoo.http", "odoo.service.model")
    def test_xmlrpc(self):
        vals = {"stage_id": self.stage_two.id}
        for context in ({}, {PASS_KEY: True}, {"funnel_path": "merge"}):
            with self.assertRaisesRegex(Exception, NEED):
                self._by_xmlrpc(self.rep, self.lead, vals, context)
        self.env.invalidate_all()
        self.assertEqual(self.lead.stage_id, self.stage_one)
        self._by_xmlrpc(self.rep, self.lead, {**vals, "funnel_need": "CRM"})
        self.assertEqual(self.lead.stage_id, self.stage_two)

    def _call(self, url, **params):
        data = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        headers = {"Content-Type": "application/json"}
        return self.url_open(url, data=data, headers=headers).json()

    @mute_logger("odoo.http")
    def test_web_client_is_told_how_to_ask(self):
        self.authenticate("gate_rep", "gate_rep")
        answer = self._call(
            "/web/dataset/call_kw/crm.lead/web_save",
            model="crm.lead",
            method="web_save",
            args=[self.lead.ids, {"stage_id": self.stage_two.id}],
            kwargs={"specification": {}},
        )
        error = answer["error"]["data"]
        self.assertEqual(error["name"].rsplit(".", 1)[-1], "FunnelGateError")
        self.assertEqual(
            error["context"],
            {"funnel_gate": {"lead_id": self.lead.id, "stage_id": self.stage_two.id}},
        )

    def _assert_call_is_refused(self, url, model, method, *args):
        self.authenticate("gate_rep", "gate_rep")
        answer = self._call(url, model=model, method=method, args=args, kwargs={})
        self.assertIn(NEED, answer["error"]["data"]["message"])
        self.env.invalidate_all()
        self.assertEqual(self.lead.stage_id, self.stage_one)

    @mute_logger("odoo.http")
    def test_address_of_another_model_opens_nothing(self):
        vals = {"stage_id": self.stage_two.id}
        for url in (
            "/web/dataset/call_kw",
            "/web/dataset/call_kw/res.partner/read",
            "/web/dataset/call_button/sale.order/action_confirm",
        ):
            with self.subTest(url=url):
                self._assert_call_is_refused(
                    url, "crm.lead", "write", self.lead.ids, vals
                )

    @mute_logger("odoo.http")
    def test_list_of_leads_of_another_record_opens_nothing(self):
        partner = self.env["res.partner"].create({"name": "Planet Express"})
        self.lead.partner_id = partner
        self.rep.group_ids += self.env.ref("base.group_partner_manager")
        vals = {"opportunity_ids": [(1, self.lead.id, {"stage_id": self.stage_two.id})]}
        self._assert_call_is_refused(
            "/web/dataset/call_kw/res.partner/write",
            "res.partner",
            "write",
            partner.ids,
            vals,
        )

    @mute_logger("odoo.addons.crm.controllers.main")
    def test_mail_link_that_swallows_the_error_changes_nothing(self):
        for stage in self.env["crm.stage"].search([("is_won", "=", True)]):
            self._require_need(stage)
        self.authenticate("gate_rep", "gate_rep")
        link = self.lead._notify_get_action_link(
            "controller", controller="/lead/case_mark_won"
        )
        self.url_open(link, allow_redirects=False)
        self.env.invalidate_all()
        self.assertEqual(self.lead.stage_id, self.stage_one)
        self.assertEqual(self.lead.won_status, "pending")
        self.lead.funnel_need = "A CRM"
        self.url_open(link, allow_redirects=False)
        self.env.invalidate_all()
        self.assertEqual(self.lead.won_status, "won")
