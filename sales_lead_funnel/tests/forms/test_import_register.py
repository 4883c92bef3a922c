"""Core's importer takes the handbook's register as it stands, wholly or not at all."""

import io
from datetime import date, datetime

import openpyxl

from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from ..common import FunnelCommon
from ..common_forms import F1_FIELDS, F1_TITLES
from ..dialog_options import OPTIONS

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLE = "sales_lead_funnel/tests/data/f1_lead_register.csv"


class ImportCommon(FunnelCommon):
    importing = "crm.lead"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ming, cls.hong = (
            mail_new_test_user(
                cls.env,
                login=login,
                name=name,
                groups="sales_team.group_sale_salesman",
                company_id=cls.company_main.id,
            )
            for login, name in (("xiaoming", "小明"), ("xiaohong", "小红"))
        )

    def _import(self, file, file_type=CSV, *, by=None, limit=2000, dryrun=False):
        """Preview a file and import it with the mapping suggested, as the dialog does.

        :return: ``(records, messages, mapping)``
        """
        wizard = self.env["base_import.import"].with_user(by or self.manager)
        wizard = wizard.with_context(tracking_disable=True).create(
            {"res_model": self.importing, "file": file, "file_type": file_type}
        )
        preview = wizard.parse_preview(self._options(limit))
        self.assertNotIn("error", preview)
        headers, matches = preview["headers"], preview["matches"] or {}
        mapping = ["/".join(matches.get(i, [])) or False for i in range(len(headers))]
        options = {**self._options(limit), **preview["options"]}
        ids, messages = self._import_batches(wizard, mapping, headers, options, dryrun)
        return self.env[self.importing].browse(ids), messages, mapping

    def _options(self, limit):
        return {**OPTIONS, "sheets": [], "limit": limit}

    def _import_batches(self, wizard, mapping, headers, options, dryrun):
        """Go on batch by batch until nothing is left or something is wrong."""
        columns = [header.strip().lower() for header in headers]
        ids, skip = [], 0
        while True:
            batch = {**options, "skip": skip}
            result = wizard.execute_import(mapping, columns, batch, dryrun=dryrun)
            ids += result.get("ids") or []
            if result["messages"] or not result["nextrow"]:
                return ids, result["messages"]
            skip = result["nextrow"]

    def _get_rows(self, message):
        """Return the numbers of rows that the dialog shows with a message."""
        if message.get("field"):
            return [message["rows"]["from"] + 1]
        runs = [run.split("–") for run in message.get("record", "").split(", ") if run]
        return [row for run in runs for row in range(int(run[0]), int(run[-1]) + 1)]

    def _sample(self):
        with file_open(SAMPLE, "rb") as sample:
            return sample.read()

    def _csv(self, *rows, headers=None):
        lines = [",".join(headers or F1_TITLES), *(",".join(row) for row in rows)]
        return "\n".join(lines).encode()

    def _row(self, code="", client="某某公司", when="2024-03-01", owner="小明"):
        return [code, "官网表单", client, "1388888", "互联网", "需求", when, owner, ""]

    def _count(self):
        return self.env["crm.lead"].with_context(active_test=False).search_count([])


