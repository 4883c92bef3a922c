"""Drop-out candidates, and what gates and losses do by themselves."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import freeze_time, new_test_user, tagged

from ...exceptions import FunnelCriterionError
from ...models.base.batches import RESUME_KEY, run_in_batches
from ...models.base.derived import with_step
from ...models.gates import funnel_criterion, funnel_gate_plan
from ..common_gates import GateCommon


@tagged("post_install", "-at_install")
class TestDropout(GateCommon):
    def _candidates(self, user=None):
        leads = self.env["crm.lead"].with_user(user or self.rep)
        return leads.search([*self._filter_domain("funnel_dropout")])

    def _let_stand(self, lead, days):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE funnel_stage_move SET happened_at = %s WHERE lead_id = %s",
            [fields.Datetime.now() - timedelta(days=days), lead.id],
        )
        self.env.invalidate_all()

    def _create_dropout(self, *names, **vals):
        return self._create_criterion(
            *names, stage=self.stage_new, direction="dropout", **vals
        )

    def test_nothing_is_listed_without_criteria(self):
        self.assertFalse(self.lead.funnel_is_dropout)
        self.assertFalse(self._candidates())

    def test_no_advance_for_thirty_days(self):
        self._create_dropout(
            name="Stands still",
            domain="[('funnel_stage_move_ids', 'not any',"
            " [('happened_at', '>=', '-30d')])]",
        )
        other = self._create_lead(name="Fresh")
        self._let_stand(self.lead, 31)
        self._let_stand(other, 29)
        self.assertEqual(self._candidates() & (self.lead + other), self.lead)
        self.assertTrue(self.lead.funnel_is_dropout)
        self.assertEqual(self.lead.funnel_dropout_reason, "Stands still")
        self.assertFalse(other.funnel_is_dropout)

    def test_contact_is_invalid_when_all_fields_are_empty(self):
        self._create_dropout("phone", "email_from")
        reachable = self._create_lead(phone="+1 555 0100")
        found = self._candidates()
        self.assertIn(self.lead, found)
        self.assertNotIn(reachable, found)
        self.assertFalse(reachable.funnel_is_dropout)

    def test_only_the_leads_of_the_stage(self):
        self._create_dropout("phone", "email_from")
        elsewhere = self._create_lead(stage_id=self.stage_next.id)
        self.assertNotIn(elsewhere, self._candidates())
        self.assertFalse(elsewhere.funnel_is_dropout)

    def test_field_and_search_agree(self):
        self._create_dropout("phone", "email_from")
        self._create_dropout(domain="[('funnel_need_fit', '=', 'none')]")
        leads = self._create_lead(phone="1", funnel_need_fit="none")
        leads += self._create_lead(phone="1") + self._create_lead()
        leads += self._create_lead(user_id=False)
        flagged = leads.filtered("funnel_is_dropout")
        self.assertEqual(self._candidates() & leads, flagged)
        self.assertEqual(len(flagged), 3)
        negated = self.env["crm.lead"].search([("funnel_is_dropout", "=", False)])
        self.assertEqual(negated & leads, leads - flagged)

    def assertAgree(self, lead, expected):
        """Field and search say the same of a lead, to its owner."""
        self.env.flush_all()
        self.env.invalidate_all()
        told = lead.with_user(self.rep).funnel_is_dropout
        self.assertEqual((told, lead in self._candidates()), (expected, expected))

    def test_paused_leads_are_judged_by_what_asks_about_the_pause(self):
        self._create_dropout("phone", "email_from")
        paused = self._create_lead(name="Paused", phone="1")
        with_step(self.lead + paused).write({"funnel_resume_date": "2099-01-01"})
        self.assertAgree(self.lead, False)
        self._create_dropout(
            name="Purchase is paused", domain="[('funnel_resume_date', '!=', False)]"
        )
        for lead in (self.lead, paused):
            self.assertAgree(lead, True)
            self.assertEqual(lead.funnel_dropout_reason, "Purchase is paused")

    @freeze_time("2026-03-10 20:00:00")
    def test_day_is_the_company_s_whoever_looks(self):
        self.env.company.resource_calendar_id.tz = "UTC"
        self.rep.tz = "Asia/Shanghai"  # where it is tomorrow already
        self._create_dropout(domain="[('funnel_purchase_date', '<', 'today')]")
        self.lead.funnel_purchase_date = "2026-03-10"
        self.assertAgree(self.lead, False)
        with_step(self.lead).write(
            {"funnel_purchase_date": "2026-03-09", "funnel_keep_until": "2026-03-10"}
        )
        self.assertAgree(self.lead, False)
        with_step(self.lead).funnel_keep_until = "2026-03-09"
        self.assertAgree(self.lead, True)
        self.lead.with_user(self.rep).action_funnel_keep()
        kept = fields.Date.to_date("2026-04-09")
        self.assertEqual(self.lead.funnel_keep_until, kept)

    def test_criterion_reads_what_the_owner_does_not_see(self):
        rival = self.env["funnel.competitor"].create({"name": "Hush-hush"})
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.env["ir.model"]._get_id("funnel.competitor"),
                "domain_force": "[('name', '!=', 'Hush-hush')]",
                "groups": [(4, self.env.ref("base.group_user").id)],
            }
        )
        self._create_dropout(
            domain="[('funnel_competitor_ids', 'any', [('name', '=', 'Hush-hush')])]"
        )
        self.lead.funnel_competitor_ids = rival
        self.assertAgree(self.lead, True)

    def test_criterion_reads_a_field_of_other_groups(self):
        self._create_dropout("phone")
        self.patch(self.lead._fields["phone"], "groups", "base.group_system")
        self.assertAgree(self.lead, True)
        self.env["funnel.my.day"].with_user(self.rep).get_day()

    def test_leads_of_others_stay_hidden(self):
        self._create_dropout("phone", "email_from")
        hidden = self._create_lead(user_id=self.manager.id)
        self.assertNotIn(hidden, self._candidates())
        self.assertIn(hidden, self._candidates(self.manager))

    def test_candidates_are_found_by_the_query_of_the_search(self):
        self._create_dropout("phone", "email_from")
        leads = self.env["crm.lead"].with_user(self.rep)
        domains = [("type", "=", "opportunity")], [("funnel_is_dropout", "=", True)]
        for domain in domains:  # what is kept in memory is read before counting
            leads.search(domain)
        plain, found = (
            self._count(lambda domain=domain: leads.search(domain))
            for domain in domains
        )
        self.assertEqual(found, plain)

    def test_what_is_never_empty_is_no_field_to_drop_by(self):
        for name, label in (
            ("funnel_budget_min", "Budget from"),
            ("expected_revenue", "Expected Revenue"),
            ("active", "Active"),
        ):
            with self.subTest(name=name):
                refused = self.assertRaisesRegex(
                    FunnelCriterionError, f"No budget.*{label}.*Condition"
                )
                with refused, self.env.cr.savepoint():
                    self._create_dropout("phone", name, name="No budget")
        entry = self._create_criterion("funnel_budget_min", stage=self.stage_new)
        with self.assertRaises(FunnelCriterionError):
            entry.direction = "dropout"

    def test_zero_makes_no_candidate_by_rules_of_before(self):
        self.patch(funnel_criterion, "NEVER_EMPTY", ())  # all that is refused by now
        self._create_dropout("phone", "funnel_budget_min")
        self.lead.funnel_budget_min = 0
        self.assertAgree(self.lead, False)

    def test_owner_keeps_it_or_loses_it(self):
        self._create_dropout("phone", "email_from")
        self.lead.with_user(self.rep).action_funnel_keep()
        self.assertFalse(self.lead.funnel_is_dropout)
        self.assertNotIn(self.lead, self._candidates())
        with_step(self.lead).funnel_keep_until = self._get_today() - timedelta(days=1)
        self.assertIn(self.lead, self._candidates())
        self.lead.with_user(self.rep).action_set_lost()
        self.assertNotIn(self.lead, self._candidates())

    def test_nothing_is_lost_by_itself(self):
        self._create_dropout("phone", "email_from")
        for method in ("ask_stage_data", "prove_stages", "reconcile_losses"):
            with self.enter_registry_test_mode():
                getattr(self.env["funnel.gate.plan"], method)()
        self.env.invalidate_all()
        self.assertEqual(self.lead.won_status, "pending")


@tagged("post_install", "-at_install")
class TestGatePlan(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep.tz = "UTC"
        cls.colleague = new_test_user(
            cls.env, "gate_colleague", "sales_team.group_sale_salesman"
        )

    def _date_back(self, days, *records):
        """Let the activities and the moves of records be older by so many days."""
        self.env.flush_all()
        for record in records:
            self.env.cr.execute(
                "UPDATE mail_activity SET create_date = create_date - %s"
                " WHERE res_model = %s AND res_id = %s",
                [timedelta(days=days), record._name, record.id],
            )
        self.env.cr.execute(
            "UPDATE funnel_stage_move SET happened_at = happened_at - %s",
            [timedelta(days=days)],
        )
        self.env.invalidate_all()

    def _run(self, cron):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"sales_lead_funnel.{cron}").method_direct_trigger()
        self.env.invalidate_all()

    def _planned(self, record, kind):
        kind = self.env.ref(f"sales_lead_funnel.mail_activity_type_{kind}")
        return record.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def test_stage_entered_without_its_data(self):
        self._create_criterion("funnel_need")
        self._move(self.lead, self.stage_next)
        for _again in range(2):
            self._run("ir_cron_stage_data")
        [activity] = self._planned(self.lead, "stage_data")
        self.assertEqual(activity.user_id, self.rep)
        tomorrow = (fields.Datetime.now() + timedelta(days=1)).date()
        self.assertEqual(activity.date_deadline, tomorrow)

    def test_first_stage_is_asked_too(self):
        self._create_criterion("funnel_need", stage=self.stage_new, effect="warn")
        self._run("ir_cron_stage_data")
        self.assertTrue(self._planned(self.lead, "stage_data"))

    def test_nobody_runs_it_from_outside(self):
        plan = self.env["funnel.gate.plan"]
        for name in ("ask_stage_data", "prove_stages", "retry_lost"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                get_public_method(plan, name)

    def test_it_closes_itself_when_complete(self):
        self._create_criterion("funnel_need")
        self._move(self.lead, self.stage_next)
        self._run("ir_cron_stage_data")
        self.lead.funnel_need = "A CRM"
        self._run("ir_cron_stage_data")
        self.assertFalse(self._planned(self.lead, "stage_data"))

    def test_closed_leads_are_asked_no_more_and_not_called_complete(self):
        self._create_criterion("funnel_need", effect="warn")
        lost, won = leads = self._create_leads(2)
        self._move(leads, self.stage_next)
        self._run("ir_cron_stage_data")
        self.assertEqual(len(leads.activity_ids), 2)
        with_step(lost).write({"active": False, "probability": 0})
        won.action_set_won()
        self.assertEqual(lost.won_status, "lost")
        self.assertIn(lost, self.env["funnel.gate.plan"]._find_incomplete(leads))
        self._run("ir_cron_stage_data")
        self.assertFalse(self._planned(leads, "stage_data"))
        self.assertNotIn("Complete", "".join(leads.message_ids.mapped("body")))

    def test_lead_that_closes_is_not_called_complete(self):
        self._create_criterion("funnel_need")
        later = self._create_lead(name="Closed by others")
        self._move(self.lead + later, self.stage_next)
        self._run("ir_cron_stage_data")
        asked = self._planned(self.lead, "stage_data")
        self.assertTrue(asked)
        self.lead.action_set_lost()
        self.assertFalse(asked.exists())
        asked = self._planned(later, "stage_data")
        self.env.cr.execute(
            "UPDATE crm_lead SET won_status = 'lost' WHERE id = %s", [later.id]
        )
        self._run("ir_cron_stage_data")
        self.assertFalse(asked.exists())
        told = (self.lead + later).message_ids.mapped("body")
        self.assertFalse([body for body in told if "Complete" in body])

    def test_owner_who_left_is_asked_for_no_data(self):
        self._create_criterion("funnel_need")
        self._move(self.lead, self.stage_next)
        self.rep.active = False
        self._run("ir_cron_stage_data")
        self.assertFalse(self._planned(self.lead, "stage_data"))
        self.lead.user_id = self.colleague
        self._run("ir_cron_stage_data")
        self.assertEqual(self._planned(self.lead, "stage_data").user_id, self.colleague)

    def test_complete_leads_are_left_alone(self):
        self._create_criterion("funnel_need")
        self.lead.funnel_need = "A CRM"
        self._move(self.lead, self.stage_next)
        self._run("ir_cron_stage_data")
        self.assertFalse(self._planned(self.lead, "stage_data"))

    def test_loss_in_the_background_is_asked_for_once(self):
        self.lead.action_set_lost()
        loss = self.lead.funnel_loss_ids
        self._run("ir_cron_loss_analyses")
        activity = self._planned(loss, "loss")
        self.assertEqual(activity.user_id, self.rep)
        activity.action_feedback()
        self._run("ir_cron_loss_analyses")
        self.assertFalse(self._planned(loss, "loss"))

    def _lose_with_try_again(self):
        self.lead.action_set_lost()
        self.lead.funnel_loss_ids.retry_date = self._get_today()
        return self.lead.funnel_loss_ids

    def _ask_about_losses(self):
        self._run("ir_cron_loss_analyses")
        self._run("ir_cron_retry_lost")

    def assertAsked(self, loss, user):
        """The user, and nobody else, is asked about a loss by activities and My day."""
        for kind in ("loss", "retry"):
            self.assertEqual(self._planned(loss, kind).user_id, user, kind)
            self.assertEqual(len(self._planned(loss, kind)), len(user), kind)
        people = self.rep | self.manager | self.colleague
        for other in people.filtered("active"):
            lists = self.env["funnel.my.day"].with_user(other)
            for name in ("losses", "retries"):
                model, domain = lists._get_waiting_domains()[name]
                for asked in (lists._trusting(domain), lists._to_list(domain)):
                    found = loss in lists.env[model].search(asked)
                    self.assertEqual(found, other == user, (name, other.login))

    def test_loss_of_a_lead_given_away_asks_its_new_owner(self):
        loss = self._lose_with_try_again()
        self.lead.user_id = self.colleague
        self._ask_about_losses()
        self.assertAsked(loss, self.colleague)

    def test_who_was_asked_hands_over_with_the_lead(self):
        loss = self._lose_with_try_again()
        self._ask_about_losses()
        self.assertAsked(loss, self.rep)
        self.lead.user_id = self.colleague
        for _again in range(2):
            self._ask_about_losses()
        self.assertAsked(loss, self.colleague)

    def test_loss_of_a_lead_without_owner_asks_who_had_it(self):
        loss = self._lose_with_try_again()
        self.lead.user_id = False
        self._ask_about_losses()
        self.assertAsked(loss, self.rep)

    def test_owner_who_left_is_not_asked(self):
        loss = self._lose_with_try_again()
        self.rep.active = False
        self._ask_about_losses()
        self.assertAsked(loss, self.env["res.users"])
        self.lead.user_id = self.manager
        self._ask_about_losses()
        self.assertAsked(loss, self.manager)

    def test_loss_of_an_owner_who_left_asks_who_had_it_and_may_read_it(self):
        self.lead.user_id = self.manager
        loss = self._lose_with_try_again()
        self.lead.user_id = self.colleague
        self.colleague.active = False
        self._ask_about_losses()
        self.assertAsked(loss, self.manager)

    def test_analysis_closes_the_activity(self):
        self.lead.action_set_lost()
        loss = self.lead.funnel_loss_ids
        self._run("ir_cron_loss_analyses")
        reason = self.env["crm.lost.reason"].create({"name": "Too dear"})
        loss.with_user(self.rep).write({"lost_reason_id": reason.id})
        loss.with_user(self.rep).action_complete()
        self.assertFalse(loss.activity_ids)

    def test_try_again_date_is_reached(self):
        self.lead.action_set_lost()
        loss = self.lead.funnel_loss_ids
        loss.write({"retry_date": self._get_today() + timedelta(days=1)})
        self._run("ir_cron_retry_lost")
        self.assertFalse(self._planned(loss, "retry"))
        loss.write({"retry_date": self._get_today()})
        self._run("ir_cron_retry_lost")
        self.assertEqual(self._planned(loss, "retry").user_id, self.rep)
        loss.with_user(self.rep).action_retry_fresh()
        self.assertFalse(self._planned(loss, "retry"))
        self._run("ir_cron_retry_lost")
        self.assertFalse(self._planned(loss, "retry"))

    def test_postponed_try_again_is_asked_again(self):
        self.lead.action_set_lost()
        loss = self.lead.funnel_loss_ids
        loss.retry_date = self._get_today() - timedelta(days=40)
        self._run("ir_cron_retry_lost")
        self._planned(loss, "retry").action_feedback()
        self._date_back(40, loss)
        self._run("ir_cron_retry_lost")
        self.assertFalse(self._planned(loss, "retry"))
        loss.retry_date = self._get_today()
        for _again in range(2):
            self._run("ir_cron_retry_lost")
        self.assertEqual(len(self._planned(loss, "retry")), 1)
        self._planned(loss, "retry").action_feedback()
        self._run("ir_cron_retry_lost")
        self.assertFalse(self._planned(loss, "retry"))

    def test_open_try_again_is_not_doubled(self):
        self.lead.action_set_lost()
        loss = self.lead.funnel_loss_ids
        loss.retry_date = self._get_today() - timedelta(days=40)
        self._run("ir_cron_retry_lost")
        self._date_back(40, loss)
        loss.retry_date = self._get_today()
        self._run("ir_cron_retry_lost")
        self.assertEqual(len(self._planned(loss, "retry")), 1)

    def test_entering_the_stage_again_asks_again(self):
        self._create_criterion("funnel_need")
        self._move(self.lead, self.stage_next)
        self._run("ir_cron_stage_data")
        self._planned(self.lead, "stage_data").action_feedback()
        self._run("ir_cron_stage_data")
        self.assertFalse(self._planned(self.lead, "stage_data"))
        self._date_back(3, self.lead)
        self._move(self.lead, self.stage_new)
        self._move(self.lead, self.stage_next)
        for _again in range(2):
            self._run("ir_cron_stage_data")
        self.assertEqual(len(self._planned(self.lead, "stage_data")), 1)

    def test_asked_in_the_language_and_on_the_day_of_the_owner(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.rep.write({"lang": "zh_CN", "tz": "Pacific/Kiritimati"})
        self.lead.action_set_lost()
        loss = self.lead.funnel_loss_ids
        here = loss.lead_id._funnel_speaking_to(self.rep)
        loss.retry_date = here._funnel_get_today()
        self._run("ir_cron_loss_analyses")
        self._run("ir_cron_retry_lost")
        analysis = self._planned(loss, "loss")
        self.assertEqual(analysis.summary, here.env._("Analyse the loss"))
        self.assertNotEqual(analysis.summary, "Analyse the loss")
        today = here._funnel_get_today()
        self.assertEqual(analysis.date_deadline, today + timedelta(days=2))
        self.assertEqual(self._planned(loss, "retry").date_deadline, today)

    def test_bad_record_stops_only_itself(self):
        self._create_criterion("funnel_need")
        other = self._create_lead(name="Bad record")
        self._move(self.lead + other, self.stage_next)
        plan = type(self.env["funnel.gate.plan"])
        ask = plan._ask_data_of

        def fail(records, leads):
            if other.id in leads.ids:
                raise ValueError("bad record")
            return ask(records, leads)

        self.patch(plan, "_ask_data_of", fail)
        with self.assertLogs("odoo.addons.sales_lead_funnel", level="ERROR"):
            self._run("ir_cron_stage_data")
        self.assertTrue(self._planned(self.lead, "stage_data"))
        self.assertFalse(self._planned(other, "stage_data"))


@tagged("post_install", "-at_install")
class TestResumePoint(GateCommon):
    """A job goes on where its time ran out, and starts anew when all is done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = cls._create_leads(5)
        cls.domain = [("id", "in", cls.leads.ids)]
        cls.key = RESUME_KEY % "test"

    @contextmanager
    def _time_left(self, seconds):
        self.remaining = []

        def progress(_cron, processed=0, *, remaining=None, deactivate=False):
            self.remaining.append(remaining)
            return seconds

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", progress):
            yield

    def _run(self, *domains, seconds=0, version=""):
        """Return the numbers of the leads that were done, by step."""
        seen = []

        def note(name, batch):
            seen.append((name, [self.leads.ids.index(id_) for id_ in batch.ids]))
            return len(batch)

        work = [
            (domain, lambda batch, name=name: note(name, batch))
            for name, domain in enumerate(domains or [self.domain])
        ]
        with self._time_left(seconds):
            run_in_batches(self.env["crm.lead"], "test", 2, *work, version=version)
        return seen

    def _point(self):
        return self.env["ir.config_parameter"].get_param(self.key)

    def test_successive_runs_go_on(self):
        runs = [self._run() for _run in range(3)]
        self.assertEqual(runs, [[(0, [0, 1])], [(0, [2, 3])], [(0, [4])]])
        self.assertFalse(self._point())
        self.assertEqual(self.remaining, [1, 0])
        self.assertEqual(self._run(), [(0, [0, 1])])

    def test_one_run_does_all_with_time_enough(self):
        self.assertEqual(self._run(seconds=60), [(0, [0, 1]), (0, [2, 3]), (0, [4])])
        self.assertFalse(self._point())

    def test_steps_follow_each_other(self):
        few = [("id", "in", self.leads[:2].ids)]
        runs = [self._run(few, few) for _run in range(3)]
        self.assertEqual(runs, [[(0, [0, 1])], [(1, [0, 1])], [(0, [0, 1])]])

    def test_nothing_left_after_the_point(self):
        self.env["ir.config_parameter"].set_param(self.key, "0:2000000000:")
        self.assertEqual(self._run(), [])
        self.assertFalse(self._point())
        self.assertEqual(self._run(), [(0, [0, 1])])

    def test_changed_rules_start_anew(self):
        self._run(version="1 criterion")
        self.assertEqual(self._run(version="2 criteria"), [(0, [0, 1])])
        self.assertEqual(self._run(version="2 criteria"), [(0, [2, 3])])

    def test_every_job_of_gates_reaches_its_last_record(self):
        """None of them shrinks its domain by what it does."""
        self.patch(funnel_gate_plan, "BATCH", 2)
        self._create_criterion("funnel_need", stage=self.stage_new, effect="warn")
        lost = self._create_leads(5)
        lost.action_set_lost()
        lost.funnel_loss_ids.retry_date = self._get_today()
        plan = self.env["funnel.gate.plan"]
        for name in ("ask_stage_data", "ask_loss_analyses", "retry_lost"):
            with self.subTest(name=name), self._time_left(0):
                self.env["ir.config_parameter"].set_param(RESUME_KEY % name, False)
                for _run in range(1000):
                    getattr(plan, name)()
                    if self.remaining[-1:] in ([], [0]):
                        break
        self.env.invalidate_all()
        self.assertTrue(all(lead.activity_ids for lead in self.leads))
        for loss in lost.funnel_loss_ids:
            self.assertEqual(len(loss.activity_ids), 2)
