"""A save is judged once and whole; no way around leads past a gate (design rule 2)."""

from functools import partial
from itertools import permutations

from odoo import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ...exceptions import FunnelGateError
from ...models.base.step import with_mark
from ...models.gates.policy import PASS_KEY, Pass
from ..common_gates import DoorsCommon, GateCommon

NEED = "Initial need"


@tagged("post_install", "-at_install")
class TestOneSave(GateCommon):
    """The person's change is judged at the end of the outermost block."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        decides = "[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]"
        cls._create_criterion(domain=decides, name="Decider known")
        evaluated = "[('funnel_evaluation_ids', '!=', False)]"
        cls._create_criterion(domain=evaluated, name="Evaluated")
        axis = cls.env["funnel.evaluation.axis"].search([], limit=1)
        line = Command.create({"axis_id": axis.id, "score": 7})
        cls.answers = {
            "funnel_stakeholder_ids": [
                Command.create({"name": "Boss", "role": "decides"})
            ],
            "funnel_evaluation_ids": [Command.create({"line_ids": [line]})],
            "funnel_followup_ids": [Command.create({"summary": "Talked"})],
        }

    def test_order_of_the_fields_does_not_matter(self):
        move = ("stage_id", self.stage_next.id)
        for order in permutations([move, *self.answers.items()]):
            lead = self._create_lead(by=self.rep)
            with self.subTest(order=[name for name, _value in order]):
                lead.write(dict(order))
                self.assertEqual(lead.stage_id, self.stage_next)

    def test_dialog_of_a_refused_drop(self):
        for order in permutations(self.answers.items()):
            lead = self._create_lead(by=self.rep)
            asked = lead.with_context(funnel_gate_stage_id=self.stage_next.id)
            with self.subTest(order=[name for name, _value in order]):
                asked.web_save(dict(order), {"id": {}})
                self.assertEqual(lead.stage_id, self.stage_next)

    def test_one_answer_missing_is_refused_whole(self):
        for missing in ("funnel_stakeholder_ids", "funnel_evaluation_ids"):
            lead = self._create_lead(by=self.rep)
            vals = {**self.answers, "stage_id": self.stage_next.id}
            del vals[missing]
            with self.subTest(missing=missing):
                self.assertStays(partial(lead.write, vals), "Still missing", lead)
                self.assertFalse(lead.funnel_followup_ids)

    def test_birth_with_everything(self):
        vals = self._lead_vals(stage_id=self.stage_next.id, **self.answers)
        lead = self.env["crm.lead"].with_user(self.rep).create(vals)
        self.assertEqual(lead.stage_id, self.stage_next)


@tagged("post_install", "-at_install")
class TestBackgroundInBetween(DoorsCommon):
    """What the background does inside a person's save belongs to nobody."""

    def _automate_code(self, field, code):
        watched = self.env["ir.model.fields"]._get("crm.lead", field)
        action = self.env["ir.actions.server"].create(
            {
                "name": "In between",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": code,
            }
        )
        rule = self.env["base.automation"].create(
            {
                "name": "In between",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "trigger": "on_create_or_write",
                "trigger_field_ids": [(4, watched.id)],
                "action_server_ids": [(4, action.id)],
            }
        )
        self.addCleanup(rule._unregister_hook)

    def test_a_move_that_a_rule_goes_on_from_is_judged_all_the_same(self):
        self._create_criterion("funnel_need")
        stage = self.env["crm.stage"].create(
            {"name": "Beyond", "sequence": 50, "team_ids": self.sales_team_1.ids}
        )
        code = f"records.write({{'stage_id': {stage.id}}})"
        self._automate_code("stage_id", code)
        self.assertStays(lambda: self._move_as(self.rep), NEED)
        self.lead.funnel_need = "A CRM"
        self._move_as(self.rep)
        self.assertEqual(self.lead.stage_id, stage)

    def test_what_a_rule_blanks_is_not_laid_to_the_person(self):
        self._create_criterion("funnel_need", stage=self.stage_new)
        self.lead.funnel_need = "A CRM"
        self._automate_code("funnel_authority", "records.write({'funnel_need': False})")
        lead = self._as_user(self.rep)
        lead.web_save({"funnel_authority": "none"}, {})
        self.assertFalse(lead.funnel_need)

    def test_what_a_person_blanks_is_refused_though_a_rule_writes_too(self):
        self._create_criterion("funnel_need", stage=self.stage_new)
        self.lead.funnel_need = "A CRM"
        self._automate_code(
            "funnel_authority", "records.write({'type': 'opportunity'})"
        )
        lead = self._as_user(self.rep)
        vals = {"funnel_authority": "none", "funnel_need": False}
        self.assertStays(lambda: lead.web_save(vals, {}), "took away")


