"""Decision chain, evaluation, objections and closing plan (S0-20…22, S0-26, S0-28)."""

from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged, users

from ...exceptions import FunnelFollowupError
from ..contact.test_followup import FollowupCommon


@tagged("post_install", "-at_install")
class TestChain(FollowupCommon):
    @users("user_sales_salesman")
    def test_gap_goes_when_the_decider_is_named_on_the_form(self):
        with Form(self.lead.with_env(self.env)) as form:
            self.assertTrue(form.funnel_decider_unknown)
            with form.funnel_stakeholder_ids.new() as person:
                person.name = "Mom"
                person.role = "decides"
            self.assertFalse(form.funnel_decider_unknown)
        self.assertEqual(self.lead.funnel_stakeholder_ids.role, "decides")

    def test_contact_fills_in_name_and_position(self):
        self.contact_1.function = "Buyer"
        person = self._person(False, partner_id=self.contact_1.id)
        self.assertEqual(person.name, self.contact_1.name)
        self.assertEqual(person.function, "Buyer")

    def test_nobody_reports_to_himself_around_corners(self):
        mom = self._person("Mom")
        walt = self._person("Walt", parent_id=mom.id)
        with self.assertRaisesRegex(FunnelFollowupError, "“Reports to”"):
            mom.parent_id = walt

    def test_boss_is_of_the_same_lead(self):
        boss = self._person("Boss", lead=self._create_lead(name="Planet Express"))
        with self.assertRaisesRegex(FunnelFollowupError, "“Reports to” of Walt"):
            self._person("Walt", parent_id=boss.id)

    @users("user_sales_salesman")
    def test_hierarchy_view_shows_the_chain_of_one_lead(self):
        mom = self._person("Mom")
        self._person("Walt", parent_id=mom.id)
        self._person("Stranger", lead=self._create_lead())
        action = self.lead.with_env(self.env).action_funnel_open_chain()
        self.assertTrue(action["view_mode"].startswith("hierarchy"))
        people = self.env["funnel.stakeholder"]
        fields_spec = {"name": {}, "parent_id": {"fields": {}}}
        rows = people.hierarchy_read(
            action["domain"], fields_spec, "parent_id", "child_ids"
        )
        self.assertEqual([row["name"] for row in rows], ["Mom", "Walt"])
        self.assertEqual(rows[1]["parent_id"]["id"], rows[0]["id"])


