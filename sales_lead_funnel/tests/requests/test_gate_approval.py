"""A request to enter a stage: asked, answered once, by somebody else."""

from psycopg2.errors import UniqueViolation

from odoo import api
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from ...exceptions import FunnelApprovalError, FunnelGateError
from ..common_gates import GateCommon


@tagged("post_install", "-at_install")
class TestApproval(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales_team_1.user_id = cls.manager
        cls._create_criterion(name="Confirmed", domain="[]", effect="approve")
        cls.approvals = cls.env["funnel.stage.approval"]

    def _request(self, **vals):
        return self.approvals.with_user(self.rep).create(
            {"lead_id": self.lead.id, "stage_id": self.stage_next.id, **vals}
        )

    def test_request_leaves_the_lead_and_tells_the_manager(self):
        approval = self._request(note="They want it now")
        self.assertEqual(self.lead.stage_id, self.stage_new)
        self.assertEqual(
            (approval.state, approval.requester_id), ("requested", self.rep)
        )
        self.assertEqual(approval.from_stage_id, self.stage_new)
        self.assertEqual(approval.activity_ids.user_id, self.manager)

    def test_card_says_that_it_waits(self):
        self._request()
        self.assertEqual(self.lead.funnel_waiting_stage_id, self.stage_next)
        self.assertEqual(self.lead.funnel_card_note, "Waiting for approval")

    def test_approval_moves_the_lead(self):
        approval = self._request()
        approval.with_user(self.manager).action_approve()
        self.assertMoved(self.lead, self.stage_next, "button")
        self.assertEqual(self._moves(self.lead)[-1].user_id, self.manager)
        self.assertEqual(
            (approval.state, approval.answered_by_id), ("approved", self.manager)
        )
        self.assertFalse(approval.activity_ids)
        self.assertFalse(self.lead.funnel_waiting_stage_id)

    def test_refusal_needs_a_reason_and_tells_the_rep(self):
        approval = self._request().with_user(self.manager)
        with self.assertRaisesRegex(FunnelApprovalError, "reason"):
            approval.action_refuse()
        approval.reason = "No budget yet"
        approval.action_refuse()
        self.assertEqual(self.lead.stage_id, self.stage_new)
        self.assertEqual(approval.state, "refused")
        self.assertEqual(approval.activity_ids.user_id, self.rep)

    def test_lead_that_changed_is_judged_again(self):
        self.lead.funnel_need = "A CRM"
        self._create_criterion("funnel_need")
        approval = self._request().with_user(self.manager)
        self.lead.funnel_need = False
        with self.assertRaisesRegex(FunnelGateError, "Initial need"):
            approval.action_approve()
        self.env.invalidate_all()
        self.assertEqual(approval.state, "requested")
        self.assertEqual(self.lead.stage_id, self.stage_new)

    def test_what_is_missing_is_said_before_asking(self):
        self._create_criterion("funnel_need")
        with self.assertRaisesRegex(FunnelApprovalError, "Initial need"):
            self._request()

    def test_rep_answers_nothing(self):
        approval = self._request()
        for step in (approval.action_approve, approval.action_refuse):
            with self.assertRaises(AccessError):
                step()
        with self.assertRaises(FunnelApprovalError):
            approval.write({"state": "approved"})
        with self.assertRaises(AccessError):
            approval.write({"reason": "Fine"})

    def test_request_is_not_born_approved(self):
        approval = self._request(
            state="approved", answered_by_id=self.manager.id, is_direct=True
        )
        self.assertEqual(approval.state, "requested")
        self.assertFalse(approval.answered_by_id or approval.is_direct)

    def test_defaults_of_the_caller_forge_nothing(self):
        forged = self.approvals.with_context(
            default_state="approved",
            default_answered_by_id=self.manager.id,
            default_answered_at="2026-01-01",
            default_is_direct=True,
            default_requester_id=self.manager.id,
            default_from_stage_id=self.stage_won.id,
            default_reason="Fine",
        )
        approval = forged.with_user(self.rep).create(
            {"lead_id": self.lead.id, "stage_id": self.stage_next.id}
        )
        self.assertEqual(
            (approval.state, approval.requester_id, approval.from_stage_id),
            ("requested", self.rep, self.stage_new),
        )
        self.assertFalse(approval.answered_by_id or approval.answered_at)
        self.assertFalse(approval.is_direct or approval.reason)

    def test_manager_asks_in_no_other_name(self):
        forged = self.approvals.with_context(default_requester_id=self.rep.id)
        approval = forged.with_user(self.manager).create(
            {"lead_id": self.lead.id, "stage_id": self.stage_next.id}
        )
        self.assertEqual(approval.requester_id, self.manager)
        with self.assertRaisesRegex(FunnelApprovalError, "another manager"):
            approval.action_approve()

    def test_note_stays_as_it_was_answered(self):
        approval = self._request(note="They want it")
        approval.note = "They want it now"
        approval.with_user(self.manager).action_approve()
        with self.assertRaisesRegex(FunnelApprovalError, "closed"):
            approval.note = "They wanted nothing"

    def test_reason_stays_as_it_was_answered(self):
        approval = self._request().with_user(self.manager)
        approval.reason = "No budget yet"
        approval.action_refuse()
        with self.assertRaisesRegex(FunnelApprovalError, "Manager's reason.*closed"):
            approval.with_user(self.director).reason = "Never liked it"
        self.assertEqual(approval.reason, "No budget yet")

    def test_refusal_reaches_who_has_the_lead_by_now(self):
        approval = self._request().with_user(self.manager)
        owner = new_test_user(
            self.env, "gate_owner", "sales_team.group_sale_salesman", lang="en_US"
        )
        self.lead.user_id = owner
        approval.reason = "No budget yet"
        approval.action_refuse()
        self.assertEqual(approval.activity_ids.user_id, owner)

    def test_nothing_is_asked_where_nobody_approves(self):
        self.criteria.search([]).active = False
        with self.assertRaisesRegex(FunnelApprovalError, "none is needed"):
            self._request()

    def test_nothing_is_asked_for_a_lead_that_may_go(self):
        self.criteria.search([]).domain = "[('funnel_need', '!=', False)]"
        self.lead.funnel_need = "A CRM"
        refused = self.assertRaisesRegex(FunnelApprovalError, "none is needed")
        with refused, self.env.cr.savepoint():
            self._request()
        self.lead.funnel_need = False
        self.assertTrue(self._request())

    def test_nothing_is_asked_on_the_way_back(self):
        self._move_as(self.manager)
        self._move_as(self.manager, stage=self.stage_gen_1)
        with self.assertRaisesRegex(FunnelApprovalError, "none is needed"):
            self._request()

    def test_request_ends_with_the_criterion_that_asked(self):
        criterion = self.criteria.search([])
        before = {
            "active": True,
            "domain": "[]",
            "effect": "approve",
            "stage_id": self.stage_next.id,
        }
        ways = {
            "switched off": {"active": False},
            "warns": {"effect": "warn", "domain": "[('funnel_need', '!=', False)]"},
            "elsewhere": {"stage_id": self.stage_won.id},
        }
        for name, vals in ways.items():
            approval = self._request()
            criterion.with_user(self.manager).write(vals)
            with self.subTest(name=name):
                self.assertEqual(approval.state, "cancelled")
                self.assertFalse(approval.activity_ids)
            criterion.write(before)
            self.assertFalse(self.lead.funnel_waiting_stage_id)

    def test_request_stays_while_another_criterion_asks(self):
        other = self._create_criterion(name="B", domain="[]", effect="approve")
        approval = self._request()
        other.unlink()
        self.assertEqual(approval.state, "requested")
        self.criteria.search([]).unlink()
        self.assertEqual(approval.state, "cancelled")

    def test_own_lead_is_answered_by_another_manager(self):
        approval = self._request()
        self.lead.user_id = self.manager
        with self.assertRaisesRegex(FunnelApprovalError, "own lead"):
            approval.with_user(self.manager).action_approve()
        approval.with_user(self.director).action_approve()
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_setting_lets_managers_approve_own_leads(self):
        approval = self._request()
        self.lead.user_id = self.manager
        self.manager.company_id.funnel_self_approval = True
        approval.with_user(self.manager).action_approve()
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_active_company_does_not_let_managers_approve_own_leads(self):
        """A lead of no company: which one is active is the caller's to say."""
        lenient = self.env["res.company"].create({"name": "Lenient"})
        lenient.funnel_self_approval = True
        self.manager.company_ids += lenient
        approval = self._request()
        self.lead.write({"user_id": self.manager.id, "company_id": False})
        self.assertFalse(self.lead.company_id)
        answer = approval.with_user(self.manager)
        answer = answer.with_context(allowed_company_ids=lenient.ids)
        with self.assertRaisesRegex(FunnelApprovalError, "own lead"):
            answer.action_approve()
        self.env.company.funnel_self_approval = True
        answer.action_approve()
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_manager_who_moves_the_lead_there_approves_the_request(self):
        """As the dialog of what is missing does, when approving opened it."""
        approval = self._request()
        self._move_as(self.manager)
        self.assertEqual(approval.state, "approved")
        self.assertEqual(approval.answered_by_id, self.manager)
        self.assertEqual(self.lead.funnel_approval_ids, approval)
        self.assertFalse(approval.activity_ids)

    def test_request_is_cancelled_by_a_move_that_is_no_answer(self):
        moves = {
            "elsewhere": lambda: self._move_as(self.manager, stage=self.stage_won),
            "background": lambda: self._move(self.lead, self.stage_next),
        }
        for name, move in moves.items():
            with self.subTest(move=name), self.env.cr.savepoint() as savepoint:
                approval = self._request()
                move()
                self.assertEqual(approval.state, "cancelled")
                savepoint.rollback()

    def test_request_of_a_leader_goes_to_nobody_in_person(self):
        self.lead.user_id = self.manager
        approval = self.approvals.with_user(self.manager).create(
            {"lead_id": self.lead.id, "stage_id": self.stage_next.id}
        )
        self.assertFalse(approval.activity_ids.user_id)

    def test_leader_who_cannot_see_the_lead_is_not_asked(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.rep.company_ids += company
        self.sales_team_1.company_id = False
        self.lead.company_id = company
        approval = self.approvals.with_user(self.rep).with_context(
            allowed_company_ids=self.rep.company_ids.ids
        )
        vals = {"lead_id": self.lead.id, "stage_id": self.stage_next.id}
        asked = approval.create(vals)
        self.assertFalse(asked.activity_ids.user_id)
        asked.action_cancel()
        self.manager.company_ids += company
        self.assertEqual(approval.create(vals).activity_ids.user_id, self.manager)

    def test_approval_of_a_stage_covers_no_skipped_one(self):
        asks = self.criteria.search([])
        asks.copy({"stage_id": self.stage_won.id})
        refused = self.assertRaisesRegex(FunnelApprovalError, "which is skipped")
        with refused, self.env.cr.savepoint():
            self._request(stage_id=self.stage_won.id)
        asks.active = False
        approval = self._request(stage_id=self.stage_won.id)
        asks.active = True
        with self.assertRaisesRegex(FunnelGateError, "which is skipped"):
            approval.with_user(self.manager).action_approve()

    def test_stage_that_was_approved_before_may_be_skipped(self):
        self._request().with_user(self.manager).action_approve()
        self._move_as(self.rep, stage=self.stage_new)
        self._move_as(self.rep, stage=self.stage_won)
        self.assertEqual(self.lead.stage_id, self.stage_won)

    def test_manager_who_skips_is_on_record_for_each_stage(self):
        self._create_criterion(domain="[]", effect="approve", stage=self.stage_won)
        self._move_as(self.manager, stage=self.stage_won)
        stages = self.lead.funnel_approval_ids.stage_id
        self.assertEqual(stages, self.stage_next + self.stage_won)

    def test_second_answer_is_told(self):
        approval = self._request()
        approval.with_user(self.manager).action_approve()
        with self.assertRaisesRegex(FunnelApprovalError, self.manager.name):
            approval.with_user(self.director).action_approve()

    def test_lead_asks_once_at_a_time(self):
        self._request()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._request()

    def test_requester_takes_it_back(self):
        approval = self._request()
        approval.action_cancel()
        self.assertEqual(approval.state, "cancelled")
        self.assertTrue(self._request())

    def test_manager_who_moves_the_lead_is_on_record(self):
        self._move_as(self.manager)
        approval = self.lead.funnel_approval_ids
        self.assertEqual(
            (approval.state, approval.is_direct, approval.answered_by_id),
            ("approved", True, self.manager),
        )
        self.assertEqual(approval.from_stage_id, self.stage_new)

    def test_request_is_closed_when_the_lead_goes_elsewhere(self):
        other = {"team_id": self.team_other.id, "stage_id": self.stage_other_team.id}
        for vals in ({"stage_id": self.stage_won.id}, other, {"active": False}):
            home = {"team_id": self.sales_team_1.id, "stage_id": self.stage_new.id}
            self.lead.write(home)
            approval = self._request()
            with self.subTest(vals=vals):
                self.lead.write(vals)  # also in the background
                self.assertEqual(approval.state, "cancelled")

    def test_request_stays_when_something_else_changes(self):
        approval = self._request()
        self.lead.write({"probability": 40, "phone": "1"})
        self.assertEqual(approval.state, "requested")

    def test_stale_request_is_not_approved(self):
        approval = self._request().with_user(self.manager)
        self.patch(type(self.approvals), "_close_overtaken", lambda *_args: None)
        self._move(self.lead, self.stage_gen_1)
        with self.assertRaisesRegex(FunnelApprovalError, "another stage"):
            approval.action_approve()
        self.assertEqual(self.lead.stage_id, self.stage_gen_1)

    def test_stage_of_another_team_is_not_asked_for(self):
        with self.assertRaisesRegex(FunnelApprovalError, "does not work with"):
            self._request(stage_id=self.stage_other_team.id)

    def test_merge_keeps_the_requests(self):
        approval = self._request()
        other = self._create_lead(stage_id=self.stage_next.id, probability=90)
        survivor = (self.lead + other).with_user(self.manager).merge_opportunity()
        self.assertEqual(survivor, other)
        self.assertEqual(approval.lead_id, survivor)

    def test_closed_or_raw_leads_ask_nothing(self):
        self.lead.type = "lead"
        with self.assertRaisesRegex(FunnelApprovalError, "no open opportunity"):
            self._request()


@tagged("post_install", "-at_install", "funnel_concurrency")
class TestTwoManagersAnswer(TransactionCase):
    """Two real connections answer the same request."""

    def setUp(self):
        super().setUp()
        self.registry_cursor = self.registry.cursor
        self.addCleanup(self._remove)
        self._prepare()

    def _open(self):
        """A connection of its own, outside of the test's transaction."""
        from odoo.sql_db import Cursor, db_connect

        return Cursor(
            db_connect(self.env.cr.dbname)._Connection__pool,
            self.env.cr.dbname,
            db_connect(self.env.cr.dbname)._Connection__dsn,
        )

    def _prepare(self):
        cr = self._open()
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        group = "sales_team.group_sale_salesman_all_leads"
        users = [
            mail_new_test_user(env, login=f"gate_two_{n}", groups=group) for n in (1, 2)
        ]
        rep = new_test_user(env, "gate_two_rep", "sales_team.group_sale_salesman")
        stages = env["crm.stage"].create([{"name": "Gate A"}, {"name": "Gate B"}])
        lead = env["crm.lead"].create(
            {
                "name": "Wanted by two",
                "type": "opportunity",
                "user_id": rep.id,
                "stage_id": stages[0].id,
            }
        )
        approval = env["funnel.stage.approval"].create(
            {"lead_id": lead.id, "stage_id": stages[1].id}
        )
        self.ids = {
            "users": [user.id for user in users] + [rep.id],
            "stages": stages.ids,
            "lead": lead.id,
            "approval": approval.id,
        }
        self._commit(cr)
        cr.close()

    def _commit(self, connection):
        connection.commit()

    def _remove(self):
        cr = self._open()
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env["crm.lead"].browse(self.ids["lead"]).unlink()
        env["crm.stage"].browse(self.ids["stages"]).unlink()
        users = env["res.users"].browse(self.ids["users"])
        partners = users.partner_id
        users.unlink()
        partners.unlink()
        self._commit(cr)
        cr.close()

    def _approval(self, cr, user_id):
        env = api.Environment(cr, user_id, {"tracking_disable": True})
        return env["funnel.stage.approval"].browse(self.ids["approval"])

    def test_one_wins_while_the_other_is_told(self):
        first, second = self._open(), self._open()
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        one, two = self.ids["users"][:2]
        self._approval(first, one).action_approve()
        first.flush()
        with self.assertRaisesRegex(FunnelApprovalError, "right now"):
            self._approval(second, two).action_approve()
        first.commit()
        second.rollback()
        with self.assertRaisesRegex(FunnelApprovalError, "already"):
            self._approval(second, two).action_approve()
        second.rollback()
        approval = self._approval(second, two)
        self.assertEqual(
            (approval.state, approval.answered_by_id.id), ("approved", one)
        )
        self.assertEqual(approval.lead_id.stage_id.id, self.ids["stages"][1])