@tagged("post_install", "-at_install")
class TestWaysAround(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stages = cls.env["crm.stage"]
        cls.colleague = mail_new_test_user(
            cls.env, login="colleague", groups="sales_team.group_sale_salesman"
        )
        cls.team_b = cls.env["crm.team"].create(
            {"name": "B", "member_ids": cls.colleague.ids}
        )
        own, other = cls.sales_team_1, cls.team_b
        both = (own + other).ids
        cls.first, cls.asks, cls.third, cls.fourth = stages.create(
            [
                {"name": "First", "sequence": -90, "team_ids": both},
                {"name": "Asks", "sequence": -80, "team_ids": own.ids},
                {"name": "Third", "sequence": -70, "team_ids": both},
                {"name": "Fourth", "sequence": -60, "team_ids": both},
            ]
        )
        cls.beside = stages.create(
            {"name": "Beside", "sequence": -65, "team_ids": other.ids}
        )
        cls._create_criterion("funnel_need", stage=cls.asks)
        cls.lead = cls._create_lead(stage_id=cls.first.id)

    def test_team_and_stage_in_one_write(self):
        lead = self._as_user(self.rep)
        lead.write({"team_id": self.team_b.id})
        lead.write({"stage_id": self.third.id})
        back = {"team_id": self.sales_team_1.id}
        self.assertStays(lambda: lead.write(back), NEED)
        self.assertStays(lambda: lead.write({**back, "stage_id": self.fourth.id}), NEED)
        self.assertStays(lambda: lead.write({**back, "stage_id": self.third.id}), NEED)
        lead.write({**back, "stage_id": self.fourth.id, "funnel_need": "A CRM"})
        self.assertEqual(lead.stage_id, self.fourth)

    def test_stage_of_another_team_is_no_way_around(self):
        lead = self._as_user(self.rep)
        self.assertStays(lambda: lead.write({"stage_id": self.beside.id}), NEED)
        both = {"stage_id": self.beside.id, "team_id": self.team_b.id}
        lead.write(both)
        back = {"team_id": self.sales_team_1.id, "stage_id": self.fourth.id}
        self.assertStays(lambda: lead.write(back), NEED)

    def test_stage_cannot_be_emptied(self):
        lead = self._as_user(self.rep)
        for vals in ({"stage_id": False}, {"stage_id": None, "funnel_need": "A CRM"}):
            self.assertStays(lambda vals=vals: lead.write(vals), "needs a stage")

    def test_nor_while_a_lead_is_made_an_opportunity(self):
        lead = self._create_lead(by=self.rep, type="lead", stage_id=self.first.id)
        vals = {"type": "opportunity", "stage_id": False}
        self.assertStays(lambda: lead.write(dict(vals)), "needs a stage", lead)

    def test_a_file_without_a_stage_begins_where_core_says(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        lead = leads.create({"name": "Born", "type": "opportunity", "stage_id": False})
        self.assertTrue(lead.stage_id)

    def test_hand_over_by_a_manager_asks_nothing(self):
        """Core chose the stage; nobody asked to enter it."""
        entry = self.env["crm.stage"].create(
            {"name": "Entry", "sequence": -99, "team_ids": self.team_b.ids}
        )
        self._create_criterion("funnel_need", stage=entry)
        self.first.team_ids -= self.team_b
        for vals in ({"team_id": self.team_b.id}, {"user_id": self.colleague.id}):
            lead = self._create_lead(stage_id=self.first.id)
            for door in ("write", "list"):
                with self.subTest(vals=vals, door=door):
                    as_manager = lead.with_user(self.manager)
                    if door == "write":
                        as_manager.write(vals)
                    else:
                        as_manager.web_save_multi([dict(vals)], {})
                    self.assertEqual(lead.stage_id, entry)
                    lead.write(
                        {
                            "user_id": self.rep.id,
                            "team_id": self.sales_team_1.id,
                            "stage_id": self.first.id,
                        }
                    )

    def _create_entry_of_team_b(self):
        """Return a stage that is the first of team B and a later one of the other."""
        self.first.write({"team_ids": self.sales_team_1.ids, "sequence": -99})
        teams = (self.sales_team_1 + self.team_b).ids
        return self.env["crm.stage"].create(
            {"name": "Entry", "sequence": -98, "team_ids": teams}
        )

    def test_conversion_by_a_manager_into_another_team_asks_nothing(self):
        entry = self._create_entry_of_team_b()
        self._create_criterion("funnel_need", stage=entry)
        lead = self._create_lead(type="lead", stage_id=self.first.id)
        lead.with_user(self.manager).convert_opportunity(
            False, user_ids=self.colleague.ids, team_id=self.team_b.id
        )
        self.assertEqual((lead.type, lead.stage_id), ("opportunity", entry))

    def test_another_team_is_no_way_around_an_approval(self):
        """The own lead that stays so, and nobody's, is no hand-over."""
        entry = self._create_entry_of_team_b()
        self._create_criterion(stage=entry, domain="[]", effect="approve")
        for owner in (self.manager, self.env["res.users"]):
            for kind in ("opportunity", "lead"):
                with self.subTest(owner=owner.login, kind=kind):
                    lead = self._create_lead(
                        type=kind, stage_id=self.first.id, user_id=owner.id
                    ).with_user(self.manager)
                    vals = {"team_id": self.team_b.id, "type": "opportunity"}
                    self.assertStays(
                        lambda lead=lead, vals=vals: lead.write(vals), "approval", lead
                    )
        lead = self._create_lead(stage_id=self.first.id, user_id=self.manager.id)
        lead.with_user(self.manager).write(
            {"team_id": self.team_b.id, "user_id": self.colleague.id}
        )
        self.assertEqual(lead.stage_id, entry)

    def test_hand_over_on_the_form_asks_nothing(self):
        """The form fills in the first stage of the new team, and sends it along."""
        entry = self.env["crm.stage"].create(
            {"name": "Entry", "sequence": -99, "team_ids": self.team_b.ids}
        )
        self._create_criterion("funnel_need", stage=entry)
        self.first.team_ids -= self.team_b
        vals = {
            "user_id": self.colleague.id,
            "team_id": self.team_b.id,
            "stage_id": entry.id,
        }
        self.assertStays(lambda: self._as_user(self.rep).write(dict(vals)), NEED)
        self._as_user(self.manager).web_save(vals, {})
        self.assertEqual(self.lead.stage_id, entry)

    def test_lost_lead_that_was_handed_over_is_restored(self):
        entry = self.env["crm.stage"].create(
            {"name": "Entry", "sequence": -99, "team_ids": self.team_b.ids}
        )
        self._create_criterion("funnel_need", stage=entry)
        self.first.team_ids -= self.team_b
        lead = self._as_user(self.manager)
        lead.action_set_lost()
        lead.write({"user_id": self.colleague.id})
        self.assertEqual(lead.stage_id, entry)
        lead.action_restore()
        self.assertEqual(lead.won_status, "pending")

    def test_own_lead_of_a_manager_is_not_handed_over(self):
        """Out and back by another team, which has the stage without what is before."""
        self._create_criterion("funnel_authority", stage=self.third)
        self.first.team_ids -= self.team_b
        lead = self._as_user(self.manager)
        lead.write({"user_id": self.manager.id})
        lead.write({"team_id": self.team_b.id})
        back = {"team_id": self.sales_team_1.id}
        self.assertStays(lambda: lead.write(back), NEED)

    def test_manager_who_names_the_stage_is_judged(self):
        self._create_criterion("funnel_need", stage=self.beside)
        vals = {"team_id": self.team_b.id, "stage_id": self.beside.id}
        self.assertStays(lambda: self._as_user(self.manager).write(vals), NEED)

    def test_first_stage_of_another_team_proves_nothing(self):
        """Nobody is asked to enter it there; further on the own path it asks."""
        entry = self.env["crm.stage"].create(
            {
                "name": "Late here, first there",
                "sequence": -85,
                "team_ids": (self.sales_team_1 + self.team_b).ids,
            }
        )
        self.first.write({"team_ids": self.sales_team_1.ids, "sequence": -89})
        self._create_criterion("funnel_authority", stage=entry)
        lead = self._as_user(self.rep)
        lead.with_user(self.manager).write({"team_id": self.team_b.id})
        self.assertEqual(lead.stage_id, entry)
        back = {"team_id": self.sales_team_1.id}
        self.assertStays(lambda: lead.write(back), "Decision power")

    def test_records_a_stage_requires_do_not_leave_their_lead(self):
        self._create_criterion("funnel_stakeholder_ids", stage=self.first)
        other = self._create_lead(name="Other", stage_id=self.asks.id)
        people = self.env["funnel.stakeholder"].with_user(self.rep)
        person = people.create({"name": "Boss", "lead_id": self.lead.id})
        took = "took away"
        ways = {
            "write": lambda: person.write({"lead_id": other.id}),
            "link": lambda: other.with_user(self.rep).write(
                {"funnel_stakeholder_ids": [Command.link(person.id)]}
            ),
            "update": lambda: self._as_user(self.rep).write(
                {
                    "funnel_stakeholder_ids": [
                        Command.update(person.id, {"lead_id": other.id})
                    ]
                }
            ),
            "delete": lambda: person.unlink(),
        }
        for name, way in ways.items():
            with self.subTest(way=name):
                self.assertStays(way, took)
                self.assertEqual(person.lead_id, self.lead)
        people.create({"name": "Second", "lead_id": self.lead.id})
        person.write({"lead_id": other.id})
        self.assertEqual(person.lead_id, other)


@tagged("post_install", "-at_install")
class TestFourEyes(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_criterion(domain="[]", effect="approve", name="Manager agrees")
        cls.env.company.funnel_self_approval = False
        cls.lead = cls._create_lead(name="Mine", user_id=cls.manager.id)

    def test_nobody_s_lead_is_nobody_s_approval(self):
        lead = self._as_user(self.manager)
        self.assertStays(lambda: self._move_as(self.manager), "approval")
        lead.write({"user_id": False})
        self.assertStays(lambda: self._move_as(self.manager), "approval")
        vals = {"user_id": False, "stage_id": self.stage_next.id}
        self.assertStays(lambda: lead.write(vals), "approval")
        vals = self._lead_vals(**vals)
        with self.assertRaisesRegex(FunnelGateError, "approval"):
            self.env["crm.lead"].with_user(self.manager).create(vals)

    def test_nobody_takes_what_he_let_in_himself(self):
        lead = self._as_user(self.manager)
        take = {"user_id": self.manager.id}
        lead.write({"user_id": self.rep.id})
        lead.write({"stage_id": self.stage_next.id})
        self.assertTrue(lead.funnel_approval_ids.is_direct)
        self.assertStays(lambda: lead.write(take), "let it into")
        vals = self._lead_vals(user_id=self.rep.id, stage_id=self.stage_next.id)
        born = self.env["crm.lead"].with_user(self.manager).create(vals)
        self.assertStays(lambda: born.write(take), "let it into", born)
        lead.with_user(self.director).write(take)
        self.assertEqual(lead.user_id, self.manager)

    def test_nobody_takes_by_a_merge_what_he_let_in_himself(self):
        for owner in (self.rep, self.rep.browse()):
            let_in = self._create_lead(name="Let in", user_id=self.rep.id)
            let_in.with_user(self.manager).write({"stage_id": self.stage_next.id})
            let_in.user_id = owner
            own = self._create_lead(name="Own", user_id=self.manager.id)
            leads = (let_in + own).with_user(self.manager)
            survivor = leads.merge_opportunity(user_id=self.manager.id)
            with self.subTest(owner=owner.name):
                self.assertEqual(survivor.stage_id, self.stage_next)
                self.assertEqual(survivor.user_id, owner)
                take = partial(survivor.write, {"user_id": self.manager.id})
                self.assertStays(take, "let it into", survivor)

    def test_own_lead_that_stands_rightly_stays_so_in_a_merge(self):
        let_in = self._create_lead(name="Let in", user_id=self.rep.id)
        let_in.with_user(self.manager).write({"stage_id": self.stage_next.id})
        self.lead.with_user(self.director).stage_id = self.stage_next
        leads = (let_in + self.lead).with_user(self.manager)
        survivor = leads.merge_opportunity(user_id=self.manager.id)
        self.assertEqual(survivor.user_id, self.manager)

    def test_allowed_where_own_approvals_are(self):
        self.env.company.funnel_self_approval = True
        self.manager.company_ids.funnel_self_approval = True
        self.lead.user_id = False
        self._move_as(self.manager)
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_an_approval_covers_its_lead_only(self):
        other = self._create_lead(name="Other", user_id=self.manager.id)
        granted = Pass(self.lead.id, self.stage_next.id)
        leads = with_mark(self.lead + other, PASS_KEY, granted)
        move = {"stage_id": self.stage_next.id}
        as_manager = leads.with_user(self.manager)
        with self.assertRaisesRegex(FunnelGateError, "Other") as caught:
            as_manager.write(move)
        self.assertNotIn("Mine", str(caught.exception))

    def test_an_approval_that_came_by_a_merge_proves_nothing(self):
        approved = self._create_lead(name="Approved")
        self._move_as_approved(approved)
        self.assertEqual(approved.funnel_proven_stage_id, self.stage_next)
        approved.stage_id = self.stage_new
        survivor = (self.lead + approved).with_user(self.manager).merge_opportunity()
        self.assertEqual(survivor, self.lead)
        self.assertEqual(len(survivor.funnel_approval_ids), 1)
        self.assertIn("Approved", survivor.funnel_approval_ids.merged_lead_label)
        self.assertNotEqual(survivor.funnel_proven_stage_id, self.stage_next)
        move = {"stage_id": self.stage_next.id}
        self.assertStays(
            lambda: survivor.with_user(self.manager).write(move), "approval", survivor
        )

    def _move_as_approved(self, lead):
        request = self.env["funnel.stage.approval"].with_user(self.rep)
        request = request.create({"lead_id": lead.id, "stage_id": self.stage_next.id})
        request.with_user(self.manager).action_approve()
        self.assertEqual(lead.stage_id, self.stage_next)


@tagged("post_install", "-at_install")
class TestMerge(GateCommon):
    """A merge of people is never refused, and lifts nobody over a gate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_criterion("funnel_need")

    def _merge(self, *leads, by=None, **kwargs):
        leads = self.lead.browse().union(*leads).with_user(by or self.rep)
        survivor = leads.merge_opportunity(**kwargs)
        self.env.flush_all()
        return survivor

    def _lead_in_next(self, **vals):
        return self._create_lead(name="Lead", stage_id=self.stage_next.id, **vals)

    def test_a_lead_written_into_a_stage_lifts_nothing(self):
        lead = self._lead_in_next(by=self.rep, type="lead")
        survivor = self._merge(self.lead, lead)
        self.assertEqual(survivor.stage_id, self.stage_new)
        self.assertEqual(survivor.type, "opportunity")

    def test_nor_where_the_survivor_has_no_stage(self):
        lead = self._lead_in_next(type="lead")
        self.lead.stage_id = False  # by the background
        told = self._listen()
        survivor = self._merge(self.lead, lead)
        self.assertEqual(survivor.stage_id, self.stage_new)
        self.assertIn(self.stage_next.name, told[-1]["message"])

    def test_where_one_stood_rightly_the_survivor_stands(self):
        there = self._lead_in_next()  # by the background
        survivor = self._merge(self.lead, there)
        self.assertEqual(survivor.stage_id, self.stage_next)

    def test_what_is_met_is_no_lift(self):
        lead = self._lead_in_next(type="lead", funnel_need="A CRM")
        self.lead.stage_id = False
        survivor = self._merge(self.lead, lead)
        self.assertEqual(survivor.stage_id, self.stage_next)

    def test_won_by_a_lead_in_the_won_stage_is_no_win(self):
        self._create_criterion("funnel_authority", stage=self.stage_won)
        lead = self._create_lead(type="lead", stage_id=self.stage_won.id)
        self.lead.stage_id = False
        survivor = self._merge(self.lead, lead)
        self.assertEqual(survivor.won_status, "pending")
        self.assertReplayGivesLive()

    def test_merge_into_a_team_that_asks_more(self):
        third = self.env["crm.stage"].create({"name": "Third", "sequence": 950})
        self.lead.write({"team_id": self.team_other.id, "stage_id": third.id})
        other = self._create_lead(name="Other", stage_id=self.stage_new.id)
        survivor = self._merge(self.lead, other, team_id=self.sales_team_1.id)
        self.assertEqual(survivor, self.lead)
        self.assertEqual(survivor.stage_id, self.stage_new)

    def test_wizard_is_judged_as_well(self):
        lead = self._lead_in_next(type="lead")
        self.lead.stage_id = False
        wizard = self.env["crm.merge.opportunity"].with_user(self.rep)
        wizard = wizard.with_context(active_ids=(self.lead + lead).ids).create({})
        wizard.action_merge()
        self.assertEqual(self.lead.stage_id, self.stage_new)

    def test_superuser_code_merges_as_it_wants(self):
        lead = self._lead_in_next(type="lead")
        self.lead.stage_id = False
        survivor = (self.lead + lead).sudo().merge_opportunity()
        self.assertEqual(survivor.stage_id, self.stage_next)

    def test_leads_that_stay_keep_their_history(self):
        other = self._create_lead(name="Stays")
        other.action_set_lost()
        survivor = self._merge(self.lead, other, auto_unlink=False)
        self.assertEqual(len(self._moves(other)), 2)
        self.assertEqual(other.funnel_loss_ids.state, "todo")
        self.assertFalse(survivor.funnel_merged_move_ids)
        other.action_restore()
        self.assertReplayGivesLive()
        survivor.sudo().unlink()
        self.assertReplayGivesLive()
        self.assertFalse(self._moves(other).merged_into_id)

    def test_history_goes_on_when_they_go(self):
        first, second = self._create_lead(name="One"), self._create_lead(name="Two")
        head = self._merge(first, second, auto_unlink=False)
        tail = first + second - head
        last = self._merge(self.lead, head, auto_unlink=False)
        (head + tail + self.lead - last).sudo().unlink()
        self.assertEqual(len(last.funnel_merged_move_ids), 2)
        self.assertReplayGivesLive()
