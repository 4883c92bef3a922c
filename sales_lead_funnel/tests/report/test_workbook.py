"""The monthly workbook, opened again and compared cell by cell."""

import base64
import csv
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from zoneinfo import ZoneInfo

import openpyxl
from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.modules.registry import Registry
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import config, mute_logger
from odoo.tools.pdf import PdfFileReader

from ...cli.funnel_workbook import FunnelWorkbook
from ...models.figures.funnel_metrics import FunnelMetrics
from ...report.monthly_workbook import HEADLINES, LOSS_FIGURES, STAGE_FIGURES
from ..common_figures import NOW, ZONE, FiguresCommon, Recount
from ..common_forms import F1_TITLES

SHEETS = [
    "Cover",
    "Key figures",
    "Stages",
    "Initial lead register",
    "Lead grade list",
    "Stage definition",
    "Stage list",
    "Loss analysis",
    "Follow-up log",
    "Evaluation and stage",
    "Client follow-ups",
    "Client follow-ups (S2)",
    "Client follow-up plan",
    "Resource request form",
    "Closing plan",
]
SHEETS_ZH = [
    "封面",
    "关键指标",
    "阶段",
    "初始线索登记表",
    "线索分级清单",
    "阶段划分与标准定义表",
    "阶段划分清单",
    "流失原因分析表",
    "跟进记录表",
    "商机评估与阶段管理表",
    "客户跟进记录表",
    "客户跟进记录表(S2)",
    "客户跟进计划表",
    "资源申请表",
    "签约计划",
]
SEVERAL_TABLES = {"Loss analysis"}  # counts below the list: no filters
TITLE_LINES = 3  # a long title is broken into so many lines, no more
REGISTER_TITLES = [
    "Lead no.",
    "Source channel",
    "Client / person",
    "Contact information",
    "Industry of the client",
    "Initial need",
    "Obtained on",
    "Owner",
    "First tags",
]
GRADING_TITLES = [
    "Lead no.",
    "Client / person",
    "Industry of the client",
    "Owner",
    "Stage",
    "Score",
    "Coverage",
    "Suggested grade",
    "Grade",
    "Reason of the grade",
    "Grade review",
    "Reviewed on",
    "Follow-up",
]
DASH = "—"
MONTH, NEXT_MONTH = date(2024, 3, 1), date(2024, 4, 1)
MONTH_BEFORE = date(2024, 2, 1)
SOFFICE_TIMEOUT = 240  # seconds; the first start makes a profile


def instant(day):
    """UTC of the local midnight a day begins with, the company being in New York."""
    local = datetime.combine(day, time.min, ZoneInfo(ZONE))
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


