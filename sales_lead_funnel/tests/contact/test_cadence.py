"""When a lead is due again, and what a pause does to it (D7; S0-17, S2-9, S3-8)."""

from datetime import date, timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...exceptions import FunnelFollowupError, FunnelScorecardError
from ...models.base.derived import with_step
from ...models.contact.crm_lead import START_KEY
from .test_followup import FollowupCommon


class CadenceCommon(FollowupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep.tz = "UTC"
        cls.rep.company_ids.funnel_backdate_days = 3650  # the dates below are fixed
        cls.today = cls._get_today(cls.rep)
        cls.cadence = cls.env["funnel.cadence"]
        cls.cadence.search([]).unlink()
        for grade, days, channel in (
            (False, 1, "call"),
            (cls.grade_a.id, 5, "visit"),
            (cls.grade_c.id, 0, "email"),
        ):
            cls.cadence.create({"grade_id": grade, "days": days, "channel": channel})
        cls._set_start("2020-01-01")

    @classmethod
    def _set_start(cls, day):
        cls.env["ir.config_parameter"].set_param(START_KEY, day)

    def _grade(self, lead, grade):
        lead.with_user(self.rep).funnel_propose_grade(grade.id, "Fits")

    def _due(self, lead=None):
        return (lead or self.lead).funnel_next_contact_date


@tagged("post_install", "-at_install")
class TestCadence(CadenceCommon):
    def test_new_lead_is_due_within_the_first_contact_time(self):
        lead = self._create_lead(funnel_obtained_at="2026-03-01 10:00:00")
        self.assertEqual(self._due(lead), date(2026, 3, 2))

    def test_grade_decides_after_a_contact(self):
        self._grade(self.lead, self.grade_a)
        self._log(happened_at="2026-03-01 10:00:00")
        self.assertEqual(self._due(), date(2026, 3, 6))

    def test_line_of_the_stage_comes_first(self):
        self.cadence.create(
            {"grade_id": self.grade_a.id, "stage_id": self.stage_next.id, "days": 3}
        )
        self._grade(self.lead, self.grade_a)
        self._log(happened_at="2026-03-01 10:00:00")
        self._move(self.lead, self.stage_next)
        self.assertEqual(self._due(), date(2026, 3, 4))

    def test_grade_not_pursued_is_never_due(self):
        self._grade(self.lead, self.grade_c)
        self._log(happened_at="2026-03-01 10:00:00")
        self.assertFalse(self._due())

    def test_agreed_day_comes_before_the_cadence(self):
        self._grade(self.lead, self.grade_a)
        self._log(happened_at="2026-03-01 10:00:00", next_date="2026-04-01")
        self.assertEqual(self._due(), date(2026, 4, 1))
        self._log(happened_at="2026-04-01 10:00:00")
        self.assertEqual(self._due(), date(2026, 4, 6))

    def test_days_begin_where_the_owner_is(self):
        self.rep.tz = "Asia/Shanghai"
        self._grade(self.lead, self.grade_a)
        self._log(happened_at="2026-03-01 20:00:00")  # the second of March there
        self.assertEqual(self._due(), date(2026, 3, 7))

    def test_closed_lead_is_not_due(self):
        won, lost = self._create_lead(), self._create_lead()
        won.action_set_won()
        lost.action_set_lost()
        self.assertFalse(self._due(won) or self._due(lost))

    def test_channel_of_the_cadence_is_offered(self):
        self._grade(self.lead, self.grade_a)
        context = self.lead.with_user(self.rep).action_funnel_log_followup()["context"]
        self.assertEqual(context["default_channel"], "visit")

    def test_old_lead_is_not_overdue_the_day_the_addon_comes(self):
        self._set_start("2026-03-01")
        old = self._create_lead(funnel_obtained_at="2024-03-01 10:00:00")
        self.assertFalse(self._due(old))
        self._grade(old, self.grade_a)
        self.assertEqual(self._due(old), date(2026, 3, 6))

    def test_installing_starts_the_clock(self):
        self.env["crm.lead"]._funnel_start_cadence()
        start = self.env["crm.lead"]._funnel_get_cadence_start()
        self.assertEqual(start, self._get_today())

    def test_negative_days_are_refused(self):
        with self.assertRaisesRegex(FunnelScorecardError, r"“Every \(days\)”"):
            self.cadence.create({"grade_id": self.grade_b.id, "days": -1})

    @mute_logger("odoo.sql_db")
    def test_one_line_per_grade_and_phase(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.cadence.create({"grade_id": self.grade_a.id, "days": 9})

    def test_rep_reads_the_cadence_only(self):
        line = self.cadence.search([], limit=1).with_user(self.rep)
        self.assertTrue(line.days)
        with self.assertRaises(AccessError):
            line.days = 99


@tagged("post_install", "-at_install")
class TestOverdue(CadenceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls._create_lead(name="Late")
        cls.soon = cls._create_lead(name="Soon")
        cls.day = cls._get_today()
        for lead, days in ((cls.late, -3), (cls.soon, 0), (cls.lead, 4)):
            with_step(lead).funnel_agreed_contact_date = cls.day + timedelta(days=days)

    def test_card_says_what_is_due(self):
        board = self.late.with_user(self.rep) | self.soon | self.lead
        notes = [(lead.funnel_card_note, lead.funnel_card_alert) for lead in board]
        self.assertEqual(
            notes[:2], [("Contact overdue for 3 days", True), ("Contact today", False)]
        )
        self.assertFalse(notes[2][1])

    def test_filter_finds_what_the_card_says(self):
        domain = self._filter_domain("funnel_contact_overdue")
        ours = [("id", "in", (self.late | self.soon | self.lead).ids)]
        leads = self.env["crm.lead"].with_user(self.rep)
        self.assertEqual(leads.search(domain + ours), self.late)
        self.assertTrue(self.late.funnel_contact_overdue)
        self.assertFalse(self.soon.funnel_contact_overdue)

    def test_overdue_means_the_same_to_field_and_search(self):
        archived, undated, won = (
            self._create_lead(),
            self._create_lead(user_id=False),
            self._create_lead(),
        )
        with_step(archived).funnel_agreed_contact_date = "2026-01-01"
        archived.active = False
        won.action_set_won()
        leads = self.late | self.soon | archived | undated | won
        leads = leads.with_context(active_test=False)
        overdue = leads.filtered("funnel_contact_overdue")
        self.assertNotIn(archived, overdue)
        self.assertIn(self.late, overdue)
        for operator, value, expected in (
            ("=", True, overdue),
            ("=", False, leads - overdue),
            ("!=", True, leads - overdue),
            ("!=", False, overdue),
            ("in", [True], overdue),
            ("in", [False], leads - overdue),
            ("in", [True, False], leads),
            ("in", [], leads.browse()),
            ("not in", [True], leads - overdue),
            ("not in", [False], overdue),
            ("not in", [True, False], leads.browse()),
        ):
            domain = [("funnel_contact_overdue", operator, value)]
            with self.subTest(operator=operator, value=value):
                found = leads.search([("id", "in", leads.ids), *domain])
                self.assertEqual(found, expected)
                self.assertEqual(leads.filtered_domain(domain), expected)

    def test_overdue_is_counted_per_rep(self):
        team = self.env["funnel.my.day"].with_user(self.manager).get_day()["team"]
        [row] = [row for row in team["rows"] if row["id"] == self.rep.id]
        self.assertEqual(row["counts"]["overdue"], 1)


@tagged("post_install", "-at_install")
class TestPause(CadenceCommon):
    def _pause(self, days=30, reason="Budget comes in spring", leads=None):
        leads = (leads or self.lead).with_user(self.rep)
        action = leads.action_funnel_pause()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.rep)
            .with_context(**action["context"])
        )
        form.reason = reason
        form.resume_date = self.today + timedelta(days=days)
        form.save().action_apply()

    def test_pause_stops_the_clock_and_is_listed(self):
        with_step(self.lead).funnel_agreed_contact_date = self.today - timedelta(days=9)
        self.assertTrue(self.lead.funnel_contact_overdue)
        self._pause()
        self.assertFalse(self.lead.funnel_contact_overdue)
        self.assertIn("Paused until", self.lead.funnel_card_note)
        self.assertIn("Budget comes in spring", self._message().body)
        listed = self.env["crm.lead"].search(self._filter_domain("funnel_paused"))
        self.assertIn(self.lead, listed)

    def test_closed_lead_does_not_pause(self):
        self.lead.action_set_lost()
        leads = (self.lead + self._create_lead()).with_user(self.rep)
        with self.assertRaisesRegex(FunnelFollowupError, "won or lost"):
            leads.funnel_pause("Later", self.today + timedelta(days=9))
        self.assertFalse(self.lead.funnel_resume_date)

    def test_resuming_puts_it_back_on_the_list(self):
        self._pause()
        self.lead.with_user(self.rep).action_funnel_resume()
        self.assertEqual(self._due(), self.today)
        self.assertFalse(self.lead.funnel_pause_reason)

    def test_resumed_lead_stays_due_when_an_old_log_is_corrected(self):
        log = self._log(happened_at=self.lead.create_date - timedelta(days=9))
        self._pause()
        self.lead.with_user(self.rep).action_funnel_resume()
        log.summary = "A typo less"
        self.assertEqual(self._due(), self.today)

    def test_agreeing_on_the_next_contact_ends_the_pause(self):
        self._pause()
        self._log(next_date=self.today + timedelta(days=3))
        self.assertFalse(self.lead.funnel_resume_date)
        self.assertEqual(self._due(), self.today + timedelta(days=3))

    def test_contact_without_a_date_leaves_the_pause(self):
        self._pause()
        self._log()
        self.assertTrue(self.lead.funnel_resume_date)

    def test_merging_tells_of_a_pause(self):
        other = self._create_lead(name="Same client", type="lead")
        self._pause(leads=other)
        (self.lead | other).merge_opportunity()
        self.assertFalse(self.lead.funnel_resume_date)
        bodies = "".join(self.lead.message_ids.mapped("body"))
        self.assertIn("Same client was paused until", bodies)

    def test_day_to_resume_lies_ahead(self):
        with self.assertRaisesRegex(FunnelFollowupError, "Momcorp CRM: “Resume on”"):
            self._pause(days=0)
        self.assertFalse(self.lead.funnel_resume_date)

    def test_blank_reason_is_no_reason(self):
        with self.assertRaisesRegex(FunnelFollowupError, "Momcorp CRM: “Reason”"):
            self._pause(reason=" ")

    def test_several_leads_pause_at_once(self):
        leads = self.lead | self._create_lead()
        self._pause(leads=leads)
        self.assertTrue(all(leads.mapped("funnel_resume_date")))

    def test_hidden_lead_cannot_be_paused(self):
        hidden = self._create_lead(user_id=self.manager.id)
        with self.assertRaises(AccessError):
            hidden.with_user(self.rep).funnel_pause("Mine", self.today + timedelta(1))


@tagged("post_install", "-at_install")
class TestPresets(CadenceCommon):
    def _apply(self, preset):
        form = Form(self.env["funnel.cadence.preset"].with_user(self.manager))
        form.preset = preset
        wizard = form.save()
        wizard.action_apply()
        return wizard.preview

    def _lines(self):
        return {
            (line.grade_id.name, line.stage_id.name): (line.days, line.channel)
            for line in self.cadence.search([])
        }

    def test_value_preset_is_s2(self):
        preview = self._apply("value")
        self.assertEqual(
            self._lines(),
            {
                (False, False): (1, "call"),
                ("A", False): (7, "visit"),
                ("B", False): (14, "call"),
                ("C", False): (30, "chat"),
            },
        )
        self.assertIn("A, every stage: every 7 days, Visit", preview)

    def test_pace_preset_is_faster_while_the_client_decides(self):
        self.env["crm.stage"].search([]).funnel_quote_out = False
        self.stage_next.funnel_quote_out = True
        self._apply("pace")
        self.assertEqual(self._lines()["A", self.stage_next.name], (3, "call"))
        self.assertEqual(self._lines()["A", False], (7, "visit"))
        self.assertEqual(self._lines()["C", False], (0, "email"))

    def test_deleted_grade_is_left_out(self):
        self.grade_b.unlink()
        self.assertNotIn("\nB,", self._apply("tracking"))

    def test_rep_cannot_replace_the_cadence(self):
        with self.assertRaises(AccessError):
            self.env["funnel.cadence.preset"].with_user(self.rep).create({})


@tagged("post_install", "-at_install")
class TestPlanAnew(CadenceCommon):
    def _plan(self):
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", self._progress
        ):
            self.env["crm.lead"]._cron_funnel_plan_contacts()
        self.env.invalidate_all()

    def _progress(self, processed=0, *, remaining=None, deactivate=False):
        return 60

    def test_changed_cadence_reaches_open_leads(self):
        lead = self._create_lead(funnel_obtained_at="2026-03-01 10:00:00")
        self.cadence.search([("grade_id", "=", False)]).days = 4
        self._plan()
        self.assertEqual(self._due(lead), date(2026, 3, 5))

    def test_changing_the_cadence_asks_for_the_plan(self):
        cron = self.env.ref("sales_lead_funnel.ir_cron_plan_contacts")
        triggers = self.env["ir.cron.trigger"].sudo()
        asked = [("cron_id", "=", cron.id)]
        triggers.search(asked).unlink()
        self.cadence.with_user(self.manager).search([])[:1].days = 4
        self.assertEqual(triggers.search_count(asked), 1)

    def test_second_run_writes_nothing(self):
        self._create_leads(5)
        self._plan()
        writes = []
        model = type(self.env["crm.lead"])
        with patch.object(model, "_write_multi", lambda *args: writes.append(args)):
            self._plan()
        self.assertFalse(writes)

    def test_run_that_is_cut_off_is_taken_up(self):
        leads = self._create_leads(3, funnel_obtained_at="2026-03-01 10:00:00")
        self.cadence.search([("grade_id", "=", False)]).days = 4
        batch = "odoo.addons.sales_lead_funnel.models.contact.crm_lead.PLAN_BATCH"
        with (
            patch(batch, 1),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kw: 0
            ),
        ):
            self.env["crm.lead"]._cron_funnel_plan_contacts()
        self._plan()
        self.assertEqual(set(map(self._due, leads)), {date(2026, 3, 5)})
