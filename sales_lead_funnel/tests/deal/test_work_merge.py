"""Merging and converting leads keeps all that was worked out about them."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.deal.crm_lead import DISCUSSED
from ..common import FunnelCommon
from ..common_gates import GateCommon

MAIL = "buyer@momcorp.example.com"


@tagged("post_install", "-at_install")
class TestWorkMerge(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls._get_today()
        cls.sales_team_1.user_id = cls.manager
        cls.rep.tz = "UTC"
        facts = {"email_from": MAIL, "partner_name": "Momcorp"}
        cls.head = cls._create_lead(
            name="Head", stage_id=cls.stage_next.id, probability=60, **facts
        )
        cls.tail = cls._create_lead(name="Tail", probability=10, **facts)
        (cls.head | cls.tail).funnel_obtained_at = cls.today - timedelta(days=20)
        cls.kept = cls._work_on(cls.head, days_ago=9)
        cls.moved = cls._work_on(cls.tail, days_ago=2)
        cls.env.flush_all()

    @classmethod
    def _work_on(cls, lead, days_ago):
        """Write one of everything about a lead; ``{name: records}``."""
        papers = cls._talk_to(lead, days_ago) | cls._plan_with(lead)
        papers["evaluation"] = cls._evaluate(lead, days_ago)
        return {
            **{name: record.sudo() for name, record in papers.items()},
            "planned": lead._funnel_schedule(
                "escalation",
                "mail.mail_activity_data_todo",
                cls.today + timedelta(days=days_ago),
                "Ask",
                cls.manager,
            ),
        }

    @classmethod
    def _talk_to(cls, lead, days_ago):
        env, lead_id = cls.env(user=cls.rep), lead.id
        boss = env["funnel.stakeholder"].create(
            {"lead_id": lead_id, "name": "Boss", "role": "decides"}
        )
        user = env["funnel.stakeholder"].create(
            {"lead_id": lead_id, "name": "User", "role": "uses", "parent_id": boss.id}
        )
        followup = env["funnel.followup"].create(
            {
                "lead_id": lead_id,
                "happened_at": fields.Datetime.now() - timedelta(days=days_ago),
                "stakeholder_id": boss.id,
                "problem": "Slow",
                "next_date": cls.today + timedelta(days=10 - days_ago),
            }
        )
        followup.problem = "Slow and dear"
        return {"followup": followup, "boss": boss, "user": user}

    @classmethod
    def _evaluate(cls, lead, days_ago):
        evaluation = cls.env(user=cls.rep)["funnel.evaluation"].create(
            {
                "lead_id": lead.id,
                "date": cls.today - timedelta(days=days_ago),
                "people_count": 10 - days_ago,
            }
        )
        evaluation.line_ids.score = days_ago
        return evaluation

    @classmethod
    def _plan_with(cls, lead):
        env, lead_id = cls.env(user=cls.rep), lead.id
        step = env["funnel.closing.step"].create(
            {"lead_id": lead_id, "name": "Sign", "date_due": cls.today}
        )
        request = env["funnel.resource.request"].create(
            {"lead_id": lead_id, "name": "Demo", "wanted_date": cls.today}
        )
        request.action_submit()
        request.message_post(body="Bring the new machine")
        return {"step": step, "request": request}

    def _merge(self, by=None):
        leads = (self.head | self.tail).with_user(by or self.rep)
        survivor = leads.merge_opportunity()
        self._forget()
        self.assertEqual(survivor, self.head)
        return survivor.sudo()

    def _forget(self):
        self.env.flush_all()
        self.env.invalidate_all()

    def assertAllOn(self, survivor):
        """Everything of both leads is there, complete, on the survivor."""
        self._forget()
        self.assertTrue(survivor.exists())
        for work in (self.kept, self.moved):
            for name in ("followup", "boss", "user", "evaluation", "step", "request"):
                with self.subTest(name=name):
                    self.assertTrue(work[name].exists())
                    self.assertEqual(work[name].lead_id, survivor)
        self.assertFalse(((self.head | self.tail) - survivor).exists())

    # ------------------------------------------------------------
    # WAYS TO MERGE
    # ------------------------------------------------------------

    def test_merging_keeps_everything(self):
        self.assertAllOn(self._merge())

    def test_manager_merges_leads_of_two_reps(self):
        self.tail.user_id = self.director
        self.assertAllOn(self._merge(by=self.manager))

    def test_converting_with_a_merge_keeps_everything(self):
        self.tail.type = "lead"
        wizard = self.env["crm.lead2opportunity.partner"].with_user(self.rep)
        wizard = wizard.with_context(
            active_model="crm.lead", active_id=self.tail.id, active_ids=self.tail.ids
        ).create({"name": "merge", "action": "create"})
        self.assertIn(self.head, wizard.duplicated_lead_ids)
        wizard.action_apply()
        self.assertAllOn(self.head)

    def test_converting_alone_keeps_everything(self):
        self.tail.type = "lead"
        wizard = self.env["crm.lead2opportunity.partner"].with_user(self.rep)
        wizard = wizard.with_context(
            active_model="crm.lead", active_id=self.tail.id, active_ids=self.tail.ids
        ).create({"name": "convert", "action": "create"})
        wizard.action_apply()
        self._forget()
        self.assertEqual(self.tail.type, "opportunity")
        for name, record in self.moved.items():
            with self.subTest(name=name):
                self.assertTrue(record.exists())
        self.assertEqual(self.tail.funnel_followup_ids, self.moved["followup"])
        self.assertEqual(
            self.tail.funnel_next_contact_date, self.moved["followup"].next_date
        )

    def test_mass_conversion_with_deduplication_keeps_everything(self):
        leads = self.head | self.tail
        leads.type = "lead"
        wizard = self.env["crm.lead2opportunity.partner.mass"].with_user(self.manager)
        wizard = wizard.with_context(
            active_model="crm.lead", active_ids=leads.ids, active_id=self.tail.id
        ).create(
            {"name": "convert", "deduplicate": True, "action": "each_exist_or_create"}
        )
        wizard.action_mass_convert()
        self._forget()
        [survivor] = leads.exists()
        self.assertEqual(survivor.type, "opportunity")
        self.assertAllOn(survivor)

    # ------------------------------------------------------------
    # WHAT GOES ALONG
    # ------------------------------------------------------------

    def test_earlier_versions_of_followups_stay(self):
        followups = self._merge().funnel_followup_ids
        told = followups.revision_ids.mapped("old_text")
        self.assertEqual(len(told), 2)
        self.assertTrue(all("Slow" in text for text in told))

    def test_chains_stay_connected(self):
        self._merge()
        for work in (self.kept, self.moved):
            self.assertEqual(work["user"].parent_id, work["boss"])
            self.assertEqual(work["followup"].stakeholder_id, work["boss"])

    def test_scores_of_evaluations_stay(self):
        evaluations = self._merge().funnel_evaluation_ids
        self.assertEqual(evaluations.mapped("score"), [2.0, 9.0])
        for evaluation in evaluations:
            self.assertTrue(evaluation.line_ids)
            self.assertEqual(
                set(evaluation.line_ids.mapped("score")), {evaluation.score}
            )

    def test_latest_evaluation_is_shown(self):
        survivor = self._merge()
        self.assertEqual(survivor.funnel_evaluation_score, 2.0)
        self.assertEqual(survivor.funnel_complexity, "high")

    def test_last_and_next_contact_are_of_the_latest_followup(self):
        survivor = self._merge()
        latest = self.moved["followup"]
        self.assertEqual(survivor.funnel_last_contact_at, latest.happened_at)
        self.assertEqual(survivor.funnel_agreed_contact_date, latest.next_date)
        self.assertEqual(survivor.funnel_next_contact_date, latest.next_date)

    def test_requests_keep_chatter_activity_and_requester(self):
        self._merge()
        for work in (self.kept, self.moved):
            request = work["request"]
            self.assertEqual(
                (request.state, request.requester_id), ("submitted", self.rep)
            )
            self.assertEqual(request.activity_ids.user_id, self.manager)
            self.assertIn("new machine", "".join(request.message_ids.mapped("body")))

    def test_request_is_answered_after_the_merge(self):
        self._merge()
        request = self.moved["request"].with_user(self.manager).sudo(False)
        request.write({"assignee_id": self.rep.id, "planned_date": self.today})
        request.action_approve()
        self.assertEqual(request.activity_ids.user_id, self.rep)

    def test_planned_activities_go_along_each_once(self):
        survivor = self._merge()
        planned = survivor.activity_ids.filtered(
            lambda activity: activity.funnel_purpose == "escalation"
        )
        self.assertEqual(planned, self.moved["planned"])  # the first due
        self.assertEqual(planned.user_id, self.manager)

    def test_activities_of_people_all_go_along(self):
        for lead in (self.head, self.tail):
            lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
        own = (self.head | self.tail).activity_ids.filtered(
            lambda activity: not activity.funnel_purpose
        )
        self.assertEqual(own & self._merge().activity_ids, own)

    def test_followups_go_to_the_chatter_of_the_survivor(self):
        survivor = self._merge()
        bodies = "".join(survivor.message_ids.mapped("body"))
        self.assertEqual(bodies.count("Problem (P): Slow"), 2)


@tagged("post_install", "-at_install")
class TestDeletedLead(GateCommon):
    def _discuss(self, record):
        record = record.sudo()
        record.message_post(body="Discussed")
        record.activity_schedule("mail.mail_activity_data_todo", user_id=self.rep.id)
        return record.activity_ids, record.message_ids

    def assertGoesWithLead(self, record):
        activities, messages = self._discuss(record)
        self.assertTrue(activities and messages)
        self.lead.with_user(self.director).unlink()
        self.assertFalse(record.exists())
        self.assertFalse(activities.exists() or messages.exists())

    def test_approval_goes_along(self):
        self._create_criterion(domain="[]", effect="approve")
        approvals = self.env["funnel.stage.approval"].with_user(self.rep)
        self.assertGoesWithLead(
            approvals.create({"lead_id": self.lead.id, "stage_id": self.stage_next.id})
        )

    def test_loss_goes_along(self):
        self.lead.action_set_lost()
        self.assertGoesWithLead(self.lead.funnel_loss_ids)

    def test_losses_survive_a_merge_with_their_chatter(self):
        other = self._create_lead(name="Survivor")
        self.lead.action_set_lost()
        loss = self.lead.funnel_loss_ids
        _activities, messages = self._discuss(loss)
        (self.lead + other).with_user(self.director).merge_opportunity()
        self.assertTrue(loss.exists() and messages.exists())

    def test_one_query_tells_that_there_is_nothing(self):
        leads = self._create_leads(3)
        self.env.flush_all()
        with self.assertQueryCount(1):
            found = leads._funnel_find_papers(DISCUSSED)
        self.assertFalse(found)
