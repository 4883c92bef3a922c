from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.base.zones import get_person_day
from ..common_tours import ToursCommon


@tagged("post_install", "-at_install")
class TestToursWork(ToursCommon):
    """A rep's and a manager's day, in a real browser."""

    @classmethod
    def _prepare_lead(cls):
        cls.env["funnel.resource.request"].search([]).action_cancel()
        cls.today = get_person_day(cls.env)
        return {"funnel_obtained_at": fields.Datetime.now() - timedelta(days=20)}

    def _log(self, **vals):
        """Log that the lead was to be called three days ago."""
        return (
            self.env["funnel.followup"]
            .with_user(self.rep)
            .create(
                {
                    "lead_id": self.lead.id,
                    "summary": "They wait",
                    "happened_at": fields.Datetime.now() - timedelta(days=5),
                    "next_date": self.today - timedelta(days=3),
                    **vals,
                }
            )
        )

    def _logged(self):
        return self.lead.funnel_followup_ids

    def test_log_a_follow_up_from_the_board(self):
        first = self._log()
        self.start_tour("/odoo", "funnel_rep_logs_from_board", login="tour_rep")
        followup = self._logged() - first
        self.assertRecordValues(
            followup,
            [
                {
                    "summary": "They asked for a price, soon",
                    "next_action": "Send the quotation",
                    "next_date": self.today + timedelta(days=7),
                    "user_id": self.rep.id,
                    "same_day": True,
                }
            ],
        )
        self.assertIn("Send the quotation", self.lead.activity_ids.mapped("summary"))

    def test_log_a_follow_up_from_the_form(self):
        self.start_tour("/odoo", "funnel_rep_logs_from_form", login="tour_rep")
        self.assertEqual(self._logged().summary, "They asked for a visit")

    def test_finish_a_call_into_a_log(self):
        for kind, summary in (
            ("call", "First call"),
            ("call", "Second call"),
            ("todo", "A note to write"),
        ):
            self.lead.activity_schedule(
                f"mail.mail_activity_data_{kind}",
                date_deadline=self.today,
                summary=summary,
                user_id=self.rep.id,
            )
        activities = self.lead.activity_ids
        self.start_tour("/odoo", "funnel_rep_finishes_calls", login="tour_rep")
        self.assertFalse(any(activities.mapped("active")))
        self.assertEqual(self._logged().summary, "Second call\nThey like it")
        self.assertEqual(self._logged().channel, "call")

    def test_build_a_decision_chain(self):
        self.start_tour("/odoo", "funnel_rep_builds_chain", login="tour_rep")
        decider, approver = self.lead.funnel_stakeholder_ids.sorted("id")
        self.assertEqual((decider.role, approver.role), ("decides", "approves"))
        self.assertEqual(approver.parent_id, decider)

    def test_contact_in_the_chain_is_what_qualification_says(self):
        self.lead.write({"contact_name": "Olga Orlova", "funnel_authority": "decides"})
        self.start_tour("/odoo", "funnel_rep_adds_contact_to_chain", login="tour_rep")
        self.assertEqual(self.lead.funnel_stakeholder_ids.role, "decides")
        self.assertEqual(self.lead.funnel_authority, "decides")

    def test_request_a_resource_and_answer_it(self):
        engineer = self._create_user(
            "tour_engineer", "sales_team.group_sale_salesman", name="Tour Engineer"
        )
        self.start_tour("/odoo", "funnel_rep_requests_resource", login="tour_rep")
        request = self.lead.funnel_request_ids
        self.assertEqual(request.state, "submitted")
        self.assertEqual(request.activity_ids.user_id, self.manager)
        self.start_tour("/odoo", "funnel_manager_answers_request", login="tour_manager")
        self.assertRecordValues(
            request,
            [
                {
                    "state": "approved",
                    "assignee_id": engineer.id,
                    "planned_date": self.today + timedelta(days=4),
                    "answered_by_id": self.manager.id,
                }
            ],
        )
        self.assertEqual(request.activity_ids.user_id, engineer)

    def test_my_day_of_a_rep(self):
        self._log()
        self.env["funnel.closing.step"].create(
            {
                "lead_id": self.lead.id,
                "name": "Contract draft",
                "date_due": self.today - timedelta(days=1),
                "user_id": self.rep.id,
            }
        )
        self.start_tour("/odoo", "funnel_rep_works_the_day", login="tour_rep")
        self.assertIn("They decide next week", self._logged().mapped("summary"))

    def test_my_day_of_a_manager(self):
        objection = self.env["funnel.objection"].create({"name": "Too expensive"})
        self._log(objection_id=objection.id, next_action="Send the quotation")
        grade = self.env.ref("sales_lead_funnel.grade_a")
        self.lead.with_user(self.rep).funnel_propose_grade(grade.id, "Budget is there")
        self.start_tour("/odoo", "funnel_manager_sees_the_team", login="tour_manager")
        self.assertEqual(self.lead.funnel_grade_state, "reviewed")
