"""Core's importer takes our forms from the files that people have."""

import io
from datetime import date, datetime, timedelta
from unittest.mock import patch

import openpyxl

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..common_forms import F1_FIELDS, F1_TITLES, F2_TITLES, F3_TITLES, F7_STAGES
from .test_import_followups import FormImportCommon
from .test_import_register import XLSX, ImportCommon

SHANGHAI = "Asia/Shanghai"


class FileCommon(ImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_main.resource_calendar_id.tz = SHANGHAI
        cls.manager.tz = SHANGHAI

    def _manager_in(self, zone, **vals):
        return mail_new_test_user(
            self.env,
            login=zone,
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=self.company_main.id,
            tz=zone,
            **vals,
        )

    def _book(self, *rows, merged=()):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for cells in merged:
            book.active.merge_cells(cells)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def _take(self, *rows, **kwargs):
        """Import rows of F1 that are taken without a word."""
        leads, messages, mapping = self._import(self._csv(*rows), **kwargs)
        self.assertFalse(messages)
        self.assertEqual(mapping, F1_FIELDS)
        return leads

    def _days(self, leads, zone=SHANGHAI):
        return [
            moment and str(self._local(moment, zone).date())
            for moment in (lead.funnel_obtained_at for lead in leads)
        ]

    def _local(self, moment, zone=SHANGHAI):
        return fields.Datetime.context_timestamp(
            self.env["crm.lead"].with_context(tz=zone), moment
        )

    def _told(self, file, *args, **kwargs):
        """Import a file of which nothing is taken; return what is told."""
        before = self._count()
        leads, messages, _mapping = self._import(file, *args, **kwargs)
        self.assertFalse(leads)
        self.assertEqual(self._count(), before)
        return [f"{m.get('record', '')}: {m['message']}" for m in messages]


@tagged("post_install", "-at_install")
class TestImportDays(FileCommon):
    FORMS = (
        *("2024/3/1", "2024.3.1", "2024-03-01", "20240301", "45352", "２０２４/3/1"),
        *("2024年3月1日", "2024年03月01号", "24年3月1日", "二〇二四年三月一日"),
        *("2024年3月1日 星期五", "2024-3-1 9:05", "2024/3/1 下午2:30", "45352.5"),
        *(
            "2024年3月1日14时30分",
            "2024-03-01T09:05:00",
            "*2024/3/1*",
            "\u200b2024/3/1",
        ),
    )

    def test_forms_mixed_in_one_column(self):
        rows = [self._row(client=f"公司{i}", when=f) for i, f in enumerate(self.FORMS)]
        leads = self._take(*rows)
        self.assertEqual(self._days(leads), ["2024-03-01"] * len(self.FORMS))

    def test_first_day_far_down_the_file(self):
        rows = [self._row(client=f"公司{number}", when="") for number in range(15)]
        leads = self._take(*rows, self._row(when="2024年3月1日"))
        self.assertEqual(self._days(leads)[-1], "2024-03-01")
        self.assertFalse(leads[0].funnel_obtained_at)

    def test_times_are_those_of_the_user(self):
        [lead] = self._take(self._row(when="2024年3月1日 9:05"))
        self.assertEqual(str(lead.funnel_obtained_at), "2024-03-01 01:05:00")

    def test_day_is_the_companys_whoever_imports(self):
        for zone in ("Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"):
            row = self._row(client=zone, when="2024年3月1日")
            [lead] = self._take(row, by=self._manager_in(zone))
            self.assertEqual(str(lead.funnel_obtained_at), "2024-02-29 16:00:00")

    def test_real_days_and_moments_beside_typed_ones(self):
        cells = [date(2024, 3, 1), datetime(2024, 3, 1, 9, 30), "2024年3月1日", 45352]
        rows = [self._row(client=f"公司{number}") for number in range(len(cells))]
        for row, cell in zip(rows, cells, strict=True):
            row[6] = cell
        leads, messages, _mapping = self._import(self._book(F1_TITLES, *rows), XLSX)
        self.assertFalse(messages)
        self.assertEqual(self._days(leads), ["2024-03-01"] * len(cells))

    def test_day_without_a_year_is_the_latest_that_is_not_in_the_future(self):
        today = self._local(fields.Datetime.now()).date()
        for days in (0, 40, 300):
            day = today - timedelta(days=days)
            [lead] = self._take(
                self._row(client=f"公司{days}", when=f"{day.month}月{day.day}日")
            )
            self.assertEqual(self._days(lead), [str(day)])
        tomorrow = today + timedelta(days=1)
        [lead] = self._take(self._row(when=f"{tomorrow.month}月{tomorrow.day}日"))
        self.assertEqual(self._days(lead)[0][:4], str(tomorrow.year - 1))

    def test_form_chosen_in_the_dialog_is_read_as_well(self):
        for form, text in (("%d.%m.%Y", "01.03.2024"), ("%m/%d/%Y", "03/01/2024")):
            options = {**self._options(2000), "date_format": form}
            with patch.object(type(self), "_options", lambda *_args, o=options: {**o}):
                leads = self._take(self._row(client=form, when=text))
            self.assertEqual(self._days(leads), ["2024-03-01"])

    def test_what_is_no_day_is_told_with_its_row(self):
        for text in (
            "某天",
            "2024年13月1日",
            "2024/2/30",
            "240301",
            "3/1",
            "3月1日-5日",
        ):
            told = self._told(self._csv(self._row(), self._row(when=text)))
            self.assertEqual(
                told,
                [f"2: Obtained at: “{text}” is no date. Write it like 2024-03-01."],
            )

    def test_month_and_day_are_not_exchanged_after_a_year(self):
        """Core takes the only form that fits all days of the column."""
        told = self._told(self._csv(self._row(when="2024/13/1")))
        self.assertIn("“2024/13/1” is no date", told[0])

    def test_unread_day_is_told_beside_what_else_is_wrong(self):
        file = self._csv(
            self._row(client="A", when="某天"),
            self._row(client="B", owner="小刚"),
            self._row(client="C", when="2999-01-01"),
        )
        told = "\n".join(self._told(file))
        self.assertRegex(told, "1: Obtained at: “某天”")
        self.assertRegex(told, "Row 2: .*小刚")


@tagged("post_install", "-at_install")
class TestImportCells(FileCommon):
    def test_blanks_that_nobody_sees_do_not_count(self):
        source = self.env.ref("sales_lead_funnel.source_web")
        for blank in (" ", "\u3000", "\xa0", "\u200b", "\ufeff", "\t", "*", "\u2060 "):
            row = [cell and f"{cell}{blank}" for cell in self._row(client="甲公司")]
            row[5], row[6] = "采购设备", f"2024-03-01{blank}"
            leads, messages, _mapping = self._import(self._csv(row))
            self.assertFalse(messages, repr(blank))
            self.assertEqual(leads.user_id, self.ming)
            self.assertEqual(leads.source_id, source)
            self.assertEqual((leads.partner_name, leads.phone), ("甲公司", "1388888"))
            leads.unlink()

    def test_line_breaks_stay_in_texts_only(self):
        row = self._row()
        row[2], row[5] = '"远山设备\n有限公司"', '"第一行\n第二行"'
        [lead] = self._take(row)
        self.assertEqual(lead.partner_name, "远山设备有限公司")
        self.assertEqual(lead.funnel_need, "第一行\n第二行")

    def test_rows_of_blanks_are_none(self):
        blank = [" ", "", "\u3000", "", "\u200b", "", "", "\xa0", ""]
        rows = [self._row(client="甲公司"), blank, [""] * 9, self._row(client="乙公司")]
        leads = self._take(*rows, blank, [""] * 9)
        self.assertEqual(leads.mapped("partner_name"), ["甲公司", "乙公司"])

    def test_share_marked_by_the_exchange_keeps_its_asterisk(self):
        self.assertEqual(
            self._take(self._row(client="*ST远山")).partner_name, "*ST远山"
        )

    def test_number_that_says_there_is_none_is_drawn(self):
        texts = ("无", "N/A", "——", "待定")
        rows = [self._row(code=text, client=f"公司{text}") for text in texts]
        leads = self._take(*rows)
        self.assertEqual(len(set(leads.mapped("funnel_code"))), len(texts))
        for lead in leads:
            self.assertRegex(lead.funnel_code, r"^LX\d{7}")

    def test_phone_as_spreadsheets_write_it(self):
        texts = ("13800138000.0", "'13800138000", "'13800138000.00")
        for text in texts:
            row = self._row(client=f"公司{text}")
            row[3] = text
            self.assertEqual(self._take(row).phone, "13800138000")

    def test_amount_in_another_currency_is_refused(self):
        self.env.ref("base.EUR").active = True  # then core takes its sign for ours
        foreign = "$" if self.company_main.currency_id.symbol != "$" else "€"
        titles = [F1_TITLES[2], "Budget from"]
        for amount in (f"{foreign}20万", f"{foreign}200,000", f"200000 {foreign}"):
            told = self._told(self._csv(["甲公司", f'"{amount}"'], headers=titles))
            self.assertIn("another currency", "".join(told), amount)

    def test_digits_lost_in_excel_are_refused(self):
        for column in (0, 2, 3):
            row = self._row()
            row[column] = "1.38E+10"
            told = self._told(self._csv(self._row(client="B"), row))
            self.assertRegex(told[0], "^2: .*“1.38E[+]10” has lost digits in Excel")

    def test_number_cells_arrive_digit_by_digit(self):
        row = self._row()
        row[0], row[3] = 20240077, 13800138000.0
        leads, _messages, _mapping = self._import(self._book(F1_TITLES, row), XLSX)
        self.assertEqual((leads.funnel_code, leads.phone), ("20240077", "13800138000"))

    def test_amounts_of_leads_with_units(self):
        texts = ["1,200", "15万元", "￥20万", "１５", "1.5亿", "20", ""]
        rows = [["A", text and f'"{text}"'] for text in texts]
        file = self._csv(*rows, headers=["name", "funnel_budget_max"])
        leads, messages, _mapping = self._import(file)
        self.assertFalse(messages)
        amounts = [1200, 150_000, 200_000, 15, 150_000_000, 20, 0]
        self.assertEqual(leads.mapped("funnel_budget_max"), amounts)

    def test_amount_that_is_none_is_told_with_its_row(self):
        rows = [["A", "20"], ["B", "约15万"], ["C", "15-20万"], ["D", "1.5E+05"]]
        told = self._told(self._csv(*rows, headers=["name", "funnel_budget_max"]))
        self.assertEqual([line[0] for line in told], ["2", "3", "4"])
        for line, reason in zip(
            told, ("约15万", "15-20万", "lost digits"), strict=True
        ):
            self.assertIn(reason, line)

    def test_placeholders_are_no_client(self):
        words = [
            "无",
            "待定",
            "N/A",
            "个人",
            "公司",
            "test",
            "(个人)",
            "——",
            " Ｔｅｓｔ ",
        ]
        rows = [self._row(client=word) for word in words]
        for number, row in enumerate(rows):
            row[3] = f"138000000{number}"
        leads = self._take(*rows)
        self.assertFalse(any(leads.mapped("partner_name")))
        self.assertFalse(any(leads.mapped("contact_name")))
        self.assertFalse(any(leads.mapped("funnel_client_key")))

    def test_placeholders_add_no_words(self):
        row = self._row()
        row[1], row[3], row[4], row[8] = "无", "无", "待定", "N/A"
        [lead] = self._take(row)
        self.assertFalse(lead.source_id or lead.funnel_industry_id or lead.tag_ids)
        self.assertFalse(lead.phone)

    def test_words_of_another_language_are_those_there(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        industry = self.env["res.partner.industry"].create({"name": "Heavy industry"})
        tag = self.env["crm.tag"].create({"name": "Hot prospect"})
        for record, name in ((industry, "重工制造业"), (tag, "重点意向")):
            record.with_context(lang="zh_CN").name = name
        for lang, words in (
            ("en_US", ("重工制造业", "重点意向")),
            ("zh_CN", ("Heavy industry", "Hot prospect")),
        ):
            self.manager.lang = lang
            row = self._row(client=lang)
            row[4], row[8] = words
            [lead] = self._take(row)
            self.assertEqual((lead.funnel_industry_id, lead.tag_ids), (industry, tag))

    def test_number_typed_differently_is_taken(self):
        self._create_lead(funnel_code="LX2024777")
        for code in ("LX2024777 ", "lx2024777", "ＬＸ2024777", "LX 2024 777"):
            told = self._told(self._csv(self._row(code)))
            self.assertRegex(told[0], "^1: .*LX2024777 is already used")


@tagged("post_install", "-at_install")
class TestImportTitles(FileCommon):
    def assertMapped(self, file, file_type="text/csv", count=1):
        leads, messages, mapping = self._import(file, file_type)
        self.assertFalse(messages)
        self.assertEqual([name for name in mapping if name], F1_FIELDS)
        self.assertEqual(len(leads), count)
        self.assertEqual(leads[0].partner_name, "某某公司")

    def test_titles_as_people_type_them(self):
        titles = [
            " 线索编号",
            "来源渠道 ",
            "客户名称／个人",
            '"联系\n方式"',
            "所属行业\u3000",
        ]
        titles += ["初步需求\xa0", "获取时间*", "\u200b负责人（必填）", "初步标签："]
        self.assertMapped(self._csv(self._row(), headers=titles))

    def test_english_titles_with_marks(self):
        titles = [
            "Lead No.*",
            "Source channel ",
            "Client / Person*",
            "Contact information",
        ]
        titles += ["Industry of the client", "Initial need", "Obtained on (required)"]
        self.assertMapped(
            self._csv(self._row(), headers=[*titles, "Owner", "First tags"])
        )

    def test_names_and_notes_above_the_titles(self):
        above = [["初始线索登记表"], ["制表：小明", "", "2024-03-31"], ["", "客户"]]
        rows = [F1_TITLES, self._row(), self._row(client="乙公司")]
        self.assertMapped(self._book(*above, *rows), XLSX, 2)
        self.env["crm.lead"].search([("funnel_need", "=", "需求")]).unlink()
        lines = ["初始线索登记表", "", ",,2024-03-31", *map(",".join, rows)]
        self.assertMapped("\n".join(lines).encode(), count=2)

    def test_merged_cells_above_the_titles(self):
        group = ["基本信息", "", "客户信息", "", "", "", "跟进", "", ""]
        merged = ["A1:B1", "C1:F1", "G1:I1"]
        self.assertMapped(
            self._book(group, F1_TITLES, self._row(), merged=merged), XLSX
        )

    def test_titles_that_take_two_rows(self):
        upper, lower = list(F1_TITLES), [""] * 9
        upper[2:4], lower[2:4] = ["客户", ""], F1_TITLES[2:4]
        merged = ["A1:A2", "B1:B2", "C1:D1"]
        self.assertMapped(self._book(upper, lower, self._row(), merged=merged), XLSX)

    def test_rows_shorter_and_longer_than_the_titles(self):
        lines = [",".join(F1_TITLES), ",".join(self._row()), "LX2024090,,乙公司"]
        lines.append(",".join(["", "", "丙公司", *[""] * 7]))
        self.assertMapped("\n".join(lines).encode(), count=3)

    def test_own_titles_are_left_alone(self):
        file = self._csv(["Alpha", "x"], ["Beta", "y"], headers=["name", "Whatever"])
        leads, messages, mapping = self._import(file)
        self.assertFalse(messages)
        self.assertEqual(mapping[0], "name")
        self.assertEqual(leads.mapped("name"), ["Alpha", "Beta"])

    def test_chinese_encodings_and_marks(self):
        row = self._row(client="某某公司")
        row[5] = "镕喆堃，采购"  # not in GB 2312
        text = self._csv(row, self._row(client="乙公司")).decode()
        for encoding in ("gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"):
            file = text.replace(",", "\t") if encoding == "utf-16" else text
            self.assertMapped(f"登记表\n{file}".encode(encoding), count=2)
            leads = self.env["crm.lead"].search([("funnel_need", "=", row[5])])
            self.assertEqual(len(leads), 1, encoding)
            leads.search([("partner_name", "in", ["某某公司", "乙公司"])]).unlink()

    def test_characters_that_excel_spells_out(self):
        row = self._row()
        row[5] = "第一行_x000D_\n第二行 _x005F_x0041_"
        leads, _messages, _mapping = self._import(self._book(F1_TITLES, row), XLSX)
        self.assertEqual(leads.funnel_need, "第一行\n第二行 _x0041_")


@tagged("post_install", "-at_install")
class TestImportForms(FileCommon, FormImportCommon):
    def test_days_of_follow_ups(self):
        for text in ("2024年3月5日", "2024.3.5", "45356", "2024-03-05 14:30"):
            row = self._log_row(when=text, feedback=text)
            logs, messages, _mapping = self._load("funnel.followup", self._f2(row))
            self.assertFalse(messages)
            day = self._local(logs.happened_at).date()
            self.assertEqual(str(day), "2024-03-05")

    def test_unread_day_of_a_follow_up_is_told_once(self):
        file = self._f2(self._log_row(), self._log_row(when="某天"))
        reason = self.assertRefused("funnel.followup", file, 1, "happened_at", "某天")
        self.assertIn("is no date", reason)

    def test_lead_is_found_however_its_number_is_typed(self):
        for code in ("lx2024001", " LX2024001*", "ＬＸ2024001", "LX 2024001"):
            row = self._log_row(code, feedback=code)
            logs, messages, _mapping = self._load("funnel.followup", self._f2(row))
            self.assertFalse(messages)
            self.assertEqual(logs.lead_id, self.first)

    def test_budgets_with_separators_and_units(self):
        for text, low, high in (
            ("1,200", 12e6, 12e6),
            ("15万元", 150_000, 150_000),
            ("15-20万", 150_000, 200_000),
            ("￥20万", 200_000, 200_000),
            ("１５－２０", 150_000, 200_000),
        ):
            file = self._f3(budget=f'"{text}"')
            _records, messages, _mapping = self._load("funnel.evaluation", file)
            self.assertFalse(messages)
            lead = self.first
            self.assertEqual(
                (lead.funnel_budget_min, lead.funnel_budget_max), (low, high)
            )

    def test_budgets_in_another_unit_are_refused(self):
        for text in ("约15万", "1.5亿", "15元", "1.38E+10", "2026-10-12"):
            file = self._f3(budget=text)
            self.assertRefused("funnel.evaluation", file, 0, "budget", text)

    def test_expected_close_needs_its_year(self):
        row = ["LX2024001", *[""] * 7, "4月15日", ""]
        file = self._csv(row, headers=F3_TITLES)
        reason = self.assertRefused("funnel.evaluation", file, 0, "date_deadline")
        self.assertRegex(reason, "“4月15日” has no year. Write it like 20..-03-01")

    def test_stage_by_its_name_in_another_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        stage = self.env["crm.stage"].create({"name": "Trial run", "sequence": 2})
        stage.with_context(lang="zh_CN").name = "试运行"
        _records, messages, _mapping = self._load(
            "funnel.evaluation", self._f3(stage="试运行")
        )
        self.assertFalse(messages)
        self.assertEqual(self.first.stage_id, stage)

    def test_stages_of_a_template_by_their_names_in_f7(self):
        wizard = self.env["funnel.template.wizard"].with_user(self.director)
        team = self.first.team_id
        wizard.create({"team_id": team.id, "code": "s2"}).action_apply()
        self.env["funnel.criterion"].search([]).active = False
        keys = ("contact", "need", "proposal", "negotiation", "signing")
        for key, name in zip(keys, F7_STAGES, strict=True):
            file = self._f3(stage=name)
            _records, messages, _mapping = self._load("funnel.evaluation", file)
            with self.subTest(name):
                self.assertFalse(messages)
                found = self.first.stage_id._funnel_list_keys()
                self.assertEqual(found, [f"s2.{key}"])

    def test_title_row_above_a_log(self):
        rows = [["跟进记录表"], F2_TITLES, self._log_row()]
        logs, messages, _mapping = self._load(
            "funnel.followup", self._book(*rows), XLSX
        )
        self.assertFalse(messages)
        self.assertEqual(logs.lead_id, self.first)


@tagged("post_install", "-at_install")
class TestReimport(FileCommon):
    COLUMNS = ("id", *F1_FIELDS, "funnel_budget_min", "funnel_budget_max")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("base.group_allow_export")
        values = [
            {
                "partner_name": "远山设备有限公司",
                "contact_name": "李四",
                "phone": "0571-88887777",
            },
            {"contact_name": "张三", "email_from": "zhang@example.com"},
            {"partner_name": "北岭公司", "phone": "010-12345678/8001"},
            {"partner_id": cls.contact_1.id, "phone": "138 / 139", "email_from": False},
            {"funnel_budget_min": 0, "funnel_budget_max": 20.5},
            {"tag_ids": [Command.create({"name": "A"}), Command.create({"name": "B"})]},
        ]
        cls.leads = cls.env["crm.lead"].create(
            [cls._lead_vals(funnel_need="旧 ", **vals) for vals in values]
        )
        cls.leads.flush_recordset()

    def _read(self):
        names = [
            name
            for name, field in self.leads._fields.items()
            if field.store
            and not name.startswith(("write_", "message_", "funnel_need"))
        ]
        self.env.invalidate_all()
        return self.leads.read(names)

    def _reimport(self, change=None, by=None, columns=COLUMNS):
        leads = self.leads.with_user(by or self.manager)
        rows = leads.export_data(list(columns))["datas"]
        for row in rows:
            row[columns.index("funnel_need")] = "新需求"
            for name, value in (change or {}).items():
                row[columns.index(name)] = value
        book = self._book(list(columns), *rows)
        wizard = self.env["base_import.import"].with_user(by or self.manager)
        wizard = wizard.create(
            {"res_model": "crm.lead", "file": book, "file_type": XLSX}
        )
        return wizard.execute_import(list(columns), list(columns), self._options(2000))

    def test_one_column_changed_changes_nothing_else(self):
        before = self._read()
        result = self._reimport()
        self.assertFalse(result["messages"])
        self.assertEqual(self._read(), before)
        self.assertEqual(set(self.leads.mapped("funnel_need")), {"新需求"})

    def test_same_for_a_user_of_another_language_and_zone(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        before = self._read()
        abroad = self._manager_in("America/Los_Angeles", lang="zh_CN")
        abroad.group_ids += self.env.ref("base.group_allow_export")
        self.assertFalse(self._reimport(by=abroad)["messages"])
        self.assertEqual(self._read(), before)

    def test_unknown_numbers_stay_unknown(self):
        self._reimport()
        field = self.leads._fields["funnel_budget_min"]
        self.env.invalidate_all()
        unknown = [field.is_unknown(lead) for lead in self.leads]
        self.assertEqual(unknown, [True, True, True, True, False, True])

    def test_company_of_a_client_keeps_the_person(self):
        lead = self.leads[0]
        lead.funnel_client = "远山设备股份有限公司"
        self.assertEqual(
            (lead.partner_name, lead.contact_name), ("远山设备股份有限公司", "李四")
        )

    def test_person_is_not_taken_for_a_company(self):
        person = self.leads[1]
        person.funnel_client = "张三(个人)"
        self.assertEqual((person.partner_name, person.contact_name), (False, "张三"))
        person.funnel_client = "张三丰(个人)"
        self.assertEqual((person.partner_name, person.contact_name), (False, "张三丰"))

    def test_what_would_lose_client_or_person_is_refused(self):
        for lead, text in (
            (self.leads[0], "李四(个人)"),
            (self.leads[0], ""),
            (self.leads[1], "张三丰"),
            (self.leads[3], ""),
        ):
            self.leads = lead
            before = self._read()
            result = self._reimport({"funnel_client": text})
            self.assertFalse(result["ids"])
            [message] = result["messages"]
            self.assertIn(f"“{text}” would lose it", message["message"])
            self.assertEqual(self._read(), before)

    def test_mail_alone_is_changed_in_the_contact(self):
        lead = self.leads[2]
        lead.funnel_contact = "010-12345678/8001 / bei@example.com"
        self.assertEqual(lead.phone, "010-12345678/8001")
        self.assertEqual(lead.email_from, "bei@example.com")
        lead.phone = "138 / 139"
        lead.funnel_contact = "138 / 139 / ling@example.com"
        self.assertEqual(
            (lead.phone, lead.email_from), ("138 / 139", "ling@example.com")
        )

    def test_rep_is_told_plainly_of_leads_of_others(self):
        self.leads[1:].unlink()
        self.leads = self.leads[:1]
        self._reimport()  # the external id is there from now on
        columns = ["id", "funnel_need"]
        [[xmlid]] = self.leads.export_data(["id"])["datas"]
        self.leads.user_id = self.hong
        model = self.env["crm.lead"].with_user(self.ming)
        result = model.with_context(import_file=True).load(columns, [[xmlid, "x"]])
        [message] = result["messages"]
        self.assertIn("You may change your own leads only", message["message"])


@tagged("post_install", "-at_install")
class TestImportOfOthers(FileCommon):
    def test_rep_is_told_whose_lead_it_is(self):
        rows = [self._row(client="A"), self._row(client="B", owner="小红")]
        told = self._told(self._csv(*rows), by=self.ming)
        reason = "You may import your own leads only. Leave “Salesperson” empty, or ask"
        self.assertEqual(told, [f"2: {reason} a manager to import the leads of 小红."])

    def test_rep_imports_own_and_unassigned_leads(self):
        leads = self._take(
            self._row(client="A"), self._row(client="B", owner=""), by=self.ming
        )
        self.assertEqual(leads.mapped("user_id"), self.ming)

    def test_manager_imports_those_of_anybody(self):
        leads = self._take(self._row(client="A"), self._row(client="B", owner="小红"))
        self.assertEqual(leads.mapped("user_id"), self.ming | self.hong)


@tagged("post_install", "-at_install")
class TestImportTwice(FileCommon):
    def test_same_row_twice_in_a_file_is_told(self):
        rows = [self._row(), self._row(client="B"), self._row(client=" 某某 公司* ")]
        _leads, messages, _mapping = self._import(self._csv(*rows), dryrun=True)
        self.assertIn("Some rows are there already", messages[0]["message"])
        self.assertEqual(messages[1]["record"], "3")
        self.assertIn("An earlier row of the file", messages[1]["message"])

    def test_same_file_twice_is_told_with_the_lead(self):
        [lead] = self._take(self._row())
        _leads, messages, _mapping = self._import(self._csv(self._row()), dryrun=True)
        self.assertEqual(messages[1]["record"], "1")
        self.assertIn(lead.funnel_code, messages[1]["message"])

    def test_leads_that_a_rep_may_not_see_are_not_told(self):
        self._create_lead(
            partner_name="某某公司",
            phone="1388888",
            user_id=self.hong.id,
            funnel_obtained_at="2024-02-29 18:00:00",
        )
        self._take(self._row(), by=self.ming)

    def test_another_day_contact_or_client_is_another_lead(self):
        row = self._row(client="C")
        row[3] = "1399999"
        self._take(
            self._row(), self._row(when="2024-03-02"), self._row(client="B"), row
        )

    def test_rows_with_numbers_are_no_twins(self):
        self._take(self._row("LX2024051"), self._row("LX2024052"))

    def test_without_a_day_the_need_counts(self):
        headers = ["客户名称/个人", "联系方式", "初步需求"]
        file = self._csv(["A", "138", "x"], ["A", "138", "y"], headers=headers)
        self.assertFalse(self._import(file)[1])
        messages = self._import(file, dryrun=True)[1]
        self.assertEqual([m.get("record") for m in messages[1:]], ["1", "2"])

    def test_whoever_was_told_imports_all_the_same(self):
        wizard = (
            self.env["base_import.import"]
            .with_user(self.manager)
            .create(
                {
                    "res_model": "crm.lead",
                    "file": self._csv(self._row(), self._row()),
                    "file_type": "text/csv",
                }
            )
        )

        def execute(dryrun):
            return wizard.execute_import(
                F1_FIELDS, F1_TITLES, {**self._options(2000)}, dryrun=dryrun
            )

        wizard.parse_preview(self._options(2000))
        self.assertTrue(execute(dryrun=True)["messages"])
        result = execute(dryrun=False)
        self.assertFalse(result["messages"])
        self.assertEqual(len(result["ids"]), 2)

    def test_in_batches_nothing_is_saved_before_it_is_told(self):
        rows = [self._row(client=f"公司{number}") for number in range(4)]
        told = self._told(self._csv(*rows, self._row(client="公司0")), limit=2)
        self.assertRegex(told[1], "^5: An earlier row")


@tagged("post_install", "-at_install")
class TestImportAsks(FileCommon, HttpCase):
    def test_person_is_told_before_anything_is_saved(self):
        self._take(self._row())
        self.env["res.users"].browse(self.manager.id).password = "importing-leads"
        self.authenticate(self.manager.login, "importing-leads")
        wizard = (
            self.env["base_import.import"]
            .with_user(self.manager)
            .create(
                {
                    "res_model": "crm.lead",
                    "file": self._csv(self._row()),
                    "file_type": "text/csv",
                }
            )
        )
        self.env.flush_all()

        def press_import():
            before = self._count()
            options = {**self._options(2000), "encoding": "utf-8", "separator": ","}
            result = self.make_jsonrpc_request(
                "/web/dataset/call_kw/base_import.import/execute_import",
                {
                    "model": "base_import.import",
                    "method": "execute_import",
                    "args": [wizard.id, F1_FIELDS, F1_TITLES, options],
                    "kwargs": {"dryrun": False},
                },
            )
            return bool(result["messages"]), self._count() - before

        self.assertEqual(press_import(), (True, 0))
        self.assertEqual(press_import(), (False, 1))


@tagged("post_install", "-at_install")
class TestUnknownNumbers(FileCommon):
    NUMBERS = (
        "funnel_budget_min",
        "funnel_budget_max",
        "funnel_sales_12m",
        "funnel_industry_growth",
        "funnel_decision_people",
    )

    def _load(self, names, *rows, by=None):
        model = self.env["crm.lead"].with_user(by or self.manager)
        result = model.with_context(import_file=True).load(names, list(map(list, rows)))
        self.assertFalse(result["messages"])
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.lead"].browse(result["ids"])

    def _unknown(self, lead):
        return [name for name in self.NUMBERS if lead._fields[name].is_unknown(lead)]

    def test_blank_cell_is_unknown_and_0_an_answer(self):
        names = ["name", *self.NUMBERS]
        blank, zero = self._load(names, ["A", *[""] * 5], ["B", *["0"] * 5])
        self.assertEqual(self._unknown(blank), list(self.NUMBERS))
        self.assertEqual(self._unknown(zero), [])

    def test_blank_cell_takes_an_answer_back(self):
        lead = self._create_lead(**dict.fromkeys(self.NUMBERS, 5))
        rows = [[str(lead.id), *[""] * 5]]
        self._load([".id", *self.NUMBERS], *rows)
        self.assertEqual(self._unknown(lead), list(self.NUMBERS))

    def test_forms_lists_and_files_show_unknown_as_empty(self):
        lead = self._create_lead()
        self.env.flush_all()
        self.env.invalidate_all()
        shown = lead.web_read({name: {} for name in self.NUMBERS})[0]
        self.assertEqual([shown[name] for name in self.NUMBERS], [False] * 5)
        self.assertEqual(lead.export_data(list(self.NUMBERS))["datas"], [[""] * 5])
        new = self.env["crm.lead"].onchange({}, [], {name: {} for name in self.NUMBERS})
        self.assertEqual([new["value"][name] for name in self.NUMBERS], [False] * 5)
        lead.write(dict.fromkeys(self.NUMBERS, 0))
        self.assertEqual(lead.export_data(list(self.NUMBERS))["datas"], [[0] * 5])

    def test_false_is_unknown_on_every_door(self):
        lead = self._create_lead(**dict.fromkeys(self.NUMBERS, False))
        self.assertEqual(self._unknown(lead), list(self.NUMBERS))
        lead.write(dict.fromkeys(self.NUMBERS, 3))
        lead.with_user(self.rep).web_save(dict.fromkeys(self.NUMBERS, False), {})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._unknown(lead), list(self.NUMBERS))

    def test_copies_and_merged_leads_know_no_more(self):
        lead, other = self._create_lead(), self._create_lead(funnel_sales_12m=0)
        self.assertEqual(self._unknown(lead.copy()), list(self.NUMBERS))
        merged = (lead | other).with_user(self.manager).merge_opportunity()
        self.env.flush_all()
        self.env.invalidate_all()
        names = [name for name in self.NUMBERS if name != "funnel_sales_12m"]
        self.assertEqual(self._unknown(merged), names)
