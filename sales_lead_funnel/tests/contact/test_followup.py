"""Logging a contact with the client, and what follows from it (S0-17…20, S0-35)."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from ...exceptions import FunnelDerivedError, FunnelFollowupError
from ...models.base.derived import with_step
from ..common import FunnelCommon

QUICK = "sales_lead_funnel.funnel_followup_view_form_quick"


class FollowupCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep.tz = "Asia/Shanghai"
        cls.lead = cls._create_lead(
            name="Momcorp CRM", contact_name="Mom", funnel_obtained_at="2026-02-01"
        )
        cls.today = cls._get_today(cls.rep)

    def _log(self, lead=None, by=None, **vals):
        logs = self.env["funnel.followup"].with_user(by or self.rep)
        return logs.create(
            {"lead_id": (lead or self.lead).id, "summary": "They like it", **vals}
        )

    def _at(self, moment):
        """The transaction's clock, which stamps what is recorded, shows this."""
        return patch.object(self.env.cr, "_now", fields.Datetime.to_datetime(moment))

    def _person(self, name="Mom", lead=None, **vals):
        return self.env["funnel.stakeholder"].create(
            {
                "lead_id": (lead or self.lead).id,
                **({"name": name} if name else {}),
                **vals,
            }
        )

    def _message(self, lead=None):
        return (lead or self.lead).message_ids.sorted("id")[-1]


@tagged("post_install", "-at_install")
class TestLog(FollowupCommon):
    @users("user_sales_salesman")
    def test_contact_with_a_long_name_is_offered_as_far_as_it_fits(self):
        partner = self.env["res.partner"].create({"name": "n" * 300})
        lead = self._create_lead(by=self.rep, partner_id=partner.id)
        context = lead.action_funnel_log_followup()["context"]
        logs = self.env["funnel.followup"].with_user(self.rep).with_context(**context)
        form = Form(logs, view="sales_lead_funnel.funnel_followup_view_form_quick")
        form.summary = "Called"
        self.assertEqual(form.save().contact, "n" * 255 + "…")

    def test_quick_form_has_six_inputs(self):
        action = self.lead.with_env(self.env).action_funnel_log_followup()
        form = Form(
            self.env["funnel.followup"].with_context(**action["context"]), QUICK
        )
        inputs = [
            name
            for name, info in form._view["fields"].items()
            if name not in ("id", "lead_id", "show_more")
            and not form._get_modifier(name, "invisible")
        ]
        self.assertEqual(
            set(inputs),
            {"channel", "contact", "summary", "mood", "next_action", "next_date"},
        )
        self.assertEqual(form.contact, "Mom")

    @users("user_sales_salesman")
    def test_log_from_the_form_reaches_lead_chatter_and_activities(self):
        action = self.lead.with_env(self.env).action_funnel_log_followup()
        logs = self.env["funnel.followup"].with_context(**action["context"])
        with Form(logs, QUICK) as form:
            form.channel = "visit"
            form.summary = "They asked for a price"
            form.mood = "hesitant"
            form.next_action = "Send the quotation"
            form.next_date = self.today + timedelta(days=3)
        log = form.record
        self.assertEqual((log.user_id, log.lead_id), (self.env.user, self.lead))
        self.assertEqual(self.lead.funnel_last_contact_at, log.happened_at)
        self.assertEqual(self.lead.funnel_next_contact_date, log.next_date)
        body = self._message().body
        for text in (
            "They asked for a price",
            "Hesitant",
            "Visit",
            "Send the quotation",
        ):
            self.assertIn(text, body)
        activity = self.lead.activity_ids
        self.assertEqual(activity.summary, "Send the quotation")
        self.assertEqual(activity.date_deadline, log.next_date)
        self.assertEqual(activity.user_id, self.env.user)

    def test_no_next_date_plans_no_activity(self):
        self._log()
        self.assertFalse(self.lead.activity_ids)

    def test_lost_lead_gets_no_activity(self):
        self.lead.action_set_lost()
        self._log(next_date=self.today + timedelta(days=3))
        self.assertFalse(self.lead.activity_ids)

    def test_late_log_of_an_old_contact_keeps_the_latest(self):
        latest = self._log(next_date=self.today + timedelta(days=9))
        self._log(happened_at=latest.happened_at - timedelta(days=5))
        self.assertEqual(self.lead.funnel_last_contact_at, latest.happened_at)
        self.assertEqual(self.lead.funnel_next_contact_date, latest.next_date)

    def test_quiet_import_writes_nothing_to_the_chatter(self):
        before = self.lead.message_ids
        self.env["funnel.followup"].with_context(tracking_disable=True).create(
            {"lead_id": self.lead.id, "summary": "Long ago"}
        )
        self.assertEqual(self.lead.message_ids, before)

    def test_contact_of_the_future_is_refused(self):
        with self.assertRaisesRegex(FunnelFollowupError, "Momcorp CRM: “When”"):
            self._log(happened_at=fields.Datetime.now() + timedelta(hours=1))

    def test_person_of_another_lead_is_refused(self):
        stranger = self._person("Stranger", lead=self._create_lead())
        with self.assertRaisesRegex(FunnelFollowupError, "Momcorp CRM: the “Person"):
            self._log(stakeholder_id=stranger.id)

    def test_log_on_a_hidden_lead_is_refused(self):
        hidden = self._create_lead(user_id=self.manager.id)
        with self.assertRaises(AccessError):
            self._log(lead=hidden)