@tagged("post_install", "-at_install")
class TestEvaluation(FollowupCommon):
    def _evaluate(self, *scores, by=None, **vals):
        axes = self.env["funnel.evaluation.axis"].search([])[: len(scores)]
        lines = [
            (0, 0, {"axis_id": axis.id, "score": score})
            for axis, score in zip(axes, scores, strict=True)
        ]
        model = self.env["funnel.evaluation"].with_user(by or self.rep)
        return model.create({"lead_id": self.lead.id, "line_ids": lines, **vals})

    def test_evaluation_of_the_future_is_refused(self):
        """It would be the latest, whatever is judged until then."""
        known, tomorrow = self._evaluate(3), self.today + timedelta(days=1)
        self.env.flush_all()
        with self.assertRaisesRegex(FunnelFollowupError, "“Date” is .* future"):
            self._evaluate(9, date=tomorrow)
        with self.assertRaisesRegex(FunnelFollowupError, "future"):
            self.lead.write(
                {"funnel_evaluation_ids": [(1, known.id, {"date": tomorrow})]}
            )
        self.env.invalidate_all(flush=False)
        self.assertEqual(self.lead.funnel_evaluation_score, 3)

    def test_today_is_the_evaluators_or_the_companys(self):
        self.company_main.resource_calendar_id.tz = "Etc/GMT+12"
        ahead = self.env["funnel.evaluation"].with_context(tz="Pacific/Kiritimati")
        evaluation = ahead.create({"lead_id": self.lead.id})
        self.assertTrue(evaluation.date)

    @users("user_sales_salesman")
    def test_form_offers_every_axis(self):
        form = Form(
            self.env["funnel.evaluation"].with_context(default_lead_id=self.lead.id)
        )
        self.assertEqual(len(form.line_ids), 4)

    @users("user_sales_salesman")
    def test_dialog_offers_the_people_of_the_chain(self):
        self._person("Mom", role="decides")
        self._person("Walt", role="approves")
        self._person("Larry", role="uses")
        action = self.lead.with_env(self.env).action_funnel_evaluate()
        models = self.env["funnel.evaluation"].with_context(**action["context"])
        form = Form(models, "sales_lead_funnel.funnel_evaluation_view_form_dialog")
        self.assertEqual((form.people_count, form.approval_count), (3, 1))
        with form.line_ids.edit(0) as line:
            self.assertRaises(AssertionError, setattr, line, "axis_id", False)
            line.score = 7
        evaluation = form.save()
        self.assertEqual(self.lead.funnel_evaluation_score, 7)
        evaluation.people_count = 4
        again = Form(evaluation)
        self.assertEqual(again.people_count, 4)  # what was judged stays

    def test_score_is_the_weighted_mean_of_what_was_judged(self):
        axes = self.env["funnel.evaluation.axis"].search([])
        axes[0].weight, axes[1].weight = 3, 1
        evaluation = self._evaluate(8, 4, 0)
        self.assertEqual(evaluation.score, 7)

    def test_latest_evaluation_is_on_the_lead(self):
        self._evaluate(8, 8, date="2026-03-01")
        self._evaluate(4, 4, date="2026-02-01")  # told late
        self.assertEqual(self.lead.funnel_evaluation_score, 8)
        self.assertEqual(self.lead.funnel_latest_line_ids.mapped("score"), [8, 8])
        self.assertEqual(len(self.lead.funnel_evaluation_ids), 2)

    def test_line_written_directly_reaches_the_lead(self):
        evaluation = self._evaluate(8, 8)
        evaluation.line_ids[0].score = 2
        self.assertEqual(self.lead.funnel_evaluation_score, 5)
        evaluation.line_ids[0].with_user(self.manager).unlink()
        self.assertEqual(self.lead.funnel_evaluation_score, 8)

    def test_what_a_manager_judged_stays(self):
        theirs = self._evaluate(9, by=self.manager).with_user(self.rep)
        last = self.env["funnel.evaluation.axis"].search([])[-1]
        for change in (
            lambda: theirs.write({"date": "2020-01-01"}),
            lambda: theirs.line_ids.write({"score": 1}),
            lambda: theirs.line_ids.copy({"axis_id": last.id}),
        ):
            with self.assertRaisesRegex(AccessError, "Momcorp CRM: only who"):
                change()
        self._evaluate(5).line_ids.score = 6  # one's own

    def test_who_evaluates_in_a_colleague_s_name_is_told_so(self):
        told = "Momcorp CRM: “Evaluated by” must be you"
        for lines in ((), (5, 6)):
            with self.subTest(lines=lines), self.assertRaisesRegex(AccessError, told):
                self._evaluate(*lines, user_id=self.manager.id)
        form = Form(
            self.env["funnel.evaluation"]
            .with_user(self.rep)
            .with_context(default_lead_id=self.lead.id)
        )
        form.user_id = self.manager
        with self.assertRaisesRegex(AccessError, told):
            form.save()
        self._evaluate(5, by=self.manager, user_id=self.rep.id)

    def test_lines_of_an_evaluation_that_is_there_stay_its_author_s(self):
        theirs = self._evaluate(9, by=self.manager)
        axis = self.env["funnel.evaluation.axis"].search([])[-1]
        line = (0, 0, {"evaluation_id": theirs.id, "axis_id": axis.id, "score": 1})
        own = self._evaluate(5, line_ids=[line])
        self.assertEqual(own.line_ids.evaluation_id, own)
        self.assertEqual(theirs.line_ids.mapped("score"), [9])

    def test_dialog_of_the_lead_offers_no_second_one(self):
        xmlid = "sales_lead_funnel.funnel_evaluation_view_form_dialog"
        arch = self.env["crm.lead"].get_view(
            self.env.ref("crm.crm_lead_view_form").id, "form"
        )["arch"]
        [field] = etree.fromstring(arch).xpath("//field[@name='funnel_evaluation_ids']")
        self.assertIn(xmlid, field.get("context"))
        arch = self.env["funnel.evaluation"].get_view(self.env.ref(xmlid).id)["arch"]
        buttons = etree.fromstring(arch).xpath("//footer/button/@special")
        self.assertEqual(buttons, ["save", "cancel"])

    def test_another_weight_changes_no_history(self):
        axes = self.env["funnel.evaluation.axis"].search([])
        evaluation = self._evaluate(8, 4)
        axes[0].with_user(self.manager).weight = 5
        self.assertEqual(evaluation.score, 6)
        self.assertAlmostEqual(self._evaluate(8, 4).score, (5 * 8 + 4) / 6, 1)

    def test_line_is_not_moved_to_a_hidden_lead(self):
        hidden = self._create_lead(user_id=self.manager.id)
        theirs = self._evaluate(9, by=self.manager, lead_id=hidden.id)
        line = self._evaluate(5, 6).line_ids[1]
        with self.assertRaises(AccessError):
            line.evaluation_id = theirs.id

    def test_extra_axis_counts(self):
        extra = self.env["funnel.evaluation.axis"].with_user(self.manager)
        extra.create({"name": "Strategic", "weight": 2, "sequence": 99})
        evaluation = self._evaluate(4, 4, 4, 4, 10)
        self.assertEqual(evaluation.score, (4 * 4 + 2 * 10) / 6)

    def test_label_of_complexity_is_derived(self):
        for people, approvals, label in (
            (0, 0, False),
            (1, 1, "low"),
            (3, 0, "medium"),
            (3, 2, "high"),
        ):
            evaluation = self._evaluate(
                5, people_count=people, approval_count=approvals
            )
            with self.subTest(people=people, approvals=approvals):
                self.assertEqual(evaluation.complexity, label)

    def test_latest_evaluation_feeds_a_band(self):
        card = self.env.ref("sales_lead_funnel.scorecard_prospect")
        criterion = self.env["funnel.scorecard.criterion"].create(
            {"name": "Evaluation", "dimension_id": card.dimension_ids[0].id}
        )
        self.env["funnel.scorecard.band"].create(
            {
                "name": "High",
                "criterion_id": criterion.id,
                "points": 10,
                "domain": "[('funnel_evaluation_score', '>=', 7)]",
            }
        )
        before = self.lead.funnel_score_coverage
        self._evaluate(9, 9)
        self.assertGreater(self.lead.funnel_score_coverage, before)

    def test_score_outside_of_one_to_ten_is_refused(self):
        for score in (-1, 11):
            with self.assertRaisesRegex(FunnelFollowupError, "Momcorp CRM.*“Score”"):
                self._evaluate(score)

    def test_negative_counts_are_refused(self):
        with self.assertRaisesRegex(FunnelFollowupError, "“People in the decision”"):
            self._evaluate(5, people_count=-1)

    def test_rep_does_not_change_the_axes(self):
        with self.assertRaises(AccessError):
            self.env["funnel.evaluation.axis"].with_user(self.rep).search(
                [], limit=1
            ).weight = 9


