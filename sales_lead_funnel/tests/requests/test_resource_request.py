"""Resource requests: who may do what in which state, and what follows."""

from datetime import timedelta

from lxml import etree
from psycopg2.errors import SerializationFailure

from odoo import api
from odoo.exceptions import AccessError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, Form, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from ...exceptions import FunnelFollowupError
from ...models.base.zones import get_person_day
from ..common import FunnelCommon


class RequestCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls._get_today()
        cls.technician = mail_new_test_user(
            cls.env, login="technician", name="Tech", groups="base.group_user"
        )
        cls.other_rep = mail_new_test_user(
            cls.env, login="other_rep", groups="sales_team.group_sale_salesman"
        )
        cls.sales_team_1.user_id = cls.manager
        cls.lead = cls._create_lead(name="Momcorp deal", expected_revenue=12345)
        cls.lead.message_post(body="Whispered price")
        users = cls.rep | cls.manager | cls.director | cls.technician
        users.write({"tz": "UTC"})

    def _request(self, by=None, submit=True, **vals):
        requests = self.env["funnel.resource.request"].with_user(by or self.rep)
        request = requests.create(
            {
                "lead_id": self.lead.id,
                "name": "Demo on site",
                "wanted_date": self.today + timedelta(days=5),
                **vals,
            }
        )
        if submit:
            request.action_submit()
        return request

    def _approve(self, request, assignee=None, days=7):
        request = request.with_user(self.manager)
        request.write(
            {
                "assignee_id": (assignee or self.technician).id,
                "planned_date": self.today + timedelta(days=days),
            }
        )
        request.action_approve()
        return request

    def _refuse(self, request, reason="No time"):
        request = request.with_user(self.manager)
        request.answer = reason
        request.action_refuse()
        return request

    def assertAsked(self, request, *users):
        """Exactly these have something to do for the request."""
        activities = request.sudo().activity_ids
        self.assertEqual(activities.mapped("user_id").ids, [user.id for user in users])
        self.assertEqual(len(activities), len(users))