class WorkbookCommon(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("base.group_allow_export")
        cls.story = cls._build_history()
        cls.story["skips a stage and wins"].write(
            {
                "partner_name": "华东科技有限公司",
                "phone": "+86 138 0013 8000",
                "email_from": "wang@example.com",
                "funnel_industry_id": cls.env["res.partner.industry"]
                .create({"name": "高端制造业"})
                .id,
                "funnel_need": "需要客户关系管理系统",
                "tag_ids": [(0, 0, {"name": "高意向"}), (0, 0, {"name": "预算明确"})],
            }
        )
        cls.story["is lost and restored"].write({"contact_name": "王总"})

    def setUp(self):
        super().setUp()
        self.enterContext(self._clock(NOW))

    # ------------------------------------------------------------
    # BUILDERS
    # ------------------------------------------------------------

    def _export(self, by=None, lang="en_US", month=date(2024, 3, 17), **vals):
        """Return the workbook that the wizard hands out."""
        return openpyxl.load_workbook(
            BytesIO(self._export_file(by, lang, month, **vals))
        )

    def _export_file(self, by=None, lang="en_US", month=date(2024, 3, 17), **vals):
        wizards = self.env["funnel.workbook.export"].with_user(by or self.manager)
        wizard = wizards.with_context(lang=lang).create({"month": month, **vals})
        wizard.action_export()
        return base64.b64decode(wizard.file)

    def _figures(self, codes, start, end, groupby=None, domain=()):
        metrics = self.env["funnel.metrics"].with_user(self.manager)
        return metrics._get_figures(codes, start, end, list(domain), groupby)

    def _load_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        addon = self.env.ref("base.module_sales_lead_funnel")
        addon._update_translations(["zh_CN"], overwrite=True)

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    def _read_tables(self, sheet):
        """Return the tables of a sheet of figures: ``[(titles, [row])]``.

        A table begins at its header, which is filled, and ends at an empty row.
        """
        tables, titles = [], None
        for row in sheet.iter_rows():
            if titles and row[0].value and row[0].border.left.style:
                tables[-1][1].append([cell.value for cell in row[: len(titles)]])
            elif row[0].fill.fill_type and row[0].font.bold:
                titles = [cell.value for cell in row if cell.value]
                tables.append((titles, []))
            else:
                titles = None
        return tables

    def _read_list(self, sheet):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        return rows[0], rows[1:]

    # ------------------------------------------------------------
    # ASSERTS
    # ------------------------------------------------------------

    def assertCell(self, cell, expected, msg=None):
        """The cell shows that number, or a dash (or nothing) where there is none."""
        if expected is None:
            return self.assertIn(cell, (DASH, None), msg)
        self.assertNotIsInstance(cell, str, msg)
        self.assertIsNotNone(cell, msg)
        self.assertAlmostEqual(cell, expected, 6, msg)

    def assertFigureRow(self, row, figure, previous):
        """A row of figures: value, parts, interval, period before, change, remark."""
        label, value, numerator, denominator, low, high, before, moved, remark = row
        has_parts = figure.denominator is not None
        expected = [
            figure.value,
            figure.numerator if has_parts else None,
            figure.denominator,
            figure.low,
            figure.high,
            previous.value,
            self._get_change(figure, previous),
        ]
        cells = [value, numerator, denominator, low, high, before, moved]
        for cell, number in zip(cells, expected, strict=True):
            self.assertCell(cell, number, label)
        if figure.unit == "rate" and figure.value is not None and figure.n < 20:
            self.assertEqual(remark, f"too few leads ({figure.n})")

    def _get_change(self, figure, previous):
        if None in (figure.value, previous.value):
            return None
        difference = figure.value - previous.value
        if figure.unit == "rate":
            return difference * 100
        if figure.unit in ("count", "money"):
            return difference / previous.value if previous.value else None
        return difference

    def assertRecounted(self, cell, code, start, end, *, sees, groupby=None, key=None):
        again = self.recount.get(code, instant(start), instant(end), sees, groupby)
        if groupby:
            again = again.get(key)
        self.assertCell(cell, again and again[0], (code, key))


@tagged("post_install", "-at_install")
class TestWorkbookFigures(WorkbookCommon):
    """Each number on the two sheets of figures, twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.recount = Recount(cls.env)

    def setUp(self):
        super().setUp()
        self.book = self._export()

    def _in_company(self, lead):
        return lead["company_id"] in (self.company_main.id, None)

    def _check(self, cell, code, start, end, groupby=None, key=None):
        sees = self._in_company
        self.assertRecounted(
            cell, code, start, end, sees=sees, groupby=groupby, key=key
        )

    def test_headlines(self):
        (titles, rows), *_others = self._read_tables(self.book["Key figures"])
        self.assertEqual(
            titles[:4], ["Figure", "This period", "Numerator", "Denominator"]
        )
        specs = self.env["funnel.metrics"]._get_specs()
        self.assertEqual([row[0] for row in rows], [specs[c].label for c in HEADLINES])
        now = self._figures(HEADLINES, MONTH, NEXT_MONTH)
        before = self._figures(HEADLINES, MONTH_BEFORE, MONTH)
        for code, row in zip(HEADLINES, rows, strict=True):
            self.assertFigureRow(row, now[code], before[code])
            self._check(row[1], code, MONTH, NEXT_MONTH)
            self._check(row[6], code, MONTH_BEFORE, MONTH)

    def test_what_figures_were_made_from_is_written_without_stray_decimals(self):
        specs = self.env["funnel.metrics"]._get_specs()
        labels = {specs[code].label for code in HEADLINES}
        rows = [r for r in self.book["Key figures"].rows if r[0].value in labels]
        formats = set()
        for cell in (cell for row in rows for cell in row[2:4] if cell.value):
            is_whole = cell.value == int(cell.value)
            self.assertEqual(cell.number_format, "General" if is_whole else "#,##0.0")
            formats.add(cell.number_format)
        self.assertEqual(formats, {"General", "#,##0.0"})

    def test_win_rate_per_grade_over_twelve_months(self):
        _headlines, (_titles, rows), _sources = self._read_tables(
            self.book["Key figures"]
        )
        code = "grade_win_rate"
        year, year_before = (
            (date(2023, 4, 1), NEXT_MONTH),
            (date(2023, 3, 1), MONTH),
        )
        now, before = (
            self._figures([code], *period, "funnel_grade_id")[code]
            for period in (year, year_before)
        )
        empty = self._figures([code], date(2019, 1, 1), date(2019, 1, 2))[code]
        grades = self.grade_a + self.grade_b + self.grade_c
        for grade, row in zip(grades, rows, strict=True):
            self.assertIn(grade.name, row[0])
            self.assertFigureRow(
                row, now.get(grade.id, empty), before.get(grade.id, empty)
            )
            self._check(row[1], code, *year, "funnel_grade_id", grade.id)
            self._check(row[6], code, *year_before, "funnel_grade_id", grade.id)
        self.assertEqual([row[1] for row in rows], [1 / 3, DASH, 1])

    def test_sources(self):
        *_others, (titles, rows) = self._read_tables(self.book["Key figures"])
        self.assertEqual(titles[0], "Source")
        cohort = (date(2023, 12, 2), date(2024, 1, 2))  # ninety days earlier
        names = {
            self.source_web.name: self.source_web.id,
            self.source_fair.name: self.source_fair.id,
        }
        self.assertEqual({row[0] for row in rows}, names.keys())
        found = self._figures(["lead_count"], MONTH, NEXT_MONTH, "source_id")
        for row in rows:
            key = names[row[0]]
            self._check(row[1], "source_conversion", *cohort, "source_id", key)
            self._check(row[6], "lead_count", MONTH, NEXT_MONTH, "source_id", key)
            self._check(row[7], "won_amount", MONTH, NEXT_MONTH, "source_id", key)
            self.assertEqual(row[6], found["lead_count"][key].value)

    def test_sources_of_a_mature_month(self):
        self.company_main.funnel_win_horizon = 31
        book = self._export(month=date(2024, 4, 1))
        *_others, (_titles, rows) = self._read_tables(book["Key figures"])
        # 31 days before April: 1 to 30 March, cut at local midnights
        code, cohort = "source_conversion", (date(2024, 3, 1), date(2024, 3, 31))
        found = self._figures([code], *cohort, "source_id")[code]
        by_name = {row[0]: row for row in rows}
        for source in self.source_web + self.source_fair:
            figure, row = found[source.id], by_name[source.name]
            expected = (figure.value, *figure[1:3], figure.low, figure.high)
            for cell, number in zip(row[1:6], expected, strict=True):
                self.assertCell(cell, number)
            self.assertEqual(row[8], f"too few leads ({figure.n})")

    def test_stages(self):
        (titles, rows), *_others = self._read_tables(self.book["Stages"])
        self.assertEqual(titles[0], "Stage")
        found = self._figures(STAGE_FIGURES, MONTH, NEXT_MONTH, "stage_id")
        by_name = self._get_stages_by_name()
        self.assertEqual(len(rows), len(found["stage_entered"]))
        for name, *cells in rows:
            key = by_name[name]
            for code, cell in zip(STAGE_FIGURES, cells, strict=True):
                self.assertCell(cell, found[code][key].value, (name, code))
                self._check(cell, code, MONTH, NEXT_MONTH, "stage_id", key)

    def test_conversion_and_loss_rate_per_stage(self):
        _stages, (_t, conversions), (_t2, losses) = self._read_tables(
            self.book["Stages"]
        )
        rates = (
            (conversions, "stage_conversion", MONTH, NEXT_MONTH, MONTH_BEFORE, MONTH),
            # thirty days earlier
            (
                losses,
                "stage_loss_rate",
                date(2024, 1, 31),
                date(2024, 3, 2),
                date(2024, 1, 2),
                date(2024, 1, 31),
            ),
        )
        by_name = self._get_stages_by_name()
        for rows, code, start, end, start_before, end_before in rates:
            empty = self._figures([code], date(2019, 1, 1), date(2019, 1, 2))[code]
            now = self._figures([code], start, end, "stage_id")[code]
            before = self._figures([code], start_before, end_before, "stage_id")[code]
            self.assertEqual(len(rows), len({*now, *before}))
            for row in rows:
                key = by_name[row[0]]
                self.assertFigureRow(row, now.get(key, empty), before.get(key, empty))
                self._check(row[1], code, start, end, "stage_id", key)
                self._check(row[6], code, start_before, end_before, "stage_id", key)

    def _get_stages_by_name(self):
        return {stage.name: stage.id for stage in self.stages + self.stage_other_team}

    def test_numbers_of_leads_agree_between_the_sheets(self):
        (_titles, headlines), _grades, (_t, sources) = self._read_tables(
            self.book["Key figures"]
        )
        _header, register = self._read_list(self.book["Initial lead register"])
        self.assertEqual(len(register), headlines[0][1])
        self.assertEqual(len(register), sum(row[6] for row in sources))
        self.assertEqual(headlines[5][1], sum(row[7] for row in sources))
        self.assertEqual(len(register), 10)

    def test_cover_tells_scope_and_definitions(self):
        (_titles, facts), (_titles2, definitions) = self._read_tables(
            self.book["Cover"]
        )
        facts = dict(facts)
        self.assertEqual(facts["Period"], "2024-03-01 – 2024-03-31")
        self.assertEqual(facts["Company"], self.company_main.name)
        self.assertEqual(facts["Team"], "All teams")
        self.assertEqual(facts["As of"], f"2024-07-15 08:00 ({ZONE})")
        self.assertEqual(facts["Read by"], self.manager.name)
        specs = self.env["funnel.metrics"]._get_specs()
        told = {label: text for label, text in definitions}
        used = [*HEADLINES, *STAGE_FIGURES, "stage_conversion", "stage_loss_rate"]
        for code in [*used, "grade_win_rate", "source_conversion", *LOSS_FIGURES]:
            self.assertEqual(told[specs[code].label], specs[code].definition)


@tagged("post_install", "-at_install")
class TestWorkbookFiguresOrigin(WorkbookCommon):
    """A number shown anywhere comes from ``funnel.metrics``."""

    def _export_marked(self):
        """Export while every figure made has marks instead of its numbers."""
        marks, made, get_figures = count(700_001), set(), FunnelMetrics._get_figures

        def mark(figure):
            numbers = [next(marks) for _number in range(5)]
            made.update(numbers)
            value, numerator, denominator, low, high = numbers
            return figure._replace(
                value=value,
                numerator=numerator,
                denominator=denominator,
                low=low,
                high=high,
            )

        def get_marked(metrics, codes, date_from, date_to, domain=None, groupby=None):
            found = get_figures(metrics, codes, date_from, date_to, domain, groupby)
            if groupby:
                return {
                    code: {key: mark(figure) for key, figure in found[code].items()}
                    for code in found
                }
            return {code: mark(figure) for code, figure in found.items()}

        with patch.object(FunnelMetrics, "_get_figures", get_marked):
            return self._export(), made

    def test_every_number_is_a_figure_of_the_metrics(self):
        book, marks = self._export_marked()
        seen = 0
        for name in ("Key figures", "Stages", "Loss analysis"):
            for titles, rows in self._read_figures(book[name]):
                derived = titles.index("Change") if "Change" in titles else None
                for row in rows:
                    for index, cell in enumerate(row):
                        # a group that has no data is made by the metrics' own specs
                        if isinstance(cell, str | None) or index == derived or not cell:
                            continue
                        seen += 1
                        self.assertIn(cell, marks, (name, row[0], titles[index]))
        self.assertGreater(seen, 100)

    def _read_figures(self, sheet):
        """Return the tables of a sheet, without the list of records above them."""
        tables = self._read_tables(sheet)
        is_list = sheet.title in SEVERAL_TABLES
        return tables[is_list:]

    def test_counts_of_the_losses_are_five_tables_of_figures(self):
        """There is something to prove: each of the tables holds figures."""
        book, marks = self._export_marked()
        tables = self._read_figures(book["Loss analysis"])
        self.assertEqual(len(tables), 5)
        for titles, rows in tables:
            self.assertEqual(titles[1:], ["Losses", "Share of losses", "Lost amount"])
            self.assertTrue(rows)
            for row in rows:
                self.assertLessEqual(set(row[1:]), marks)

    def test_zero_stands_only_where_there_are_no_leads(self):
        book, _marks = self._export_marked()
        for name in ("Key figures", "Stages"):
            for titles, rows in self._read_tables(book[name]):
                for row in rows:
                    if 0 in row[1:]:
                        self.assertIn(DASH, row, (name, titles, row))


@tagged("post_install", "-at_install")
class TestWorkbookLists(WorkbookCommon):
    """Register and grade list against leads read by the ORM."""

    def _search_leads(self, *domain):
        leads = self.env["crm.lead"].with_user(self.manager)
        company = ("company_id", "in", [self.company_main.id, False])
        return leads.with_context(active_test=False).search([company, *domain])

    def _is_of_march(self, lead):
        obtained = lead.funnel_obtained_at or lead.create_date
        return instant(MONTH) <= obtained < instant(NEXT_MONTH)

    def _get_local_date(self, moment):
        if not moment:
            return None
        local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(ZONE))
        return datetime.combine(local.date(), time.min)

    def _get_client(self, lead):
        if lead.partner_name or lead.partner_id.commercial_company_name:
            return lead.funnel_client
        return f"{lead.funnel_client}(person)" if lead.funnel_client else None

    def test_register_holds_the_leads_obtained_in_the_month(self):
        titles, rows = self._read_list(self._export()["Initial lead register"])
        self.assertEqual(titles, REGISTER_TITLES)
        leads = self._search_leads().filtered(self._is_of_march)
        expected = [
            [
                lead.funnel_code,
                lead.source_id.name or None,
                self._get_client(lead),
                lead.funnel_contact or None,
                lead.funnel_industry_id.name or None,
                lead.funnel_need or None,
                self._get_local_date(lead.funnel_obtained_at),
                lead.user_id.name or None,
                ", ".join(lead.tag_ids.sorted("id").mapped("name")) or None,
            ]
            for lead in leads
        ]
        self.assertEqual(sorted(rows), sorted(expected))
        dates = [row[6] for row in rows if row[6]]
        self.assertEqual(dates, sorted(dates))

    def test_clients_that_are_contacts_are_companies_or_marked_persons(self):
        company, jane = self.env["res.partner"].create(
            [{"name": "Acme", "is_company": True}, {"name": "Jane"}]
        )
        john = company.create({"name": "John", "parent_id": company.id})
        for partner in company + jane + john:
            self._obtain("2024-03-20 12:00", partner_id=partner.id)
        _titles, rows = self._read_list(self._export()["Initial lead register"])
        clients = [row[2] for row in rows if row[6] == datetime(2024, 3, 20)]
        self.assertEqual(clients, ["Acme", "Jane(person)", "Acme"])

    def test_days_of_odd_years_are_left_empty(self):
        lead = self.story["has been open since January"]
        lead.funnel_propose_grade(self.grade_c.id, "no budget")
        self.env.flush_all()
        for day in ("0001-01-01", "9999-12-31 23:00:00"):
            self.env.cr.execute(
                "UPDATE crm_lead SET funnel_last_contact_at = %s,"
                " funnel_obtained_at = %s WHERE id = %s",
                [day, day, lead.id],
            )
            self.env.invalidate_all()
            with self.subTest(day):
                _titles, rows = self._read_list(self._export()["Lead grade list"])
                self.assertTrue(rows)

    def test_grade_list_holds_graded_leads_open_or_of_the_month(self):
        self.story["has been open since January"].funnel_propose_grade(
            self.grade_c.id, "no budget"
        )
        archived = self.story["is archived"].with_user(self.manager)
        archived.funnel_review_grade(self.grade_a.id, "left for the museum")
        archived.sudo().funnel_obtained_at = "2024-02-01"
        titles, rows = self._read_list(self._export()["Lead grade list"])
        self.assertEqual(titles, GRADING_TITLES)
        leads = self._search_leads(("funnel_grade_id", "!=", False)).filtered(
            lambda lead: (
                self._is_of_march(lead)
                or (lead.active and lead.won_status == "pending")
            )
        )
        self.assertNotIn(archived, leads)
        self.assertEqual(
            sorted(rows, key=lambda row: row[0]),
            [self._get_grading(lead) for lead in leads.sorted("funnel_code")],
        )
        scores = [row[5] for row in rows if row[5] != DASH]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def _get_grading(self, lead):
        known = lead.funnel_score_coverage > 0
        reviews = self._changes(lead, "reviewed")
        states = {"proposed": "To review", "reviewed": "Reviewed"}
        pursued = lead.funnel_grade_id.is_pursued
        return [
            lead.funnel_code,
            self._get_client(lead),
            lead.funnel_industry_id.name or None,
            lead.user_id.name or None,
            lead.stage_id.name,
            lead.funnel_score if known else DASH,
            lead.funnel_score_coverage / 100 if known else DASH,
            lead.funnel_suggested_grade_id.name or None,
            lead.funnel_grade_id.name,
            lead.funnel_grade_reason or None,
            states[lead.funnel_grade_state],
            self._get_local_date(max(reviews.mapped("happened_at"), default=None)),
            "On the key list" if pursued else "Not pursued for now",
        ]

    def test_texts_that_look_like_formulas_stay_text(self):
        texts = [
            "=1+1",
            "+86 1",
            "-5",
            "@SUM(A1)",
            "{=A1}",
            "0815",
            "http://example.com",
        ]
        for text in texts:
            self._obtain("2024-03-20 12:00", partner_name=text, funnel_need=f"\t{text}")
        sheet = self._export()["Initial lead register"]
        cells = {row[2].value: row[2] for row in sheet.iter_rows(min_row=2)}
        for text in texts:
            self.assertEqual(cells[text].data_type, "s", text)
            self.assertFalse(cells[text].hyperlink)
        needs = [row[5].value for row in sheet.iter_rows(min_row=2)]
        self.assertIn("\t=1+1", needs)

    def test_control_characters_are_dropped(self):
        self._obtain("2024-03-20 12:00", partner_name="a\x07b\x1fc", funnel_need="1\n2")
        sheet = self._export()["Initial lead register"]
        needs = {row[2].value: row[5].value for row in sheet.iter_rows(min_row=2)}
        self.assertEqual(needs["abc"], "1\n2")

    def test_need_too_long_for_a_cell_is_cut(self):
        for text in ("x" * 32_768, "y" * 32_767):  # from before texts had a limit
            lead = self._obtain("2024-03-20 12:00", partner_name=text[0])
            lead._write({"funnel_need": text})
        sheet = self._export()["Initial lead register"]
        needs = {row[2].value: row[5].value for row in sheet.iter_rows(min_row=2)}
        self.assertEqual((len(needs["x"]), needs["x"][-2:]), (32_767, "x…"))
        self.assertEqual(needs["y"], "y" * 32_767)

    def test_month_without_leads_has_empty_lists(self):
        book = self._export(month=date(2019, 5, 1))
        self.assertEqual(self._read_list(book["Initial lead register"])[1], [])
        for _titles, rows in self._read_tables(book["Key figures"])[:1]:
            values = {row[0]: row[1] for row in rows}
        self.assertEqual(values["New leads"], 0)
        self.assertEqual(values["Win rate"], DASH)
        self.assertFalse(book["Stages"]._charts)


@tagged("post_install", "-at_install")
class TestWorkbookLooks(WorkbookCommon):
    def test_sheets_in_order(self):
        self.assertEqual(self._export().sheetnames, SHEETS)

    def test_lists_have_frozen_headers_filters_and_print_titles(self):
        book = self._export()
        for name in SHEETS[3:]:
            sheet = book[name]
            last_row = sheet.max_row
            if name in SEVERAL_TABLES:
                self.assertEqual(sheet.freeze_panes, "A2")
                self.assertEqual(sheet.print_title_rows, "$1:$1")
                self.assertFalse(sheet.auto_filter.ref)
                continue
            self.assertGreater(last_row, 1 if name in SHEETS[3:5] else 0)
            self.assertEqual(sheet.freeze_panes, "A2")
            if last_row == 1:  # an empty list has nothing to filter
                self.assertFalse(sheet.auto_filter.ref)
            else:
                self.assertTrue(sheet.auto_filter.ref.startswith("A1:"))
                self.assertTrue(sheet.auto_filter.ref.endswith(str(last_row)))
            self.assertEqual(sheet.print_title_rows, "$1:$1")

    def test_pages_are_a4_and_one_page_wide(self):
        for sheet in self._export():
            self.assertEqual(sheet.page_setup.paperSize, 9)
            self.assertTrue(sheet.sheet_properties.pageSetUpPr.fitToPage)
            self.assertIn(sheet.page_setup.fitToWidth, (None, 1))  # 1 unless said
            self.assertEqual(sheet.page_setup.fitToHeight, 0)

    def test_columns_are_wide_enough_for_their_titles(self):
        for lang in ("en_US", "zh_CN"):
            self._load_chinese()
            for sheet in self._export(lang=lang).worksheets[3:]:
                for cell in sheet[1]:
                    width = sheet.column_dimensions[cell.column_letter].width
                    title = cell.value.encode("gbk")
                    lines = -(-len(title) // width)
                    self.assertLessEqual(lines, TITLE_LINES, (sheet.title, cell.value))
                    if lang == "en_US":  # Chinese breaks between any two characters
                        longest = max(map(len, title.split()))
                        self.assertGreaterEqual(width, longest, (sheet.title, title))

    def test_dates_are_dates(self):
        sheet = self._export()["Initial lead register"]
        dated = [row[6] for row in sheet.iter_rows(min_row=2) if row[6].value]
        self.assertTrue(dated)
        for cell in dated:
            self.assertTrue(cell.is_date)
            self.assertEqual(cell.number_format, "yyyy-mm-dd")

    def test_formats_of_figures(self):
        sheet = self._export()["Key figures"]
        formats = {row[0].value: row[1].number_format for row in sheet.iter_rows()}
        self.assertEqual(formats["New leads"], "#,##0")
        self.assertEqual(formats["Win rate"], "0.0%")
        self.assertEqual(formats["Won amount"], "#,##0.00")
        self.assertEqual(formats["Average closing cycle (days)"], "#,##0.0")

    def test_charts_point_at_their_tables(self):
        book = self._export()
        self.assertEqual(self._get_charted(book, "Key figures"), [3, 2])
        n_stages = len(self._read_tables(book["Stages"])[0][1])
        n_losses = len(self._read_tables(book["Stages"])[2][1])
        self.assertEqual(self._get_charted(book, "Stages"), [n_stages, n_losses])

    def _get_charted(self, book, name):
        """Number of rows each chart of a sheet shows; their headers are above."""
        lengths = []
        for chart in book[name]._charts:
            [series] = chart.series
            area = series.val.numRef.f.split("!")[1].replace("$", "")
            cells = [row[0] for row in book[name][area]]
            above = book[name].cell(cells[0].row - 1, cells[0].column)
            self.assertTrue(above.font.bold and above.fill.fill_type)
            below = book[name].cell(cells[-1].row + 1, cells[0].column)
            self.assertFalse(below.value)
            lengths.append(len(cells))
        return lengths

    def test_axis_of_rates_shows_percents(self):
        [grades, _sources] = self._export()["Key figures"]._charts
        self.assertEqual(grades.y_axis.numFmt.formatCode, "0%")


@tagged("post_install", "-at_install")
class TestWorkbookChinese(WorkbookCommon):
    def setUp(self):
        super().setUp()
        self._load_chinese()

    def test_titles_are_the_handbooks(self):
        book = self._export(lang="zh_CN")
        self.assertEqual(book.sheetnames, SHEETS_ZH)
        self.assertEqual(self._read_list(book["初始线索登记表"])[0], F1_TITLES)

    def test_persons_are_marked(self):
        _titles, rows = self._read_list(self._export(lang="zh_CN")["初始线索登记表"])
        self.assertIn("王总(个人)", [row[2] for row in rows])

    def test_no_english_is_left(self):
        book = self._export(lang="zh_CN")
        names = {self.company_main.name, self.manager.name, "USD"}
        names |= {record.name for record in self.stages + self.stage_other_team}
        names |= {self.source_web.name, self.source_fair.name}
        for sheet in book.worksheets[:3]:
            for row in sheet.iter_rows():
                for cell in row:
                    text = cell.value if isinstance(cell.value, str) else ""
                    if text not in names and text != DASH and ZONE not in text:
                        is_chinese = any("\u4e00" <= char <= "\u9fff" for char in text)
                        is_latin = any(
                            char.isascii() and char.isalpha() for char in text
                        )
                        self.assertTrue(is_chinese or not is_latin, text)
        titles, rows = self._read_list(book["线索分级清单"])
        self.assertIn("分级理由", titles)
        self.assertIn("暂不跟进", {row[-1] for row in rows} | {"暂不跟进"})
        self.assertNotIn("Reviewed", {row[10] for row in rows})

    def test_same_figures_in_both_languages(self):
        english, chinese = self._export(), self._export(lang="zh_CN")
        for ours, theirs in zip(english.worksheets, chinese.worksheets, strict=True):
            for row, same_row in zip(
                ours.iter_rows(), theirs.iter_rows(), strict=False
            ):
                for cell, same in zip(row, same_row, strict=True):
                    if not isinstance(cell.value, str):
                        self.assertEqual(cell.value, same.value, cell.coordinate)


@tagged("post_install", "-at_install")
class TestWorkbookImportedAgain(WorkbookCommon):
    """The register comes back through core's importer as it went out."""

    COMPARED = (
        "funnel_code",
        "partner_name",
        "contact_name",
        "phone",
        "email_from",
        "funnel_need",
    )

    def _read_leads(self, codes):
        leads = self.env["crm.lead"].with_context(active_test=False)
        return {
            lead.funnel_code: [
                *(lead[name] or "" for name in self.COMPARED),
                lead.source_id.name,
                lead.funnel_industry_id.name,
                lead.user_id,
                sorted(lead.tag_ids.mapped("name")),
                lead.funnel_obtained_at.date(),
            ]
            for lead in leads.search([("funnel_code", "in", codes)])
        }

    def _import(self, content, sheet):
        leads = self.env["crm.lead"].with_user(self.manager)
        wizard = (
            self.env["base_import.import"]
            .with_env(leads.env)
            .create(
                {
                    "res_model": "crm.lead",
                    "file": content,
                    "file_name": "register.xlsx",
                    "file_type": "application/vnd.openxmlformats-officedocument"
                    ".spreadsheetml.sheet",
                }
            )
        )
        options = {"sheet": sheet, "has_headers": True, "quoting": '"'}
        preview = wizard.parse_preview(options)
        self.assertNotIn("error", preview)
        matches = preview["matches"]
        headers = preview["headers"]
        columns = ["/".join(matches.get(n, [])) or False for n in range(len(headers))]
        self.assertTrue(all(columns), dict(zip(headers, columns, strict=True)))
        return wizard.execute_import(columns, headers, preview["options"] | options)

    def _export_delete_import(self, lang, sheet):
        self.manager.tz = ZONE
        content = self._export_file(lang=lang)
        _titles, rows = self._read_list(openpyxl.load_workbook(BytesIO(content))[sheet])
        codes = [row[0] for row in rows]
        dated = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search([("funnel_code", "in", codes)])
        )
        dated.filtered(
            lambda lead: not lead.funnel_obtained_at
        ).funnel_obtained_at = "2024-03-13 16:00:00"
        before = self._read_leads(codes)
        content = self._export_file(lang=lang)
        dated.unlink()
        result = self._import(content, sheet)
        self.assertFalse(result["messages"])
        return before, self._read_leads(codes)

    def test_chinese_register(self):
        self._load_chinese()
        before, after = self._export_delete_import("zh_CN", "初始线索登记表")
        self.assertEqual(len(before), 10)
        self.assertEqual(before, after)

    def test_english_register(self):
        before, after = self._export_delete_import("en_US", "Initial lead register")
        self.assertEqual(len(before), 10)
        self.assertEqual(before, after)


