"""My day: what is listed for whom, that count and list agree, and what it costs."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.base.derived import with_step
from ..common import FunnelCommon


class DayCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).action_archive()
        cls.env["funnel.resource.request"].search([]).action_cancel()
        cls.today = cls._get_today()
        users = cls.rep | cls.manager | cls.director
        users.write({"tz": "UTC"})

    def _due(self, days, count=1, **vals):
        """Create leads whose next contact was agreed for so many days ahead."""
        leads = self._create_leads(count, **vals)
        with_step(leads).funnel_agreed_contact_date = self.today + timedelta(days=days)
        return leads

    def _day(self, user, screen=False):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["funnel.my.day"].with_user(user).get_day(screen)

    def _section(self, day, name):
        [section] = [part for part in day["sections"] if part["name"] == name]
        return section

    def _ids(self, user, name):
        section = self._section(self._day(user, "own"), name)
        return [row["id"] for part in section["parts"] for row in part["rows"]]

    def _parts(self, user):
        section = self._section(self._day(user, "own"), "waiting")
        return {part["name"]: part for part in section["parts"]}

    def _assert_same(self, user, part):
        action = part["action"]
        model = self.env[action["res_model"]].with_user(user)
        self.assertEqual(model.search_count(action["domain"]), part["count"])

    def _count_queries(self, user, screen):
        self._day(user, screen)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["funnel.my.day"].with_user(user).get_day(screen)
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestMyDay(DayCommon):
    def test_rows_are_cut(self):
        """However long the texts are that were there before their limits."""
        lead = self._due(-1)
        self.env["funnel.followup"].create(
            {"lead_id": lead.id, "next_action": "a" * 256, "next_date": self.today}
        )
        lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "r" * 2_000)
        self.env.cr.execute(
            "UPDATE crm_lead SET name = %(text)s, partner_name = %(text)s,"
            " funnel_grade_state = 'reviewed'",
            {"text": "x" * 100_000},
        )
        self._due(-2, partner_name="Acme")
        for user, screen in ((self.rep, "own"), (self.manager, "team")):
            with self.subTest(screen=screen):
                day = self._day(user, screen)
                self.assertIn("x" * 100, json.dumps(day))
                self.assertLess(len(json.dumps(day)), 20_000)

    def test_a_contact_is_overdue_due_or_neither(self):
        overdue, due, _later = self._due(-1), self._due(0), self._due(1)
        self.assertEqual(self._ids(self.rep, "overdue"), overdue.ids)
        self.assertEqual(self._ids(self.rep, "due"), due.ids)

    def test_closed_leads_are_not_listed(self):
        self._due(-1).action_set_lost()
        self._due(-1).action_set_won()
        self.assertFalse(self._ids(self.rep, "overdue"))

    def test_a_paused_lead_is_not_listed(self):
        lead = self._due(-30)
        lead.funnel_pause("New year", self.today + timedelta(days=9))
        self.assertFalse(self._ids(self.rep, "overdue"))
        self.assertFalse(self._ids(self.rep, "risk"))

    def test_a_rep_sees_own_leads_only(self):
        self._due(-1, user_id=self.manager.id)
        self._due(-1, user_id=False)
        self.assertFalse(self._ids(self.rep, "overdue"))
        self.assertEqual(len(self._ids(self.manager, "overdue")), 1)

    def test_a_rep_has_no_team_screen(self):
        day = self._day(self.rep, "team")
        self.assertEqual((day["screen"], day["team"]), ("own", False))

    def test_a_list_opened_is_called_as_its_section_and_tells_what_is_next(self):
        lead = self._due(-1)
        self._due(0)
        self.env["funnel.followup"].create(
            {"lead_id": lead.id, "channel": "call", "next_action": "Send the offer"}
        )
        with_step(lead).funnel_agreed_contact_date = self.today - timedelta(days=1)
        self.assertEqual(lead.funnel_next_action, "Send the offer")
        wanted = self.env.ref("sales_lead_funnel.crm_lead_view_list_day")
        day = self._day(self.rep)
        for name in ("overdue", "due"):
            section = self._section(day, name)
            action = section["parts"][0]["action"]
            with self.subTest(name):
                self.assertEqual(action["name"], section["title"])
                self.assertEqual(action["views"][0], [wanted.id, "list"])

    def test_longest_overdue_comes_first(self):
        short, long = self._due(-2), self._due(-9)
        self.assertEqual(self._ids(self.rep, "overdue"), (long + short).ids)

    def test_count_goes_beyond_the_rows_shown(self):
        self._due(-1, count=14)
        part = self._section(self._day(self.rep), "overdue")["parts"][0]
        self.assertEqual((part["count"], len(part["rows"])), (14, 10))

    def test_a_row_tells_what_was_agreed(self):
        lead = self._create_lead()
        self.env["funnel.followup"].with_user(self.rep).create(
            {
                "lead_id": lead.id,
                "summary": "They think",
                "next_action": "Send the plan",
                "next_date": self.today - timedelta(days=2),
            }
        )
        [row] = self._section(self._day(self.rep), "overdue")["parts"][0]["rows"]
        self.assertEqual((row["note"], row["alert"]), ("Send the plan", "2 d overdue"))

    def test_lists_opened_hold_what_was_counted(self):
        """Count and list come from one domain, also after a trip through JSON."""
        self._fill()
        for user in (self.rep, self.manager):
            for screen in ("own", "team"):
                day = json.loads(json.dumps(self._day(user, screen)))
                for section in day["sections"]:
                    for part in section["parts"]:
                        self._assert_same(user, part)

    def _fill(self):
        """One of everything, for the rep."""
        lead = self._due(-10)
        self.env["funnel.closing.step"].create(
            {
                "lead_id": lead.id,
                "name": "Contract",
                "date_due": self.today - timedelta(days=1),
                "user_id": self.rep.id,
            }
        )
        lead.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.today,
            user_id=self.rep.id,
        )
        self._request(lead).with_user(self.manager).action_refuse()
        self._request(lead)
        answer = self._request(lead).with_user(self.manager)
        answer.write({"assignee_id": self.rep.id, "planned_date": self.today})
        answer.action_approve()
        lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Fits")
        other = self._create_lead(funnel_need_fit="full")
        self.assertTrue(other.funnel_suggested_grade_id)
        return lead

    def _request(self, lead):
        request = self.env["funnel.resource.request"].with_user(self.rep)
        request = request.create(
            {"lead_id": lead.id, "name": "Demo", "wanted_date": self.today}
        )
        request.action_submit()
        request.with_user(self.manager).answer = "Not this week"
        return request

    def test_everything_that_waits_is_listed(self):
        self._fill()
        parts = self._parts(self.rep)
        self.assertEqual(
            {name: part["count"] for name, part in parts.items()},
            {"refused": 1, "assigned": 1, "steps": 1, "activities": 1, "to_propose": 1},
        )
        self.assertEqual(parts["refused"]["rows"][0]["note"], "Not this week")

    def test_a_corrected_grade_waits_for_its_rep(self):
        lead = self._create_lead()
        lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Fits")
        lead.with_user(self.manager).funnel_review_grade(self.grade_c.id, "No budget")
        [row] = self._parts(self.rep)["corrected"]["rows"]
        self.assertEqual((row["id"], row["note"]), (lead.id, "No budget"))

    def test_a_confirmed_grade_does_not_wait(self):
        lead = self._create_lead()
        lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Fits")
        lead.with_user(self.manager).funnel_review_grade()
        self.assertNotIn("corrected", self._parts(self.rep))

    def test_a_call_of_a_due_lead_is_not_listed_twice(self):
        for lead, _name in ((self._due(0), "due"), (self._due(5), "not due")):
            lead.activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=self.today,
                user_id=self.rep.id,
            )
        [row] = self._parts(self.rep)["activities"]["rows"]
        self.assertEqual(row["id"], lead.id)

    def test_no_activity_of_a_lead_that_is_out_of_sight(self):
        """Core lets people read their own activities, whatever they are about."""
        lead = self._due(5)
        lead.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.today,
            user_id=self.rep.id,
        )
        self.assertIn("activities", self._parts(self.rep))
        lead.user_id = self.manager
        self.assertNotIn("activities", self._parts(self.rep))

    # ------------------------------------------------------------
    # RISK
    # ------------------------------------------------------------

    def test_a_contact_long_overdue_is_a_risk(self):
        self._due(-7)
        lead = self._due(-8)
        self.assertEqual(self._ids(self.rep, "risk"), lead.ids)

    def test_a_rotting_lead_is_a_risk_as_core_finds_it(self):
        self.stage_new.rotting_threshold_days = 5
        leads = self._create_leads(2)
        now = fields.Datetime.now()
        leads[0].date_last_stage_update = now - timedelta(days=6)
        leads[1].date_last_stage_update = now - timedelta(days=4)
        self.env.flush_all()
        self.assertEqual(leads.filtered("is_rotting"), leads[0])
        self.assertEqual(self._ids(self.rep, "risk"), leads[0].ids)

    def test_a_silent_decider_is_a_risk_as_the_coach_finds_it(self):
        self.stage_new.funnel_quote_out = True
        now = fields.Datetime.now()
        leads = self._create_leads(5)
        heard = [None, 20, 3, None, None]  # days since the decider was met
        talked = [20, 3, 20, 3, None]  # days since any contact
        for lead, decider, contact in zip(leads, heard, talked, strict=True):
            with_step(self.env["funnel.stakeholder"]).create(
                {
                    "lead_id": lead.id,
                    "name": "Boss",
                    "role": "decides",
                    "last_contact_at": decider and now - timedelta(days=decider),
                }
            )
            with_step(lead).write(
                {
                    "funnel_last_contact_at": contact and now - timedelta(days=contact),
                    "funnel_agreed_contact_date": self.today + timedelta(days=9),
                }
            )
        self.env.flush_all()
        silent = leads.filtered(lambda lead: lead.funnel_gap == "silent")
        self.assertEqual(silent, leads[:2])
        self.assertCountEqual(self._ids(self.rep, "risk"), silent.ids)

    # ------------------------------------------------------------
    # TEAM
    # ------------------------------------------------------------

    def test_leads_are_counted_by_rep(self):
        self._due(-9, count=2)
        self._due(0, user_id=False)
        team = self._day(self.manager)["team"]
        self.assertEqual(
            [(row["id"], row["counts"]) for row in team["rows"]],
            [
                (self.rep.id, {"overdue": 2, "due": 0, "risk": 2}),
                (False, {"overdue": 0, "due": 1, "risk": 0}),
            ],
        )
        self.assertEqual([column["count"] for column in team["columns"]], [2, 1, 2])

    def test_another_company_counts_nothing(self):
        self._due(-9, company_id=self.company_main.id)
        day = self._day(self.foreign_manager)
        self.assertFalse(day["team"]["rows"])

    def test_the_meeting_list_tells_move_blocker_and_next_step(self):
        lead = self._due(3, name="Big deal", expected_revenue=900)
        still = self._due(-3, name="Small deal", expected_revenue=100)
        for graded in (lead, still):
            graded.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Fits")
        self._move(lead, self.stage_next)
        self.env["funnel.followup"].with_user(self.rep).create(
            {
                "lead_id": lead.id,
                "objection_id": self.env["funnel.objection"]
                .create({"name": "Too dear"})
                .id,
                "summary": "They compare",
                "next_action": "Show the saving",
                "next_date": self.today + timedelta(days=2),
            }
        )
        self.env.cr.execute(
            "UPDATE funnel_stage_move"
            "   SET happened_at = happened_at - INTERVAL '30 days'"
            " WHERE from_stage_id IS NULL OR lead_id = %s",
            [still.id],
        )
        big, small = self._day(self.manager)["meeting"]["rows"]
        self.assertEqual(big["title"], "Big deal")
        self.assertIn(self.stage_next.name, big["moved"])
        self.assertEqual((big["blocker"], big["next"]), ("Too dear", "Show the saving"))
        self.assertFalse(big["next_alert"])
        self.assertEqual((small["moved"], small["blocker"]), ("", "no contact yet"))
        self.assertTrue(small["next_alert"])

    # ------------------------------------------------------------
    # COST
    # ------------------------------------------------------------

    def test_cost_is_flat_in_the_number_of_leads(self):
        self._fill()
        users = [(self.rep, "own"), (self.manager, "team")]
        few = [self._count_queries(*user) for user in users]
        self._due(-9, count=60)
        self._due(0, count=60).with_user(self.rep).funnel_propose_grade(
            self.grade_a.id, "Fits"
        )
        many = [self._count_queries(*user) for user in users]
        for before, after in zip(few, many, strict=True):
            # Counts of lists that outgrew their rows, and what “due” now shows.
            self.assertLessEqual(after, before + 8)

    def test_the_crm_app_still_opens_on_the_board(self):
        menus = self.env["ir.ui.menu"].with_user(self.rep).load_web_menus(False)
        app = menus[self.env.ref("crm.crm_menu_root").id]
        board = self.env.ref("crm.menu_crm_opportunities")
        self.assertEqual(app["actionID"], board.action.id)
        sales = menus[self.env.ref("crm.crm_menu_sales").id]
        my_day = self.env.ref("sales_lead_funnel.funnel_my_day_menu")
        self.assertEqual(sales["children"][0], my_day.id)


@tagged("post_install", "-at_install")
class TestFinishedActivity(FunnelCommon):
    """Marking a call or meeting as done offers the form to log it."""

    def _finish(self, kind, record=None):
        record = record or self._create_lead()
        activity = record.activity_schedule(
            f"mail.mail_activity_data_{kind}",
            summary="Ask for the budget",
            user_id=self.rep.id,
        )
        return activity.with_user(self.rep)

    def test_done_button_of_a_call_offers_the_form(self):
        activity = self._finish("call")
        action = activity.action_done()
        self.assertFalse(activity.active)
        self.assertEqual(action["res_model"], "funnel.followup")
        self.assertEqual(action["context"]["default_channel"], "call")
        self.assertEqual(action["context"]["default_summary"], "Ask for the budget")

    def test_meeting_is_a_visit_and_feedback_is_kept(self):
        activity = self._finish("meeting")
        activity.action_feedback(feedback="They like it")
        context = activity.funnel_get_log_action(feedback="They like it")["context"]
        self.assertEqual(context["default_channel"], "visit")
        self.assertEqual(context["default_summary"], "Ask for the budget\nThey like it")

    def test_other_types_and_models_offer_nothing(self):
        self.assertFalse(self._finish("todo").funnel_get_log_action())
        partner = self.env["res.partner"].create({"name": "Somebody"})
        self.assertFalse(self._finish("call", partner).funnel_get_log_action())

    def test_several_at_once_offer_nothing(self):
        activities = self._finish("call") | self._finish("call")
        activities.action_done()
        self.assertFalse(any(activities.mapped("active")))

    def test_chatter_tells_the_log_in_words(self):
        lead = self._create_lead()
        self.env["funnel.followup"].with_user(self.rep).create(
            {
                "lead_id": lead.id,
                "channel": "visit",
                "summary": "They waver",
                "mood": "hesitant",
            }
        )
        body = lead.message_ids[0].body
        self.assertRegex(body, "<b>Visit · [^:]+:[0-9]{2}\\W?[AP]M</b>")
        self.assertNotIn("Summary", body)
        self.assertIn("They waver", body)
        self.assertIn("Mood: Hesitant", body)