@tagged("post_install", "-at_install")
class TestStates(RequestCommon):
    def test_dialog_of_a_lead_has_one_button_to_submit(self):
        action = self.lead.with_user(self.rep).action_funnel_request_resource()
        [(view_id, _kind)] = action["views"]
        requests = self.env["funnel.resource.request"].with_user(self.rep)
        form = Form(requests.with_context(**action["context"]), view_id)
        form.name = "Demo on site"
        form.wanted_date = self.today + timedelta(days=5)
        form.save().action_submit()
        self.assertEqual(form.record.state, "submitted")
        self.assertEqual(form.record.lead_id, self.lead)
        arch = etree.fromstring(requests.get_view(view_id, "form")["arch"])
        primary = arch.xpath("//button[contains(@class, 'btn-primary')]/@name")
        self.assertEqual(primary, ["action_submit"])
        self.assertEqual(arch.xpath("//field[@default_focus]/@name"), ["name"])

    def test_manager_is_asked_to_answer_soon(self):
        for wanted, due in ((5, 2), (1, 1), (-3, 0)):
            day = self.today + timedelta(days=wanted)
            request = self._request(wanted_date=day)
            self.assertAsked(request, self.manager)
            asked = request.activity_ids.date_deadline
            self.assertEqual(asked, self.today + timedelta(days=due))

    def test_assignee_is_asked_on_the_day_planned(self):
        request = self._approve(self._request())
        self.assertAsked(request, self.technician)
        self.assertEqual(request.activity_ids.date_deadline, request.planned_date)
        self.assertEqual(request.answered_by_id, self.manager)

    def test_requester_reads_why_it_was_refused(self):
        request = self._refuse(self._request())
        self.assertAsked(request, self.rep)
        self.assertEqual(request.activity_ids.date_deadline, self.today)

    def test_refused_request_is_submitted_again(self):
        request = self._refuse(self._request()).with_user(self.rep)
        request.description = "The client pays for the travel"
        request.action_submit()
        self.assertAsked(request, self.manager)
        self.assertFalse(request.answered_by_id)
        self.assertEqual(request.answer, "No time")
        self._approve(request)
        self.assertEqual(request.state, "approved")

    def test_answered_activities_stay_as_done(self):
        request = self._request()
        asked = request.activity_ids
        self._refuse(request)
        self.assertEqual(asked.state, "done")

    def test_done_leaves_nothing_to_do(self):
        request = self._approve(self._request())
        request.with_user(self.technician).action_done()
        self.assertAsked(request)
        self.assertEqual(request.state, "done")

    def test_cancelled_leaves_nothing_to_do(self):
        request = self._approve(self._request()).with_user(self.rep)
        request.action_cancel()
        self.assertAsked(request)
        self.assertFalse(request.activity_ids)

    def test_another_assignee_is_asked_instead(self):
        request = self._approve(self._request())
        request.assignee_id = self.director
        self.assertAsked(request, self.director)
        request.planned_date = self.today + timedelta(days=20)
        self.assertAsked(request, self.director)
        self.assertEqual(
            request.activity_ids.date_deadline, self.today + timedelta(days=20)
        )

    def test_without_a_leader_any_manager_answers(self):
        self.sales_team_1.user_id = False
        request = self._request()
        [activity] = request.activity_ids
        self.assertFalse(activity.user_id)
        self._approve(request)
        self.assertAsked(request, self.technician)

    def test_assignee_is_told_by_mail(self):
        request = self._request()
        with self.mock_mail_gateway(), self.mock_mail_app():
            self._approve(request)
        self.assertIn(self.technician.partner_id, self._new_msgs.notified_partner_ids)

    def test_approval_needs_person_and_date(self):
        request = self._request().with_user(self.manager)
        with self.assertRaisesRegex(
            FunnelFollowupError, "Demo on site.*Assigned to.*Planned for"
        ):
            request.action_approve()

    def test_approved_request_keeps_person_and_date(self):
        request = self._approve(self._request())
        for name in ("assignee_id", "planned_date"):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(FunnelFollowupError, "Assigned to.*Planned for"),
                self.cr.savepoint(),
            ):
                request[name] = False
            request.invalidate_recordset()
        request.action_done()
        request.planned_date = False

    def test_refusal_needs_a_reason(self):
        request = self._request().with_user(self.manager)
        with self.assertRaisesRegex(FunnelFollowupError, "Demo on site.*answer"):
            request.action_refuse()

    def test_states_have_an_order(self):
        draft = self._request(submit=False)
        for action in ("action_approve", "action_refuse", "action_done"):
            request = draft.with_user(self.manager)
            request.write(
                {
                    "assignee_id": self.technician.id,
                    "planned_date": self.today,
                    "answer": "No",
                }
            )
            with (
                self.subTest(action=action),
                self.assertRaisesRegex(FunnelFollowupError, "Demo on site.*“Draft”"),
            ):
                getattr(request, action)()

    def test_assignee_must_be_able_to_come(self):
        portal = mail_new_test_user(self.env, login="out", groups="base.group_portal")
        self.lead.company_id = self.company_main
        request = self._request().with_user(self.manager)
        for user in (portal, self.foreign_manager):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(FunnelFollowupError, "Assigned to"),
            ):
                request.assignee_id = user

    def test_only_drafts_are_deleted(self):
        request = self._request()
        with self.assertRaisesRegex(FunnelFollowupError, "Demo on site.*Cancel it"):
            request.unlink()
        request.action_cancel()
        request.unlink()
        self.assertFalse(request.exists())

    def test_deleted_lead_takes_its_requests_along(self):
        """… with activities and chatter, which would point nowhere."""
        request = self._approve(self._request())
        activities = request.sudo().activity_ids
        messages = request.sudo().message_ids
        self.lead.with_user(self.director).unlink()
        self.assertFalse(request.exists())
        self.assertFalse(activities.exists() or messages.exists())

    def test_copy_starts_anew(self):
        copied = self._approve(self._request()).with_user(self.rep).copy()
        self.assertEqual((copied.state, copied.requester_id), ("draft", self.rep))
        self.assertFalse(copied.assignee_id or copied.planned_date or copied.answer)

    def test_states_are_told_in_the_chatter(self):
        request = self._request()
        self.env.cr.precommit.run()
        self._refuse(request)
        self.env.cr.precommit.run()
        tracked = request.sudo().message_ids.tracking_value_ids
        self.assertIn("Refused", tracked.mapped("new_value_char"))