@tagged("post_install", "-at_install")
class TestWorkbookWizard(WorkbookCommon):
    def test_wizard_proposes_the_last_month_and_hands_out_the_file(self):
        wizards = self.env["funnel.workbook.export"].with_user(self.manager)
        form = Form(wizards)
        last_month = self._get_today(self.manager) - relativedelta(months=1)
        self.assertEqual(form.month, last_month.replace(day=1))
        form.month = date(2024, 3, 31)
        self.assertEqual(form.period_label, "2024-03")
        wizard = form.save()
        action = wizard.action_export()
        self.assertEqual(action["tag"], "funnel_download")
        self.assertIn(f"/{wizard.id}/file/", action["params"]["url"])
        self.assertEqual(wizard.filename, "Monthly sales review 2024-03.xlsx")
        book = openpyxl.load_workbook(BytesIO(base64.b64decode(wizard.file)))
        self.assertEqual(book.sheetnames, SHEETS)

    def test_team_narrows_every_sheet(self):
        other = self.team_other
        book = self._export(team_id=other.id)
        in_team = [("team_id", "=", other.id)]
        found = self._figures(HEADLINES, MONTH, NEXT_MONTH, domain=in_team)
        (_titles, rows), *_others = self._read_tables(book["Key figures"])
        for code, row in zip(HEADLINES, rows, strict=True):
            self.assertCell(row[1], found[code].value, code)
        _titles, register = self._read_list(book["Initial lead register"])
        lead = self.story["is lost in the last second of March"]
        self.assertEqual([row[0] for row in register], [lead.funnel_code])
        (_titles, stages), *_others = self._read_tables(book["Stages"])
        self.assertEqual([row[0] for row in stages], [self.stage_other_team.name])
        facts = dict(self._read_tables(book["Cover"])[0][1])
        self.assertEqual(facts["Team"], other.name)

    def test_team_is_in_the_name_of_the_file(self):
        wizards = self.env["funnel.workbook.export"].with_user(self.manager)
        wizard = wizards.create({"month": MONTH, "team_id": self.team_other.id})
        wizard.action_export()
        self.assertEqual(
            wizard.filename, "Monthly sales review 2024-03 Other team.xlsx"
        )

    def test_name_of_the_file_is_one_for_any_team(self):
        self.team_other.name = "直销/渠道 50%?"
        wizards = self.env["funnel.workbook.export"].with_user(self.manager)
        wizard = wizards.create({"month": MONTH, "team_id": self.team_other.id})
        wizard.action_export()
        self.assertEqual(
            wizard.filename, "Monthly sales review 2024-03 直销-渠道 50-.xlsx"
        )

    def test_company_decides_whose_leads(self):
        self.manager.company_ids += self.company_foreign
        both = self.env.context | {
            "allowed_company_ids": (self.company_main + self.company_foreign).ids
        }
        wizards = self.env["funnel.workbook.export"].with_user(self.manager)
        wizard = wizards.with_context(**both).create(
            {"month": MONTH, "company_id": self.company_foreign.id}
        )
        wizard.action_export()
        book = openpyxl.load_workbook(BytesIO(base64.b64decode(wizard.file)))
        facts = dict(self._read_tables(book["Cover"])[0][1])
        self.assertEqual(facts["Company"], "Far Away")
        _titles, register = self._read_list(book["Initial lead register"])
        codes = [row[0] for row in register]
        self.assertIn(self.story["of a foreign company"].funnel_code, codes)
        self.assertNotIn(self.story["is born won"].funnel_code, codes)

    def test_foreign_company_is_refused(self):
        wizards = self.env["funnel.workbook.export"].with_user(self.manager)
        wizard = wizards.create({"month": MONTH})
        wizard.sudo().company_id = self.company_foreign
        with self.assertRaises(AccessError):
            wizard.action_export()

    def test_rep_is_refused(self):
        self.rep.group_ids += self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models"):
            self._export(by=self.rep)

    def test_manager_without_the_right_to_export_is_told_what_to_do(self):
        manager = new_test_user(
            self.env,
            "manager_without_export",
            groups="sales_team.group_sale_salesman_all_leads",
        )
        manager.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaisesRegex(AccessError, "Ask an administrator"):
            self._export(by=manager)

    def test_file_is_nobody_elses(self):
        wizards = self.env["funnel.workbook.export"].with_user(self.manager)
        wizard = wizards.create({"month": MONTH})
        wizard.action_export()
        with self.assertRaises(AccessError):
            wizard.with_user(self.director).read(["file"])

    def test_manager_of_another_company_gets_that_companys_leads(self):
        self.foreign_manager.group_ids += self.env.ref("base.group_allow_export")
        book = self._export(by=self.foreign_manager)
        _titles, register = self._read_list(book["Initial lead register"])
        own = self.story["of a foreign company"].funnel_code
        self.assertIn(own, [row[0] for row in register])
        (_titles, rows), *_others = self._read_tables(book["Key figures"])
        self.assertEqual(rows[3][:2], ["Won leads", 1])


