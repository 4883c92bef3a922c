"""Each role × each operation × each new model; nothing about hidden leads leaks."""

import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..common import FULL_PROSPECT, FunnelCommon

OPERATIONS = ("read", "write", "create", "unlink")
RULES = (
    "funnel.scorecard",
    "funnel.scorecard.dimension",
    "funnel.scorecard.criterion",
    "funnel.scorecard.band",
)
LEDGERS = ("funnel.stage.move", "funnel.grade.change")
SETTINGS = ("funnel.cadence", "funnel.spin.question", "funnel.evaluation.axis")
LIBRARY = ("funnel.objection", "funnel.objection.answer")
TEMPLATES = ("funnel.template", "funnel.template.stage", "funnel.template.criterion")
PAPERS = ("funnel.stakeholder", "funnel.closing.step", "funnel.resource.request")
EVALUATIONS = ("funnel.evaluation", "funnel.evaluation.line")
ALLOWED = {  # model → what rep, manager and director may do
    "funnel.grade": ("r", "rwc", "rwcu"),
    **dict.fromkeys(RULES, ("r", "rwcu", "rwcu")),
    **dict.fromkeys(LEDGERS, ("r", "r", "r")),
    "funnel.stage.episode": ("r", "r", "r"),
    "funnel.grade.wizard": ("rwcu", "rwcu", "rwcu"),
    "funnel.workbook.export": ("", "rwcu", "rwcu"),
    "funnel.cadence.preset": ("", "rwcu", "rwcu"),
    **dict.fromkeys(SETTINGS, ("r", "rwcu", "rwcu")),
    **dict.fromkeys(LIBRARY, ("rc", "rwcu", "rwcu")),
    **dict.fromkeys(PAPERS, ("rwcu", "rwcu", "rwcu")),
    **dict.fromkeys(EVALUATIONS, ("rwc", "rwcu", "rwcu")),  # history is kept
    "funnel.followup": ("rwc", "rwc", "rwc"),  # nobody deletes what was said
    "funnel.followup.revision": ("r", "r", "r"),
    "funnel.pause.wizard": ("rwcu", "rwcu", "rwcu"),
    "funnel.criterion": ("r", "rwcu", "rwcu"),
    "funnel.stage.approval": ("rwc", "rwc", "rwc"),
    "funnel.approval.refusal": ("", "rwcu", "rwcu"),
    "funnel.loss": ("rw", "rw", "rw"),
    "funnel.competitor": ("rc", "rwcu", "rwcu"),
    **dict.fromkeys(TEMPLATES, ("", "", "rwcu")),
    "funnel.template.wizard": ("", "", "rwcu"),
    "funnel.template.wizard.line": ("", "", "rwcu"),
}
ASSIGNED = {"funnel.resource.request": "r"}  # model → what other employees may do


class AccessCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = mail_new_test_user(
            cls.env, login="plain_employee", groups="base.group_user"
        )
        cls._prepare_leads_of_others(**{**FULL_PROSPECT, "partner_name": "Momcorp"})
        visible = cls.own | cls.unassigned
        visible.funnel_propose_grade(cls.grade_b.id, "Open reason")
        hidden = cls.leads - visible
        hidden.funnel_propose_grade(cls.grade_b.id, "Hush-hush reason")
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _rows(self, model, user):
        """Return the leads whose ledger rows a user can find."""
        rows = (
            self.env[model].with_user(user).search([("lead_id", "in", self.leads.ids)])
        )
        return self.leads & rows.sudo().lead_id


