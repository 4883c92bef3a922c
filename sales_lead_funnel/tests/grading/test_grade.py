"""Grades: the rep proposes, the manager reviews, each step is kept (S0-13…16)."""

import ast

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...exceptions import FunnelGradeError
from ..common import FULL_PROSPECT, FunnelCommon


class GradeCommon(FunnelCommon):
    def assertGraded(self, lead, grade, state):
        self.assertEqual(lead.funnel_grade_id, grade)
        self.assertEqual(lead.funnel_grade_state, state)

    def assertStep(self, lead, kind, before, after, reason, user):
        """The last row of the ledger tells this step."""
        step = self._changes(lead)[-1]
        self.assertEqual(step.kind, kind)
        self.assertEqual((step.from_grade_id, step.to_grade_id), (before, after))
        self.assertEqual((step.reason, step.user_id), (reason, user))

    def _propose(self, lead, grade=None, reason="Budget approved"):
        grade_id = grade.id if grade else False
        lead.with_user(self.rep).funnel_propose_grade(grade_id, reason)

    def _review(self, lead, grade=None, reason=False):
        grade_id = grade.id if grade else False
        lead.with_user(self.manager).funnel_review_grade(grade_id, reason)


@tagged("post_install", "-at_install")
class TestProposal(GradeCommon):
    def test_rep_proposes_what_the_score_suggests(self):
        lead = self._create_lead(**FULL_PROSPECT)
        self._propose(lead)
        self.assertGraded(lead, self.grade_a, "proposed")
        no_grade = self.env["funnel.grade"]
        self.assertStep(
            lead, "proposed", no_grade, self.grade_a, "Budget approved", self.rep
        )

    def test_saved_defaults_cannot_slip_a_review_in(self):
        defaults = self.env["ir.default"].with_user(self.rep)
        for name, value in {
            "funnel_grade_id": self.grade_a.id,
            "funnel_grade_state": "reviewed",
            "funnel_grade_reason": "Because",
            "funnel_score": 99,
        }.items():
            defaults.set("crm.lead", name, value, user_id=True)
        lead = self._create_lead(by=self.rep)
        self.env.flush_all()
        lead.invalidate_recordset()
        self.assertGraded(lead, self.env["funnel.grade"], "none")
        self.assertFalse(lead.funnel_grade_reason)
        self.assertEqual(lead.funnel_score, 0)

    def test_rep_may_propose_another_grade(self):
        lead = self._create_lead(**FULL_PROSPECT)
        self._propose(lead, self.grade_c)
        self.assertGraded(lead, self.grade_c, "proposed")

    def test_proposal_needs_a_reason(self):
        lead = self._create_lead(name="Why so", **FULL_PROSPECT)
        for reason in (False, "", "  \n"):
            with self.assertRaisesRegex(FunnelGradeError, "Why so.*Reason"):
                self._propose(lead, reason=reason)

    def test_proposal_without_a_suggestion_needs_a_grade(self):
        lead = self._create_lead(name="Blank")
        with self.assertRaisesRegex(FunnelGradeError, "Blank.*Grade"):
            self._propose(lead)
        self._propose(lead, self.grade_b)
        self.assertGraded(lead, self.grade_b, "proposed")

    def test_each_lead_of_many_gets_its_own_suggestion(self):
        leads = self._create_lead(**FULL_PROSPECT)
        leads |= self._create_lead(funnel_authority="none")
        self._propose(leads)
        self.assertEqual(leads.funnel_grade_id, self.grade_a | self.grade_c)

    def test_rep_cannot_propose_for_a_lead_of_others(self):
        lead = self._create_lead(user_id=self.manager.id, **FULL_PROSPECT)
        with self.assertRaises(AccessError):
            self._propose(lead)

    def test_new_proposal_after_a_review_waits_again(self):
        lead = self._create_lead(**FULL_PROSPECT)
        self._propose(lead)
        self._review(lead)
        self._propose(lead, self.grade_b, "Budget was cut")
        self.assertGraded(lead, self.grade_b, "proposed")

    def test_suggestion_does_not_change_a_grade(self):
        lead = self._create_lead(**FULL_PROSPECT)
        self._propose(lead)
        lead.funnel_authority = "none"
        self.assertEqual(lead.funnel_suggested_grade_id, self.grade_b)
        self.assertGraded(lead, self.grade_a, "proposed")

    def test_copy_starts_ungraded(self):
        lead = self._create_lead(**FULL_PROSPECT)
        self._propose(lead)
        copy = lead.copy()
        self.assertGraded(copy, self.env["funnel.grade"], "none")
        self.assertFalse(copy.funnel_grade_reason)
        self.assertEqual(self._changes(copy).mapped("kind"), ["suggested"])

    def test_step_told_late_is_not_before_the_birth_of_the_lead(self):
        lead = self._create_lead(**FULL_PROSPECT)
        told = lead.with_context(funnel_happened_at="2020-01-01 08:00:00")
        told.funnel_propose_grade(self.grade_a.id, "Long known")
        step = lead.funnel_grade_change_ids.filtered(lambda row: row.kind == "proposed")
        self.assertEqual(step.happened_at, lead.funnel_stage_move_ids.happened_at)

    def test_unreadable_moment_is_refused_by_name(self):
        lead = self._create_lead(**FULL_PROSPECT)
        told = lead.with_context(funnel_happened_at="yesterday")
        with self.assertRaisesRegex(UserError, "funnel_happened_at.*yesterday"):
            told.funnel_propose_grade(self.grade_a.id, "Long known")