@tagged("post_install", "-at_install")
class TestContent(FollowupCommon):
    """A log says something."""

    BLANK = ("", False, " \n\t", "\xa0", "\u200b\u200d\ufeff", "\u2800\u3164")
    TOLD = "Momcorp CRM: this follow-up says nothing"

    def test_blank_logs_are_refused_on_every_door(self):
        logs = self.env["funnel.followup"].with_user(self.rep)
        lead = self.lead.with_user(self.rep)
        for blank in self.BLANK:
            vals = {"summary": blank, "feedback": blank, "next_action": "Call"}
            new = {"lead_id": lead.id, **vals}
            for name, door in {
                "create": lambda new=new: logs.create(new),
                "dialog": lambda new=new: logs.web_save(new, {}),
                "lead": lambda vals=vals: lead.write(
                    {"funnel_followup_ids": [(0, 0, vals)]}
                ),
                "default": lambda new=new: logs.with_context(
                    default_summary=new["summary"]
                ).create({"lead_id": new["lead_id"]}),
            }.items():
                with (
                    self.subTest(name, blank=blank),
                    self.assertRaisesRegex(FunnelFollowupError, self.TOLD),
                    self.env.cr.savepoint(),
                ):
                    door()
        self.assertFalse(self.lead.funnel_last_contact_at)

    def test_any_text_is_content(self):
        for name in (
            "summary",
            "situation",
            "problem",
            "implication",
            "need_payoff",
            "feedback",
        ):
            with self.subTest(name):
                self.assertTrue(self._log(**{"summary": False, name: "Yes"}))
        logs = self.env["funnel.followup"].with_user(self.rep)
        log = logs.with_context(default_summary="Met").create({"lead_id": self.lead.id})
        self.assertEqual(log.summary, "Met")

    def test_correction_leaves_something(self):
        log = self._log(problem="Slow")
        log.summary = False
        for user in (self.rep, self.manager):
            with (
                self.assertRaisesRegex(FunnelFollowupError, self.TOLD),
                self.env.cr.savepoint(),
            ):
                log.with_user(user).problem = "\xa0"
        self.assertEqual(log.problem, "Slow")

    def test_empty_logs_of_before_stay(self):
        log = self._log()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE funnel_followup SET summary = NULL WHERE id = %s", [log.id]
        )
        self.env.invalidate_all()
        log.write({"mood": "positive", "summary": False})
        self.assertEqual(log.mood, "positive")
        other = self._create_lead()
        merged = (self.lead | other).merge_opportunity()
        self.assertIn(log, merged.funnel_followup_ids)

    def test_import_tells_the_row(self):
        logs = self.env["funnel.followup"].with_user(self.rep)
        names = ["lead_id/.id", "happened_at", "feedback"]
        row = [str(self.lead.id), "2026-03-05 10:00:00"]
        for context in ({}, {"import_file": True}):
            result = logs.with_context(**context).load(
                names, [[*row, "Yes"], [*row, "\u200b"]]
            )
            self.assertFalse(result["ids"])
            told = {
                message["rows"]["from"]: message["message"]
                for message in result["messages"]
            }
            self.assertIn("says nothing", told[1])
            self.assertFalse(context and 0 in told)

    def test_background_code_is_not_asked(self):
        log = self.env["funnel.followup"].create({"lead_id": self.lead.id})
        self.assertFalse(log.summary)
        log = self._log()
        log.sudo().summary = False
        self.assertFalse(log.summary)

    @users("user_sales_salesman")
    def test_dialog_marks_the_missing_text(self):
        logs = self.env["funnel.followup"].with_context(default_lead_id=self.lead.id)
        for view in (QUICK, "sales_lead_funnel.funnel_followup_view_form"):
            form = Form(logs, view)
            self.assertTrue(form._get_modifier("summary", "required"))
            with self.assertRaisesRegex(AssertionError, "summary"):
                form.save()
            if view == QUICK:
                form.show_more = True
            form.feedback = "Too dear"
            self.assertFalse(form._get_modifier("summary", "required"))
            self.assertTrue(form.save())


