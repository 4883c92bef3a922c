"""The day on which a lead is due and its planned contact are one, whatever happens."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import FunnelCommon

CALL = "mail.mail_activity_data_call"
MEETING = "mail.mail_activity_data_meeting"


class PlanCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep.tz = "UTC"
        cls.today = cls._get_today(cls.rep)
        cls.lead = cls._create_lead(
            name="Momcorp", funnel_obtained_at=cls._day(-30), probability=30
        )

    @classmethod
    def _day(cls, days):
        return cls.today + timedelta(days=days)

    def _log(self, ago, next_in=None, lead=None, by=None, **vals):
        logs = self.env["funnel.followup"].with_user(by or self.rep)
        return logs.create(
            {
                "lead_id": (lead or self.lead).id,
                "summary": "Talked",
                "happened_at": fields.Datetime.now() - timedelta(days=ago),
                "next_date": next_in is not None and self._day(next_in),
                **vals,
            }
        )

    def _planned(self, lead=None, purpose="next_contact"):
        self.env.flush_all()
        self.env.invalidate_all()
        activities = (lead or self.lead).activity_ids
        return activities.filtered(lambda act: act.funnel_purpose == purpose)

    def assertDue(self, days, lead=None, purpose="next_contact", **values):
        """The lead is due that day, and the one activity planned for it says so."""
        [activity] = self._planned(lead, purpose)
        day = self._day(days)
        due = (lead or self.lead).funnel_next_contact_date
        self.assertEqual((due, activity.date_deadline), (day, day))
        self.assertRecordValues(activity, [values])


@tagged("post_install", "-at_install")
class TestCorrectedPlan(PlanCommon):
    def test_another_log_becomes_the_latest(self):
        self._log(5, 3, next_action="Send the offer", channel="visit")
        last = self._log(1, 20, next_action="Call")
        self.assertDue(20, summary="Call")
        last.happened_at = fields.Datetime.now() - timedelta(days=9)
        meeting = self.env.ref(MEETING)
        self.assertDue(3, summary="Send the offer", activity_type_id=meeting.id)
        last.happened_at = fields.Datetime.now() - timedelta(days=1)
        self.assertDue(20, summary="Call")

    def test_another_log_becomes_the_latest_that_agreed_nothing(self):
        self._log(5)
        last = self._log(1, 20)
        last.happened_at = fields.Datetime.now() - timedelta(days=9)
        self.assertFalse(self._planned())
        self.assertFalse(self.lead.funnel_agreed_contact_date)

    def test_day_action_and_channel_are_corrected(self):
        log = self._log(1, 5, next_action="Call")
        log.write({"next_date": self._day(8), "next_action": "Demo", "channel": "demo"})
        self.assertDue(8, summary="Demo", activity_type_id=self.env.ref(MEETING).id)
        log.next_date = False
        self.assertFalse(self._planned())

    def test_correction_of_an_earlier_log_changes_no_plan(self):
        first = self._log(5, 3, next_action="Send the offer")
        self._log(1, 20, next_action="Call")
        first.write({"next_date": self._day(4), "next_action": "Nothing"})
        self.assertDue(20, summary="Call")

    def test_contact_that_is_put_off_puts_off_the_day(self):
        log = self._log(1, 5, next_action="Call")
        self._planned().with_user(self.rep).date_deadline = self._day(11)
        self.assertDue(11, summary="Call")
        self.assertEqual(log.next_date, self._day(5))
        person = self.env["funnel.stakeholder"].create(
            {"lead_id": self.lead.id, "name": "Mom"}
        )
        log.stakeholder_id = person  # says nothing of the day
        self.assertDue(11, summary="Call")
        log.next_date = self._day(7)
        self.assertDue(7)

    def test_contact_that_is_put_off_stays_so_while_the_log_is_corrected(self):
        log = self._log(1, 5, next_action="Cal")
        self._planned().with_user(self.rep).date_deadline = self._day(11)
        log.with_user(self.rep).write({"next_action": "Demo", "channel": "demo"})
        self.assertDue(11, summary="Demo", activity_type_id=self.env.ref(MEETING).id)
        moment = fields.Datetime.now() - timedelta(days=2)
        log.with_user(self.rep).happened_at = moment
        self.assertDue(11, summary="Demo")
        self.assertEqual(self.lead.funnel_last_contact_at, moment)

    def test_contact_that_is_put_off_stays_so_beside_an_earlier_log(self):
        self._log(1, 5, next_action="Call")
        self._planned().with_user(self.rep).date_deadline = self._day(11)
        self._log(9, 2, next_action="Send the offer")
        self.assertDue(11, summary="Call")

    def test_other_activities_move_no_day(self):
        self._log(1, 5)
        own = self.lead.activity_schedule(CALL, user_id=self.rep.id)
        reminder = self.lead._funnel_schedule(
            "overdue", CALL, self.today, "Ring", self.rep
        )
        (own | reminder).date_deadline = self._day(15)
        self.assertDue(5)


@tagged("post_install", "-at_install")
class TestPlanOfReturn(PlanCommon):
    """A lead that lives again has its next step planned."""

    def test_what_was_agreed_ahead_is_planned_again(self):
        self._log(1, 5, next_action="Send the offer")
        for leave, back in (
            ("action_set_lost", "action_restore"),
            ("action_archive", "action_unarchive"),
        ):
            with self.subTest(back=back):
                getattr(self.lead, leave)()
                self._planned().unlink()
                getattr(self.lead.with_user(self.rep), back)()
                self.assertDue(5, summary="Send the offer", user_id=self.rep.id)

    def test_win_that_is_taken_back(self):
        self._log(1, 5, next_action="Send the offer")
        self.lead.action_set_won()
        self._move(self.lead, self.stage_next)
        self.assertDue(5, summary="Send the offer")

    def test_what_lies_behind_is_due_today(self):
        self._log(9, -3, next_action="Send the offer")
        self.lead.action_set_lost()
        self.lead.with_user(self.rep).action_restore()
        self.assertDue(0, summary="Take up contact again")
        self.assertFalse(self.lead.funnel_contact_overdue)

    def test_lead_that_nobody_contacted(self):
        self.lead.action_set_lost()
        self.lead.action_restore()
        self.assertDue(0, purpose="first_contact", user_id=self.rep.id)

    def test_day_of_the_cadence_holds(self):
        self.env["funnel.cadence"].search([]).unlink()
        self.env["funnel.cadence"].create({"grade_id": self.grade_a.id, "days": 10})
        self.env.company.funnel_self_approval = True
        self.lead.with_user(self.manager).funnel_review_grade(self.grade_a.id, "Big")
        self._log(1)
        self.lead.action_set_lost()
        self.lead.action_restore()
        self.assertDue(9)

    def test_restored_by_the_loss(self):
        self.lead.action_set_lost()
        self.lead.funnel_loss_ids.with_user(self.rep).action_retry_restore()
        self.assertDue(0, purpose="first_contact")

    def test_many_at_once_each_once(self):
        leads = self._create_leads(3)
        leads.action_set_lost()
        leads.action_restore()
        leads.write({"active": True, "probability": 20})
        self.assertEqual(
            self._planned(leads, "first_contact").mapped("res_id"), leads.ids
        )

    def test_pause_that_lasts_goes_on(self):
        self.lead.with_user(self.rep).funnel_pause("Budget next year", self._day(30))
        self.lead.action_archive()
        self.lead.action_unarchive()
        self.assertEqual(self.lead.funnel_next_contact_date, self._day(30))
        self.assertFalse(self.lead.activity_ids)

    def test_nobody_is_asked_who_cannot_be(self):
        gone = self.rep.copy({"login": "gone"})
        free, left = self._create_lead(user_id=False), self._create_lead()
        left.user_id = gone
        gone.active = False
        (free | left).action_set_lost()
        (free | left).action_restore()
        self.assertFalse((free | left).activity_ids)

    def test_won_lead_is_not_back(self):
        self.lead.action_set_lost()
        self.lead.action_set_won()
        self.assertFalse(self.lead.activity_ids)


@tagged("post_install", "-at_install")
class TestMergedPlan(PlanCommon):
    """One plan of the merged leads: of who has the survivor, for the day it is due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tail = cls._create_lead(
            name="Tail",
            type="lead",
            user_id=cls.director.id,
            funnel_obtained_at=cls._day(-30),
        )

    def _merge(self, **options):
        leads = (self.lead | self.tail).with_user(self.manager)
        self.assertEqual(leads.merge_opportunity(**options), self.lead)

    def test_latest_agreement_of_either_lead_is_the_plan(self):
        for ours, others, due, action in (
            ((9, 3), (2, 20), 20, "Others"),
            ((2, 20), (9, 3), 20, "Ours"),
            ((9, 20), (2, 3), 3, "Others"),
        ):
            with self.subTest(ours=ours, others=others):
                self.lead, self.tail = (
                    self._create_lead(funnel_obtained_at=self._day(-30), probability=p)
                    for p in (60, 10)
                )
                self.tail.user_id = self.director
                self._log(*ours, self.lead, next_action="Ours")
                self._log(*others, self.tail, self.director, next_action="Others")
                self._merge()
                self.assertDue(due, summary=action, user_id=self.rep.id)

    def test_contact_that_is_put_off_stays_so(self):
        self._log(1, 5, next_action="Call")
        self._planned().with_user(self.rep).date_deadline = self._day(11)
        self._log(9, 4, self.tail, self.director, next_action="Others")
        self._merge()
        self.assertDue(11, summary="Call")

    def test_new_owner_has_the_plan(self):
        self._log(2, 20, self.tail, self.director)
        self._merge(user_id=self.manager.id)
        self.assertDue(20, user_id=self.manager.id)

    def test_plan_of_a_lead_that_was_not_logged_since(self):
        self._log(9, 4, self.tail, self.director, next_action="Others")
        self._log(1)
        self._merge()
        self.assertDue(4, summary="Others")

    def test_first_contact_is_over_where_one_was(self):
        for lead, user in ((self.lead, self.rep), (self.tail, self.director)):
            lead._funnel_schedule("first_contact", CALL, self._day(1), "First", user)
        self._log(2, 20, self.tail, self.director)
        self._merge()
        self.assertFalse(self._planned(purpose="first_contact"))
        self.assertDue(20)

    def test_first_contact_is_planned_once(self):
        for lead, user in ((self.lead, self.rep), (self.tail, self.director)):
            lead._funnel_schedule("first_contact", CALL, self._day(1), "First", user)
        self._merge()
        [activity] = self._planned(purpose="first_contact")
        self.assertEqual(activity.user_id, self.rep)

    def test_reminder_of_a_day_that_is_no_more_goes(self):
        self._log(9, -3, self.tail, self.director)
        self.tail._funnel_schedule("overdue", CALL, self.today, "Late", self.director)
        self._log(2, 20)
        self._merge()
        self.assertFalse(self._planned(purpose="overdue"))
        self.assertDue(20)

    def test_lead_that_stays_beside_the_survivor_plans_nothing(self):
        self._log(2, 20, self.tail, self.director)
        self._merge(auto_unlink=False)
        self.assertDue(20)
        self.assertFalse(self.tail.activity_ids)
        self.assertFalse(self.tail.funnel_agreed_contact_date)


