"""The forms about stages and losses in the workbook, opened again cell by cell."""

from datetime import datetime

from odoo.tests import tagged

from .test_workbook_forms import WorkbookFormsCommon

TITLES = {
    "Stage definition": [
        "Stage name",
        "Goal of the stage",
        "Entry criteria",
        "Drop-out criteria",
        "Owner role",
    ],
    "Stage list": [
        "Lead no.",
        "Client name",
        "Opportunity name",
        "Stage",
        "Entered on",
        "Proven stage",
        "Stages above proof",
        "Grade",
        "Expected amount",
        "Expected close",
        "Owner",
    ],
    "Loss analysis": [
        "Lead no.",
        "Client name",
        "Lost in stage",
        "Reason of the loss",
        "Competitor",
        "Lost amount",
        "Grade",
        "Lost on",
        "What was learnt",
        "Try again on",
        "State",
        "Owner",
    ],
}


@tagged("post_install", "-at_install")
class TestWorkbookGates(WorkbookFormsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = cls.first.stage_id
        cls.reasons = cls.env["crm.lost.reason"].create(
            [{"name": "Too dear"}, {"name": "No need"}]
        )
        cls.rival = cls.env["funnel.competitor"].create({"name": "Rival"})

    def _lose(self, reason, at="2024-03-31 15:59:00", **vals):
        lead = self.first.copy({"expected_revenue": 1000, **vals})
        lead.funnel_competitor_ids = self.rival
        late = lead.with_context(funnel_happened_at=at)
        late.action_set_lost(lost_reason_id=reason.id)
        return lead

    def test_titles(self):
        book = self._export()
        for name, titles in TITLES.items():
            with self.subTest(sheet=name):
                self.assertEqual([cell.value for cell in book[name][1]], titles)

    def test_stage_definition_is_f4(self):
        self.stage.write(
            {"funnel_goal": "Need is known", "funnel_owner_role": "Sales rep"}
        )
        field = self.env["ir.model.fields"]._get("crm.lead", "funnel_need")
        criteria = self.env["funnel.criterion"]
        common = {"stage_id": self.stage.id, "field_ids": [(4, field.id)]}
        criteria.create({**common, "name": "Need told"})
        criteria.create(
            {**common, "name": "Need sure", "effect": "warn", "sequence": 20}
        )
        criteria.create({**common, "name": "No need", "direction": "dropout"})
        rows = self._rows("Stage definition")
        self.assertIn(
            [
                self.stage.name,
                "Need is known",
                "1. Need told\n2. Need sure (Warn)",
                "1. No need",
                "Sales rep",
            ],
            rows,
        )
        stages = self.env["crm.stage"].search([])
        self.assertEqual([row[0] for row in rows], stages.mapped("name"))

    def test_stage_list_tells_claim_and_proof(self):
        stages = self.env["crm.stage"]
        before, late = stages.create(
            [{"name": "Before", "sequence": 900}, {"name": "Late", "sequence": 901}]
        )
        field = self.env["ir.model.fields"]._get("crm.lead", "funnel_need")
        self.env["funnel.criterion"].create(
            {"stage_id": late.id, "field_ids": [(4, field.id)]}
        )
        lead = self.first
        lead.write({"stage_id": late.id, "funnel_need": False})
        self.assertEqual(lead.funnel_proven_stage_id, before)
        rows = self._rows("Stage list")
        [row] = [row for row in rows if row[0] == lead.funnel_code]
        moves = lead.funnel_stage_move_ids[:1]
        entered = moves.happened_at.date()
        self.assertLessEqual(abs((row[4].date() - entered).days), 1)
        self.assertEqual([row[3], *row[5:7]], ["Late", "Before", 1])
        self.assertEqual(row[10], "小明")

    def test_losses_of_the_month_and_their_counts(self):
        dear, none = self.reasons
        self._lose(dear)
        self._lose(dear, expected_revenue=3000)
        lead = self._lose(none)
        lead.funnel_loss_ids.write(
            {"lesson": "Ask earlier", "retry_date": "2024-09-01"}
        )
        lead.funnel_loss_ids.action_complete()
        self._lose(none, at="2024-03-31 16:30:00")  # April in Shanghai
        restored = self._lose(none)
        restored.action_restore()
        sheet = self._export()["Loss analysis"]
        rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
        told = [
            row for row in rows if row[10] in ("To analyse", "Analysed", "Reopened")
        ]
        self.assertEqual(len(told), 4)
        self.assertEqual(
            told[2][2:11],
            [
                self.stage.name,
                "No need",
                "Rival",
                1000,
                None,
                datetime(2024, 3, 31),
                "Ask earlier",
                datetime(2024, 9, 1),
                "Analysed",
            ],
        )
        start = next(n for n, row in enumerate(rows) if row[0] == "By reason")
        self.assertEqual(
            [row[:4] for row in rows[start + 2 : start + 4]],
            [["Too dear", 2, 2 / 3, 4000], ["No need", 1, 1 / 3, 1000]],
        )
        self.assertTrue(any(row[0] == "By competitor" for row in rows))

    def test_losses_of_others_are_left_out(self):
        self._lose(self.reasons[0], user_id=self.manager.id)
        own = self._rows("Loss analysis", by=self.ming)
        self.assertFalse([row for row in own if row[10] == "To analyse"])
        theirs = self._rows("Loss analysis")
        self.assertTrue([row for row in theirs if row[10] == "To analyse"])