@tagged("post_install", "-at_install")
class TestOperations(AccessCommon):
    def test_every_model_of_the_addon_is_in_the_table(self):
        models = self.env["ir.model"].search([("model", "=like", "funnel.%")])
        models = {m.model for m in models if not self.env[m.model]._abstract}
        self.assertEqual(models, set(ALLOWED))

    def test_roles_may_do_what_the_table_says(self):
        users = (self.rep, self.manager, self.director)
        for model, rights in ALLOWED.items():
            for user, letters in zip(users, rights, strict=True):
                records = self.env[model].with_user(user)
                allowed = {o for o in OPERATIONS if records.has_access(o)}
                expected = {o for o in OPERATIONS if o[0] in letters}
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(allowed, expected)

    def test_people_outside_of_sales_see_nothing_but_what_they_are_asked(self):
        for model in ALLOWED:
            for operation in OPERATIONS:
                with self.subTest(model=model, operation=operation):
                    records = self.env[model].with_user(self.employee)
                    allowed = operation[0] in ASSIGNED.get(model, "")
                    self.assertEqual(records.has_access(operation), allowed)

    def test_people_from_outside_see_nothing(self):
        for group in ("base.group_portal", "base.group_public"):
            user = mail_new_test_user(self.env, login=group, groups=group)
            for model in ALLOWED:
                with self.subTest(model=model, group=group):
                    records = self.env[model].with_user(user)
                    self.assertFalse(any(map(records.has_access, OPERATIONS)))

    def test_rep_cannot_touch_the_rules(self):
        for record in (
            self.grade_a,
            self.env.ref("sales_lead_funnel.scorecard_prospect"),
            self.env.ref("sales_lead_funnel.band_prospect_need_fit_full"),
        ):
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.with_user(self.rep).write({"name": "Mine"})

    def test_manager_edits_rules_of_own_company_only(self):
        card = self.env["funnel.scorecard"].create(
            {
                "name": "Theirs",
                "company_id": self.company_foreign.id,
                "dimension_ids": [(0, 0, {"name": "Fit", "weight": 1})],
            }
        )
        values = {"name": "Q", "dimension_id": card.dimension_ids.id}
        criterion = self.env["funnel.scorecard.criterion"].create(
            {**values, "band_ids": [(0, 0, {"name": "Yes", "points": 5})]}
        )
        for record in (card, card.dimension_ids, criterion, criterion.band_ids):
            with self.subTest(model=record._name):
                found = record.with_user(self.manager).search([("id", "=", record.id)])
                self.assertFalse(found)
                with self.assertRaises(AccessError):
                    record.with_user(self.manager).write({"name": "Ours"})
                theirs = record.with_user(self.foreign_manager)
                self.assertTrue(theirs.has_access("write"))

    def test_export_needs_the_right_to_export(self):
        move = self.own.funnel_stage_move_ids.with_user(self.rep)
        self.assertFalse(self.rep.has_group("base.group_allow_export"))
        with self.assertRaises(Exception):  # noqa: B017  core raises UserError
            move.export_data(["happened_at"])
        self.rep.group_ids += self.env.ref("base.group_allow_export")
        self.assertEqual(len(move.export_data(["happened_at"])["datas"]), 1)


@tagged("post_install", "-at_install")
class TestLedgerAccess(AccessCommon):
    def test_rep_reads_rows_of_visible_leads(self):
        for model in LEDGERS:
            with self.subTest(model=model):
                self.assertEqual(
                    self._rows(model, self.rep), self.own | self.unassigned
                )

    def test_manager_reads_rows_of_own_company(self):
        for model in LEDGERS:
            with self.subTest(model=model):
                ours = self.own | self.others | self.unassigned
                for user in (self.manager, self.director):
                    self.assertEqual(self._rows(model, user), ours)
                theirs = self.unassigned | self.foreign
                self.assertEqual(self._rows(model, self.foreign_manager), theirs)

    def test_rows_of_hidden_leads_are_not_read_by_id(self):
        for rows in (
            self.others.funnel_stage_move_ids,
            self.others.funnel_grade_change_ids,
            self.foreign.funnel_grade_change_ids,
        ):
            self.assertTrue(rows)
            with self.assertRaises(AccessError):
                rows.with_user(self.rep).read(["happened_at"])
        with self.assertRaises(AccessError):
            self.foreign.funnel_stage_move_ids.with_user(self.manager).read(["path"])

    def test_rows_of_hidden_leads_are_not_grouped(self):
        changes = self.env["funnel.grade.change"].with_user(self.rep)
        [(count,)] = changes._read_group(
            [("reason", "ilike", "Hush-hush")], [], ["__count"]
        )
        self.assertEqual(count, 0)
        [(count,)] = changes._read_group(
            [("reason", "=", "Open reason")], [], ["__count"]
        )
        self.assertEqual(count, 2)
        [(count,)] = changes._read_group(
            [("lead_id.name", "=", "Secret")], [], ["__count"]
        )
        self.assertEqual(count, 0)

    def test_rows_merged_into_a_hidden_lead_are_hidden(self):
        hidden = self._create_lead(
            name="Winner", user_id=self.manager.id, stage_id=self.stage_next.id
        )
        rows = self.others.funnel_stage_move_ids | self.own.funnel_stage_move_ids
        leads = hidden | self.others | self.own
        leads.with_user(self.manager).merge_opportunity()
        survivor = rows.merged_into_id
        survivor.user_id = self.manager
        self.env.invalidate_all()
        merged = self.env["funnel.stage.move"].with_user(self.rep)
        self.assertFalse(merged.search([("id", "in", rows.ids)]))
        with self.assertRaises(AccessError):
            rows[:1].with_user(self.rep).read(["merged_lead_label"])
        survivor.user_id = self.rep
        self.env.invalidate_all()
        found = merged.search([("id", "in", rows.ids), ("merged_into_id", "!=", False)])
        self.assertTrue(found)

    def test_rows_merged_in_a_foreign_company_are_hidden(self):
        second = self.foreign.copy({"user_id": self.foreign_manager.id})
        second.stage_id = self.stage_gen_1
        survivor = (self.foreign | second).merge_opportunity()
        self.env.flush_all()
        rows = self.env["funnel.stage.move"].search(
            [("merged_into_id", "=", survivor.id)]
        )
        self.assertTrue(rows)
        self.assertFalse(rows.with_user(self.manager).search([("id", "in", rows.ids)]))
        rows.with_user(self.foreign_manager).read(["merged_lead_label"])

    def test_rep_reads_the_history_of_an_own_lead(self):
        lead = self.own.with_user(self.rep)
        self.assertEqual(
            lead.funnel_stage_move_ids.mapped("to_stage_id"), self.stage_new
        )
        self.assertIn("proposed", lead.funnel_grade_change_ids.mapped("kind"))