@tagged("post_install", "-at_install")
class TestWorkbookCommand(WorkbookCommon):
    """``odoo funnel_workbook``."""

    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(TemporaryDirectory())

    def _run(self, *arguments):
        """Run the command inside this transaction, return the path it prints."""

        @contextmanager
        def cursor(_registry, readonly=False):
            yield self.env.cr

        arguments = ["-d", self.env.cr.dbname, "--output", self.folder, *arguments]
        with (
            patch.object(Registry, "cursor", cursor),
            patch.object(config, "parse_config"),
            patch("sys.stdout", StringIO()) as printed,
        ):
            FunnelWorkbook().run(arguments)
        return Path(printed.getvalue().strip())

    def test_same_figures_as_through_the_wizard(self):
        path = self._run("--month", "2024-03", "--login", self.manager.login)
        self.assertEqual(path.name, "Monthly sales review 2024-03.xlsx")
        ours, theirs = openpyxl.load_workbook(path), self._export()
        for sheet, other in zip(ours.worksheets, theirs.worksheets, strict=True):
            self.assertEqual(list(sheet.values), list(other.values), sheet.title)

    def test_reads_all_leads_of_the_company_without_a_login(self):
        path = self._run("--month", "2024-03")
        book = openpyxl.load_workbook(path)
        _titles, register = self._read_list(book["Initial lead register"])
        self.assertEqual(len(register), 10)

    def test_reads_what_that_user_may_see(self):
        path = self._run("--month", "2024-03", "--login", self.rep.login)
        metrics = self.env["funnel.metrics"].with_user(self.rep)
        figure = metrics._get_figures(["won_count"], MONTH, NEXT_MONTH)["won_count"]
        book = openpyxl.load_workbook(path)
        (_titles, rows), *_others = self._read_tables(book["Key figures"])
        self.assertEqual(rows[3][:2], ["Won leads", figure.value])

    def test_team_and_language(self):
        self._load_chinese()
        team = self.team_other.name
        path = self._run("--month", "2024-03", "--team", team, "--lang", "zh_CN")
        book = openpyxl.load_workbook(path)
        self.assertEqual(book.sheetnames, SHEETS_ZH)
        self.assertEqual(book["初始线索登记表"].max_row, 2)

    def test_wrong_arguments_are_told(self):
        for arguments, message in (
            (["--team", "No such team"], "No such team"),
            (["--login", "nobody-here"], "nobody-here"),
        ):
            with self.assertRaisesRegex(SystemExit, message):
                self._run(*arguments)
        with self.assertRaises(SystemExit), patch("sys.stderr", StringIO()) as told:
            self._run("--month", "March")
        self.assertIn("YYYY-MM", told.getvalue())

    def test_runs_as_a_program(self):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "odoo", "funnel_workbook"),
                *("-d", self.env.cr.dbname, "--output", self.folder),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        path = Path(done.stdout.strip().splitlines()[-1])
        self.assertEqual(openpyxl.load_workbook(path).sheetnames, SHEETS)


