"""What stops a nightly job: nothing but a transaction that is to be done again."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.base.batches import run_in_batches, try_again
from ..common_gates import GateCommon

MET = (SerializationFailure, DeadlockDetected, LockNotAvailable, ConcurrencyError)
BATCHES = "odoo.addons.sales_lead_funnel.models.base.batches"


class FaultCommon(GateCommon):
    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", self._progress)

    def _progress(self, processed=0, *, remaining=None, deactivate=False):
        self.env.flush_all()
        return 60

    def _failing(self, model, name, error, bad=None):
        """Let a step fail, for all its records or where one of them is ``bad``."""
        plain = getattr(type(self.env[model]), name)

        def fail(records, *args, **kwargs):
            if bad is None or bad.id in args[0].ids:
                raise error
            return plain(records, *args, **kwargs)

        return patch.object(type(self.env[model]), name, fail)

    def _logs(self):
        return self.assertLogs("odoo.addons.sales_lead_funnel", "ERROR")


@tagged("post_install", "-at_install")
class TestMetTransactions(FaultCommon):
    def _jobs(self):
        """Return ``{(model, step): job}``."""
        plan, gates = self.env["funnel.plan"], self.env["funnel.gate.plan"]
        leads, losses = self.env["crm.lead"], self.env["funnel.loss"]
        return {
            ("funnel.plan", "_attempt"): plan.remind_overdue,
            ("funnel.plan", "_ask_review"): lambda: plan.ask_reviews(self.lead),
            ("funnel.gate.plan", "_ask_data_of"): gates.ask_stage_data,
            ("funnel.gate.plan", "_ask_to_analyse"): gates.ask_loss_analyses,
            ("crm.lead", "_funnel_replan"): leads._cron_funnel_plan_contacts,
            ("funnel.loss", "_close_for"): losses._reconcile,
            ("funnel.loss", "_open_missing"): losses._reconcile,
            ("funnel.regrade", "_judge_card"): self.env["funnel.regrade"]._regrade,
            ("funnel.regrade", "_store_batch"): self.env["funnel.regrade"]._regrade,
        }

    def _prepare(self):
        """Give every job something to do."""
        self._create_criterion("funnel_need", effect="warn")
        self.lead.user_id.tz = "UTC"
        self._move(self.lead, self.stage_next)
        overdue = self._create_lead(name="Overdue")
        lost, revived = self._create_leads(2)
        (lost | revived).action_set_lost()
        self.lead.funnel_propose_grade(self.grade_a.id, "Big")
        self.env.flush_all()
        day = self._get_today()
        self.env.cr.execute(
            "UPDATE crm_lead SET funnel_next_contact_date = %s WHERE id = %s",
            (day - timedelta(days=9), overdue.id),
        )
        self.env.cr.execute(
            "UPDATE crm_lead SET won_status = 'pending' WHERE id = %s", (revived.id,)
        )
        gone = self._create_leads(1)
        gone.action_set_lost()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM funnel_loss WHERE lead_id = %s", (gone.id,))
        self.env.cr.execute("UPDATE crm_lead SET funnel_score = 99")
        self.env.invalidate_all()

    def test_reach_the_server(self):
        self.patch(
            type(self.env["funnel.plan"]),
            "_get_start",
            lambda plan, days: fields.Datetime.now() - timedelta(days=days),
        )
        self._prepare()
        for (model, step), job in self._jobs().items():
            for kind in MET:
                with (
                    self.subTest(step=step, kind=kind.__name__),
                    self.env.cr.savepoint() as savepoint,
                ):
                    with (
                        self._failing(model, step, kind("met")),
                        self.assertRaises(kind),
                    ):
                        job()
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_cron_begins_the_batch_anew(self):
        """Nothing of it is left out, nothing is done twice."""
        leads = self._create_leads(4)
        met, seen = [SerializationFailure("met"), DeadlockDetected("met")], []

        def step(batch):
            if met:
                raise met.pop()
            seen.extend(batch.ids)

        records = leads.with_context(ir_cron_progress_id=1)
        with (
            patch.object(self.env.cr, "rollback") as rollback,
            patch(f"{BATCHES}.time.sleep"),
        ):
            done = run_in_batches(records, "test", 2, ([("id", "in", leads.ids)], step))
        self.assertEqual((done, seen), (4, leads.ids))
        self.assertEqual(rollback.call_count, 2)

    def test_cron_gives_up_in_the_end(self):
        calls = []

        def meet():
            calls.append(1)
            raise SerializationFailure("met")

        env = self.env(context={"ir_cron_progress_id": 1})
        with (
            patch.object(self.env.cr, "rollback"),
            patch(f"{BATCHES}.time.sleep"),
            self.assertRaises(SerializationFailure),
        ):
            try_again(env, meet)
        self.assertEqual(len(calls), 5)


@tagged("post_install", "-at_install")
class TestBadRecords(FaultCommon):
    def test_bad_lead_keeps_its_old_plan_only(self):
        bad, good = self._create_leads(2)
        cadence = self.env["funnel.cadence"].search([("grade_id", "=", False)])
        planned = bad.funnel_next_contact_date
        cadence.days = 44
        with self._bad_next_contact(bad), self._logs() as logs:
            self.env["crm.lead"]._cron_funnel_plan_contacts()
        self.env.invalidate_all()
        self.assertEqual(bad.funnel_next_contact_date, planned)
        self.assertNotEqual(good.funnel_next_contact_date, planned)
        self.assertEqual(len(logs.output), 1)
        self.assertIn(bad.display_name, logs.output[0])

    def _bad_next_contact(self, bad):
        leads = type(self.env["crm.lead"])
        plain = leads._funnel_get_next_contact

        def fail(lead, start):
            if lead.id == bad.id:
                raise OverflowError("date value out of range")
            return plain(lead, start)

        return patch.object(leads, "_funnel_get_next_contact", fail)

    def test_bad_lead_of_many_costs_little(self):
        """Halves are tried, not every lead by itself."""
        leads = self._create_leads(64)
        calls = []

        def step(batch):
            calls.append(len(batch))
            if leads[20] in batch:
                raise ValueError("bad lead")

        with self._logs() as logs:
            done = run_in_batches(
                self.env["crm.lead"], "test", 64, ([("id", "in", leads.ids)], step)
            )
        self.assertEqual(done, 63)
        self.assertEqual(len(calls), 13)
        self.assertIn(str(leads[20].id), logs.output[0])

    def test_bad_loss_does_not_stop_the_reconciling(self):
        bad, good = leads = self._create_leads(2)
        leads.action_set_lost()
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM funnel_loss WHERE lead_id IN %s", (leads._ids,)
        )
        self.env.invalidate_all()
        failing = self._failing("funnel.loss", "_open_missing", ValueError("bad"), bad)
        with failing, self._logs():
            self.env["funnel.gate.plan"].reconcile_losses()
        self.env.invalidate_all()
        self.assertFalse(bad.funnel_loss_ids)
        self.assertEqual(good.funnel_loss_ids.state, "todo")
        self.env["funnel.gate.plan"].reconcile_losses()
        self.env.invalidate_all()
        self.assertTrue(bad.funnel_loss_ids)

    def test_bad_lead_does_not_stop_the_scoring(self):
        bad, good = self._create_leads(2, funnel_need_fit="full")
        score = good.funnel_score
        self.env.cr.execute("UPDATE crm_lead SET funnel_score = 1")
        self.env.invalidate_all()
        regrade = type(self.env["funnel.regrade"])
        plain = regrade._store_batch

        def store(records, batch):
            if bad.id in [row[0] for row in batch]:
                raise ValueError("bad lead")
            plain(records, batch)

        with patch.object(regrade, "_store_batch", store), self._logs() as logs:
            self.env["funnel.regrade"]._regrade()
        self.env.invalidate_all()
        self.assertEqual((bad.funnel_score, good.funnel_score), (1, score))
        self.assertEqual(len(logs.output), 1)

    def test_bad_scorecard_does_not_stop_the_others(self):
        """Its leads keep their score; they are not judged by another card."""
        card = self.env["funnel.scorecard"].create(
            {
                "name": "Broken card",
                "sequence": 1,
                "domain": "[('funnel_need', '=', 'broken')]",
                "dimension_ids": [
                    (0, 0, {"name": "Fit", "criterion_ids": [(0, 0, {"name": "Size"})]})
                ],
            }
        )
        bad = self._create_lead(funnel_need="broken", funnel_need_fit="full")
        good = self._create_lead(funnel_need_fit="full")
        score = good.funnel_score
        self.env.cr.execute(
            "UPDATE crm_lead SET funnel_score = 1 WHERE id IN %s", ((bad | good)._ids,)
        )
        self.env.invalidate_all()
        regrade = type(self.env["funnel.regrade"])
        plain = regrade._judge_card

        def judge(records, lead_model, compiled, domain):
            if compiled.id == card.id:
                records.env.cr.execute("SELECT 1 / 0")
            return plain(records, lead_model, compiled, domain)

        with (
            patch.object(regrade, "_judge_card", judge),
            self._logs() as logs,
            mute_logger("odoo.sql_db"),
        ):
            self.env["funnel.regrade"]._regrade()
        self.env.invalidate_all()
        self.assertEqual((bad.funnel_score, good.funnel_score), (1, score))
        self.assertIn("Broken card", logs.output[0])

    def test_bad_lead_does_not_keep_others_from_being_closed(self):
        self._create_criterion("funnel_need", effect="warn")
        bad, good = leads = self._create_leads(2)
        self._move(leads, self.stage_next)
        self.env["funnel.gate.plan"].ask_stage_data()
        leads.funnel_need = "Pumps"
        failing = self._failing(
            "funnel.gate.plan", "_find_incomplete", ValueError(), bad
        )
        with failing, self._logs():
            self.env["funnel.gate.plan"].ask_stage_data()
        self.env.invalidate_all()
        self.assertTrue(bad.activity_ids)
        self.assertFalse(good.activity_ids)
