"""Every loss has its record, by whatever path; a restore keeps it."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...exceptions import FunnelLossError
from ..common_gates import GateCommon

LOST_VIEW = "crm.crm_lead_lost_view_form"


@tagged("post_install", "-at_install")
class TestLoss(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead.write({"expected_revenue": 5000, "probability": 40})
        cls.reason, cls.reason_other = cls.env["crm.lost.reason"].create(
            [{"name": "Too dear"}, {"name": "No need"}]
        )
        cls.rival = cls.env["funnel.competitor"].create({"name": "Mom's"})

    def _loss(self, lead=None):
        return (lead or self.lead).funnel_loss_ids

    def _lose_by_wizard(self, **vals):
        wizard = self.env["crm.lead.lost"].with_user(self.rep)
        wizard.create({"lead_ids": self.lead.ids, **vals}).action_lost_reason_apply()

    def assertOneOpen(self, lead=None, **values):
        [loss] = self._loss(lead)
        self.assertRecordValues(loss, [values])
        return loss

    # paths

    def test_dialog_completes_the_loss(self):
        self._move(self.lead, self.stage_next)
        self._lose_by_wizard(
            lost_reason_id=self.reason.id,
            funnel_competitor_id=self.rival.id,
            funnel_lesson="Ask for the budget first",
            funnel_retry_date="2027-05-01",
        )
        self.assertOneOpen(
            state="done",
            stage_id=self.stage_next.id,
            amount=5000,
            lost_reason_id=self.reason.id,
            competitor_id=self.rival.id,
            lesson="Ask for the budget first",
            retry_date=fields.Date.to_date("2027-05-01"),
            user_id=self.rep.id,
            path="button",
        )
        self.assertEqual(self.lead.funnel_competitor_ids, self.rival)

    def test_dialog_names_the_one_lead_that_is_lost(self):
        dialogs = self.env["crm.lead.lost"]
        others = self._create_leads(2)
        one = dialogs.create({"lead_ids": self.lead.ids})
        self.assertEqual(one.funnel_lead_name, self.lead.name)
        many = dialogs.create({"lead_ids": others.ids})
        self.assertEqual(many.funnel_lead_name, "2 leads")

    def _open_dialog(self, leads):
        """Open the dialog of the buttons “Lost”, as a rep."""
        wizards = self.env["crm.lead.lost"].with_user(self.rep)
        return Form(wizards.with_context(default_lead_ids=leads.ids), LOST_VIEW)

    def test_dialog_asks_the_reason(self):
        for leads in (self.lead, self._create_leads(2)):
            form = self._open_dialog(leads)
            with self.subTest(leads=leads), self.assertRaises(AssertionError):
                form.save()
            form.lost_reason_id = self.reason
            form.save().action_lost_reason_apply()
            self.assertEqual(set(leads.funnel_loss_ids.mapped("state")), {"done"})

    def test_dialog_asks_no_reason_where_there_is_none(self):
        self.env["crm.lost.reason"].search([]).active = False
        self._open_dialog(self.lead).save().action_lost_reason_apply()
        self.assertOneOpen(state="todo")

    def test_every_button_that_loses_opens_the_dialog(self):
        """Core's buttons and ours: form, lists, My day, and the actions of a list."""
        action = self.env.ref("crm.crm_lead_lost_action")
        self.assertEqual(action.view_id, self.env.ref("crm.crm_lead_lost_view_form"))
        self.assertEqual(self.lead.action_funnel_lose()["id"], action.id)
        views = self.env["ir.ui.view"].search([("model", "=", "crm.lead")])
        for view in views.filtered(lambda view: view.mode == "primary"):
            arch = self.env["crm.lead"].get_view(view.id, view.type)["arch"]
            with self.subTest(view=view.name):
                self.assertNotIn('name="action_set_lost"', arch)

    def test_losses_are_summed_by_reason(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        groups = (
            self.env["funnel.loss"]
            .with_user(self.rep)
            .formatted_read_group(
                [("id", "=", self._loss().id)],
                ["lost_reason_id"],
                ["amount:sum_currency", "__count"],
            )
        )
        self.assertEqual(groups[0]["amount:sum_currency"], 5000)

    def test_dialog_without_a_reason_is_to_analyse(self):
        self._lose_by_wizard()
        self.assertOneOpen(state="todo", lost_reason_id=False)

    def test_lesson_is_not_told_in_the_chatter(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id, funnel_lesson="Hush-hush")
        self.env.flush_all()
        self.env.cr.flush()
        self.assertNotIn("Hush-hush", str(self.lead.message_ids.mapped("body")))

    def test_every_path_opens_one(self):
        def archive_hopeless(lead):
            lead.write({"probability": 0})
            lead.action_archive()

        paths = {
            "action": lambda lead: lead.action_set_lost(lost_reason_id=self.reason.id),
            "write": lambda lead: lead.write({"active": False, "probability": 0}),
            "rep": lambda lead: lead.with_user(self.rep).action_set_lost(),
            "hopeless": archive_hopeless,
        }
        for name, lose in paths.items():
            lead = self._create_lead(name=name)
            lose(lead)
            with self.subTest(path=name):
                self.assertOneOpen(lead, state="todo", stage_id=self.stage_new.id)

    def test_born_lost(self):
        lead = self._create_lead(active=False, probability=0)
        self.assertOneOpen(lead, state="todo")

    def test_reason_given_after_archiving_reaches_the_loss(self):
        self.lead.write({"probability": 0})
        self.lead.action_set_lost(lost_reason_id=self.reason.id)
        self.assertOneOpen(lost_reason_id=self.reason.id)

    def test_reason_given_while_archiving_reaches_the_loss(self):
        vals = {"active": False, "probability": 0, "lost_reason_id": self.reason.id}
        self.lead.with_user(self.rep).write(vals)
        self.assertOneOpen(lost_reason_id=self.reason.id)

    def test_losses_are_looked_up_of_lost_leads_only(self):
        """Core writes the reason at every merge, and merges many leads in a row."""
        with patch.object(type(self.env["funnel.loss"]), "_sync_reason") as looked_up:
            self.lead.lost_reason_id = self.reason
            (self.lead + self._create_lead()).merge_opportunity()
        looked_up.assert_not_called()

    def test_plain_archive_is_no_loss(self):
        self.lead.action_archive()
        self.assertFalse(self._loss())

    def test_nightly_check_finds_what_nobody_announced(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET active = FALSE, probability = 0, won_status = 'lost',"
            " lost_reason_id = %s WHERE id = %s",
            [self.reason.id, self.lead.id],
        )
        self.env.invalidate_all()
        self.env["funnel.gate.plan"].reconcile_losses()
        self.assertOneOpen(state="done", amount=5000, path="reconcile")
        self.env["funnel.gate.plan"].reconcile_losses()
        self.assertEqual(len(self._loss()), 1)

    def test_loss_of_a_lead_that_lives_by_sql_is_closed(self):
        self.lead.action_set_lost()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET active = TRUE, won_status = 'pending' WHERE id = %s",
            [self.lead.id],
        )
        self.env.invalidate_all()
        self.env["funnel.gate.plan"].reconcile_losses()
        self.assertEqual(self._loss().state, "reopened")
        self.assertTrue(self._loss().reopened_at)

    def test_many_are_lost_and_told_at_once(self):
        """The dialog costs no more for many leads."""
        counts = []
        for number in (10, 10, 60):
            leads = self._create_leads(number).with_user(self.rep)
            wizard = self.env["crm.lead.lost"].with_user(self.rep)
            wizard = wizard.with_context(tracking_disable=True).create(
                {
                    "lead_ids": leads.ids,
                    "lost_reason_id": self.reason.id,
                    "funnel_competitor_id": self.rival.id,
                    "funnel_lesson": "Be early",
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_lost_reason_apply()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            losses = leads.sudo().funnel_loss_ids
            self.assertEqual(losses.mapped("state"), ["done"] * number)
            self.assertEqual(leads.funnel_competitor_ids, self.rival)
        self.assertLessEqual(counts[2], counts[1] + 5, counts)

    # back again

    def test_restore_closes_and_keeps_it(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        self.lead.with_user(self.rep).action_restore()
        loss = self.assertOneOpen(state="reopened", lost_reason_id=self.reason.id)
        self.assertTrue(loss.reopened_at)

    def test_losing_again_is_another_record(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        self.lead.action_restore()
        self._move(self.lead, self.stage_next)
        self._lose_by_wizard(lost_reason_id=self.reason_other.id)
        self.assertEqual(
            self._loss().sorted("id").mapped("state"), ["reopened", "done"]
        )
        self.assertEqual(
            self._loss().sorted("id").stage_id, self.stage_new + self.stage_next
        )

    def test_winning_a_lost_lead_reopens(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        self.lead.write({"stage_id": self.stage_gen_won.id})
        self.assertEqual(self.lead.won_status, "won")
        self.assertOneOpen(state="reopened", lost_reason_id=self.reason.id)

    def test_merge_keeps_losses(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        loss, label = self._loss(), f"{self.lead.funnel_code} {self.lead.name}"
        survivor = self._create_lead(stage_id=self.stage_next.id, probability=90)
        survivor.funnel_competitor_ids = self.rival
        other = self.env["funnel.competitor"].create({"name": "Robo Corp"})
        self.lead.funnel_competitor_ids = other
        merged = (self.lead + survivor).with_user(self.manager).merge_opportunity()
        self.assertEqual(merged, survivor)
        self.assertEqual((loss.lead_id, loss.state), (survivor, "reopened"))
        self.assertEqual(loss.shown_state, "merged")
        self.assertEqual(loss.merged_lead_label, label)
        self.assertFalse(loss.reopened_at or loss.activity_ids)
        self.assertEqual(survivor.funnel_competitor_ids, self.rival + other)

    def test_lost_lead_that_stays_beside_the_survivor_keeps_its_loss(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        survivor = self._create_lead(stage_id=self.stage_next.id, probability=90)
        leads = (self.lead + survivor).with_user(self.manager)
        leads.merge_opportunity(auto_unlink=False)
        self.assertOneOpen(state="done", merged_lead_label=False)
        loss = self._loss()
        self.lead.unlink()
        self.assertEqual(loss.lead_id, survivor)
        self.assertTrue(loss.merged_lead_label)

    def test_loss_of_a_merged_lead_can_still_be_told(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        loss = self._loss()
        survivor = self._create_lead(stage_id=self.stage_next.id, probability=90)
        (self.lead + survivor).with_user(self.manager).merge_opportunity()
        loss.with_user(self.rep).write(
            {"lesson": "Ask first", "lost_reason_id": self.reason_other.id}
        )
        self.assertEqual(loss.lesson, "Ask first")
        self.assertFalse(survivor.lost_reason_id)

    def test_loss_of_a_merged_lead_that_nobody_analysed(self):
        self.lead.action_set_lost()
        loss = self._loss()
        survivor = self._create_lead(stage_id=self.stage_next.id, probability=90)
        (self.lead + survivor).with_user(self.manager).merge_opportunity()
        self.assertRecordValues(
            loss, [{"shown_state": "merged", "lost_reason_id": False}]
        )
        with Form(loss.with_user(self.rep)) as form:
            form.lost_reason_id = self.reason
            form.lesson = "Ask first"
        self.assertRecordValues(
            loss, [{"shown_state": "merged", "lost_reason_id": self.reason.id}]
        )
        self.assertFalse(survivor.lost_reason_id)

    def test_loss_keeps_the_name_of_a_deleted_stage(self):
        stage = self.env["crm.stage"].create({"name": "Trial run", "sequence": 2})
        self._move(self.lead, stage)
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        self.lead.action_restore()
        self._move(self.lead, self.stage_next)
        stage.unlink()
        self.env.invalidate_all()
        loss = self._loss()
        self.assertEqual((loss.stage_id.id, loss.deleted_stage), (False, "Trial run"))
        [row] = self.env["funnel.monthly.workbook"]._read_losses([("id", "=", loss.id)])
        self.assertEqual(row[2], "Trial run")

    # telling

    def test_analysis_needs_a_reason(self):
        self.lead.action_set_lost()
        loss = self._loss().with_user(self.rep)
        with self.assertRaisesRegex(FunnelLossError, "Lost reason"):
            loss.action_complete()
        loss.write({"lost_reason_id": self.reason.id, "lesson": "Be early"})
        loss.action_complete()
        self.assertEqual(loss.state, "done")
        self.assertEqual(self.lead.lost_reason_id, self.reason)

    def test_loss_without_its_reason_is_to_analyse_again(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        self._loss().with_user(self.rep).write({"lost_reason_id": False})
        self.assertOneOpen(state="todo", lost_reason_id=False)
        self.assertFalse(self.lead.lost_reason_id)
        self._loss().with_user(self.rep).write({"lost_reason_id": self.reason.id})
        self._loss().with_user(self.rep).action_complete()
        self.lead.lost_reason_id = False
        self.assertOneOpen(state="todo", lost_reason_id=False)

    def test_loss_of_before_a_restore_is_history(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        self.lead.action_restore()
        loss = self._loss().with_user(self.rep)
        for vals in ({"lost_reason_id": self.reason_other.id}, {"lesson": "Never"}):
            with self.assertRaisesRegex(FunnelLossError, "came back"):
                loss.write(vals)
        self.assertOneOpen(state="reopened", lost_reason_id=self.reason.id)

    def test_reason_changed_on_the_lead_follows(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        self.lead.lost_reason_id = self.reason_other
        self.assertOneOpen(lost_reason_id=self.reason_other.id)

    def test_facts_of_the_moment_stay(self):
        self.lead.action_set_lost()
        loss = self._loss().with_user(self.director)
        for vals in ({"amount": 1}, {"state": "done"}, {"stage_id": False}):
            with self.subTest(vals=vals), self.assertRaises(FunnelLossError):
                loss.write(vals)
        with self.assertRaises(AccessError):
            loss.unlink()

    def test_step_cannot_be_forged(self):
        self.lead.action_set_lost()
        for value in (True, "funnel_loss_step", {"__class__": "Mark"}):
            forged = self._loss().with_context(funnel_loss_step=value)
            with self.subTest(value=value), self.assertRaises(FunnelLossError):
                forged.write({"state": "done"})

    def test_try_again_with_the_lead_or_a_fresh_one(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        loss = self._loss().with_user(self.rep)
        loss.action_retry_fresh()
        fresh = loss.retry_lead_id
        loss.action_retry_fresh()
        self.assertEqual(loss.retry_lead_id, fresh)
        self.assertTrue(fresh.active and fresh != self.lead)
        self.assertFalse(fresh.lost_reason_id or fresh.funnel_loss_ids)
        self.assertEqual(self.lead.won_status, "lost")
        loss.action_retry_restore()
        self.assertEqual(self.lead.won_status, "pending")
        self.assertEqual(loss.state, "reopened")

    def test_fresh_lead_takes_over_the_answers(self):
        self._create_criterion("funnel_need", stage=self.stage_new)
        self.lead.funnel_need = "A CRM"
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        loss = self._loss().with_user(self.rep)
        loss.action_retry_fresh()
        self.assertEqual(loss.retry_lead_id.funnel_need, "A CRM")

    def test_fresh_lead_says_what_to_fill_in_and_where(self):
        self._lose_by_wizard(lost_reason_id=self.reason.id)
        self._create_criterion("funnel_need", stage=self.stage_new)
        loss = self._loss().with_user(self.rep)
        told = self.assertRaisesRegex(FunnelLossError, r"(?s)lost lead.*Initial need")
        with told, self.env.cr.savepoint():
            loss.action_retry_fresh()
        self.lead.with_user(self.rep).funnel_need = "A CRM"
        loss.action_retry_fresh()
        self.assertTrue(loss.retry_lead_id)

    # competitors

    def test_win_rate_against_a_competitor(self):
        self.assertEqual(self.rival.win_rate_label, "—")
        leads = self._create_leads(3, funnel_competitor_ids=[(4, self.rival.id)])
        leads[0].action_set_won()
        leads[1:].action_set_lost()
        self.rival.invalidate_recordset()
        self.assertEqual((self.rival.won_count, self.rival.lost_count), (1, 2))
        self.assertEqual(self.rival.win_rate_label, "33% (1/3)")

    def test_competitor_is_written_once(self):
        key, _name = self.env["funnel.competitor"].name_create("mom's ")
        self.assertEqual(key, self.rival.id)

    def test_signs_in_a_competitors_name_are_no_wildcards(self):
        alike = self.env["funnel.competitor"].create({"name": "AXB"})
        key, _name = self.env["funnel.competitor"].name_create("A_B")
        self.assertNotEqual(key, alike.id)
        self.assertEqual(self.env["funnel.competitor"].name_create("a_b")[0], key)

    def test_losses_of_others_are_hidden(self):
        hidden = self._create_lead(user_id=self.manager.id)
        (hidden + self.lead).action_set_lost()
        losses = self.env["funnel.loss"]
        domain = [("lead_id", "in", (hidden + self.lead).ids)]
        self.assertEqual(losses.with_user(self.rep).search(domain).lead_id, self.lead)
        self.assertEqual(len(losses.with_user(self.manager).search(domain)), 2)
        self.assertFalse(
            losses.with_user(self.foreign_manager).search(
                [("lead_id.company_id", "=", self.env.company.id), *domain]
            )
        )