@tagged("post_install", "-at_install")
class TestEvaluationAuthor(FollowupCommon):
    """Reps evaluate in their own name, by whatever door."""

    TOLD = "Momcorp CRM.*“Evaluated by” must be you"

    def _vals(self, **vals):
        return {"lead_id": self.lead.id, "user_id": self.manager.id, **vals}

    def test_rep_evaluates_in_no_other_name(self):
        model = self.env["funnel.evaluation"].with_user(self.rep)
        lead = self.lead.with_user(self.rep)
        own = model.create(self._vals(user_id=self.rep.id))
        line = {"user_id": self.manager.id, "line_ids": []}
        for name, door in {
            "create": lambda: model.create(self._vals(line_ids=[])),
            "default": lambda: model.with_context(
                default_user_id=self.manager.id
            ).create({"lead_id": lead.id, "line_ids": []}),
            "lead": lambda: lead.write({"funnel_evaluation_ids": [(0, 0, line)]}),
            "write": lambda: own.write({"user_id": self.manager.id}),
            "screen": lambda: own.web_save({"user_id": self.manager.id}, {}),
        }.items():
            with (
                self.subTest(name),
                self.assertRaisesRegex(AccessError, self.TOLD),
                self.env.cr.savepoint(),
            ):
                door()
        self.assertEqual(own.user_id, self.rep)

    def test_nor_by_import(self):
        model = self.env["funnel.evaluation"].with_user(self.rep)
        own = model.create(self._vals(user_id=self.rep.id))
        for name, record in (("lead_id/.id", self.lead), (".id", own)):
            row = [str(record.id), str(self.manager.id)]
            for context in ({}, {"import_file": True}):
                importer = model.with_context(**context)
                result = importer.load([name, "user_id/.id"], [row])
                self.assertFalse(result["ids"])
                self.assertIn("must be you", str(result["messages"]))

    def test_manager_evaluates_for_others(self):
        model = self.env["funnel.evaluation"].with_user(self.manager)
        evaluation = model.create(self._vals(user_id=self.rep.id))
        self.assertEqual(evaluation.user_id, self.rep)
        self.assertFalse(evaluation.imported_by_id)


