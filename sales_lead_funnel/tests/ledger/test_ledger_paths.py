"""One row at birth and one per real change, whatever door it came through."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, RecordCapturer, new_test_user, tagged
from odoo.tools import mute_logger

from ...exceptions import FunnelLedgerError
from ..common import FunnelCommon

to_datetime = fields.Datetime.to_datetime


@tagged("post_install", "-at_install")
class TestLedgerScreens(FunnelCommon):
    """The doors of the web client."""

    def test_birth_is_one_row_with_nothing_before(self):
        moves = self._moves(self._create_lead(by=self.rep))
        self.assertEqual(len(moves), 1)
        self.assertFalse(moves.from_stage_id or moves.from_status)
        self.assertEqual(
            (moves.to_stage_id, moves.to_status), (self.stage_new, "pending")
        )
        self.assertEqual(moves.user_id, self.rep)

    def test_form_writes_one_row(self):
        lead = self._create_lead(by=self.rep)
        with Form(lead.with_user(self.rep), "crm.crm_lead_view_form") as form:
            form.stage_id = self.stage_next
        self.assertMoved(lead, self.stage_next, "form")
        self.assertEqual(self._moves(lead)[-1].user_id, self.rep)

    def test_lead_entered_in_the_form_is_born_there(self):
        form = Form(self.env["crm.lead"].with_user(self.rep), "crm.crm_lead_view_form")
        form.name = "Typed in"
        self.assertEqual(self._moves(form.save()).path, "form")

    def test_board_writes_one_row(self):
        lead = self._create_lead()
        specification = self._specification_of("kanban")
        values = {"stage_id": self.stage_next.id}
        lead.with_user(self.rep).web_save(values, specification)
        self.assertMoved(lead, self.stage_next, "board")

    def test_quick_create_on_the_board_is_born_there(self):
        quick_create = self._specification("crm.quick_create_opportunity_form", "form")
        leads = self.env["crm.lead"].with_user(self.rep)
        column = leads.with_context(default_stage_id=self.stage_next.id)
        [values] = column.web_save({"name": "Quick"}, quick_create)
        moves = self._moves(leads.browse(values["id"]))
        self.assertEqual((moves.to_stage_id, moves.path), (self.stage_next, "board"))

    def test_list_writes_one_row_per_lead(self):
        leads = self._create_lead() + self._create_lead()
        specification = self._specification_of("list")
        leads.with_user(self.rep).web_save(
            {"stage_id": self.stage_next.id}, specification
        )
        for lead in leads:
            self.assertMoved(lead, self.stage_next, "list")

    def test_list_with_different_values_writes_each(self):
        leads = self._create_lead() + self._create_lead()
        values = [{"stage_id": self.stage_next.id}, {"stage_id": self.stage_gen_1.id}]
        leads.with_user(self.rep).web_save_multi(values, self._specification_of("list"))
        self.assertMoved(leads[0], self.stage_next, "list")
        self.assertMoved(leads[1], self.stage_gen_1, "list")

    def test_lost_wizard_and_restore_button(self):
        lead = self._create_lead()
        wizard = self.env["crm.lead.lost"].with_user(self.rep)
        wizard.create({"lead_ids": lead.ids}).action_lost_reason_apply()
        self.assertMoved(lead, self.stage_new, "button", status="lost")
        lead.with_user(self.rep).action_restore()
        self.assertMoved(lead, self.stage_new, "button", rows=3)

    def test_won_button_writes_stage_and_status_in_one_row(self):
        lead = self._create_lead()
        lead.with_user(self.rep).action_set_won_rainbowman()
        self.assertMoved(lead, self.stage_gen_won, "button", status="won")

    def test_leaving_won_is_a_row(self):
        lead = self._create_lead()
        lead.action_set_won()
        self._move(lead, self.stage_next)
        self.assertMoved(lead, self.stage_next, "server", rows=3)

    def test_plain_archive_is_neither_won_nor_lost(self):
        lead = self._create_lead(probability=50)
        lead.with_user(self.rep).action_archive()
        self.assertEqual(len(self._moves(lead)), 1)

    def test_archiving_a_hopeless_lead_is_losing_it(self):
        lead = self._create_lead()
        lead.write({"probability": 0})
        lead.action_archive()
        self.assertMoved(lead, self.stage_new, "server", status="lost")

    def test_conversion_is_told_apart(self):
        lead = self._create_lead(type="lead", stage_id=False)
        lead.with_user(self.rep).convert_opportunity(False)
        self.assertTrue(lead.stage_id)
        self.assertMoved(lead, lead.stage_id, "convert")

    def test_conversion_wizard_keeps_one_row_per_change(self):
        lead = self._create_lead(type="lead")
        wizard = self.env["crm.lead2opportunity.partner"].with_user(self.rep)
        wizard = wizard.with_context(active_model="crm.lead", active_ids=lead.ids)
        wizard.create({"name": "convert", "lead_id": lead.id}).action_apply()
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual(len(self._moves(lead)), 1)


@tagged("post_install", "-at_install")
class TestLedgerCode(FunnelCommon):
    """The doors that no screen opens."""

    def test_import_without_tracking(self):
        model = self.env["crm.lead"].with_user(self.rep)
        model = model.with_context(import_file=True, tracking_disable=True)
        fields = ["name", "stage_id/.id", "user_id/.id"]
        row = ["Imported", str(self.stage_next.id), str(self.rep.id)]
        result = model.load(fields, [row])
        moves = self._moves(model.browse(result["ids"]))
        self.assertEqual((moves.to_stage_id, moves.path), (self.stage_next, "import"))

    def test_import_that_updates_a_lead(self):
        lead = self._create_lead()
        model = self.env["crm.lead"].with_user(self.rep)
        model = model.with_context(import_file=True, tracking_disable=True)
        model.load([".id", "stage_id/.id"], [[str(lead.id), str(self.stage_next.id)]])
        self.assertMoved(lead, self.stage_next, "import")

    def test_write_without_tracking(self):
        lead = self._create_lead()
        self._move(lead.with_context(tracking_disable=True), self.stage_next)
        self.assertMoved(lead, self.stage_next, "server")

    def test_batch_adds_nothing_for_leads_already_there(self):
        there, elsewhere = self._create_lead(), self._create_lead()
        self._move(there + elsewhere, self.stage_new)
        self.assertEqual([len(self._moves(lead)) for lead in there + elsewhere], [1, 1])
        self._move(there, self.stage_next)
        self._move(there + elsewhere, self.stage_next)
        self.assertEqual(len(self._moves(there)), 2)
        self.assertMoved(elsewhere, self.stage_next, "server")

    def test_there_and_back_in_one_transaction_is_two_rows(self):
        lead = self._create_lead()
        self._move(lead, self.stage_next)
        self._move(lead, self.stage_new)
        self.assertMoved(lead, self.stage_new, "server", rows=3)

    def test_incoming_mail(self):
        message = {"subject": "Please call", "from": "client@example.com"}
        lead = self.env["crm.lead"].message_new(message)
        self.assertEqual(self._moves(lead).path, "mail")

    def test_recomputed_stage_after_team_change(self):
        lead = self._create_lead()
        lead.with_user(self.manager).write({"team_id": self.team_other.id})
        self.assertEqual(lead.stage_id, self.stage_other_team)
        self.assertMoved(lead, self.stage_other_team, "server")

    def test_team_change_by_assignment_is_seen_by_the_next_reader(self):
        lead = self._create_lead()
        lead.team_id = self.team_other
        self.assertMoved(lead, self.stage_other_team, "server")

    def test_team_change_is_seen_by_the_next_reader_of_stays(self):
        lead = self._create_lead()
        lead.team_id = self.team_other
        stays = self.env["funnel.stage.episode"].search([("lead_id", "=", lead.id)])
        self.assertIn(self.stage_other_team, stays.stage_id)

    def test_stage_that_becomes_won_wins_its_leads(self):
        lead = self._create_lead(stage_id=self.stage_gen_1.id)
        self.stage_gen_1.is_won = True
        self.assertMoved(lead, self.stage_gen_1, "server", status="won")
        self.stage_gen_1.is_won = False
        self.assertMoved(lead, self.stage_gen_1, "server", rows=3)

    def test_writes_below_the_model_are_seen(self):
        lead = self._create_lead()
        lead._write_multi([{"stage_id": self.stage_next.id}])
        self.assertMoved(lead, self.stage_next, "server")

    def test_automation_rule_is_told_apart_even_behind_a_screen(self):
        """As base_automation runs an action: the rule is a key of the context."""
        lead = self._create_lead()
        rule = self.env["ir.actions.server"].create(
            {
                "name": "Move on",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": f"record.write({{'stage_id': {self.stage_next.id}}})",
            }
        )
        context = {"active_model": "crm.lead", "active_id": lead.id}
        done = {rule: lead}
        rule.with_context(**context, __action_done=done).run()
        self.assertMoved(lead, self.stage_next, "automation")

    def test_rules_that_only_watch_do_not_rename_the_door(self):
        """base_automation puts an empty memo in the context of every write."""
        lead = self._create_lead()
        self._move(lead.with_context(__action_done={}), self.stage_next)
        self.assertMoved(lead, self.stage_next, "server")

    def test_nightly_check_appends_what_raw_sql_hid(self):
        lead = self._create_lead()
        self.env.cr.execute(
            "UPDATE crm_lead SET stage_id = %s WHERE id = %s",
            [self.stage_next.id, lead.id],
        )
        lead.invalidate_recordset()
        self._reconcile()
        self.assertMoved(lead, self.stage_next, "reconcile")
        self.assertReplayGivesLive()

    def test_nightly_check_adds_nothing_when_all_is_well(self):
        self._create_lead()
        with RecordCapturer(self.env["funnel.stage.move"], []) as capture:
            self._reconcile()
        self.assertFalse(capture.records)


@tagged("post_install", "-at_install")
class TestLedgerTimes(FunnelCommon):
    def test_move_told_late_keeps_both_times(self):
        lead = self._create_lead(funnel_obtained_at="2024-03-01 08:00:00")
        late = lead.with_context(funnel_happened_at="2024-03-05 09:30:00")
        self._move(late, self.stage_next)
        last = self._moves(lead)[-1]
        self.assertEqual(last.happened_at, to_datetime("2024-03-05 09:30:00"))
        self.assertEqual(last.recorded_at, self.env.cr.now())

    def test_move_told_late_does_not_precede_the_last_one(self):
        lead = self._create_lead(funnel_obtained_at="2024-03-01 08:00:00")
        late = lead.with_context(funnel_happened_at="2024-03-05 09:30:00")
        self._move(late, self.stage_next)
        later = lead.with_context(funnel_happened_at="2024-03-02 09:30:00")
        self._move(later, self.stage_new)
        self.assertEqual(
            self._moves(lead)[-1].happened_at, to_datetime("2024-03-05 09:30:00")
        )

    def test_what_lies_in_the_future_is_now(self):
        lead = self._create_lead()
        ahead = self.env.cr.now() + timedelta(days=3)
        self._move(lead.with_context(funnel_happened_at=ahead), self.stage_next)
        last = self._moves(lead)[-1]
        self.assertEqual(last.happened_at, last.recorded_at)

    def test_lead_is_born_when_it_was_obtained(self):
        lead = self._create_lead(funnel_obtained_at="2024-03-01 08:00:00")
        self.assertEqual(
            self._moves(lead).happened_at, to_datetime("2024-03-01 08:00:00")
        )

    def test_lead_entered_as_won_is_won_when_it_was_entered(self):
        lead = self._create_lead(
            funnel_obtained_at="2024-03-01 08:00:00", stage_id=self.stage_won.id
        )
        moves = self._moves(lead)
        self.assertEqual(moves.to_status, "won")
        self.assertEqual(moves.happened_at, moves.recorded_at)

    def test_explicit_time_of_birth_wins(self):
        leads = self.env["crm.lead"].with_context(funnel_happened_at="2024-02-02")
        lead = leads.create(self._lead_vals())
        self.assertEqual(self._moves(lead).happened_at, to_datetime("2024-02-02"))


@tagged("post_install", "-at_install")
class TestLedgerIsAppendOnly(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(funnel_need_fit="full")
        cls.move = cls.lead.funnel_stage_move_ids
        cls.change = cls.lead.funnel_grade_change_ids

    def _everybody(self):
        yield from (
            self.rep,
            self.manager,
            self.director,
            self.env.ref("base.user_root"),
        )

    def test_rows_are_there_to_be_protected(self):
        self.assertTrue(self.move and self.change)

    def test_nobody_changes_a_row(self):
        for user in self._everybody():
            with self.subTest(user=user.login):
                for row in (self.move, self.change):
                    with self.assertRaises(AccessError):
                        row.with_user(user).write({"user_id": self.rep.id})
        with self.assertRaises(FunnelLedgerError):
            self.move.sudo().write({"path": "form"})

    def test_nobody_deletes_a_row(self):
        for user in self._everybody():
            with self.subTest(user=user.login):
                for row in (self.move, self.change):
                    with self.assertRaises(AccessError):
                        row.with_user(user).unlink()
        with self.assertRaises(FunnelLedgerError):
            self.change.sudo().unlink()

    def test_people_add_no_rows(self):
        values = {"lead_id": self.lead.id, "to_status": "won"}
        for user in (self.rep, self.manager, self.director):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["funnel.stage.move"].with_user(user).create(values)

    def test_rows_are_not_reached_through_the_lead(self):
        values = {"funnel_stage_move_ids": [(2, self.move.id)]}
        with self.assertRaises(AccessError):
            self.lead.with_user(self.director).write(values)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.director).write(
                {"funnel_grade_change_ids": [(1, self.change.id, {"reason": "None"})]}
            )

    def test_deleting_a_lead_deletes_its_rows(self):
        rows = self._moves(self.lead)
        self.lead.with_user(self.director).unlink()
        self.env.invalidate_all()
        self.assertFalse((rows | self.move).exists() or self.change.exists())

    def test_stage_that_is_deleted_leaves_its_name(self):
        self._move(self.lead, self.stage_gen_1)
        self._move(self.lead, self.stage_new)
        self.stage_gen_1.unlink()
        self.env.invalidate_all()
        passed = self._moves(self.lead)[1]
        self.assertFalse(passed.to_stage_id)
        self.assertEqual(passed.deleted_stage, "Generic stage")
        self.assertReplayGivesLive()


@tagged("post_install", "-at_install")
class TestLedgerMerge(FunnelCommon):
    def _merge(self, *leads):
        return (
            self.env["crm.lead"]
            .union(*leads)
            .with_user(self.manager)
            .merge_opportunity()
        )

    def _create_pair(self):
        """Return the lead that will survive, which is the further one, and another."""
        other = self._create_lead(name="Other")
        survivor = self._create_lead(name="Survivor", stage_id=self.stage_next.id)
        self._move(other, self.stage_gen_1)
        self._move(other, self.stage_new)
        survivor.write({"probability": 90})
        return survivor, other

    def test_rows_of_the_survivor_stay_as_they_are(self):
        survivor, other = self._create_pair()
        before = self._moves(survivor).read()
        self.assertEqual(self._merge(survivor, other), survivor)
        self.assertEqual(self._moves(survivor).read(), before)

    def test_rows_of_the_merged_lead_are_kept_and_marked(self):
        survivor, other = self._create_pair()
        rows, label = self._moves(other), f"{other.funnel_code} Other"
        self._merge(survivor, other)
        self.env.invalidate_all()
        self.assertEqual(len(rows.exists()), 3)
        self.assertEqual(rows.merged_into_id, survivor)
        self.assertFalse(rows.lead_id)
        self.assertEqual(set(rows.mapped("merged_lead_label")), {label})
        self.assertEqual(survivor.funnel_merged_move_ids, rows)

    def test_grades_of_the_merged_lead_are_kept_and_marked(self):
        survivor, other = self._create_pair()
        other.funnel_propose_grade(self.grade_b.id, "Asked for a demo")
        rows = self._changes(other)
        self._merge(survivor, other)
        self.env.invalidate_all()
        self.assertEqual(survivor.funnel_merged_grade_ids, rows)
        own = survivor.funnel_grade_change_ids.filtered("reason")
        self.assertEqual(own.mapped("reason"), ["Asked for a demo"])
        self.assertEqual(own.merged_lead_label, rows.merged_lead_label)

    def test_merges_in_a_chain_end_at_the_last_survivor(self):
        second, first = self._create_pair()
        rows, label = self._moves(first), f"{first.funnel_code} Other"
        self._merge(second, first)
        third = self._create_lead(stage_id=self.stage_next.id)
        third.write({"probability": 95})
        self.assertEqual(self._merge(third, second), third)
        self.env.invalidate_all()
        self.assertEqual(rows.merged_into_id, third)
        self.assertEqual(set(rows.mapped("merged_lead_label")), {label})
        self.assertReplayGivesLive()

    def test_survivor_moved_by_the_merge_gets_a_row(self):
        survivor, other = self._create_pair()
        leads = (survivor + other).with_user(self.manager)
        leads.merge_opportunity(team_id=self.team_other.id)
        self.assertMoved(survivor, survivor.stage_id, "merge")
        self.assertIn(self.team_other, survivor.stage_id.team_ids | self.team_other)
        self.assertReplayGivesLive()

    def test_merged_rows_go_with_the_survivor(self):
        survivor, other = self._create_pair()
        rows = self._moves(other)
        self._merge(survivor, other)
        survivor.unlink()
        self.env.invalidate_all()
        self.assertFalse(rows.exists())


@tagged("post_install", "-at_install")
class TestLedgerRemote(HttpCase):
    """Real calls over HTTP, as a foreign program makes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = new_test_user(
            cls.env, "remote_rep", groups="sales_team.group_sale_salesman"
        )
        stages = cls.env["crm.stage"].create([{"name": "One"}, {"name": "Two"}])
        cls.stage_one, cls.stage_two = stages
        vals = {"name": "Remote", "user_id": cls.rep.id, "type": "opportunity"}
        cls.lead = cls.env["crm.lead"].create({**vals, "stage_id": cls.stage_one.id})

    def _last_move(self):
        self.env.invalidate_all()
        moves = self.env["funnel.stage.move"]
        return moves.search([("lead_id", "=", self.lead.id)], order="id desc", limit=1)

    def _write_over_xmlrpc(self, vals, context=None):
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            self.rep.id,
            "remote_rep",
            "crm.lead",
            "write",
            [[self.lead.id], vals],
            {"context": context or {}},
        )

    def test_xmlrpc_is_an_external_call(self):
        self._write_over_xmlrpc({"stage_id": self.stage_two.id})
        move = self._last_move()
        self.assertEqual((move.path, move.to_stage_id), ("rpc", self.stage_two))
        self.assertEqual(move.user_id, self.rep)

    def test_json2_is_an_external_call(self):
        keys = self.env["res.users.apikeys"].with_user(self.rep)
        expiry = fields.Datetime.now() + timedelta(hours=1)
        key = keys._generate("rpc", "test", expiry)
        response = self.url_open(
            "/json/2/crm.lead/write",
            data=json.dumps(
                {"ids": self.lead.ids, "vals": {"stage_id": self.stage_two.id}}
            ),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
            },
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(self._last_move().path, "rpc")

    def test_menus_of_the_web_client_are_no_external_call(self):
        self.authenticate("remote_rep", "remote_rep")
        [copied] = self._call_kw("crm.lead", "copy", self.lead.ids)
        self._call_kw("crm.lead", "action_set_lost", self.lead.ids)
        self._call_kw("crm.lead", "action_unarchive", self.lead.ids)
        quick, _name = self._call_kw("crm.lead", "name_create", "Quick")
        self._call_kw("crm.lead", "action_archive", [quick])
        self._call_kw("crm.lead", "write", [copied], {"stage_id": self.stage_two.id})
        self.env.invalidate_all()
        self.assertEqual(self._paths(self.lead.id), ["server", "button", "button"])
        self.assertEqual(self._paths(copied), ["button", "rpc"])
        self.assertEqual(self._paths(quick), ["form"])

    def _call_kw(self, model, method, *args):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": {}},
        )

    def _paths(self, lead_id):
        moves = self.env["funnel.stage.move"]
        return moves.search([("lead_id", "=", lead_id)], order="id").mapped("path")

    def test_copy_by_a_program_is_an_external_call(self):
        [copied] = self.xmlrpc_object.execute_kw(
            *(self.env.cr.dbname, self.rep.id, "remote_rep"),
            *("crm.lead", "copy", [self.lead.ids]),
        )
        self.env.invalidate_all()
        self.assertEqual(self._paths(copied), ["rpc"])

    def test_path_is_not_forged_through_the_context(self):
        forgeries = [
            {"funnel_path": "board"},
            {"import_file": True},
            {"__action_done": {"rule": 1}},
        ]
        stages = [self.stage_two, self.stage_one, self.stage_two]
        for context, stage in zip(forgeries, stages, strict=True):
            with self.subTest(context=context):
                self._write_over_xmlrpc({"stage_id": stage.id}, context)
                move = self._last_move()
                self.assertEqual((move.to_stage_id, move.path), (stage, "rpc"))

    @mute_logger("odoo.http", "odoo.service.model")
    def test_rows_are_not_added_from_outside(self):
        with self.assertRaisesRegex(Exception, "append-only|not allowed"):
            self.xmlrpc_object.execute_kw(
                self.env.cr.dbname,
                self.rep.id,
                "remote_rep",
                "funnel.stage.move",
                "create",
                [{"lead_id": self.lead.id, "to_status": "won"}],
            )
