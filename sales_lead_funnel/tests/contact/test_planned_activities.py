"""Activities that the addon plans: each once, moved or ended, quietly."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..common import FunnelCommon

CALL = "mail.mail_activity_data_call"
MEETING = "mail.mail_activity_data_meeting"
TODO = "mail.mail_activity_data_todo"


@tagged("post_install", "-at_install")
class TestPlannedActivities(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Momcorp deal")
        cls.today = cls._get_today()

    def _schedule(self, purpose="next_contact", days=0, lead=None, user=None, **vals):
        lead = lead or self.lead
        return lead._funnel_schedule(
            purpose,
            vals.get("kind", CALL),
            self.today + timedelta(days=days),
            vals.get("summary", "Ring"),
            *vals.get("users", (self.rep if user is None else user,)),
        )

    def _open(self, lead=None):
        return (lead or self.lead).activity_ids

    def test_purpose_and_not_wording_tells_activities_apart(self):
        first = self._schedule(summary="Ring them up")
        first.summary = "Reworded by its user"
        self.assertEqual(self._schedule(summary="打电话"), first)
        self.assertEqual(self._open(), first)

    def test_every_user_and_purpose_has_an_activity(self):
        self._schedule()
        self._schedule(user=self.manager)
        self._schedule(purpose="overdue")
        self.assertEqual(len(self._open()), 3)

    def test_next_contact_moves_to_the_new_day(self):
        self._schedule(days=3)
        activity = self._schedule(days=9, summary="Show the plan")
        self.assertEqual(activity.date_deadline, self.today + timedelta(days=9))
        self.assertEqual(activity.summary, "Show the plan")

    def test_what_was_planned_becomes_what_is_agreed_now(self):
        activity = self._schedule()
        self.assertEqual(self._schedule(kind=MEETING), activity)
        self.assertEqual(activity.activity_type_id, self.env.ref(MEETING))

    def test_first_user_who_can_act_is_asked(self):
        gone = mail_new_test_user(self.env, login="gone", groups="base.group_user")
        gone.active = False
        nobody = self.env["res.users"]
        for users, asked in (
            ((self.rep, self.manager), self.rep),
            ((gone, self.manager), self.manager),
            ((nobody, self.director), self.director),
            ((nobody, nobody), nobody),
            ((), nobody),
        ):
            lead = self._create_lead()
            activity = self._schedule(lead=lead, users=users)
            self.assertEqual((len(activity), activity.user_id), (1, asked))
        self.assertFalse(self._schedule(users=(gone, nobody)))

    def test_reminder_stays_where_its_user_put_it(self):
        activity = self._schedule(purpose="overdue")
        activity.date_deadline = self.today + timedelta(days=2)
        self._schedule(purpose="overdue")
        self.assertEqual(activity.date_deadline, self.today + timedelta(days=2))

    def test_a_done_activity_is_followed_by_another(self):
        first = self._schedule()
        first.action_feedback()
        self.assertNotEqual(self._schedule(), first)

    def test_activity_of_the_user_is_not_taken_for_planned(self):
        own = self.lead.activity_schedule(CALL, user_id=self.rep.id)
        self.assertNotEqual(self._schedule(), own)

    def test_defaults_of_a_form_stay_out_of_the_activity(self):
        lead = self.lead.with_context(default_note="Pain", default_active=False)
        activity = self._schedule(lead=lead)
        self.assertTrue(activity.active)
        self.assertFalse(activity.note)

    def test_nobody_who_cannot_act_is_asked(self):
        gone = mail_new_test_user(self.env, login="gone", groups="base.group_user")
        gone.active = False
        portal = mail_new_test_user(self.env, login="out", groups="base.group_portal")
        self.lead.company_id = self.company_main
        for user in (gone, portal, self.foreign_manager):
            with self.subTest(user=user.login):
                self.assertFalse(self._schedule(user=user))
        self.assertFalse(self._open())

    def test_without_a_user_it_is_left_to_whoever_sees_the_lead(self):
        activity = self._schedule(user=self.env["res.users"])
        self.assertFalse(activity.user_id)
        self.assertEqual(self._schedule(user=self.env["res.users"]), activity)

    def test_reminders_send_no_mail(self):
        with self.mock_mail_gateway(), self.mock_mail_app():
            for purpose in ("overdue", "next_contact", "review"):
                self._schedule(purpose, user=self.manager)
        self.assertFalse(self._new_msgs)

    def test_rep_plans_for_the_manager(self):
        lead = self.lead.with_user(self.rep)
        activity = self._schedule("review", lead=lead, user=self.manager)
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(
            self._schedule("review", lead=lead, user=self.manager), activity
        )

    # ------------------------------------------------------------
    # CONTACTED
    # ------------------------------------------------------------

    def _finish(self, days=0):
        day = self.today + timedelta(days=days)
        lead = self.lead.with_user(self.rep)
        lead._funnel_finish_contacts(self.rep, day)

    def test_a_contact_ends_what_was_due(self):
        purposes = ("first_contact", "overdue", "next_contact", "resume")
        due = [self._schedule(purpose, days=-1) for purpose in purposes]
        self._finish()
        self.assertFalse(self._open())
        for activity in due:
            self.assertEqual(activity.state, "done")

    def test_what_is_due_later_stays_where_it_is(self):
        later = self._schedule(days=4)
        self._schedule("overdue", days=0)
        self._finish()
        self.assertEqual(self._open(), later)
        self.assertEqual(later.date_deadline, self.today + timedelta(days=4))

    def test_what_is_no_contact_stays(self):
        kept = self._schedule("review", days=-1, kind=TODO, user=self.manager)
        kept |= self.lead.activity_schedule(CALL, user_id=self.rep.id)
        self._finish()
        self.assertEqual(self._open(), kept)

    def test_a_planned_call_made_into_something_else_stays(self):
        activity = self._schedule(days=-1)
        activity.activity_type_id = self.env.ref(TODO)
        self._finish()
        self.assertEqual(self._open(), activity)

    def test_other_leads_keep_theirs(self):
        other = self._create_lead()
        activity = self._schedule(lead=other)
        self._finish()
        self.assertEqual(self._open(other), activity)

    def test_the_managers_question_is_answered(self):
        self._schedule("escalation", kind=TODO, user=self.manager)
        self._finish()
        self.assertFalse(self._open())

    def test_reminder_of_a_colleague_is_fulfilled_too(self):
        activity = self._schedule("overdue", user=self.manager)
        self._finish()
        self.assertFalse(activity.active)

    def _follow(self):
        """Let the director follow everything that is done on the lead."""
        subtypes = self.env.ref("mail.mt_activities") + self.env.ref("mail.mt_comment")
        self.lead.message_subscribe(self.director.partner_id.ids, subtypes.ids)
        self.director.notification_type = "email"

    def test_a_contact_is_told_in_the_chatter_without_a_mail(self):
        self._follow()
        self._schedule("overdue", user=self.manager)
        before = self.lead.message_ids
        with self.mock_mail_gateway(), self.mock_mail_app():
            self._finish()
        told = self.lead.message_ids - before
        self.assertEqual(told.author_id, self.rep.partner_id)
        self.assertEqual(told.mail_activity_type_id, self.env.ref(CALL))
        self.assertFalse(told.notification_ids)
        self.assertFalse(self._new_mails)

    def test_nobody_can_silence_other_messages(self):
        self._follow()
        lead = self.lead.with_user(self.rep).with_context(funnel_silence=True)
        message = lead.message_post(body="Read me", subtype_xmlid="mail.mt_comment")
        self.assertIn(self.director.partner_id, message.notified_partner_ids)


@tagged("post_install", "-at_install")
class TestPlansFollowTheLead(FunnelCommon):
    """The lead changes hands, or closes: its planned contacts go along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead()
        cls.today = cls._get_today()

    def _plan(self, purpose="next_contact", lead=None, user=None, kind=CALL):
        return (lead or self.lead)._funnel_schedule(
            purpose, kind, self.today, "Ring", self.rep if user is None else user
        )

    def test_new_owner_has_the_calls(self):
        calls = self._plan() | self._plan("first_contact")
        own = self.lead.activity_schedule(CALL, user_id=self.rep.id)
        asked = self._plan("next_contact", user=self.manager)
        review = self._plan("review", kind=TODO)
        with self.mock_mail_gateway(), self.mock_mail_app():
            self.lead.user_id = self.director
        self.assertEqual(calls.user_id, self.director)
        self.assertEqual((own | review).user_id, self.rep)
        self.assertEqual(asked.user_id, self.manager)
        self.assertFalse(self._new_msgs.filtered(lambda msg: "Ring" in msg.body))

    def test_rep_who_gives_a_lead_away_keeps_no_call(self):
        call = self._plan()
        self.lead.with_user(self.rep).user_id = self.manager
        self.assertEqual(call.user_id, self.manager)

    def test_new_owner_is_asked_once(self):
        self._plan()
        self._plan(user=self.manager)
        self.lead.user_id = self.manager
        self.assertEqual(len(self.lead.activity_ids), 1)

    def test_without_an_owner_who_can_act_there_is_no_call(self):
        self.rep.copy({"login": "gone"}).active = False
        gone = self.env["res.users"].with_context(active_test=False)
        for owner in (gone.browse(), gone.search([("login", "=", "gone")])):
            lead = self._create_lead()
            call = self._plan(lead=lead)
            lead.user_id = owner
            self.assertFalse(call.exists())

    def _count_searches(self, leads, vals):
        """Return how often writing looks for planned activities."""
        plain, asked = type(leads)._funnel_get_open, []

        def get_open(records, domain):
            asked.append(records)
            return plain(records, domain)

        with patch.object(type(leads), "_funnel_get_open", get_open):
            leads.write(vals)
        return len(asked)

    def test_plans_are_looked_up_only_where_owner_or_status_changes(self):
        leads = self._create_leads(5, user_id=False)
        for vals, searches in (
            ({"user_id": self.rep.id}, 0),  # as core assigns many, one by one
            ({"priority": "2"}, 0),
            ({"user_id": self.rep.id}, 0),
            ({"stage_id": self.stage_next.id}, 0),
            ({"user_id": self.manager.id}, 1),
            ({"stage_id": self.stage_won.id}, 1),
            ({"stage_id": self.stage_won.id, "priority": "1"}, 0),
        ):
            with self.subTest(vals=vals):
                self.assertEqual(self._count_searches(leads, vals), searches)

    def test_closed_lead_has_no_planned_contact(self):
        for close in ("action_set_won", "action_set_lost"):
            lead = self._create_lead()
            call = self._plan(lead=lead)
            question = self._plan("escalation", lead, self.manager, TODO)
            own = lead.activity_schedule(TODO, user_id=self.rep.id)
            review = self._plan("review", lead, self.manager, TODO)
            getattr(lead, close)()
            self.assertFalse((call | question).exists())
            self.assertEqual(len((own | review).exists()), 2)