@tagged("post_install", "-at_install")
class TestImportRegister(ImportCommon):
    def assertSampleImported(self, leads):
        first, second = leads
        self.assertEqual(leads.mapped("funnel_code"), ["LX2024001", "LX2024002"])
        self.assertEqual(leads.source_id.mapped("name"), ["官网表单", "行业展会"])
        self.assertEqual(leads.user_id, self.ming | self.hong)
        self.assertEqual(leads.funnel_industry_id.mapped("name"), ["互联网", "制造业"])
        self.assertEqual(
            leads.with_context(lang="zh_CN").tag_ids.mapped("name"),
            ["高意向", "低意向"],
        )
        self.assertEqual(first.partner_name, "科技有限公司")
        self.assertEqual(second.contact_name, "总")
        self.assertFalse(second.partner_name)
        self.assertEqual(leads.mapped("phone"), ["1388888", "1399999"])
        self.assertEqual(first.name, "科技有限公司 · 需要客户关系管理系统")
        self.assertEqual(second.funnel_need, "采购办公设备")
        self.assertEqual(
            [lead.funnel_obtained_at.date() for lead in leads],
            [date(2024, 3, 1), date(2024, 3, 2)],
        )

    def test_blank_salesperson_is_the_salesperson_who_imports(self):
        [lead], messages, _map = self._import(
            self._csv(self._row("LX2024901", owner="")), by=self.ming
        )
        self.assertFalse(messages)
        self.assertEqual(lead.user_id, self.ming)
        self.env["crm.lead"].with_user(self.ming).with_context(import_file=True).load(
            [".id", "user_id", "funnel_need"], [[str(lead.id), "", "Another"]]
        )
        self.assertEqual((lead.user_id, lead.funnel_need), (self.ming, "Another"))

    def test_blank_salesperson_is_nobody_where_a_manager_imports(self):
        [lead], _messages, _map = self._import(self._csv(self._row(owner="")))
        self.assertFalse(lead.user_id)

    def test_sample_is_taken_as_it_stands(self):
        leads, messages, mapping = self._import(self._sample())
        self.assertFalse(messages)
        self.assertEqual(mapping, F1_FIELDS)
        self.assertSampleImported(leads)

    def test_sample_is_taken_by_a_chinese_speaking_user(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.manager.lang = "zh_CN"
        leads, messages, mapping = self._import(self._sample())
        self.assertFalse(messages)
        self.assertEqual(mapping, F1_FIELDS)
        self.assertSampleImported(leads)

    def test_workbook_is_taken_with_real_dates_and_numbers(self):
        book = openpyxl.Workbook()
        book.active.append(F1_TITLES)
        text = self._sample().decode("utf-8-sig").splitlines()[1:]
        for line in text:
            cells = line.split(",")
            cells[3], cells[6] = int(cells[3]), datetime.fromisoformat(cells[6])
            book.active.append(cells)
        file = io.BytesIO()
        book.save(file)
        leads, messages, mapping = self._import(file.getvalue(), XLSX)
        self.assertFalse(messages)
        self.assertEqual(mapping, F1_FIELDS)
        self.assertSampleImported(leads)

    def test_import_is_in_the_ledger(self):
        leads, _messages, _mapping = self._import(self._sample())
        moves = leads.funnel_stage_move_ids
        self.assertEqual(moves.mapped("path"), ["import", "import"])
        self.assertEqual(
            sorted(move.happened_at.date() for move in moves),
            [date(2024, 3, 1), date(2024, 3, 2)],
        )

    def test_imported_leads_were_entered_late(self):
        leads, _messages, _mapping = self._import(self._sample())
        self.assertEqual(leads.mapped("funnel_entered_on_time"), [False, False])

    def test_traditional_headers_are_known(self):
        headers = [
            "線索編號",
            "來源渠道",
            "客戶名稱/個人",
            "聯絡方式",
            "所屬行業",
            "初步需求",
            "獲取時間",
            "負責人",
            "初步標籤",
        ]
        file = self._csv(self._row("LX2024051"), headers=headers)
        leads, messages, mapping = self._import(file)
        self.assertFalse(messages)
        self.assertEqual(mapping, F1_FIELDS)
        self.assertEqual(leads.user_id, self.ming)

    def test_english_labels_are_known(self):
        fields = self.env["crm.lead"].fields_get(F1_FIELDS, ["string"])
        headers = [fields[name]["string"] for name in F1_FIELDS]
        leads, messages, mapping = self._import(
            self._csv(self._row("LX2024052"), headers=headers)
        )
        self.assertFalse(messages)
        self.assertEqual(mapping, F1_FIELDS)
        self.assertEqual(leads.funnel_client, "某某公司")

    def test_rep_imports_own_leads_with_new_vocabulary(self):
        row = self._row()
        row[1], row[4], row[8] = "新渠道", "新行业", "新标签"
        leads, messages, _mapping = self._import(self._csv(row), by=self.ming)
        self.assertFalse(messages)
        self.assertEqual(leads.source_id.name, "新渠道")
        self.assertEqual(leads.funnel_industry_id.name, "新行业")
        self.assertEqual(leads.tag_ids.name, "新标签")

    def test_new_vocabulary_is_taken_back_when_nothing_is_imported(self):
        row = self._row(owner="小刚")
        row[4] = "新行业"
        leads, _messages, _mapping = self._import(self._csv(row))
        self.assertFalse(leads)
        industries = self.env["res.partner.industry"]
        self.assertFalse(industries.search([("name", "=", "新行业")]))

    def test_words_that_are_there_are_not_added_again(self):
        self._import(self._csv(self._row()))
        self._import(self._csv(self._row()))
        industries = self.env["res.partner.industry"]
        self.assertEqual(industries.search_count([("name", "=", "互联网")]), 1)

    def test_tags_are_told_apart_as_people_type_them(self):
        row = self._row()
        row[8] = '"高意向, 预算明确，展会、"'
        leads, messages, _mapping = self._import(self._csv(row))
        self.assertFalse(messages)
        tags = leads.with_context(lang="zh_CN").tag_ids.mapped("name")
        self.assertEqual(sorted(tags), sorted(["高意向", "预算明确", "展会"]))

    def test_row_that_names_neither_client_nor_need_is_titled_all_the_same(self):
        row = self._row("LX2024053", client="")
        row[5] = ""
        bare = ["LX2024054", *[""] * 5, "2024-03-01", "小明", ""]
        leads, messages, _mapping = self._import(self._csv(row, bare))
        self.assertFalse(messages)
        self.assertEqual(leads.mapped("name"), ["1388888", "LX2024054"])

    def test_numbers_are_given_where_the_column_is_empty(self):
        others = (self._row(client=client) for client in ("甲公司", "乙公司"))
        file = self._csv(self._row("LX2024001"), *others)
        leads, messages, _mapping = self._import(file)
        self.assertFalse(messages)
        codes = leads.mapped("funnel_code")
        self.assertEqual(codes[0], "LX2024001")
        self.assertEqual(len(set(codes)), 3)
        self.assertTrue(all(code.startswith("LX2024") for code in codes))

    def test_template_is_offered_and_reads_back(self):
        templates = self.env["crm.lead"].get_import_templates()
        [template] = [t for t in templates if "sales_lead_funnel" in t["template"]]
        with file_open(template["template"].lstrip("/"), "rb") as file:
            leads, messages, mapping = self._import(file.read(), XLSX, dryrun=True)
        self.assertEqual(mapping, F1_FIELDS)
        self.assertFalse(leads.exists())
        fields = {message.get("field") for message in messages}
        self.assertLessEqual(fields, {"user_id"}, messages)


@tagged("post_install", "-at_install")
class TestImportRefused(ImportCommon):
    def assertRefused(self, file, row, *reasons, limit=2000):
        """Nothing is imported; a message tells the row, the column and why."""
        before = self._count()
        leads, messages, _mapping = self._import(file, limit=limit)
        self.assertFalse(leads)
        self.assertEqual(self._count(), before)
        errors = [message for message in messages if message["type"] == "error"]
        self.assertTrue(errors)
        told = [
            error
            for error in errors
            if row + 1 in self._get_rows(error)
            and all(
                reason in (error["message"] + str(error.get("field")))
                for reason in reasons
            )
        ]
        self.assertTrue(told, errors)

    def test_unknown_owner(self):
        file = self._csv(self._row(), self._row(owner="小刚"))
        self.assertRefused(file, 1, "小刚", "user_id")

    def test_duplicate_number_in_the_file(self):
        file = self._csv(self._row("LX2024031"), self._row(), self._row("LX2024031"))
        self.assertRefused(file, 2, "LX2024031", "Lead no.")

    @mute_logger("odoo.sql_db")
    def test_duplicate_of_a_number_that_is_there(self):
        self._create_lead(funnel_code="LX2024032")
        file = self._csv(self._row(), self._row("LX2024032"))
        self.assertRefused(file, 1, "LX2024032", "Lead no.")

    def test_time_in_the_future(self):
        file = self._csv(self._row(), self._row(when="2999-01-01"))
        self.assertRefused(file, 1, "2999", "Obtained at")

    def test_unreadable_date(self):
        before = self._count()
        file = self._csv(
            self._row(), self._row(when="2024-03-02"), self._row(when="某天")
        )
        leads, messages, _mapping = self._import(file)
        self.assertFalse(leads)
        self.assertEqual(self._count(), before)
        told = " ".join(str(message) for message in messages)
        self.assertIn("某天", told)
        self.assertRegex(told, "获取时间|Obtained at|funnel_obtained_at")

    def test_bad_row_in_a_later_batch_imports_nothing(self):
        rows = [self._row(client=f"公司{number}") for number in range(5)]
        file = self._csv(*rows, self._row(owner="小刚"))
        self.assertRefused(file, 5, "小刚", "user_id", limit=2)

    def test_duplicate_across_batches_imports_nothing(self):
        rows = [self._row(client=f"公司{number}") for number in range(3)]
        file = self._csv(self._row("LX2024061"), *rows, self._row("LX2024061"))
        self.assertRefused(file, 4, "LX2024061", limit=2)

    def test_good_file_in_batches_is_imported_once(self):
        rows = [self._row(client=f"公司{number}") for number in range(5)]
        leads, messages, _mapping = self._import(self._csv(*rows), limit=2)
        self.assertFalse(messages)
        self.assertEqual(
            leads.mapped("partner_name"), [f"公司{number}" for number in range(5)]
        )
        self.assertEqual(len(set(leads.mapped("funnel_code"))), 5)
