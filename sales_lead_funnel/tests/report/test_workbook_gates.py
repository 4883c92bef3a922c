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
        born = {"funnel_obtained_at": "2024-03-01 09:00:00", "expected_revenue": 1000}
        lead = self.first.copy({**born, **vals})
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

    def test_amount_that_nobody_gave_is_empty(self):
        self.first.expected_revenue = 0
        rows = self._rows("Stage list")
        [row] = [row for row in rows if row[0] == self.first.funnel_code]
        self.assertIsNone(row[8])

    def _lose_of_all_kinds(self):
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

    def test_losses_of_the_month_and_their_counts(self):
        self._lose_of_all_kinds()
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
        self.assertTrue(any("Restored leads are" in str(row[0]) for row in rows))
        tables, total = self._count_tables(rows), ["Total", 3, 1, 5000]
        self.assertEqual(
            tables,
            {
                "By reason": [
                    ["Too dear", 2, 2 / 3, 4000],
                    ["No need", 1, 1 / 3, 1000],
                    total,
                ],
                "By stage": [[self.stage.name, 3, 1, 5000], total],
                "By competitor": [["Rival", 3, 1, 5000], total],
                "By amount": [["1,000 – 9,999", 3, 1, 5000], total],
                "By grade": [["(not told)", 3, 1, 5000], total],
            },
        )

    def test_reason_is_called_the_same_all_over_the_sheet(self):
        self._lose(self.reasons[0])
        cells = self._export()["Loss analysis"].iter_rows(values_only=True)
        titles = [cell for row in cells for cell in row]
        self.assertEqual(titles.count("Reason of the loss"), 2)
        self.assertNotIn("Reason", titles)

    def test_total_of_losses_is_read_once(self):
        self._lose(self.reasons[0])
        model, asked = type(self.env["funnel.metrics"]), []
        get_figures = model._get_figures

        def _get_figures(metrics, codes, *args, **options):
            asked.append((tuple(codes), *args[3:], *options.values()))
            return get_figures(metrics, codes, *args, **options)

        self.patch(model, "_get_figures", _get_figures)
        self._export()
        losses = [what for what in asked if "loss_count" in what[0]]
        self.assertEqual(len(losses), 6)  # five groupings and the total
        self.assertEqual(len(set(losses)), 6)

    def _count_tables(self, rows):
        """Return the tables under the losses, ``{title: [row]}``."""
        starts = [n for n, row in enumerate(rows) if str(row[0]).startswith("By ")]
        tables = {}
        for start in starts:
            told = [row[:4] for row in rows[start + 2 :]]
            end = next((n for n, row in enumerate(told) if not row[0]), len(told))
            tables[rows[start][0]] = told[:end]
        return tables

    def test_counts_are_those_of_the_rows_above(self):
        """Whatever became of the leads, and in the currency of their company."""
        dear, none = self.reasons
        stages = self.env["crm.stage"].create([{"name": "Far"}, {"name": "Farther"}])
        grade = self.env.ref("sales_lead_funnel.grade_a")
        self._lose(dear, stage_id=stages[0].id, funnel_grade_id=grade.id)
        moved = self._lose(none, stage_id=stages[0].id)
        moved.write({"stage_id": stages[1].id, "expected_revenue": 7})
        self._lose(none, stage_id=stages[1].id, expected_revenue=0).action_restore()
        self._lose(none, stage_id=stages[1].id, company_id=False, team_id=False)
        rows = list(self._export()["Loss analysis"].iter_rows(2, values_only=True))
        told = [row for row in rows if row[10] in ("To analyse", "Analysed")]
        self.assertEqual(len(told), 3)
        tables = self._count_tables([list(row) for row in rows])
        columns = {"By reason": 3, "By stage": 2, "By competitor": 4, "By grade": 6}
        for title, column in columns.items():
            names = {row[column] or "(not told)" for row in told}
            expected = []
            for name in names:
                group = [row for row in told if (row[column] or "(not told)") == name]
                amount = sum(row[5] for row in group)
                expected.append([name, len(group), len(group) / len(told), amount])
            expected.sort(key=lambda line: (-line[1], line[0]))
            expected.append(["Total", 3, 1, sum(row[5] for row in told)])
            with self.subTest(table=title):
                self.assertEqual(tables[title], expected)

    def test_amounts_are_grouped_by_size(self):
        dear, none = self.reasons
        for amount in (0, 0.5, 9999.99, 10000, 99999, 100000):
            self._lose(dear if amount else none, expected_revenue=amount)
        rows = list(self._export()["Loss analysis"].iter_rows(2, values_only=True))
        sizes = self._count_tables([list(row) for row in rows])["By amount"]
        self.assertEqual(
            [row[:2] for row in sizes],
            [
                ["(not told)", 2],
                ["10,000 – 99,999", 2],
                ["1,000 – 9,999", 1],
                ["100,000 – 999,999", 1],
                ["Total", 6],
            ],
        )

    def test_amounts_are_in_the_currency_of_the_company(self):
        """Two companies, two currencies: each workbook tells its own, unconverted."""
        currency = self.env["res.currency"].create({"name": "FUN", "symbol": "F"})
        self.env["res.currency.rate"].create(
            {"name": "2024-01-01", "rate": 4, "currency_id": currency.id}
        )
        company = self.env["res.company"].create(
            {"name": "Fun", "currency_id": currency.id}
        )
        company.resource_calendar_id.tz = "Asia/Shanghai"
        self.manager.company_ids += company
        dear, none = self.reasons
        self._lose(dear)
        free = {"team_id": False, "user_id": False, "stage_id": False}
        self._lose(dear, company_id=company.id, expected_revenue=800, **free)
        self._lose(none, company_id=company.id, expected_revenue=200, **free)
        counts = {}
        for owner in (self.env.company, company):
            sheet = self._export(company=owner)["Loss analysis"]
            rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
            counts[owner] = self._count_tables(rows)["By reason"][:-1]
        self.assertEqual(counts[self.env.company], [["Too dear", 1, 1, 1000]])
        self.assertEqual(
            counts[company], [["No need", 1, 0.5, 200], ["Too dear", 1, 0.5, 800]]
        )

    def test_losses_of_others_are_left_out(self):
        self._lose(self.reasons[0], user_id=self.manager.id)
        own = self._rows("Loss analysis", by=self.ming)
        self.assertFalse([row for row in own if row[10] == "To analyse"])
        theirs = self._rows("Loss analysis")
        self.assertTrue([row for row in theirs if row[10] == "To analyse"])