@tagged("post_install", "-at_install")
class TestNextContact(FollowupCommon):
    def _open(self):
        return self.lead.activity_ids

    def test_contact_ends_the_call_that_was_due(self):
        self._log(next_action="Call", next_date=self.today)
        due = self._open()
        self._log(next_action="Visit", next_date=self.today + timedelta(days=7))
        self.assertFalse(due.active)
        self.assertEqual(self._open().summary, "Visit")

    def test_contact_before_the_day_moves_the_plan(self):
        self._log(next_action="Call", next_date=self.today + timedelta(days=2))
        planned = self._open()
        self._log(next_action="Visit", next_date=self.today + timedelta(days=7))
        self.assertEqual(self._open(), planned)
        self.assertEqual(planned.date_deadline, self.today + timedelta(days=7))

    def test_activities_that_people_planned_stay(self):
        own = self.lead.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.rep.id
        )
        self._log()
        self.assertTrue(own.active)

    def test_contact_told_late_plans_nothing(self):
        self._log(next_action="Call", next_date=self.today + timedelta(days=2))
        self._log(
            happened_at=fields.Datetime.now() - timedelta(days=5),
            next_action="Old plan",
            next_date=self.today + timedelta(days=1),
        )
        self.assertEqual(self._open().summary, "Call")

    def test_plan_is_the_owners(self):
        self._log(by=self.manager, next_date=self.today + timedelta(days=2))
        self.assertEqual(self._open().user_id, self.rep)