@tagged("post_install", "-at_install")
class TestForgery(RequestCommon):
    """What the buttons do cannot be done around them."""

    def test_rep_creates_no_answer(self):
        for vals in (
            {"assignee_id": self.rep.id},
            {"planned_date": self.today},
            {"answer": "Yes"},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(AccessError, "Demo on site.*managers only"),
            ):
                self._request(submit=False, **vals)

    def test_nobody_creates_a_state(self):
        for user in (self.rep, self.manager, self.env.user):
            for vals in ({"state": "approved"}, {"answered_by_id": self.manager.id}):
                with (
                    self.subTest(user=user.login, vals=vals),
                    self.assertRaisesRegex(
                        FunnelFollowupError, "Demo on site.*buttons"
                    ),
                ):
                    self._request(by=user, submit=False, **vals)

    def test_defaults_of_the_context_create_no_answer_either(self):
        requests = self.env["funnel.resource.request"].with_user(self.rep)
        vals = {
            "lead_id": self.lead.id,
            "name": "Demo on site",
            "wanted_date": self.today,
        }
        for default, error in (
            ({"default_state": "approved"}, FunnelFollowupError),
            ({"default_assignee_id": self.rep.id}, AccessError),
            ({"default_requester_id": self.manager.id}, FunnelFollowupError),
        ):
            with self.subTest(default=default), self.assertRaises(error):
                requests.with_context(**default).create(vals)

    def test_rep_asks_in_no_other_name(self):
        with self.assertRaisesRegex(FunnelFollowupError, "Demo on site.*Requested by"):
            self._request(submit=False, requester_id=self.manager.id)

    def test_rep_rewrites_no_answer(self):
        request = self._request()
        for vals in ({"answer": "Yes"}, {"assignee_id": self.rep.id}):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(AccessError, "Demo on site.*managers only"),
            ):
                request.write(vals)

    def test_nobody_writes_the_state(self):
        request = self._request()
        for user in (self.rep, self.manager):
            for vals in ({"state": "approved"}, {"answered_by_id": user.id}):
                with (
                    self.subTest(user=user.login, vals=vals),
                    self.assertRaisesRegex(FunnelFollowupError, "buttons"),
                ):
                    request.with_user(user).write(vals)

    def test_step_cannot_be_forged(self):
        request = self._request().with_context(funnel_request_step=True)
        with self.assertRaises(FunnelFollowupError):
            request.write({"state": "approved"})

    def test_lead_and_requester_stay(self):
        other = self._create_lead(name="Another")
        request = self._request(submit=False)
        for user in (self.rep, self.manager):
            for vals in ({"lead_id": other.id}, {"requester_id": self.manager.id}):
                with (
                    self.subTest(user=user.login, vals=vals),
                    self.assertRaisesRegex(FunnelFollowupError, "stay as they were"),
                ):
                    request.with_user(user).write(vals)

    def test_wording_stays_once_it_is_submitted(self):
        request = self._request()
        with self.assertRaisesRegex(AccessError, "stay as they were submitted"):
            request.name = "Two demos"
        request.with_user(self.manager).name = "Demo for the board"
        self.assertEqual(request.name, "Demo for the board")

    def test_rep_answers_nothing(self):
        request = self._request()
        for action in ("action_approve", "action_refuse"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(request, action)()

    def test_manager_of_another_company_answers_nothing(self):
        self.lead.company_id = self.company_main
        request = self._request().with_user(self.foreign_manager)
        for action in ("action_approve", "action_refuse", "action_done"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(request, action)()


@tagged("post_install", "-at_install")
class TestAssignee(RequestCommon):
    """A technician, who is not in sales, does what was asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls.env["funnel.resource.request"].create(
            {
                "lead_id": cls.lead.id,
                "name": "Secret visit",
                "wanted_date": cls.today,
            }
        )

    def setUp(self):
        super().setUp()
        self.request = self._approve(self._request()).with_user(self.technician)
        self.env.flush_all()
        self.env.invalidate_all()

    def _open_form(self):
        """Read what the web client reads when it opens the form."""
        view = self.request.get_view(view_type="form")
        self.assertIn("action_done", view["arch"])
        names = self.request.get_views([(False, "form")])["models"][
            "funnel.resource.request"
        ]["fields"]
        shown = {
            name: {"fields": {"display_name": {}}}
            if names[name]["type"] == "many2one"
            else {}
            for name in names
            if f'name="{name}"' in view["arch"]
        }
        return self.request.web_read(shown)[0]

    def test_opens_the_request_and_reads_the_name_of_the_lead(self):
        told = self._open_form()
        self.assertEqual(told["lead_id"]["display_name"], "Momcorp deal")
        self.assertTrue(told["can_finish"])
        self.assertFalse(told["can_answer"] or told["can_ask"] or told["can_cancel"])

    def test_finds_it_on_the_list_of_activities(self):
        [activity] = self.env["mail.activity"].with_user(self.technician).search([])
        self.assertEqual(
            (activity.res_model, activity.res_id), (self.request._name, self.request.id)
        )
        action = activity.action_open_document()
        self.assertEqual(action["res_model"], self.request._name)

    def test_finds_it_on_the_list_of_requests(self):
        found = self.request.search([])
        self.assertEqual(found, self.request)
        self.assertEqual(self.request.search_count([]), 1)
        [(count,)] = self.request._read_group([], [], ["__count"])
        self.assertEqual(count, 1)

    def test_says_that_it_is_done(self):
        self.request.action_done()
        self.assertEqual(self.request.state, "done")
        told = self.request.sudo().message_ids
        self.assertIn(self.technician.partner_id, told.author_id)

    def test_marks_the_activity_as_done(self):
        self.request.activity_ids.action_feedback(feedback="Went well")
        self.assertFalse(self.request.activity_ids)

    def test_answers_in_the_chatter(self):
        self.request.message_post(body="I need the plans first")
        self.assertIn("plans", self.request.message_ids[0].body)

    def test_changes_nothing_else(self):
        for vals in ({"name": "Less"}, {"planned_date": self.today}, {"state": "done"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self.request.write(vals)
        for action in ("action_cancel", "action_submit", "action_approve", "unlink"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(self.request, action)()

    def test_sees_no_other_request(self):
        secret = self.secret.with_user(self.technician)
        with self.assertRaises(AccessError):
            secret.read(["name"])
        with self.assertRaises(AccessError):
            secret.action_done()
        self.assertFalse(secret.search([("name", "ilike", "secret")]))
        self.assertFalse(secret.name_search("Secret"))

    def test_sees_nothing_else_of_the_lead(self):
        lead = self.request.lead_id
        for name in ("expected_revenue", "name", "funnel_code"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                lead.read([name])
        with self.assertRaises(AccessError):
            self.request.search([("lead_id.expected_revenue", ">", 12000)])
        with self.assertRaises(AccessError):
            lead.message_ids.read(["body"])
        followed = lead.sudo().message_follower_ids.partner_id
        self.assertNotIn(self.technician.partner_id, followed)

    def test_no_longer_sees_what_went_to_somebody_else(self):
        self.request.with_user(self.manager).assignee_id = self.director
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.request.read(["name"])

    def test_rep_who_is_assigned_has_it_in_my_day(self):
        """… though the lead is a colleague's."""
        request = self.request.with_user(self.manager)
        request.assignee_id = self.other_rep
        self.env.flush_all()
        self.env.invalidate_all()
        day = self.env["funnel.my.day"].with_user(self.other_rep).get_day()
        [waiting] = [part for part in day["sections"] if part["name"] == "waiting"]
        [part] = [part for part in waiting["parts"] if part["name"] == "assigned"]
        self.assertEqual(part["rows"][0]["client"], "Momcorp deal")
        with self.assertRaises(AccessError):
            request.with_user(self.other_rep).name = "Less work"
        request.with_user(self.other_rep).action_done()
        self.assertEqual(request.state, "done")


@tagged("post_install", "-at_install")
class TestReassigned(RequestCommon):
    def test_old_and_new_owner_see_the_request(self):
        request = self._request()
        self.lead.user_id = self.other_rep
        self.env.flush_all()
        self.env.invalidate_all()
        for user in (self.rep, self.other_rep):
            with self.subTest(user=user.login):
                found = request.with_user(user).search([("id", "=", request.id)])
                self.assertEqual(found.read(["state"])[0]["state"], "submitted")
                self.assertEqual(
                    found.web_read({"lead_id": {"fields": {"display_name": {}}}})[0][
                        "lead_id"
                    ]["display_name"],
                    "Momcorp deal",
                )

    def test_old_owner_may_still_withdraw_it(self):
        request = self._request()
        self.lead.user_id = self.other_rep
        request.action_cancel()
        self.assertEqual(request.state, "cancelled")

    def test_new_owner_goes_on_with_it(self):
        request = self._refuse(self._request())
        self.lead.user_id = self.other_rep
        request = request.with_user(self.other_rep)
        request.description = "New facts"
        request.action_submit()
        self.assertAsked(request, self.manager)
        self.assertEqual(request.requester_id, self.rep)

    def test_other_reps_see_nothing(self):
        request = self._request()
        self.lead.user_id = self.manager
        third = request.with_user(self.other_rep)
        self.assertFalse(third.search([("id", "=", request.id)]))
        with self.assertRaises(AccessError):
            third.read(["name"])

    def test_nobody_asks_on_a_hidden_lead(self):
        with self.assertRaises(AccessError):
            self._request(by=self.other_rep, submit=False)


@tagged("post_install", "-at_install")
class TestScreen(RequestCommon):
    def _form(self, request, user):
        return Form(request.with_user(user))

    def test_manager_approves_with_person_and_date_on_one_screen(self):
        request = self._request()
        with self._form(request, self.manager) as form:
            form.assignee_id = self.technician
            form.planned_date = self.today
        request.with_user(self.manager).action_approve()
        self.assertEqual(request.state, "approved")

    def test_rep_cannot_fill_in_the_answer(self):
        form = self._form(self._request(), self.rep)
        for name in ("assignee_id", "planned_date", "answer", "name", "description"):
            with self.subTest(name=name), self.assertRaises(AssertionError):
                setattr(form, name, False)

    def test_rep_writes_a_new_request(self):
        requests = self.env["funnel.resource.request"].with_user(self.rep)
        with Form(requests.with_context(default_lead_id=self.lead.id)) as form:
            self.assertTrue(form.can_ask)
            form.name = "Visit"
            form.wanted_date = self.today
        self.assertEqual(form.record.requester_id, self.rep)

    def test_buttons_follow_role_and_state(self):
        request = self._request()
        names = ("can_ask", "can_answer", "can_assign", "can_finish", "can_cancel")

        def buttons(user):
            record = request.with_user(user)
            return {name[4:] for name in names if record[name]}

        self.assertEqual(buttons(self.rep), {"cancel"})
        self.assertEqual(buttons(self.manager), {"answer", "assign", "cancel"})
        self._approve(request)
        self.assertEqual(buttons(self.rep), {"finish", "cancel"})
        self.assertEqual(buttons(self.technician), {"finish"})
        self.assertEqual(buttons(self.manager), {"assign", "finish", "cancel"})
        request.action_done()
        for user in (self.rep, self.manager, self.technician):
            self.assertEqual(buttons(user), set())

    def test_lists_have_the_filters_by_name(self):
        request = self._request()
        arch = request.get_view(view_type="search")["arch"]
        for title in ("For review", "Mine", "Assigned to me"):
            self.assertIn(f'string="{title}"', arch)
        self.assertIn("<chatter", request.get_view(view_type="form")["arch"])


@tagged("post_install", "-at_install")
class TestTwoAnswers(BaseCase):
    """Two managers answer at the same moment, each in a transaction of their own."""

    def setUp(self):
        super().setUp()
        registry = Registry(get_db_name())
        self.cursors = [registry.cursor() for _number in range(3)]
        self.envs = [api.Environment(cr, api.SUPERUSER_ID, {}) for cr in self.cursors]
        self.env = self.envs[0]
        self.lead = self.env["crm.lead"].create({"name": "Contested"})
        self.addCleanup(self._clean)
        request = self.env["funnel.resource.request"].create(
            {
                "lead_id": self.lead.id,
                "name": "Contested demo",
                "wanted_date": get_person_day(self.env),
                "assignee_id": self.env.ref("base.user_admin").id,
                "planned_date": get_person_day(self.env),
                "answer": "Not now",
            }
        )
        request.action_submit()
        self.cursors[0].commit()
        self.first, self.second = (
            request.with_env(env).browse(request.id) for env in self.envs[1:]
        )
        for record in (self.first, self.second):
            self.assertEqual(record.state, "submitted")

    def _clean(self):
        for cursor in self.cursors[1:]:
            cursor.rollback()
            cursor.close()
        self.lead.unlink()
        self.cursors[0].commit()
        self.cursors[0].close()

    def test_the_second_is_told_while_the_first_answers(self):
        self.first.action_approve()
        with self.assertRaisesRegex(
            FunnelFollowupError, "Contested demo: somebody else is answering"
        ):
            self.second.action_refuse()
        self.cursors[1].commit()
        self.cursors[0].rollback()
        self.env.invalidate_all()
        self.assertEqual(self.lead.funnel_request_ids.state, "approved")

    def test_the_second_is_told_after_the_first_answered(self):
        self.first.action_approve()
        self.cursors[1].commit()
        with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
            self.second.action_refuse()
        self.cursors[2].rollback()  # the server tries again by itself
        self.envs[2].invalidate_all()
        with self.assertRaisesRegex(
            FunnelFollowupError, "“Approved” and cannot become “Refused”"
        ):
            self.second.action_refuse()