@tagged("post_install", "-at_install")
class TestObjections(FollowupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.objection = cls.env["funnel.objection"].create({"name": "Too slow"})
        cls.answers = cls.env["funnel.objection.answer"].create(
            [
                {"objection_id": cls.objection.id, "name": name}
                for name in ("Wait", "Show a client", "Promise")
            ]
        )

    def _answer(self, lead, answer):
        self._log(lead=lead, objection_id=self.objection.id, answer_id=answer.id)

    def test_answers_of_won_deals_come_first(self):
        won, lost, other = (self._create_lead() for _number in range(3))
        self._answer(won, self.answers[1])
        self._answer(won, self.answers[1])  # twice on one lead counts once
        self._answer(lost, self.answers[0])
        self._answer(other, self.answers[0])
        won.action_set_won()
        lost.action_set_lost()
        self.env["funnel.objection.answer"]._cron_count_uses()
        self.objection.invalidate_recordset()
        first, second, _third = self.objection.answer_ids
        self.assertEqual((first, second), (self.answers[1], self.answers[0]))
        self.assertEqual((first.won_count, first.used_count), (1, 1))
        self.assertEqual((second.won_count, second.used_count), (0, 2))

    @users("user_sales_salesman")
    def test_rep_adds_what_worked_but_does_not_rewrite(self):
        answers = self.env["funnel.objection.answer"]
        new = answers.create({"objection_id": self.objection.id, "name": "Pilot first"})
        self.assertIn(new, self.objection.answer_ids)
        with self.assertRaises(AccessError):
            self.answers[0].with_env(self.env).name = "Mine"

    def test_answer_belongs_to_the_objection(self):
        other = self.env["funnel.objection"].create({"name": "Too loud"})
        with self.assertRaisesRegex(FunnelFollowupError, "“Answer given”"):
            self._log(objection_id=other.id, answer_id=self.answers[0].id)


@tagged("post_install", "-at_install")
class TestClosingPlan(FollowupCommon):
    def _step(self, days, **vals):
        return (
            self.env["funnel.closing.step"]
            .with_user(self.rep)
            .create(
                {
                    "lead_id": self.lead.id,
                    "name": "Final quotation",
                    "date_due": self.today + timedelta(days=days),
                    **vals,
                }
            )
        )

    def test_state_follows_from_the_dates(self):
        late, planned = self._step(-1), self._step(0)
        self.assertEqual((late.state, planned.state), ("late", "planned"))
        late.action_done()
        self.assertEqual(late.state, "done")
        self.assertEqual(late.done_on, self.today)

    def test_step_is_not_done_in_the_future(self):
        step = self._step(5)
        with self.assertRaisesRegex(FunnelFollowupError, "“Done on” is .* future"):
            step.done_on = self.today + timedelta(days=1)

    def test_state_is_searched_as_it_is_shown(self):
        steps = self._step(-1) | self._step(0) | self._step(-5)
        steps[2].action_done()
        for state, step in zip(("late", "planned", "done"), steps, strict=True):
            found = steps.search([("state", "=", state), ("id", "in", steps.ids)])
            with self.subTest(state):
                self.assertEqual(found, step)
        not_done = steps.search([("state", "!=", "done"), ("id", "in", steps.ids)])
        self.assertEqual(not_done, steps[:2])

    @users("user_sales_salesman")
    def test_step_is_planned_on_the_form(self):
        form = Form(self.lead.with_env(self.env))
        with form.funnel_closing_step_ids.new() as step:
            step.name = "Signing meeting"
            step.date_due = "2026-12-01"
        form.save()
        self.assertEqual(self.lead.funnel_closing_step_ids.user_id, self.env.user)