@tagged("post_install", "-at_install")
class TestSameDay(FollowupCommon):
    def test_same_day_counts_in_the_zone_of_the_salesperson(self):
        # 23:30 and 00:30 of the next day in Shanghai
        with self._at("2026-03-05 15:30:00"):
            before = self._log(happened_at="2026-03-05 15:00:00")
        with self._at("2026-03-05 16:30:00"):
            after = self._log(happened_at="2026-03-05 15:00:00")
        self.assertTrue(before.same_day)
        self.assertFalse(after.same_day)

    def test_moving_to_another_zone_changes_no_past(self):
        with self._at("2026-03-05 16:30:00"):
            log = self._log(happened_at="2026-03-05 15:00:00")
        self.rep.tz = "UTC"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(log.same_day)

    def test_a_call_of_the_day_a_lead_was_entered_may_be_older(self):
        with self._at("2026-03-05 08:00:00"):
            lead = self._create_lead(by=self.rep)
            log = self._log(lead=lead, happened_at="2026-03-05 02:00:00")
            self.assertTrue(log.same_day)
            with self.assertRaisesRegex(UserError, "when the lead was obtained"):
                self._log(lead=lead, happened_at="2026-03-04 02:00:00")

    def test_nobody_says_when_it_was_recorded(self):
        long_ago = self.env.cr.now() - timedelta(days=9)
        moment, forged = {"happened_at": long_ago}, {"recorded_at": long_ago}
        with self.assertRaisesRegex(FunnelDerivedError, "Recorded at"):
            self._log(**moment, **forged)
        log = self._log(**moment)
        self.assertEqual(log.recorded_at, self.env.cr.now())
        self.assertFalse(log.same_day)
        with self.assertRaisesRegex(FunnelDerivedError, "Recorded at"):
            log.write(forged)