@tagged("post_install", "-at_install")
class TestWorkbookInLibreOffice(WorkbookCommon):
    """Another program opens it and sees the same."""

    def _convert(self, content, target):
        """Return the files LibreOffice makes of the workbook, ``{name: bytes}``."""
        soffice = shutil.which("soffice") or shutil.which("libreoffice")
        if not soffice:
            self.fail(
                "LibreOffice is missing: no soffice on the PATH. Install it "
                "(Debian: apt-get install libreoffice-calc) and run again."
            )
        with TemporaryDirectory() as folder:
            source = Path(folder, "workbook.xlsx")
            source.write_bytes(content)
            output = Path(folder, "output")
            profile = Path(folder, "profile").as_uri()
            subprocess.run(
                [
                    *(soffice, f"-env:UserInstallation={profile}", "--headless"),
                    *("--convert-to", target, "--outdir", str(output), str(source)),
                ],
                check=True,
                capture_output=True,
                timeout=SOFFICE_TIMEOUT,
                env={**os.environ, "HOME": folder},
            )
            return {path.name: path.read_bytes() for path in output.iterdir()}

    def test_prints_every_sheet(self):
        files = self._convert(self._export_file(), "pdf")
        reader = PdfFileReader(BytesIO(files["workbook.pdf"]))
        self.assertEqual(len(reader.pages), len(SHEETS))

    def test_shows_the_same_cells(self):
        self._load_chinese()
        content = self._export_file(lang="zh_CN")
        # separator, quote, UTF-8, from row 1, as shown: no; -1: a file per sheet
        target = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,,,,-1"
        files = self._convert(content, target)
        book = openpyxl.load_workbook(BytesIO(content))
        for name in SHEETS_ZH[1:]:
            text = files[f"workbook-{name}.csv"].decode()
            shown = list(csv.reader(StringIO(text)))
            for row, cells in zip(book[name].iter_rows(), shown, strict=True):
                for cell, seen in zip(row, cells, strict=True):
                    self.assertShown(seen, cell.value)

    def assertShown(self, seen, value):
        if value is None:
            self.assertEqual(seen, "")
        elif isinstance(value, datetime):
            self.assertIn(f"{value:%Y-%m-%d}", seen)
        elif isinstance(value, str):
            self.assertEqual(seen, value)
        else:
            scale = 100 if seen.endswith("%") else 1
            self.assertAlmostEqual(float(seen.rstrip("%")), float(value) * scale, 6)
