"""My day: what the gates of stages and the losses of leads ask of whom."""

import json
from datetime import timedelta

from odoo.tests import tagged

from ..common_gates import GateCommon
from .test_my_day import DayCommon

STILL = "[('funnel_need', '=', False)]"


@tagged("post_install", "-at_install")
class TestMyDayGates(DayCommon, GateCommon):
    def _make_candidates(self, count=1, **vals):
        """Create leads that meet a drop-out criterion."""
        if not self.criteria.search_count([("direction", "=", "dropout")]):
            self._create_criterion(
                name="No need", stage=self.stage_new, direction="dropout", domain=STILL
            )
        return self._create_leads(count, **vals)

    def _ask(self, user=None, lead=None):
        """Ask for approval to bring a lead into the next stage."""
        if not self.criteria.search_count([("effect", "=", "approve")]):
            self._create_criterion(domain="[]", effect="approve", name="Confirmed")
        lead = lead or self._create_lead()
        return (
            self.env["funnel.stage.approval"]
            .with_user(user or self.rep)
            .create(
                {
                    "lead_id": lead.id,
                    "stage_id": self.stage_next.id,
                    "note": "Signed",
                }
            )
        )

    def _refuse(self, approval):
        answer = approval.with_user(self.manager)
        answer.reason = "No contract yet"
        answer.action_refuse()

    def _approvals(self, user):
        return self._section(self._day(user, "team"), "approvals")

    # ------------------------------------------------------------
    # DROP-OUT
    # ------------------------------------------------------------

    def test_a_candidate_to_be_dropped_is_told_with_its_reason(self):
        lead = self._make_candidates()
        self._make_candidates(user_id=self.manager.id)
        part = self._parts(self.rep)["dropout"]
        [row] = part["rows"]
        self.assertEqual((row["id"], row["alert"]), (lead.id, "No need"))
        self.assertEqual(row["buttons"], ["lose", "keep"])
        view = self.env.ref("sales_lead_funnel.crm_lead_view_list_dropout")
        self.assertEqual(part["action"]["views"][0], [view.id, "list"])
        self._assert_same(self.rep, json.loads(json.dumps(part)))

    def test_a_candidate_that_is_kept_or_lost_is_gone(self):
        kept, lost = self._make_candidates(2)
        kept.with_user(self.rep).action_funnel_keep()
        action = lost.with_user(self.rep).action_funnel_lose()
        wizard = self.env["crm.lead.lost"].with_user(self.rep)
        wizard = wizard.with_context(**action["context"]).create(
            {"lost_reason_id": self.env["crm.lost.reason"].create({"name": "No"}).id}
        )
        wizard.action_lost_reason_apply()
        self.assertEqual(lost.won_status, "lost")
        self.assertNotIn("dropout", self._parts(self.rep))

    def test_candidates_are_counted_by_rep(self):
        self._make_candidates(2)
        self._make_candidates(user_id=self.manager.id)
        team = self._day(self.manager, "team")["team"]
        self.assertEqual(
            {row["id"]: row["counts"]["dropout"] for row in team["rows"]},
            {self.rep.id: 2, self.manager.id: 1},
        )
        column = team["columns"][-1]
        leads = self.env["crm.lead"].with_user(self.manager)
        self.assertEqual(
            (column["name"], column["count"]),
            ("dropout", leads.search_count(column["action"]["domain"])),
        )

    def test_without_criteria_nothing_is_asked(self):
        self._create_leads(3)
        day = self._day(self.manager, "team")
        self.assertNotIn("dropout", [c["name"] for c in day["team"]["columns"]])
        self.assertNotIn("approvals", [s["name"] for s in day["sections"]])
        waiting = self.env["funnel.my.day"].with_user(self.rep)._get_waiting_domains()
        self.assertFalse({"dropout", "refused_stages"} & set(waiting))

    # ------------------------------------------------------------
    # APPROVALS
    # ------------------------------------------------------------

    def test_managers_are_told_who_waits(self):
        approval = self._ask()
        [part] = self._approvals(self.manager)["parts"]
        [row] = part["rows"]
        self.assertEqual((row["id"], row["model"]), (approval.id, approval._name))
        self.assertIn(self.rep.name, row["note"])
        self.assertIn("Signed", row["note"])
        self.assertIn(self.stage_next.name, row["client"])
        self._assert_same(self.manager, json.loads(json.dumps(part)))
        approval.with_user(self.manager).action_approve()
        self.assertFalse(self._approvals(self.manager)["count"])

    def test_a_row_shows_what_is_weighed_and_answers(self):
        lead = self._create_lead(partner_name="Momcorp", expected_revenue=50_000)
        lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Fits")
        self._ask(lead=lead)
        [row] = self._approvals(self.manager)["parts"][0]["rows"]
        for text in ("Momcorp", "50,000", self.stage_next.name):
            self.assertIn(text, row["client"])
        self.assertEqual(row["grade"]["name"], "A")
        self.assertIn("Confirmed", row["note"])
        self.assertEqual(row["buttons"], ["approve", "refuse"])

    def test_listed_is_what_the_manager_may_answer(self):
        other = self._create_lead(user_id=self.manager.id)
        self._ask()
        self._ask(lead=other, user=self.director)
        for allowed in (False, True):
            self.manager.company_id.funnel_self_approval = allowed
            waiting = self.env["funnel.stage.approval"].with_user(self.manager)
            waiting = waiting.search([("state", "=", "requested")])
            self.env.invalidate_all()
            wanted = waiting.filtered("can_answer")
            self.assertEqual(len(wanted), 1 + allowed)
            [part] = self._approvals(self.manager)["parts"]
            self.assertEqual({r["id"] for r in part["rows"]}, set(wanted.ids))

    def test_a_refused_approval_comes_back_to_who_asked(self):
        approval = self._ask()
        self._refuse(approval)
        [row] = self._parts(self.rep)["refused_stages"]["rows"]
        self.assertEqual((row["id"], row["note"]), (approval.id, "No contract yet"))
        self.env.cr.execute(
            "UPDATE funnel_stage_approval SET answered_at = answered_at - INTERVAL '8d'"
        )
        self.assertNotIn("refused_stages", self._parts(self.rep))

    def test_a_refused_approval_comes_to_who_has_the_lead_by_now(self):
        approval = self._ask(user=self.manager)
        self.env.company.funnel_self_approval = True
        self._refuse(approval)
        [row] = self._parts(self.rep)["refused_stages"]["rows"]
        self.assertEqual(row["id"], approval.id)
        self._assert_same(self.rep, self._parts(self.rep)["refused_stages"])

    # ------------------------------------------------------------
    # LOSSES
    # ------------------------------------------------------------

    def _lose(self, **vals):
        lead = self._create_lead(name="Gone")
        lead.action_set_lost()
        loss = lead.funnel_loss_ids
        loss.write(vals)
        return loss

    def _loss_ids(self, name):
        parts = self._parts(self.rep)
        return [row["id"] for row in parts.get(name, {"rows": []})["rows"]]

    def test_a_loss_waits_for_its_analysis(self):
        loss = self._lose()
        self.assertIn(loss.id, self._loss_ids("losses"))
        loss.lost_reason_id = self.env["crm.lost.reason"].create({"name": "Price"})
        loss.with_user(self.rep).action_complete()
        self.assertNotIn(loss.id, self._loss_ids("losses"))

    def test_an_old_loss_is_not_asked_for(self):
        loss = self._lose()
        self.env.cr.execute(
            "UPDATE funnel_loss SET lost_at = lost_at - INTERVAL '61d' WHERE id = %s",
            [loss.id],
        )
        self.assertNotIn(loss.id, self._loss_ids("losses"))

    def test_a_loss_comes_back_when_its_date_is_there(self):
        due = self._lose(retry_date=self.today - timedelta(days=2))
        later = self._lose(retry_date=self.today + timedelta(days=2))
        parts = self._parts(self.rep)
        [row] = parts["retries"]["rows"]
        self.assertEqual((row["id"], row["alert"]), (due.id, "2 d overdue"))
        self._assert_same(self.rep, json.loads(json.dumps(parts["retries"])))
        self.assertNotEqual(later, due)
        due.with_user(self.rep).action_retry_fresh()
        self.assertNotIn("retries", self._parts(self.rep))

    def test_a_loss_is_not_listed_as_activity_too(self):
        loss = self._lose()
        loss.activity_schedule(
            "sales_lead_funnel.mail_activity_type_loss",
            date_deadline=self._get_today(),
            user_id=self.rep.id,
        )
        parts = self._parts(self.rep)
        self.assertIn("losses", parts)
        self.assertNotIn("activities", parts)

    # ------------------------------------------------------------
    # COST
    # ------------------------------------------------------------

    def test_cost_is_flat_in_the_number_of_papers(self):
        def fill(number):
            self._make_candidates(number)
            for lead in self._create_leads(number, funnel_need="A CRM"):
                self._refuse(self._ask(lead=lead))
                self._ask(lead=lead)
            for _number in range(number):
                self._lose()

        users = [(self.rep, "own"), (self.manager, "team")]
        fill(2)
        few = [self._count_queries(*user) for user in users]
        fill(12)
        many = [self._count_queries(*user) for user in users]
        for before, after in zip(few, many, strict=True):
            self.assertLessEqual(after, before + 8)  # counts beyond the rows shown