@tagged("post_install", "-at_install")
class TestCorrection(FollowupCommon):
    def _age(self, log, **age):
        with_step(log.sudo()).recorded_at = log.recorded_at - timedelta(**age)
        self.env.flush_all()

    def test_rep_corrects_own_log_and_the_old_text_stays(self):
        log = self._log(mood="positive")
        log.write({"summary": "They hesitate", "mood": "hesitant"})
        self.assertEqual(log.summary, "They hesitate")
        self.assertEqual(
            log.revision_ids.old_text,
            "Summary: They like it\nMood: Positive",
        )

    def test_rep_appends_only_after_24_hours(self):
        log = self._log()
        self._age(log, hours=25)
        self.assertFalse(log.can_correct)
        with self.assertRaisesRegex(AccessError, "Momcorp CRM.*24 hours"):
            log.summary = "Never said"
        self.assertEqual(log.summary, "They like it")
        self.assertTrue(self._log(summary="What was meant"))

    def test_manager_corrects_later(self):
        log = self._log()
        self._age(log, days=30)
        log.with_user(self.manager).summary = "Put right"
        self.assertEqual(log.revision_ids.create_uid, self.manager)
        self.assertIn("They like it", log.revision_ids.old_text)

    def test_rep_does_not_correct_a_colleague(self):
        log = self._log(by=self.manager)
        with self.assertRaises(AccessError):
            log.with_user(self.rep).summary = "Never said"

    def test_rep_logs_only_what_was_own_work(self):
        with self.assertRaisesRegex(AccessError, "“Followed up by”"):
            self._log(user_id=self.manager.id)
        log = self._log()
        with self.assertRaisesRegex(AccessError, "“Followed up by”"):
            log.user_id = self.manager
        self.assertTrue(self._log(by=self.manager, user_id=self.rep.id))

    def test_what_follows_from_logs_cannot_be_written(self):
        lead = self.lead.with_user(self.manager)
        for name, value in (
            ("funnel_last_contact_at", "2026-03-01 10:00:00"),
            ("funnel_agreed_contact_date", "2026-03-01"),
            ("funnel_resume_date", "2099-01-01"),
        ):
            label = lead._fields[name].string
            with self.subTest(name), self.assertRaisesRegex(FunnelDerivedError, label):
                lead.write({name: value})
        person = self._person().with_user(self.manager)
        with self.assertRaisesRegex(FunnelDerivedError, "Last contact"):
            person.last_contact_at = "2026-03-01 10:00:00"

    def test_defaults_of_the_caller_forge_nothing(self):
        forged = {
            "default_user_id": self.manager.id,
            "default_funnel_last_contact_at": "2026-03-01 10:00:00",
            "default_funnel_resume_date": "2099-01-01",
            "default_last_contact_at": "2026-03-01 10:00:00",
            "import_file": True,
        }
        env = self.lead.with_user(self.rep).with_context(**forged).env
        with self.assertRaisesRegex(AccessError, "“Followed up by”"):
            env["funnel.followup"].create({"lead_id": self.lead.id})
        lead = env["crm.lead"].create(self._lead_vals())
        self.assertFalse(lead.funnel_last_contact_at or lead.funnel_resume_date)
        person = env["funnel.stakeholder"].create({"lead_id": lead.id, "name": "X"})
        self.assertFalse(person.last_contact_at)

    def test_typing_a_lead_tells_nothing_of_hidden_ones(self):
        hidden = self._create_lead(user_id=self.manager.id)
        self._log(lead=hidden, by=self.manager)
        self.env.flush_all()
        self.env.invalidate_all()
        logs = self.env["funnel.followup"].with_user(self.rep)
        spec = {"lead_id": {}, "coach_gap": {}, "coach_questions": {}}
        told = logs.onchange({"lead_id": hidden.id}, ["lead_id"], spec)["value"]
        self.assertFalse(told.get("coach_gap") or told.get("coach_questions"))
        self._log()
        told = logs.onchange({"lead_id": self.lead.id}, ["lead_id"], spec)["value"]
        self.assertEqual(told["coach_gap"], "Ask about the situation")

    def test_correction_that_changes_nothing_keeps_no_revision(self):
        log = self._log(mood="positive")
        log.write({"mood": "positive", "summary": "They like it"})
        self.assertFalse(log.revision_ids)

    def test_revision_tells_what_was_empty(self):
        log = self._log()
        log.mood = "positive"
        self.assertEqual(log.revision_ids.old_text, "Mood: —")

    def test_log_stays_with_its_lead(self):
        log = self._log()
        other = self._create_lead()
        with self.assertRaisesRegex(AccessError, "“Lead”"):
            log.lead_id = other
        log.write({"lead_id": self.lead.id})  # unchanged is no change
        self.assertFalse(log.revision_ids)

    def test_correcting_the_date_moves_the_next_contact(self):
        log = self._log(next_date=self.today + timedelta(days=2))
        log.write({"next_date": self.today + timedelta(days=5), "next_action": "Ring"})
        self.assertEqual(self.lead.funnel_next_contact_date, log.next_date)
        activity = self.lead.activity_ids
        self.assertEqual(activity.date_deadline, log.next_date)
        self.assertEqual(activity.summary, "Ring")

    def test_correcting_the_date_away_takes_the_plan_back(self):
        log = self._log(next_date=self.today + timedelta(days=2))
        log.next_date = False
        self.assertFalse(self.lead.activity_ids)

    @mute_logger("odoo.sql_db")
    def test_missing_moment_is_refused(self):
        with self.assertRaises(psycopg2.errors.NotNullViolation):
            self._log(happened_at=False)

    @mute_logger("odoo.sql_db")
    def test_library_in_use_is_archived_not_deleted(self):
        objection = self.env["funnel.objection"].create({"name": "Too slow"})
        log = self._log(objection_id=objection.id)
        with self.assertRaises(psycopg2.errors.RestrictViolation):
            objection.with_user(self.manager).unlink()
        objection.active = False
        self.assertEqual(log.objection_id, objection)

    def test_nobody_deletes_a_log(self):
        log = self._log()
        for user in (self.rep, self.manager, self.director):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                log.with_user(user).unlink()
        with self.assertRaisesRegex(AccessError, "never deleted"):
            log.sudo().unlink()

    def test_nobody_changes_a_revision(self):
        log = self._log()
        log.summary = "They hesitate"
        with self.assertRaises(AccessError):
            log.revision_ids.with_user(self.director).old_text = "Nothing"
        with self.assertRaises(AccessError):
            log.revision_ids.with_user(self.director).unlink()

    def test_nobody_forges_a_revision(self):
        forged = {"revision_ids": [Command.create({"old_text": "They love it"})]}
        with self.assertRaises(AccessError):
            self._log(**forged)
        with self.assertRaises(AccessError):
            self._log().write(forged)


