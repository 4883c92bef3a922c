"""What a manager sees before answering, and the rows and lists that answer."""

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...exceptions import FunnelApprovalError
from ..common_gates import GateCommon

ASK = "sales_lead_funnel.funnel_stage_approval_view_form_ask"
FORM = "sales_lead_funnel.funnel_stage_approval_view_form"
LIST = "sales_lead_funnel.funnel_stage_approval_view_list"
REFUSE = "sales_lead_funnel.funnel_approval_refusal_view_form"


@tagged("post_install", "-at_install")
class TestApprovalBrief(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales_team_1.user_id = cls.manager
        cls.words = "The manager has read the contract"
        cls._create_criterion(
            name="Contract", domain="[]", effect="approve", message=cls.words
        )
        cls._create_criterion("funnel_need", name="Need is known")
        cls.approvals = cls.env["funnel.stage.approval"]
        cls.lead.write(
            {
                "partner_name": "Momcorp",
                "expected_revenue": 50_000,
                "funnel_need": "A delivery crew",
            }
        )

    def _request(self, lead=None, **vals):
        lead = lead or self.lead
        vals = {"lead_id": lead.id, "stage_id": self.stage_next.id, **vals}
        return self.approvals.with_user(self.rep).create(vals)

    def _ask_lead(self, **vals):
        return self._request(self._create_lead(funnel_need="A crew", **vals))

    # what is seen

    def test_manager_sees_what_is_to_be_weighed(self):
        self.lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Fits")
        self.env["funnel.followup"].with_user(self.rep).create(
            {"lead_id": self.lead.id, "contact": "Mom", "summary": "They\nsigned"}
        )
        form = Form(self._request().with_user(self.manager), FORM)
        self.assertEqual(form.client, "Momcorp")
        self.assertEqual(form.amount, 50_000)
        self.assertEqual(form.grade_id, self.grade_a)
        self.assertIn("Mom: They signed", form.last_talk)
        self.assertEqual(form.criteria_text, self.words)
        self.assertEqual(form.asked_name, self.manager.name)
        [part] = form.checklist
        proofs = {item["label"]: item["proofs"] for item in part["items"]}
        self.assertIn("A delivery crew", proofs["Need is known"][0]["text"])

    def test_proof_of_the_stage_where_the_lead_is_counts_too(self):
        self._create_criterion("funnel_need", name="Told", stage=self.stage_new)
        here, there = self._request().with_user(self.manager).checklist
        self.assertEqual((here["stage"], here["claimed"]), (self.stage_new.name, True))
        self.assertTrue(here["items"][0]["proofs"])
        self.assertEqual(there["stage"], self.stage_next.name)

    def test_rep_sees_what_is_confirmed_and_by_whom(self):
        action = self.lead.with_user(self.rep).action_funnel_gate_ask(
            self.stage_next.id
        )
        self.assertIn(self.lead.name, action["name"])
        asked = self.approvals.with_user(self.rep).with_context(**action["context"])
        form = Form(asked, ASK)
        self.assertEqual(form.criteria_text, self.words)
        self.assertEqual(form.asked_name, self.manager.name)
        approval = form.save()
        self.assertEqual(approval.activity_ids.user_id, self.manager)

    def test_without_a_leader_who_may_answer_any_manager_is_asked(self):
        self.sales_team_1.user_id = self.rep
        self.assertEqual(self._request().asked_name, "Any manager")

    def test_an_answered_request_asks_nobody_any_more(self):
        approval = self._request()
        approval.with_user(self.manager).action_approve()
        self.assertFalse(approval.asked_name or approval.checklist)
        self.assertEqual(approval.criteria_text, self.words)

    def test_only_what_is_not_met_is_to_be_confirmed(self):
        self._create_criterion(
            name="Small", domain="[('expected_revenue', '<', 60000)]", effect="approve"
        )
        self.assertEqual(self._request().criteria_text, self.words)

    def test_cost_of_the_list_does_not_grow_with_its_rows(self):
        names = ["client", "amount", "grade_id", "criteria_text", "can_answer"]

        def read():
            self.approvals.with_user(self.manager).search([]).read(names)

        self._ask_lead()
        read()
        few = self._count(read)
        for number in range(5):
            self._ask_lead(name=f"Lead {number}")
        self.assertLessEqual(self._count(read), few + 2)

    # answers

    def test_list_answers_on_its_rows_and_in_mass(self):
        expected = {self.manager: 2, self.rep: 0}
        for user, count in expected.items():
            arch = self.approvals.with_user(user).get_view(
                self.env.ref(LIST).id, "list"
            )["arch"]
            node = etree.fromstring(arch)
            with self.subTest(user=user.login):
                self.assertEqual(len(node.findall("header/button")), count)
                self.assertEqual(len(node.findall("button")), 2)

    def test_many_are_approved_at_once(self):
        approvals = self._ask_lead(name="One") | self._ask_lead(name="Two")
        approvals.with_user(self.manager).action_approve()
        self.assertEqual(approvals.lead_id.stage_id, self.stage_next)

    def test_own_lead_among_many_is_named(self):
        own = self._ask_lead(name="Mine")
        own.lead_id.user_id = self.manager
        approvals = self._ask_lead(name="Theirs") | own
        for answer in (
            lambda: approvals.with_user(self.manager).action_approve(),
            lambda: self._refuse(approvals),
        ):
            refused = self.assertRaisesRegex(
                FunnelApprovalError, "Mine: .*another manager"
            )
            with refused, self.env.cr.savepoint():
                answer()
            self.assertEqual(set(approvals.sudo().mapped("state")), {"requested"})

    def _refuse(self, approvals, by=None, reason="No contract yet"):
        """Refuse by the dialog that the buttons open."""
        answered = approvals.with_user(by or self.manager)
        context = answered.action_ask_refusal()["context"]
        wizards = self.env["funnel.approval.refusal"].with_user(by or self.manager)
        form = Form(wizards.with_context(**context), REFUSE)
        form.reason = reason
        form.save().action_apply()

    def test_many_are_refused_with_one_reason(self):
        approvals = self._ask_lead(name="One") | self._ask_lead(name="Two")
        self._refuse(approvals)
        self.assertEqual(set(approvals.mapped("state")), {"refused"})
        self.assertEqual(set(approvals.mapped("reason")), {"No contract yet"})
        self.assertEqual(approvals.activity_ids.user_id, self.rep)

    def test_refusal_asks_a_reason(self):
        approval = self._request()
        with self.assertRaisesRegex(AssertionError, "reason is a required field"):
            self._refuse(approval, reason=False)
        with self.assertRaisesRegex(FunnelApprovalError, "give the reason"):
            self._refuse(approval, reason="  ")

    def test_rep_refuses_nothing(self):
        with self.assertRaises(AccessError):
            self._refuse(self._request(), by=self.rep)
