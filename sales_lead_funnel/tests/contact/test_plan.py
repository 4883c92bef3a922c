"""What the addon plans by itself: for whom, when, once, and whatever happens."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.base.derived import with_step
from ...models.contact import funnel_plan
from ..common import FunnelCommon

LOGGER = "odoo.addons.sales_lead_funnel.models.contact.funnel_plan"


class Killed(BaseException):
    """The server went down between two batches."""


class PlanCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).action_archive()
        cls.plan = cls.env["funnel.plan"]
        cls.origin = cls.plan._get_start(36500)  # when the addon was installed
        cls.sales_team_1.user_id = cls.manager
        (cls.rep | cls.manager | cls.director).write({"tz": "UTC"})
        cls.today = cls._get_today()

    def setUp(self):
        super().setUp()
        self._start_patch = patch.object(
            type(self.plan),
            "_get_start",
            lambda plan, days: fields.Datetime.now() - timedelta(days=days),
        )
        self._start_patch.start()
        self.addCleanup(self._start_patch.stop)

    @contextmanager
    def _committing(self, seconds=60, kill_after=None):
        """Commit as crons do; ``seconds``: left after each batch."""
        commits = []

        def progress(_cron, processed=0, *, remaining=None, deactivate=False):
            self.env.flush_all()
            commits.append(processed)
            if kill_after is not None and len(commits) > kill_after:
                raise Killed
            return seconds if processed else 60

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", progress):
            yield
        self.env.invalidate_all()

    def _run(self, method, **kwargs):
        with self._committing(**kwargs):
            return getattr(self.plan, method)()

    def _due(self, days, count=1, **vals):
        leads = self._create_leads(count, **vals)
        with_step(leads).funnel_agreed_contact_date = self.today + timedelta(days=days)
        self.env.flush_all()
        return leads

    def _purposes(self, lead):
        activities = lead.activity_ids
        return {(act.funnel_purpose, act.user_id): act for act in activities}


@tagged("post_install", "-at_install")
class TestFirstContact(PlanCommon):
    def test_new_lead_gets_a_call_within_the_cadence(self):
        lead = self._create_lead()
        self._run("plan_first_contacts")
        [activity] = lead.activity_ids
        self.assertEqual(activity.user_id, self.rep)
        self.assertEqual(activity.date_deadline, lead.funnel_next_contact_date)
        self.assertEqual(activity.activity_type_id.category, "phonecall")

    def test_leads_that_need_none_get_none(self):
        contacted = self._create_lead()
        with_step(contacted).funnel_last_contact_at = fields.Datetime.now()
        planned = self._create_lead()
        planned.activity_schedule("mail.mail_activity_data_todo", user_id=self.rep.id)
        others = [
            self._create_lead(user_id=False),
            self._create_lead(funnel_obtained_at="2020-01-01"),
            contacted,
            self._create_lead(stage_id=self.stage_won.id),
        ]
        self.assertEqual(self._run("plan_first_contacts"), 0)
        self.assertFalse(any(lead.activity_ids for lead in others))
        self.assertEqual(len(planned.activity_ids), 1)

    def test_leads_from_before_the_addon_get_none(self):
        """A company brings 100 000 leads along: day one plans nothing for them."""
        self._start_patch.stop()
        lead = self._create_lead()
        old = self._create_lead()
        before = self.origin - timedelta(hours=1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s, funnel_obtained_at = %s"
            " WHERE id = %s",
            [before, before, old.id],
        )
        self.env.invalidate_all()
        lead.funnel_obtained_at = fields.Datetime.now()
        self._run("plan_first_contacts")
        self._start_patch.start()
        self.assertTrue(lead.activity_ids)
        self.assertFalse(old.activity_ids)

    def test_second_run_plans_nothing_more(self):
        lead = self._create_lead()
        self._run("plan_first_contacts")
        self.assertEqual(self._run("plan_first_contacts"), 0)
        lead.activity_ids.action_feedback()
        self.assertEqual(self._run("plan_first_contacts"), 0)

    def test_archived_salesperson_is_asked_nothing(self):
        lead = self._create_lead()
        self.rep.active = False
        self._run("plan_first_contacts")
        self.assertFalse(lead.activity_ids)

    def test_summary_is_in_the_language_of_the_salesperson(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.rep.lang = "fr_FR"
        lead = self._create_lead()
        asked = []
        speaking = type(lead)._funnel_schedule

        def schedule(record, *args):
            asked.append(record.env.lang)
            return speaking(record, *args)

        with patch.object(type(lead), "_funnel_schedule", schedule):
            self._run("plan_first_contacts")
        self.assertEqual(asked, ["fr_FR"])


@tagged("post_install", "-at_install")
class TestOverdue(PlanCommon):
    def test_owner_is_reminded_then_the_manager(self):
        lead = self._due(-1)
        self._run("remind_overdue")
        self.assertEqual(set(self._purposes(lead)), {("overdue", self.rep)})
        with_step(lead).funnel_agreed_contact_date = self.today - timedelta(days=3)
        self._run("remind_overdue")
        both = {("overdue", self.rep), ("escalation", self.manager)}
        self.assertEqual(set(self._purposes(lead)), both)

    def test_manager_reads_whom_to_ask(self):
        lead = self._due(-5)
        self._run("remind_overdue")
        asked = self._purposes(lead)["escalation", self.manager]
        self.assertIn(self.rep.name, asked.summary)

    def test_leads_in_time_are_left_alone(self):
        leads = self._due(0) | self._due(2) | self._due(-61)
        leads |= self._due(-2, user_id=False)
        paused = self._due(-2)
        paused.funnel_pause("Budget freeze", self.today + timedelta(days=9))
        won = self._due(-2)
        won.action_set_won()
        self._run("remind_overdue")
        self.assertFalse((leads | paused | won).activity_ids)

    def test_nobody_is_reminded_of_what_was_overdue_before_the_addon(self):
        before = (fields.Datetime.now() - self.origin).days + 2
        lead = self._due(-before)
        self._start_patch.stop()
        self._run("remind_overdue")
        self._start_patch.start()
        self.assertFalse(lead.activity_ids)

    def test_second_run_plans_nothing_more(self):
        lead = self._due(-4)
        self._run("remind_overdue")
        activities = lead.activity_ids
        self.assertEqual(self._run("remind_overdue"), 0)
        activities.action_feedback()  # done without a log: not asked again
        self.assertEqual(self._run("remind_overdue"), 0)

    def test_overdue_again_is_reminded_again(self):
        lead = self._due(-1)
        self._run("remind_overdue")
        [first] = lead.activity_ids
        self.env.cr.execute(
            "UPDATE mail_activity SET create_date = %s WHERE id = %s",
            [self.today - timedelta(days=20), first.id],
        )
        first.action_feedback()
        self._run("remind_overdue")
        self.assertEqual(len(lead.activity_ids), 1)
        self.assertNotEqual(lead.activity_ids, first)

    def test_a_call_of_the_owner_that_is_due_is_reminder_enough(self):
        lead, other = self._due(-1, count=2)
        for record, user in ((lead, self.rep), (other, self.manager)):
            record._funnel_schedule(
                "next_contact",
                funnel_plan.CALL,
                self.today - timedelta(days=1),
                "Ring",
                user,
            )
        self._run("remind_overdue")
        self.assertEqual(set(self._purposes(lead)), {("next_contact", self.rep)})
        self.assertIn(("overdue", self.rep), self._purposes(other))

    def test_new_lead_that_is_overdue_already_is_planned_once(self):
        lead = self._due(-2)
        self._run("plan_first_contacts")
        self._run("remind_overdue")
        self.assertEqual(set(self._purposes(lead)), {("first_contact", self.rep)})

    def test_call_that_was_put_off_is_no_reminder(self):
        lead = self._due(-2)
        self._run("plan_first_contacts")
        lead.activity_ids.date_deadline = self.today + timedelta(days=9)
        self._run("remind_overdue")
        self.assertIn(("overdue", self.rep), self._purposes(lead))

    def test_new_owner_is_reminded_too(self):
        lead = self._due(-1)
        self._run("remind_overdue")
        lead.user_id = self.director
        self._run("remind_overdue")
        self.assertIn(("overdue", self.director), self._purposes(lead))

    def test_archived_owner_is_left_out_and_the_manager_told(self):
        lead = self._due(-4)
        self.rep.active = False
        self._run("remind_overdue")
        self.assertEqual(set(self._purposes(lead)), {("escalation", self.manager)})

    def test_without_a_leader_nobody_is_told(self):
        own = self._due(-4, user_id=self.manager.id)
        self._run("remind_overdue")
        self.assertEqual(set(self._purposes(own)), {("overdue", self.manager)})
        lead = self._due(-4)
        self.sales_team_1.user_id = False
        self._run("remind_overdue")
        self.assertEqual(set(self._purposes(lead)), {("overdue", self.rep)})

    def test_leader_who_may_not_see_the_lead_is_not_told(self):
        lead = self._due(-4, user_id=self.director.id)
        self.sales_team_1.user_id = self.rep  # sees own leads only
        self._run("remind_overdue")
        self.assertEqual(set(self._purposes(lead)), {("overdue", self.director)})

    def test_leader_of_another_company_is_not_told(self):
        lead = self._due(-4, company_id=self.company_main.id)
        self.manager.write(
            {
                "company_ids": [Command.set(self.company_foreign.ids)],
                "company_id": self.company_foreign.id,
            }
        )
        self._run("remind_overdue")
        self.assertNotIn(("escalation", self.manager), self._purposes(lead))

    def test_day_ends_where_the_owner_is(self):
        """At noon UTC of the 11th it is the 12th on Kiritimati already."""
        early = self._create_lead(user_id=self.director.id)
        late = self._create_lead()
        self.director.tz, self.rep.tz = "Pacific/Kiritimati", "America/New_York"
        with_step(early | late).funnel_agreed_contact_date = "2026-03-11"
        self.env.flush_all()
        for moment, reminded in (
            (datetime(2026, 3, 11, 9), []),
            (datetime(2026, 3, 11, 12), early.ids),
            (datetime(2026, 3, 12, 3), early.ids),
            (datetime(2026, 3, 12, 5), (early | late).ids),
        ):
            with (
                self.subTest(moment=moment),
                patch.object(fields.Datetime, "now", lambda moment=moment: moment),
            ):
                self._run("remind_overdue")
                found = (early | late).filtered("activity_ids")
                self.assertEqual(found.ids, reminded)


@tagged("post_install", "-at_install")
class TestResume(PlanCommon):
    def _pause(self, **vals):
        """A lead whose pause ends today."""
        lead = self._create_lead(**vals)
        lead.funnel_pause("Budget freeze", self.today + timedelta(days=9))
        with_step(lead).funnel_resume_date = self.today
        self.env.flush_all()
        return lead

    def test_paused_lead_is_back_on_the_list(self):
        lead = self._pause()
        self._run("resume_paused")
        self.assertEqual(lead.funnel_next_contact_date, self.today)
        self.assertFalse(lead.funnel_pause_reason)
        activity = self._purposes(lead)["resume", self.rep]
        self.assertEqual(activity.date_deadline, self.today)
        self.assertIn("Budget freeze", activity.summary)

    def test_paused_before_its_first_contact_is_asked_once(self):
        lead = self._create_lead()
        lead.funnel_pause("Budget freeze", self.today + timedelta(days=9))
        self._run("plan_first_contacts")
        self.assertFalse(lead.activity_ids)
        with_step(lead).funnel_resume_date = self.today
        self._run("resume_paused")
        self._run("plan_first_contacts")
        self.assertEqual(set(self._purposes(lead)), {("resume", self.rep)})

    def test_pause_that_goes_on_stays(self):
        lead = self._pause()
        with_step(lead).funnel_resume_date = self.today + timedelta(days=1)
        self._run("resume_paused")
        self.assertTrue(lead.funnel_pause_reason)
        self.assertFalse(lead.activity_ids)

    def test_lead_without_a_salesperson_comes_back_too(self):
        lead = self._pause(user_id=False)
        self._run("resume_paused")
        self.assertFalse(lead.funnel_resume_date)
        self.assertFalse(lead.activity_ids)

    def test_second_run_does_nothing_more(self):
        lead = self._pause()
        self._run("resume_paused")
        self.assertEqual(self._run("resume_paused"), 0)
        self.assertEqual(len(lead.activity_ids), 1)


@tagged("post_install", "-at_install")
class TestBatches(PlanCommon):
    """Crons survive bad records, lack of time, and their end at any moment."""

    def setUp(self):
        super().setUp()
        self.patch(funnel_plan, "BATCH", 2)
        self.leads = self._due(-4, count=5)

    def assertEachOnce(self):
        purposes = ["escalation", "overdue"]
        for lead in self.leads:
            told = sorted(lead.activity_ids.mapped("funnel_purpose"))
            self.assertEqual(told, purposes)

    def test_all_batches_are_done(self):
        self.assertEqual(self._run("remind_overdue"), 10)
        self.assertEachOnce()

    def test_bad_record_stops_only_itself(self):
        bad, *good = self.leads
        plain = type(self.plan)._remind_owner

        def remind(plan, lead):
            plain(plan, lead)
            if lead == bad:
                self.env.cr.execute("SELECT 1 / 0")

        with (
            patch.object(type(self.plan), "_remind_owner", remind),
            self.assertLogs(LOGGER, "ERROR") as logs,
            mute_logger("odoo.sql_db"),
        ):
            done = self._run("remind_overdue")
        self.assertEqual(done, 9)
        self.assertIn(str(bad), logs.output[0])
        self.assertNotIn("overdue", bad.activity_ids.mapped("funnel_purpose"))
        for lead in good:
            self.assertIn("overdue", lead.activity_ids.mapped("funnel_purpose"))
        self._run("remind_overdue")
        self.assertEachOnce()

    def test_next_run_goes_on_where_time_ran_out(self):
        runs = 0
        while self._run("remind_overdue", seconds=0):
            runs += 1
        self.assertEqual(runs, 6)  # five leads by two, twice
        self.assertEachOnce()

    def test_killed_between_batches_does_nothing_twice(self):
        for kill_after in (0, 1, 2):
            with self.assertRaises(Killed):
                self._run("remind_overdue", kill_after=kill_after)
            self.env.invalidate_all()
        self._run("remind_overdue")
        self.assertEachOnce()

    def test_nobody_calls_it_from_outside(self):
        """It runs as superuser and commits."""
        names = [name for name in vars(funnel_plan.FunnelPlan) if name[0].islower()]
        self.assertEqual(len(names), 5)
        for name in names:
            with self.subTest(name=name), self.assertRaises(AccessError):
                get_public_method(self.plan, name)

    def test_leads_are_looked_up_batch_by_batch(self):
        sizes = []
        plain = type(self.plan)._attempt

        def attempt(plan, step, leads):
            cached = self.env.cache.get_records(
                leads, leads._fields["name"], all_contexts=True
            )
            sizes.append((len(leads), len(cached) <= 2))
            return plain(plan, step, leads)

        self.env.invalidate_all()
        with patch.object(type(self.plan), "_attempt", attempt):
            self._run("remind_overdue")
        self.assertEqual(sizes, [(2, True), (2, True), (1, True)] * 2)

    def test_crons_call_one_method_each_and_commit(self):
        for name in ("remind_overdue", "first_contacts", "resume_paused"):
            cron = self.env.ref(f"sales_lead_funnel.ir_cron_{name}")
            self.assertRegex(cron.code, r"^model\.\w+\(\)$")
            with self.subTest(cron=name), self.enter_registry_test_mode():
                cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEachOnce()


@tagged("post_install", "-at_install")
class TestReview(PlanCommon):
    """Grade A proposed: the manager is asked, until the grade is reviewed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("sales_lead_funnel.automation_review_grade_a")
        cls.lead = cls._create_lead()

    def _propose(self, grade=None, lead=None):
        lead = (lead or self.lead).with_user(self.rep)
        lead.funnel_propose_grade((grade or self.grade_a).id, "Fits")

    def _run_rules(self, hours=2):
        """Run core's cron of time-based rules some hours from now."""
        self.env.flush_all()
        later = fields.Datetime.now() + timedelta(hours=hours)
        with self._committing(), patch.object(self.env.cr, "_now", later):
            self.env["base.automation"]._cron_process_time_based_actions()

    def _reviews(self, lead=None):
        activities = (lead or self.lead).activity_ids
        return activities.filtered(lambda act: act.funnel_purpose == "review")

    def test_manager_is_asked_an_hour_later(self):
        self._propose()
        self._run_rules(hours=0)
        self.assertFalse(self._reviews())
        self._run_rules()
        self.assertEqual(self._reviews().user_id, self.manager)
        self.assertIn("A", self._reviews().summary)

    def test_other_grades_ask_nobody(self):
        self._propose(self.grade_b)
        self._run_rules()
        self.assertFalse(self._reviews())

    def test_rule_can_be_switched_off(self):
        self.rule.active = False
        self._propose()
        self._run_rules()
        self.assertFalse(self._reviews())

    def test_copied_rule_asks_for_another_grade(self):
        copied = self.rule.copy()
        copied.filter_domain = str([("funnel_grade_id", "=", self.grade_b.id)])
        self._propose(self.grade_b)
        self._run_rules()
        self.assertEqual(self._reviews().user_id, self.manager)

    def test_first_run_finds_no_history(self):
        self.lead.funnel_propose_grade(self.grade_a.id, "Fits")
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET funnel_proposed_at = NULL")
        self.env.invalidate_all()
        self.assertFalse(self.rule.last_run)
        self._run_rules()
        self.assertFalse(self._reviews())

    def _propose_before_the_rule(self, at, **vals):
        lead = self._create_lead(**vals)
        self._propose(lead=lead)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET funnel_proposed_at = %s WHERE id = %s", [at, lead.id]
        )
        self.env.invalidate_all()
        return lead

    def test_grade_that_was_proposed_before_the_rule_is_asked_about_at_night(self):
        long_ago = fields.Datetime.now() - timedelta(days=40)
        missed = [self._propose_before_the_rule(at) for at in (long_ago, None)]
        self._propose()  # the rule has its hour yet
        closed = self._propose_before_the_rule(long_ago)
        closed.action_set_lost()
        for _again in range(2):
            with self.enter_registry_test_mode():
                cron = self.env.ref("sales_lead_funnel.ir_cron_missed_reviews")
                cron.method_direct_trigger()
            self.env.invalidate_all()
        for lead in missed:
            [activity] = self._reviews(lead)
            self.assertEqual(activity.user_id, self.manager)
            activity.action_feedback()
        self.assertFalse(self._reviews(closed) + self._reviews())
        self.assertEqual(self._run("ask_missed_reviews"), 0)

    def test_switched_off_rule_misses_nothing(self):
        lead = self._propose_before_the_rule(None)
        self.rule.active = False
        self.assertEqual(self._run("ask_missed_reviews"), 0)
        self.assertFalse(self._reviews(lead))

    def test_who_proposed_is_looked_up_once(self):
        leads = self._create_leads(12)
        for lead in leads:
            self._propose(lead=lead)
        calls = []
        plain = type(leads)._funnel_get_proposers

        def get_proposers(records):
            calls.append(len(records))
            return plain(records)

        self.patch(type(leads), "_funnel_get_proposers", get_proposers)
        self.plan.ask_reviews(leads)
        self.assertEqual(calls, [12])
        few = self._count(lambda: self.plan.ask_reviews(leads[:2]))
        many = self._count(lambda: self.plan.ask_reviews(leads))
        self.assertLessEqual(many - few, 10)  # the look-up of what is open, per lead

    def test_manager_is_asked_once(self):
        self._propose()
        self._run_rules()
        self._run_rules(hours=3)
        self.plan.ask_reviews(self.lead)
        self.assertEqual(len(self._reviews()), 1)

    def test_review_ends_the_activity(self):
        self._propose()
        self._run_rules()
        activity = self._reviews()
        self.lead.with_user(self.manager).funnel_review_grade()
        self.assertEqual(activity.state, "done")

    def test_another_proposal_asks_anew(self):
        self._propose()
        self._run_rules()
        self._propose(self.grade_b)
        self.assertFalse(self._reviews())
        self._run_rules(hours=3)
        self.assertFalse(self._reviews())
        later = fields.Datetime.now() + timedelta(hours=4)
        with patch.object(fields.Datetime, "now", lambda: later):
            self._propose()
        self._run_rules(hours=6)
        self.assertEqual(len(self._reviews()), 1)

    def test_manager_who_owns_the_lead_leaves_it_to_others(self):
        lead = self._create_lead(user_id=self.manager.id)
        lead.with_user(self.manager).funnel_propose_grade(self.grade_a.id, "Fits")
        self.plan.ask_reviews(lead)
        self.assertEqual(len(self._reviews(lead)), 1)
        self.assertFalse(self._reviews(lead).user_id)

    def test_without_a_leader_it_is_left_to_all_managers(self):
        self._propose()
        for leader in (self.env["res.users"], self.rep):
            self.sales_team_1.user_id = leader
            self.plan.ask_reviews(self.lead)
            [activity] = self._reviews()
            self.assertFalse(activity.user_id)

    def test_time_of_the_proposal_cannot_be_written(self):
        self._propose()
        before = self.lead.funnel_proposed_at
        lead = self.lead.with_user(self.rep)
        lead.write({"funnel_proposed_at": "2099-01-01", "name": "Renamed"})
        self.assertEqual((lead.funnel_proposed_at, lead.name), (before, "Renamed"))
        born = self._create_lead(by=self.rep, funnel_proposed_at="2099-01-01")
        self.assertFalse(born.funnel_proposed_at)

    def test_saving_leads_is_not_patched_by_the_rule(self):
        """A rule on create or write doubled the time of moving a lead."""
        rules = self.env["base.automation"].search([])
        ours = rules.filtered(lambda rule: rule.model_name == "crm.lead")
        self.assertIn(self.rule, ours)
        self.assertEqual(set(self.rule.mapped("trigger")), {"on_time"})

    def test_rule_adds_no_query_to_a_move(self):
        counts = []
        for active in (True, False):
            self.rule.active = active
            lead = self._create_lead()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._move(lead, self.stage_next)
            self.env.cr.flush()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