@tagged("post_install", "-at_install")
class TestPersonTalkedTo(FollowupCommon):
    def test_name_of_somebody_in_the_chain_is_enough(self):
        mom = self._person("Mom", role="decides")
        log = self._log(contact="mom ")
        self.assertEqual(log.stakeholder_id, mom)
        self.assertEqual(mom.last_contact_at, log.happened_at)

    @users("user_sales_salesman")
    def test_name_is_enough_in_the_quick_form(self):
        mom = self._person("Mom", role="decides")
        action = self.lead.with_env(self.env).action_funnel_log_followup()
        logs = self.env["funnel.followup"].with_context(**action["context"])
        with Form(logs, QUICK) as form:
            form.contact = "Mom"
            form.summary = "She decides in May"
        self.assertEqual(form.record.stakeholder_id, mom)

    def test_name_stays_when_the_person_leaves_the_chain(self):
        walt = self._person("Walt")
        log = self._log(stakeholder_id=walt.id)
        walt.with_user(self.rep).unlink()
        self.assertEqual(log.contact, "Walt")

    def test_namesake_of_another_lead_is_not_meant(self):
        self._person("Mom", lead=self._create_lead())
        self.assertFalse(self._log(contact="Mom").stakeholder_id)

    def test_correcting_who_was_talked_to_moves_the_last_contact(self):
        mom, walt = self._person("Mom"), self._person("Walt")
        log = self._log(stakeholder_id=mom.id)
        log.stakeholder_id = walt
        self.assertFalse(mom.last_contact_at)
        self.assertEqual(walt.last_contact_at, log.happened_at)


@tagged("post_install", "-at_install")
class TestFinishedActivity(FollowupCommon):
    def _activity(self, xmlid, record=None, **vals):
        return (record or self.lead).activity_schedule(
            xmlid, user_id=self.rep.id, summary="Ask for the budget", **vals
        )

    @users("user_sales_salesman")
    def test_finished_call_offers_the_form_filled_in(self):
        call = self._activity("mail.mail_activity_data_call").with_env(self.env)
        call.action_feedback(feedback="Budget is approved")
        action = call.funnel_get_log_action("Budget is approved")
        self.assertEqual(action["res_model"], "funnel.followup")
        context = action["context"]
        self.assertEqual(context["default_lead_id"], self.lead.id)
        self.assertEqual(context["default_channel"], "call")
        self.assertEqual(
            context["default_summary"], "Ask for the budget\nBudget is approved"
        )

    @users("user_sales_salesman")
    def test_finished_meeting_was_a_visit(self):
        meeting = self._activity("mail.mail_activity_data_meeting").with_env(self.env)
        action = meeting.action_done()
        self.assertEqual(action["context"]["default_channel"], "visit")
        self.assertFalse(meeting.active)

    def test_other_activities_and_records_offer_nothing(self):
        todo = self._activity("mail.mail_activity_data_todo")
        self.assertFalse(todo.funnel_get_log_action())
        call = self._activity("mail.mail_activity_data_call", record=self.contact_1)
        self.assertFalse(call.funnel_get_log_action())

    @users("user_sales_salesman")
    def test_skipping_the_form_keeps_the_feedback(self):
        call = self._activity("mail.mail_activity_data_call").with_env(self.env)
        call.action_feedback(feedback="Nobody answered")
        self.assertIn("Nobody answered", self._message().body)
        self.assertFalse(self.lead.funnel_followup_ids)