@tagged("post_install", "-at_install")
class TestLeaks(AccessCommon):
    """Computed fields, searches and wizards tell nothing about hidden leads."""

    def assertNothingTold(self, answer):
        told = json.dumps(answer, default=str)
        for secret in ("Secret", "Hush-hush", self.others.funnel_code):
            self.assertNotIn(secret, told)

    def test_form_of_an_own_lead_tells_nothing(self):
        names = [name for name in self.own._fields if name.startswith("funnel_")]
        self.assertNothingTold(self.own.with_user(self.rep).read(names))

    def test_hidden_lead_is_not_read(self):
        names = [name for name in self.own._fields if name.startswith("funnel_")]
        for name in names:
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.others.with_user(self.rep).read([name])

    def test_searching_by_our_fields_finds_no_hidden_lead(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        for domain in (
            [("funnel_client_key", "=", "momcorp")],
            [("funnel_code", "!=", False)],
            [("funnel_entered_on_time", "=", True)],
            [("funnel_grade_reason", "ilike", "reason")],
            [("funnel_grade_id.is_pursued", "=", True)],
            [("funnel_is_pursued", "=", True)],
        ):
            with self.subTest(domain=domain):
                found = leads.search(domain)
                self.assertIn(self.own, found)
                self.assertFalse(found & (self.others | self.foreign))

    def test_history_is_not_a_way_to_search_hidden_leads(self):
        grades = self.env["funnel.stage.move"].with_user(self.rep)
        found = grades.search([("lead_id.funnel_grade_reason", "ilike", "hush")])
        self.assertFalse(found)
        self.assertTrue(
            grades.search([("lead_id.funnel_grade_reason", "ilike", "open")])
        )

    def test_wizard_shows_nothing_of_a_hidden_lead(self):
        wizard = self.env["funnel.grade.wizard"].with_user(self.rep)
        names = ["suggested_grade_id", "proposed_grade_id", "proposed_reason"]
        asked = {name: {"fields": {"display_name": {}}} for name in names}
        values = {"mode": "review", "lead_ids": [[6, 0, self.others.ids]]}
        for call in (
            lambda: wizard.onchange(values, [], asked),
            lambda: wizard.web_save(values, asked),
            lambda: wizard.create(values).read(names),
        ):
            try:
                answer = call()
            except AccessError:
                answer = {}
            self.assertNothingTold(answer)
            self.assertNotIn('"B"', json.dumps(answer))

    def test_wizard_shows_what_an_own_lead_holds(self):
        wizard = self.env["funnel.grade.wizard"].with_user(self.rep)
        [told] = wizard.create({"lead_ids": self.own.ids}).read(["proposed_reason"])
        self.assertEqual(told["proposed_reason"], "Open reason")

    def test_wizard_of_somebody_else_is_closed(self):
        wizards = self.env["funnel.grade.wizard"]
        wizard = wizards.with_user(self.manager).create({"lead_ids": self.others.ids})
        with self.assertRaises(AccessError):
            wizard.with_user(self.rep).read(["proposed_reason"])

    def test_actions_of_the_lead_stop_at_hidden_leads(self):
        lead = self.others.with_user(self.rep)
        with self.assertRaises(AccessError):
            lead.funnel_propose_grade(self.grade_a.id, "Mine now")
        with self.assertRaises(AccessError):
            lead.write({"funnel_grade_id": self.grade_a.id})
        with self.assertRaises(AccessError):
            lead.action_funnel_show_same_client()