@tagged("post_install", "-at_install")
class TestMergedGrade(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.funnel_self_approval = True
        cls.tail = cls._create_lead(name="Tail", type="lead", probability=5)

    def _propose(self, lead, grade, reason="Asked for a demo"):
        lead.with_user(self.rep).funnel_propose_grade(grade.id, reason)

    def _review(self, lead, grade, reason="They will buy"):
        lead.with_user(self.manager).funnel_review_grade(grade.id, reason)

    def _merge(self, by=None):
        leads = (self.lead | self.tail).with_user(by or self.rep)
        self.assertEqual(leads.merge_opportunity(), self.lead)
        self.env.flush_all()
        self.env.invalidate_all()

    def assertGrade(self, grade, state, reason):
        self.assertRecordValues(
            self.lead,
            [
                {
                    "funnel_grade_id": grade.id,
                    "funnel_grade_state": state,
                    "funnel_grade_reason": reason,
                }
            ],
        )

    def test_reviewed_grade_survives_whole(self):
        self._review(self.tail, self.grade_a)
        told = self._changes(self.tail, "reviewed")
        self._merge()
        self.assertGrade(self.grade_a, "reviewed", "They will buy")
        [own] = self._changes(self.lead, "reviewed")
        self.assertEqual(own.user_id, self.manager)
        self.assertEqual(own.happened_at, told.happened_at)
        self.assertIn("Tail", own.merged_lead_label)

    def test_reviewed_grade_goes_before_a_proposed_one(self):
        for ours, others in (("_propose", "_review"), ("_review", "_propose")):
            with self.subTest(ours=ours):
                self.lead, self.tail = (
                    self._create_lead(probability=p) for p in (60, 10)
                )
                getattr(self, ours)(self.lead, self.grade_b, "Ours")
                getattr(self, others)(self.tail, self.grade_a, "Others")
                for lead in (self.lead, self.tail):
                    self.env["funnel.plan"].ask_reviews(lead)
                self._merge()
                is_own = ours == "_review"
                grade = self.grade_b if is_own else self.grade_a
                self.assertGrade(grade, "reviewed", "Ours" if is_own else "Others")
                self.assertFalse(self._planned(purpose="review"))

    def test_own_reviewed_grade_stays(self):
        self._review(self.lead, self.grade_b, "Ours")
        self._review(self.tail, self.grade_a)
        self._merge()
        self.assertGrade(self.grade_b, "reviewed", "Ours")
        self.assertEqual(len(self._changes(self.lead, "reviewed")), 1)

    def test_proposer_does_not_review_the_own_grade_after_a_merge(self):
        self.env.company.funnel_self_approval = False
        self.tail.with_user(self.manager).funnel_propose_grade(self.grade_a.id, "Big")
        self._merge(self.manager)
        self.assertGrade(self.grade_a, "proposed", "Big")
        lead = self.lead.with_user(self.manager)
        self.assertFalse(lead.funnel_can_review_grade)
        self.assertTrue(self.lead.with_user(self.director).funnel_can_review_grade)

    def test_ungraded_leads_stay_so(self):
        self._merge()
        self.assertGrade(self.env["funnel.grade"], "none", False)
        self.assertFalse(self._changes(self.lead, "reviewed"))

    def test_numbers_and_client_type_survive(self):
        self.lead.write({"funnel_budget_min": 0, "funnel_budget_max": 0})
        self.tail.write(
            {
                "funnel_budget_min": 100,
                "funnel_budget_max": 200,
                "funnel_decision_people": 3,
                "funnel_industry_growth": 0,
                "funnel_client_type": "existing",
            }
        )
        self._merge()
        lead = self.lead
        self.assertEqual((lead.funnel_budget_min, lead.funnel_budget_max), (0, 0))
        self.assertEqual(lead.funnel_decision_people, 3)
        growth = lead._fields["funnel_industry_growth"]
        self.assertFalse(growth.is_unknown(lead))
        self.assertEqual(lead.funnel_client_type, "existing")