@tagged("post_install", "-at_install")
class TestManyFollowups(FollowupCommon):
    def _fill(self, lead, count):
        self.env.cr.execute(
            """
            INSERT INTO funnel_followup (lead_id, user_id, happened_at, recorded_at,
                                         channel, summary, situation, create_date)
            SELECT %s, %s, moment, moment, 'call', 'Old', 'S', moment
              FROM generate_series(1, %s) number,
                   LATERAL (SELECT now() AT TIME ZONE 'UTC'
                                   - number * interval '1 hour' AS moment) clock
            """,
            [lead.id, self.rep.id, count],
        )
        self.env.invalidate_all()

    def test_logging_costs_the_same_with_ten_and_a_thousand(self):
        many = self._create_lead()
        self._fill(self.lead, 10)
        self._fill(many, 1000)
        for lead in (self.lead, many):
            self._log(lead=lead)  # warm; the first message makes a follower
        counts = [
            self._count(lambda lead=lead: self._log(lead=lead))
            for lead in (self.lead, many)
        ]
        self.assertEqual(*counts)

    def test_gap_of_a_whole_board_costs_a_fixed_number_of_queries(self):
        leads = self._create_leads(40)
        for lead in leads:
            self._fill(lead, 3)
        leads._funnel_refresh_contacts()
        count = self._count(lambda: leads.mapped("funnel_card_note"))
        few = self._count(lambda: leads[:4].mapped("funnel_card_note"))
        self.assertLessEqual(count, few + 3)  # core's batches


@tagged("post_install", "-at_install")
class TestCoach(FollowupCommon):
    def _gap(self):
        self.env.invalidate_all()
        return self.lead.funnel_gap

    def test_gaps_follow_spin_then_the_chain(self):
        self.assertFalse(self._gap())  # nobody was asked anything yet
        for expected, vals in [
            ("situation", {}),
            ("problem", {"situation": "Excel"}),
            ("implication", {"problem": "Slow"}),
            ("decider", {"implication": "Loses clients"}),
        ]:
            self._log(**vals)
            with self.subTest(vals):
                self.assertEqual(self._gap(), expected)
        self._person("Mom", role="decides")
        self.assertEqual(self._gap(), "need_payoff")
        self._log(need_payoff="Two days a week")
        self.assertEqual(self._gap(), "approver")
        self._person("Larry", role="approves")
        self.assertFalse(self._gap())

    def test_decider_silent_after_the_quotation(self):
        self.stage_next.funnel_quote_out = True
        self._move(self.lead, self.stage_next)
        mom = self._person("Mom", role="decides")
        with freeze_time("2026-03-05 10:00:00"):
            self._log(
                by=self.manager,
                stakeholder_id=mom.id,
                happened_at="2026-03-01 10:00:00",
            )
            self.assertNotEqual(self._gap(), "silent")
        with freeze_time("2026-03-14 10:00:00"):
            self.assertEqual(self._gap(), "silent")
            self._log(
                by=self.manager, contact="Walt", happened_at="2026-03-13 10:00:00"
            )
            self.assertEqual(self._gap(), "silent")  # somebody else answered

    def test_closed_lead_has_no_gap(self):
        self._log()
        self.lead.action_set_lost()
        self.assertFalse(self._gap())

    def test_card_and_form_name_the_gap_and_offer_questions(self):
        industry = self.env["res.partner.industry"].create({"name": "Robots"})
        other = self.env["res.partner.industry"].create({"name": "Brains"})
        questions = self.env["funnel.spin.question"].with_user(self.manager)
        for name, owner in (("Which robots?", industry), ("Whose brain?", other)):
            questions.create(
                {"name": name, "topic": "situation", "industry_id": owner.id}
            )
        self.lead.funnel_industry_id = industry
        self._log(next_date=self.today + timedelta(days=9))
        lead = self.lead.with_user(self.rep)
        self.assertEqual(lead.funnel_card_note, "Ask about the situation")
        lines = lead.funnel_gap_questions.split("\n")
        self.assertEqual(lines[0], "Which robots?")
        self.assertEqual(len(lines), 3)
        self.assertNotIn("Whose brain?", lines)