@tagged("post_install", "-at_install")
class TestReview(GradeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Reviewed one", **FULL_PROSPECT)

    def setUp(self):
        super().setUp()
        self._propose(self.lead, self.grade_c)

    def test_manager_confirms(self):
        self._review(self.lead)
        self.assertGraded(self.lead, self.grade_c, "reviewed")
        self.assertEqual(self._changes(self.lead)[-1].kind, "reviewed")
        self.assertEqual(self._changes(self.lead)[-1].user_id, self.manager)

    def test_manager_corrects_with_a_reason(self):
        self._review(self.lead, self.grade_b, "The industry fits")
        self.assertGraded(self.lead, self.grade_b, "reviewed")
        reason = "The industry fits"
        self.assertStep(
            self.lead, "reviewed", self.grade_c, self.grade_b, reason, self.manager
        )

    def test_correction_needs_a_reason(self):
        with self.assertRaisesRegex(FunnelGradeError, "Reviewed one.*Reason"):
            self._review(self.lead, self.grade_b)

    def test_ungraded_lead_cannot_be_confirmed(self):
        lead = self._create_lead(name="Not yet")
        with self.assertRaisesRegex(FunnelGradeError, "Not yet.*Grade"):
            self._review(lead)

    def test_rep_cannot_review(self):
        lead = self.lead.with_user(self.rep)
        with self.assertRaisesRegex(AccessError, "managers"):
            lead.funnel_review_grade(self.grade_a.id, "I say so")
        with self.assertRaises(AccessError):
            lead.action_funnel_review_grade()

    def test_nobody_writes_the_state_of_the_review(self):
        for user in (self.rep, self.manager, self.director):
            with self.subTest(user=user.login), self.assertRaises(FunnelGradeError):
                self.lead.with_user(user).write({"funnel_grade_state": "reviewed"})
        with self.assertRaises(FunnelGradeError):
            self._create_lead(by=self.rep, funnel_grade_state="reviewed")

    def test_state_is_not_slipped_in_as_a_default(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        forged = leads.with_context(
            default_funnel_grade_state="reviewed",
            default_funnel_grade_id=self.grade_a.id,
        )
        with self.assertRaises(FunnelGradeError):
            forged.create(self._lead_vals())

    def test_marker_of_a_step_is_not_forged(self):
        lead = self.lead.with_user(self.rep).with_context(funnel_grade_step=True)
        with self.assertRaises(FunnelGradeError):
            lead.write({"funnel_grade_state": "reviewed"})

    def test_grade_cannot_be_emptied(self):
        with self.assertRaises(FunnelGradeError):
            self.lead.with_user(self.rep).write({"funnel_grade_id": False})

    def test_steps_are_kept_in_order(self):
        self._review(self.lead, self.grade_b, "The industry fits")
        self._propose(self.lead, self.grade_a, "Head of purchasing joined")
        self._review(self.lead)
        kinds = self._changes(self.lead).mapped("kind")
        self.assertEqual(
            kinds, ["suggested", "proposed", "reviewed", "proposed", "reviewed"]
        )


@tagged("post_install", "-at_install")
class TestReviewOfOwnProposals(GradeCommon):
    """What a manager proposed, another one reviews."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.of_manager = cls._create_lead(name="Mine", user_id=cls.manager.id)
        cls.of_rep = cls._create_lead(name="Theirs")
        for lead in (cls.of_manager, cls.of_rep):
            lead.with_user(cls.manager).funnel_propose_grade(cls.grade_b.id, "Fits")
        cls.leads = cls.of_manager | cls.of_rep

    def _listed(self, user):
        """The leads that My day, the menu and the button offer the user to review."""
        day = self.env["funnel.my.day"].with_user(user).get_day("team")
        [section] = [part for part in day["sections"] if part["name"] == "reviews"]
        rows = [row["id"] for part in section["parts"] for row in part["rows"]]
        action = self.env.ref("sales_lead_funnel.crm_lead_action_to_review")
        domain = ast.literal_eval(action.domain)
        leads = self.leads.with_user(user)
        offered = leads.filtered("funnel_can_review_grade")
        self.assertEqual(leads.search(domain) & leads, offered)
        self.assertEqual(leads.filtered(lambda lead: lead.id in rows), offered)
        return offered

    def test_manager_does_not_review_own_proposals(self):
        self.assertFalse(self._listed(self.manager))
        for lead in self.leads:
            for grade, reason in ((None, False), (self.grade_a, "Better")):
                with self.assertRaisesRegex(AccessError, f"{lead.name}.*yourself"):
                    self._review(lead, grade, reason)
            with self.assertRaisesRegex(AccessError, "yourself"):
                lead.with_user(self.manager).action_funnel_review_grade()
        wizard = self.env["funnel.grade.wizard"].with_user(self.manager)
        wizard = wizard.create({"mode": "review", "lead_ids": self.leads.ids})
        with self.assertRaisesRegex(AccessError, "Mine.*Theirs|Theirs.*Mine"):
            wizard.action_apply()
        self.assertEqual(self.leads.mapped("funnel_grade_state"), ["proposed"] * 2)

    def test_another_manager_does(self):
        self.assertEqual(self._listed(self.director), self.leads)
        self.leads.with_user(self.director).funnel_review_grade()
        self.assertGraded(self.of_manager, self.grade_b, "reviewed")

    def test_setting_lets_managers_answer_themselves(self):
        self.manager.company_ids.funnel_self_approval = True
        self.assertEqual(self._listed(self.manager), self.leads)
        self._review(self.of_manager)
        self.assertGraded(self.of_manager, self.grade_b, "reviewed")

    def test_setting_of_the_leads_company_counts(self):
        self.of_manager.company_id = self.company_main
        self.company_main.funnel_self_approval = True
        (self.manager.company_ids - self.company_main).funnel_self_approval = False
        self.assertIn(self.of_manager, self._listed(self.manager))

    def test_who_proposed_last_counts(self):
        self._propose(self.of_rep, self.grade_a, "Budget approved")
        self.assertEqual(self._listed(self.manager), self.of_rep)
        self.of_rep.with_user(self.manager).funnel_propose_grade(
            self.grade_a.id, "Right"
        )
        self.assertFalse(self._listed(self.manager))
        self._propose(self.of_rep, self.grade_a, "Still so")
        self._review(self.of_rep)
        self.assertGraded(self.of_rep, self.grade_a, "reviewed")

    def test_manager_does_not_grade_own_lead_alone(self):
        lead = self._create_lead(name="Alone", user_id=self.manager.id)
        with self.assertRaisesRegex(AccessError, "Alone"):
            self._review(lead, self.grade_a, "I say so")
        free = self._create_lead(user_id=False)
        self._review(free, self.grade_a, "I say so")
        self.assertGraded(free, self.grade_a, "reviewed")

    def test_button_is_shown_to_who_may_press_it(self):
        for user, is_shown in ((self.manager, False), (self.director, True)):
            with self.subTest(user=user.login):
                form = Form(self.of_manager.with_user(user))
                self.assertEqual(form.funnel_can_review_grade, is_shown)
        arch = self.env["crm.lead"].with_user(self.manager).get_view(view_type="form")
        [button] = etree.fromstring(arch["arch"]).xpath(
            "//button[@name='action_funnel_review_grade']"
        )
        self.assertIn("not funnel_can_review_grade", button.get("invisible"))

    def test_reps_are_offered_nothing(self):
        leads = self.leads.with_user(self.rep)
        self.assertFalse(leads.search([("funnel_can_review_grade", "=", True)]))
        self.assertFalse(self.of_rep.with_user(self.rep).funnel_can_review_grade)

    def test_leader_is_not_asked_to_review_the_own_proposal(self):
        self.sales_team_1.user_id = self.manager
        self.env["funnel.plan"].ask_reviews(self.of_rep)
        self.assertFalse(self.of_rep.activity_ids.user_id & self.manager)
        self._propose(self.of_rep, self.grade_a)
        self.env["funnel.plan"].ask_reviews(self.of_rep)
        self.assertIn(self.manager, self.of_rep.activity_ids.user_id)


@tagged("post_install", "-at_install")
class TestGradeWrittenDirectly(GradeCommon):
    """By import, RPC or a board grouped by grade: always a proposal."""

    def test_write_is_a_proposal(self):
        lead = self._create_lead()
        lead.with_user(self.manager).write(
            {"funnel_grade_id": self.grade_b.id, "funnel_grade_reason": "Met them"}
        )
        self.assertGraded(lead, self.grade_b, "proposed")
        self.assertEqual(self._changes(lead, "proposed").user_id, self.manager)

    def test_create_is_a_proposal(self):
        lead = self._create_lead(
            by=self.rep, funnel_grade_id=self.grade_b.id, funnel_grade_reason="Met them"
        )
        self.assertGraded(lead, self.grade_b, "proposed")
        self.assertEqual(self._changes(lead, "proposed").reason, "Met them")

    def test_default_of_a_column_is_a_proposal(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        leads = leads.with_context(default_funnel_grade_id=self.grade_b.id)
        lead = leads.create(self._lead_vals(funnel_grade_reason="Met them"))
        self.assertGraded(lead, self.grade_b, "proposed")
        self.assertEqual(self._changes(lead, "proposed").to_grade_id, self.grade_b)

    def test_import_is_a_proposal(self):
        model = self.env["crm.lead"].with_user(self.rep).with_context(import_file=True)
        names = ["name", "funnel_grade_id", "funnel_grade_reason"]
        result = model.load(names, [["Imported", "B", "Met them"]])
        self.assertFalse(result["messages"])
        self.assertGraded(model.browse(result["ids"]), self.grade_b, "proposed")

    def _grading_doors(self, lead, user):
        """Ways to write grade B on a lead, as functions of the values beside it."""
        lead = lead.with_user(user)
        new = lead.browse()
        board, rows = self._specification_of("kanban"), self._specification_of("list")
        grade = {"funnel_grade_id": self.grade_b.id}
        names = [".id", "funnel_grade_id/.id"]
        row = [str(lead.id), str(self.grade_b.id)]
        return {
            "write": lambda **vals: lead.write({**grade, **vals}),
            "board": lambda **vals: lead.web_save({**grade, **vals}, board),
            "list": lambda **vals: lead.web_save_multi([{**grade, **vals}], rows),
            "birth": lambda **vals: new.create(
                self._lead_vals(name=lead.name, **grade, **vals)
            ),
            "column": lambda **vals: new.with_context(
                default_funnel_grade_id=self.grade_b.id
            ).create(self._lead_vals(name=lead.name, **vals)),
            "import": lambda **vals: self._load(
                new, [*names, *vals], [*row, *vals.values()]
            ),
        }

    def _load(self, model, names, row):
        result = model.load(names, [row])
        if not result["ids"]:
            raise FunnelGradeError(result["messages"][0]["message"])

    def test_every_door_asks_for_a_reason(self):
        lead = self._create_lead(name="Momcorp")
        self._propose(lead, self.grade_a)
        self._review(lead)
        text = "Momcorp.*“Propose grade”.*“Reason of the grade”"
        for user in (self.rep, self.manager):
            for name, door in self._grading_doors(lead, user).items():
                for reason in ({}, {"funnel_grade_reason": " \u200b\xa0"}):
                    with (
                        self.subTest(name, user=user.login, reason=reason),
                        self.assertRaisesRegex(FunnelGradeError, text),
                        self.env.cr.savepoint(),
                    ):
                        door(**reason)
        self.env.invalidate_all()
        self.assertGraded(lead, self.grade_a, "reviewed")

    def test_every_door_takes_a_reason(self):
        for name in self._grading_doors(self._create_lead(), self.rep):
            lead = self._create_lead(name=f"By {name}")
            before = lead.search([])
            self._grading_doors(lead, self.rep)[name](funnel_grade_reason="Met them")
            lead = lead.search([]) - before or lead
            with self.subTest(name):
                self.assertGraded(lead, self.grade_b, "proposed")
                self.assertEqual(self._changes(lead, "proposed").reason, "Met them")

    def test_reason_alone_is_kept_while_the_grade_waits(self):
        lead = self._create_lead().with_user(self.rep)
        lead.funnel_propose_grade(self.grade_b.id, "Met them")
        lead.write({"funnel_grade_reason": "Met them twice"})
        same = {"funnel_grade_id": self.grade_b.id}
        lead.write({**same, "funnel_grade_reason": "And the boss"})
        lead.write({**same, "funnel_grade_reason": "And the boss"})
        lead.write({"funnel_grade_reason": False, "name": "Renamed"})
        self.assertEqual(lead.funnel_grade_reason, "And the boss")
        reasons = self._changes(lead, "proposed").mapped("reason")
        self.assertEqual(reasons, ["Met them", "Met them twice", "And the boss"])

    def test_reason_that_goes_with_no_proposal_is_not_dropped_in_silence(self):
        graded = self._create_lead(name="Graded").with_user(self.rep)
        graded.funnel_propose_grade(self.grade_b.id, "Met them")
        graded.with_user(self.manager).funnel_review_grade()
        plain = self._create_lead(name="Plain").with_user(self.rep)
        same = {"funnel_grade_id": self.grade_b.id, "funnel_grade_reason": "More"}
        told = "%s: “Reason of the grade” comes with another “Grade”"
        for lead, vals in ((graded, same), (plain, {"funnel_grade_reason": "More"})):
            with self.assertRaisesRegex(FunnelGradeError, told % lead.name):
                lead.write(vals)
            lead.sudo().write(vals)  # other code is not stopped
            self.assertNotEqual(lead.funnel_grade_reason, "More")
        graded.write({**same, "funnel_grade_reason": "Met them"})
        self.assertEqual(graded.funnel_grade_state, "reviewed")
        with self.assertRaisesRegex(FunnelGradeError, told % "Born"):
            self._create_lead(by=self.rep, name="Born", funnel_grade_reason="More")

    def test_card_added_in_a_column_of_a_grade_asks_for_the_reason(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        quick = "crm.quick_create_opportunity_form"
        form = Form(leads, quick)
        self.assertTrue(form._get_modifier("funnel_grade_reason", "invisible"))
        leads = leads.with_context(default_funnel_grade_id=self.grade_b.id)
        form = Form(leads, quick)
        form.name = "In the column"
        self.assertTrue(form._get_modifier("funnel_grade_reason", "required"))
        form.funnel_grade_reason = "Met them"
        self.assertGraded(form.save(), self.grade_b, "proposed")

    def test_background_code_names_its_door(self):
        lead = self._create_lead()
        lead.write({"funnel_grade_id": self.grade_b.id})
        self.assertEqual(self._changes(lead, "proposed").reason, "Server code")
        self.assertEqual(lead.funnel_grade_reason, "Server code")
        lead.funnel_propose_grade(self.grade_c.id, " ")
        self.assertEqual(lead.funnel_grade_reason, "Server code")
        born = self._create_lead(funnel_grade_id=self.grade_b.id)
        self.assertEqual(born.funnel_grade_reason, "Server code")

    def test_automation_names_its_door(self):
        vals = {"funnel_grade_id": self.grade_b.id}
        rule = self.env["base.automation"].create(
            {
                "name": "Grade",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "trigger": "on_create_or_write",
                "action_server_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Grade",
                            "model_id": self.env["ir.model"]._get_id("crm.lead"),
                            "state": "code",
                            "code": f"records.write({vals!r})",
                        },
                    )
                ],
            }
        )
        self.addCleanup(rule._unregister_hook)
        lead = self._create_lead(by=self.rep)
        self.env.flush_all()
        self.assertEqual(lead.funnel_grade_reason, "Automation rule")

    def test_writing_the_same_grade_is_no_step(self):
        lead = self._create_lead(funnel_grade_id=self.grade_b.id)
        self._review(lead)
        lead.write({"funnel_grade_id": self.grade_b.id})
        self.assertGraded(lead, self.grade_b, "reviewed")
        self.assertEqual(len(self._changes(lead)), 2)

    def test_batch_skips_leads_of_that_grade(self):
        graded = self._create_lead(funnel_grade_id=self.grade_b.id)
        leads = graded + self._create_lead(funnel_grade_id=self.grade_c.id)
        leads.write({"funnel_grade_id": self.grade_b.id})
        self.assertEqual(len(self._changes(graded)), 1)
        self.assertEqual(len(self._changes(leads[1])), 2)


@tagged("post_install", "-at_install")
class TestGradeWizard(GradeCommon):
    def _open(self, leads, action, user):
        action = getattr(leads.with_user(user), action)()
        wizard = self.env[action["res_model"]].with_user(user)
        return Form(wizard.with_context(**action["context"]))

    def test_rep_proposes_from_the_lead(self):
        lead = self._create_lead(**FULL_PROSPECT)
        form = self._open(lead, "action_funnel_propose_grade", self.rep)
        self.assertEqual(form.grade_id, self.grade_a)
        form.reason = "All four questions answered"
        form.save().action_apply()
        self.assertGraded(lead, self.grade_a, "proposed")

    def test_reason_is_required_on_the_screen(self):
        lead = self._create_lead(**FULL_PROSPECT)
        form = self._open(lead, "action_funnel_propose_grade", self.rep)
        with self.assertRaisesRegex(AssertionError, "reason"):
            form.save()

    def test_manager_sees_the_proposal_and_confirms_it(self):
        lead = self._create_lead(**FULL_PROSPECT)
        self._propose(lead, self.grade_b, "Slow decision")
        form = self._open(lead, "action_funnel_review_grade", self.manager)
        self.assertEqual(form.proposed_grade_id, self.grade_b)
        self.assertEqual(form.proposed_reason, "Slow decision")
        form.save().action_apply()
        self.assertGraded(lead, self.grade_b, "reviewed")

    def test_manager_corrects_in_the_wizard(self):
        lead = self._create_lead(**FULL_PROSPECT)
        self._propose(lead, self.grade_b)
        form = self._open(lead, "action_funnel_review_grade", self.manager)
        form.decision = "correct"
        form.grade_id = self.grade_c
        form.reason = "A student asking"
        form.save().action_apply()
        self.assertGraded(lead, self.grade_c, "reviewed")

    def test_many_are_reviewed_from_a_list(self):
        one, two = self._create_lead(**FULL_PROSPECT), self._create_lead()
        self._propose(one, self.grade_a)
        self._propose(two, self.grade_c)
        leads = one | two
        wizard = self.env["funnel.grade.wizard"].with_user(self.manager)
        context = {"active_model": "crm.lead", "active_ids": leads.ids}
        form = Form(wizard.with_context(**context, default_mode="review"))
        self.assertEqual(form.lead_count, 2)
        form.save().action_apply()
        self.assertEqual(leads.mapped("funnel_grade_state"), ["reviewed", "reviewed"])
        self.assertEqual(leads.funnel_grade_id, self.grade_a | self.grade_c)

    def test_many_are_proposed_each_as_suggested(self):
        leads = self._create_lead(**FULL_PROSPECT)
        leads |= self._create_lead(funnel_authority="none")
        wizard = self.env["funnel.grade.wizard"].with_user(self.rep)
        context = {"active_model": "crm.lead", "active_ids": leads.ids}
        form = Form(wizard.with_context(**context))
        form.reason = "Monday's list"
        form.save().action_apply()
        self.assertEqual(leads.funnel_grade_id, self.grade_a | self.grade_c)

    def test_rep_cannot_review_through_the_wizard(self):
        lead = self._create_lead(funnel_grade_id=self.grade_b.id)
        wizard = self.env["funnel.grade.wizard"].with_user(self.rep)
        wizard = wizard.create({"mode": "review", "lead_ids": lead.ids})
        with self.assertRaises(AccessError):
            wizard.action_apply()


@tagged("post_install", "-at_install")
class TestKeyList(GradeCommon):
    def _found(self, name):
        leads = self.env["crm.lead"].with_user(self.rep)
        return leads.search(self._filter_domain(name))

    def test_a_and_b_are_the_key_list_and_c_leaves_it(self):
        grades = (self.grade_a, self.grade_b, self.grade_c)
        a, b, c = (self._create_lead(funnel_grade_id=g.id) for g in grades)
        found = self._found("funnel_key_list")
        self.assertTrue(a in found and b in found)
        self.assertNotIn(c, found)
        self._propose(b, self.grade_c)
        self.assertNotIn(b, self._found("funnel_key_list"))

    def test_c_is_shown_as_not_pursued(self):
        lead = self._create_lead(funnel_grade_id=self.grade_c.id)
        ungraded = self._create_lead()
        self.assertFalse(lead.funnel_is_pursued)
        found = self._found("funnel_not_pursued")
        self.assertIn(lead, found)
        self.assertNotIn(ungraded, found)

    def test_key_list_action_opens_with_the_filter(self):
        action = self.env.ref("sales_lead_funnel.crm_lead_action_key_list")
        context = ast.literal_eval(action.context)
        self.assertTrue(context["search_default_funnel_key_list"])
        arch = action.search_view_id._get_combined_arch()
        for name in context:
            name = name.removeprefix("search_default_")
            self.assertTrue(arch.xpath(f"//filter[@name='{name}']"), name)

    def test_proposals_wait_in_the_review_list(self):
        lead = self._create_lead(funnel_grade_id=self.grade_b.id)
        self.assertIn(lead, self._found("funnel_to_review"))
        self._review(lead)
        self.assertNotIn(lead, self._found("funnel_to_review"))

    def test_card_says_what_to_do_next(self):
        lead = self._create_lead(**FULL_PROSPECT)
        self.assertIn("A", lead.funnel_card_note)
        self._propose(lead)
        self.assertIn("review", lead.funnel_card_note)
        self._review(lead)
        self.assertFalse(lead.funnel_card_note)
        won = self._create_lead(stage_id=self.stage_won.id, **FULL_PROSPECT)
        self.assertFalse(won.funnel_card_note)

    def test_review_button_is_for_managers(self):
        for user, shown in ((self.rep, 0), (self.manager, 1)):
            leads = self.env["crm.lead"].with_user(user)
            view = self.env.ref("crm.crm_lead_view_form")
            arch = etree.fromstring(leads.get_view(view.id, "form")["arch"])
            buttons = arch.xpath("//button[@name='action_funnel_review_grade']")
            self.assertEqual(len(buttons), shown, user.login)


@tagged("post_install", "-at_install")
class TestReviewRemote(HttpCase):
    """A rep with a program of their own."""

    @mute_logger("odoo.http", "odoo.service.model", "odoo.addons.rpc.controllers")
    def test_rep_cannot_review_by_rpc(self):
        rep = new_test_user(
            self.env, "remote_rep", groups="sales_team.group_sale_salesman"
        )
        vals = {"name": "Mine", "user_id": rep.id, "type": "opportunity"}
        lead = self.env["crm.lead"].create(vals)
        grade = self.env.ref("sales_lead_funnel.grade_a")
        attacks = {
            "write": [{"funnel_grade_state": "reviewed"}],
            "funnel_review_grade": [grade.id, "I say so"],
            "_funnel_step": ["reviewed", grade.id, "I say so"],
        }
        for method, arguments in attacks.items():
            with self.subTest(method=method), self.assertRaises(Exception):  # noqa: B017
                self.xmlrpc_object.execute_kw(
                    self.env.cr.dbname,
                    rep.id,
                    "remote_rep",
                    "crm.lead",
                    method,
                    [lead.ids, *arguments],
                    {"context": {"funnel_grade_step": True}},
                )
        self.env.invalidate_all()
        self.assertFalse(lead.funnel_grade_id)
        self.assertEqual(lead.funnel_grade_state, "none")
