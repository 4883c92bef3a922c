"""Core's importer takes the handbooks' logs and evaluations as they stand."""

import csv
import io
from datetime import date, datetime

import openpyxl

from odoo import Command
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from ..common_forms import F2_TITLES, F3_TITLES
from .test_import_register import XLSX, ImportCommon

F2_MAPPING = [
    "lead_id",
    "happened_at",
    "channel",
    "user_id",
    "contact",
    "feedback",
    "decider_info",
    "mood",
    "next_action",
]
F3_MAPPING = [
    "lead_id",
    "opportunity",
    "stage_id",
    "urgency",
    "budget",
    "competition",
    "decision",
    "user_id",
    "date_deadline",
    "next_action",
]
F5_MAPPING = [
    "client",
    "stage_name",
    "happened_at",
    "channel",
    "summary",
    "next_action",
    "user_id",
]
SAMPLES = {
    "f2": ("f2_follow_ups.csv", "funnel.followup", F2_MAPPING),
    "f3": ("f3_evaluation_and_stage.csv", "funnel.evaluation", F3_MAPPING),
    "f5": ("f5_follow_ups_s1.csv", "funnel.followup", F5_MAPPING),
}


class FormImportCommon(ImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intent = cls.env["crm.stage"].create(
            {"name": "意向客户", "sequence": 3, "team_ids": [Command.clear()]}
        )
        cls.env["crm.stage"].create({"name": "潜在", "sequence": 1})
        cls.first, cls.second = cls._create_sample_leads()

    @classmethod
    def _create_sample_leads(cls):
        """Create the two leads that the samples are about."""
        return [
            cls._create_lead(
                user_id=owner.id, funnel_code=code, name=client, funnel_client=client
            )
            for owner, code, client in (
                (cls.ming, "LX2024001", "科技有限公司"),
                (cls.hong, "LX2024002", "总(个人)"),
            )
        ]

    def _load(self, model, file, file_type="text/csv", **kwargs):
        """Import a file into a model, and return the records, as the dialog does."""
        self.importing = model
        return self._import(file, file_type, **kwargs)

    def _sample_of(self, form):
        name = SAMPLES[form][0]
        with file_open(f"sales_lead_funnel/tests/data/{name}", "rb") as sample:
            return sample.read()

    def _workbook_of(self, text, dates=()):
        """Return a CSV text as a workbook with real dates and numbers."""
        book = openpyxl.Workbook()
        headers, *rows = csv.reader(io.StringIO(text))
        book.active.append(headers)
        for row in rows:
            cells = [int(cell) if cell.isdecimal() else cell for cell in row]
            for index in dates:
                cells[index] = datetime.fromisoformat(row[index])
            book.active.append(cells)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def _log_row(self, lead="LX2024001", when="2024-03-05", **cells):
        known = {"channel": "电话", "user": "小明", "mood": "积极", **cells}
        return [
            lead,
            when,
            known["channel"],
            known["user"],
            "经理",
            known.get("feedback", "反馈"),
            "采购",
            known["mood"],
            "演示",
        ]

    def _f2(self, *rows):
        return self._csv(*rows, headers=F2_TITLES)

    def _f3(self, *, lead="LX2024001", **cells):
        columns = ["name", "stage", "urgency", "budget", "rivals", "decision", "user"]
        row = [lead, *(cells.get(name, "") for name in columns), "", ""]
        return self._csv(row, headers=F3_TITLES)

    def assertRefused(self, model, file, row, column, *reasons, **kwargs):
        """Nothing is imported; a message tells the row, the column and why."""
        count = self.env[model].search_count([])
        records, messages, _mapping = self._load(model, file, **kwargs)
        self.assertFalse(records)
        self.assertEqual(self.env[model].search_count([]), count)
        label = self.env[model]._fields[column].string
        told = [
            message["message"]
            for message in messages
            if message["type"] == "error"
            and row + 1 in self._get_rows(message)
            and label in message["message"]
        ]
        self.assertTrue(told, messages)
        for reason in reasons:
            self.assertIn(reason, told[0])
        return told[0]


@tagged("post_install", "-at_install")
class TestImportFollowups(FormImportCommon):
    def _check_f2(self, logs):
        first, second = logs
        self.assertEqual(logs.lead_id, self.first)
        self.assertEqual(logs.user_id, self.ming)
        self.assertEqual(logs.mapped("channel"), ["call", "visit"])
        self.assertEqual(logs.mapped("mood"), ["positive", "positive"])
        self.assertEqual(
            [log.happened_at.date() for log in logs],
            [date(2024, 3, 5), date(2024, 3, 8)],
        )
        self.assertEqual(first.contact, "经理")
        self.assertEqual(first.feedback, "现用Excel管理客户,效率低")
        self.assertEqual(first.decider_info, "经理(采购)")
        self.assertEqual(second.next_action, "提供3月12日方案初稿")

    def _check_f5(self, logs, owner):
        self.assertEqual(logs.lead_id, self.first)
        self.assertEqual(logs.user_id, owner)
        self.assertEqual(logs.mapped("channel"), ["call", "email", "demo"])
        stages = ["意向客户", "意向客户", "商机客户"]
        self.assertEqual(logs.mapped("stage_name"), stages)
        self.assertEqual(logs[1].summary, "发送方案初稿,约定3月8日demo演示")
        self.assertEqual(logs[2].next_action, "3月12日前提供报价单,争取优惠权限")

    def test_f2_is_taken_as_it_stands(self):
        logs, messages, mapping = self._load("funnel.followup", self._sample_of("f2"))
        self.assertFalse(messages)
        self.assertEqual(mapping, F2_MAPPING)
        self._check_f2(logs)

    def test_f5_is_taken_as_it_stands_and_belongs_to_who_imports(self):
        logs, messages, mapping = self._load("funnel.followup", self._sample_of("f5"))
        self.assertFalse(messages)
        self.assertEqual(mapping, F5_MAPPING)
        self._check_f5(logs, self.manager)

    def test_workbooks_are_taken_with_real_dates(self):
        for form, column in (("f2", 1), ("f5", 2)):
            text = self._sample_of(form).decode("utf-8-sig")
            logs, messages, mapping = self._load(
                "funnel.followup", self._workbook_of(text, [column]), XLSX
            )
            self.assertFalse(messages)
            self.assertEqual(mapping, SAMPLES[form][2])
            check = {"f2": self._check_f2, "f5": self._check_f5}[form]
            check(logs, *([self.manager] if form == "f5" else []))

    def test_chinese_speaking_user_imports(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.manager.lang = "zh_CN"
        logs, messages, mapping = self._load("funnel.followup", self._sample_of("f2"))
        self.assertFalse(messages)
        self.assertEqual(mapping, F2_MAPPING)
        self._check_f2(logs)

    def test_rep_imports_own_log(self):
        logs, messages, _mapping = self._load(
            "funnel.followup", self._sample_of("f5"), by=self.ming
        )
        self.assertFalse(messages)
        self._check_f5(logs, self.ming)

    def test_log_updates_last_contact_and_moves_no_stage(self):
        stage = self.first.stage_id
        self._load("funnel.followup", self._sample_of("f5"))
        self.assertEqual(self.first.funnel_last_contact_at.date(), date(2024, 3, 10))
        self.assertEqual(self.first.stage_id, stage)

    def test_traditional_headers_and_words_are_known(self):
        headers = [
            "線索編號",
            "跟進時間",
            "跟進方式",
            "跟進人",
            "溝通對象",
            "客戶反饋/需求痛點",
            "決策人信息",
            "客戶情緒",
            "下一步行動",
        ]
        row = self._log_row(channel="線上會議", mood="猶豫")
        logs, messages, mapping = self._load(
            "funnel.followup", self._csv(row, headers=headers)
        )
        self.assertFalse(messages)
        self.assertEqual(mapping, F2_MAPPING)
        self.assertEqual((logs.channel, logs.mood), ("video", "hesitant"))

    def test_values_are_read_as_people_write_them(self):
        words = {
            "电话": "call",
            "上门拜访": "visit",
            "邮件": "email",
            "线上会议": "video",
            "现场demo": "demo",
            "微信": "chat",
            "": "other",
            "Visit": "visit",
            "email": "email",
        }
        rows = [
            self._log_row(channel=word, when=f"2024-03-{day:02}")
            for day, word in enumerate(words, 1)
        ]
        logs, messages, _mapping = self._load("funnel.followup", self._f2(*rows))
        self.assertFalse(messages)
        self.assertEqual(logs.mapped("channel"), list(words.values()))

    def test_old_next_dates_plan_no_activity(self):
        headers = ["线索编号", "跟进时间", "跟进内容", "next_date"]
        rows = [["LX2024001", "2024-03-05", "演示", "2024-03-12"]]
        rows += [["LX2024001", "2024-03-06", "报价", "2999-01-01"]]
        self._load("funnel.followup", self._csv(*rows, headers=headers))
        activities = self.first.activity_ids
        self.assertEqual(activities.mapped("date_deadline"), [date(2999, 1, 1)])

    def test_template_reads_back(self):
        templates = self.env["funnel.followup"].get_import_templates()
        self.first.partner_name = "示例科技有限公司"
        self.env.flush_all()
        for template, mapping in zip(templates, (F2_MAPPING, F5_MAPPING), strict=True):
            with file_open(template["template"].lstrip("/"), "rb") as file:
                logs, messages, found = self._load("funnel.followup", file.read(), XLSX)
            self.assertFalse(messages)
            self.assertEqual(found, mapping)
            self.assertEqual(logs.lead_id, self.first)

    def test_many_logs_cost_few_queries(self):
        leads = self._create_leads(40, user_id=self.ming.id)
        self.env.flush_all()

        def count_queries(number):
            rows = [
                self._log_row(lead.funnel_code, feedback=f"{number}")
                for lead in leads[:number]
            ]
            file = self._f2(*rows)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            logs, messages, _mapping = self._load("funnel.followup", file)
            self.env.flush_all()
            self.assertFalse(messages)
            self.assertEqual(len(logs), number)
            return self.env.cr.sql_log_count - before

        count_queries(2)
        self.assertLessEqual(count_queries(40), count_queries(4) + 5)


@tagged("post_install", "-at_install")
class TestImportFollowupsRefused(FormImportCommon):
    def test_unknown_number(self):
        file = self._f2(self._log_row(), self._log_row("LX2024999"))
        self.assertRefused("funnel.followup", file, 1, "lead_id", "LX2024999")

    def test_client_that_fits_two_leads_is_named(self):
        twin = self._create_lead(partner_name="科技 有限公司", name="Second need")
        headers = ["客户名称", "跟进时间"]
        file = self._csv(["科技有限公司", "2024-03-01"], headers=headers)
        codes = ("LX2024001", twin.funnel_code, "Second need")
        self.assertRefused("funnel.followup", file, 0, "client", *codes)

    def test_closed_lead_does_not_compete_with_the_open_one(self):
        closed = self._create_lead(partner_name="科技有限公司")
        closed.action_set_lost()
        logs, messages, _mapping = self._load("funnel.followup", self._sample_of("f5"))
        self.assertFalse(messages)
        self.assertEqual(logs.lead_id, self.first)

    def test_person_is_found_by_name(self):
        headers = ["客户名称", "跟进时间", "跟进内容"]
        rows = [["总(个人)", "2024-03-01", "演示"], ["总", "2024-03-02", "报价"]]
        logs, messages, _mapping = self._load(
            "funnel.followup", self._csv(*rows, headers=headers)
        )
        self.assertFalse(messages)
        self.assertEqual(logs.lead_id, self.second)

    def test_wrong_number_is_not_saved_by_the_client_beside_it(self):
        headers = ["线索编号", "客户名称", "跟进时间"]
        row = ["LX2024999", "科技有限公司", "2024-03-01"]
        file = self._csv(row, headers=headers)
        self.assertRefused("funnel.followup", file, 0, "lead_id", "LX2024999")

    def test_neither_number_nor_client(self):
        file = self._f2(self._log_row(), self._log_row(""))
        self.assertRefused("funnel.followup", file, 1, "lead_id", "Lead", "Client name")

    def test_rep_learns_nothing_of_others(self):
        """A lead of somebody else is refused in the words of one that is not there."""
        self._create_lead(
            user_id=self.hong.id, partner_name="科技有限公司", name="Secret"
        )
        told = {
            text: self.assertRefused(
                "funnel.followup",
                self._f2(self._log_row(text)),
                0,
                "lead_id",
                text,
                by=self.ming,
            )
            for text in ("LX2024002", "LX2024999", "总")
        }
        self.assertEqual(
            told["LX2024002"].replace("LX2024002", ""),
            told["LX2024999"].replace("LX2024999", ""),
        )
        logs, messages, _mapping = self._load(
            "funnel.followup", self._sample_of("f5"), by=self.ming
        )
        self.assertFalse(messages)
        self.assertEqual(logs.lead_id, self.first)

    def test_rep_cannot_reach_others_by_database_id(self):
        headers = ["lead_id/.id", "跟进时间"]
        file = self._csv([str(self.second.id), "2024-03-01"], headers=headers)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            logs, messages, _mapping = self._load("funnel.followup", file, by=self.ming)
        self.assertFalse(logs)
        self.assertTrue(messages)
        self.assertFalse(self.second.funnel_followup_ids)

    def test_foreign_manager_finds_no_lead_of_this_company(self):
        self.first.company_id = self.company_main
        file = self._f2(self._log_row(user=""))
        self.assertRefused(
            "funnel.followup", file, 0, "lead_id", "LX2024001", by=self.foreign_manager
        )

    def test_unknown_words(self):
        file = self._f2(
            self._log_row(), self._log_row(channel="飞鸽传书"), self._log_row(mood="?")
        )
        self.assertRefused("funnel.followup", file, 1, "channel", "飞鸽传书", "Call")
        self.assertRefused("funnel.followup", file, 2, "mood", "Hesitant")

    def test_unknown_and_ambiguous_users(self):
        self.hong.name = "小明"
        file = self._f2(self._log_row(user="小刚"), self._log_row())
        self.assertRefused("funnel.followup", file, 0, "user_id", "小刚")
        logins = ("xiaoming", "xiaohong")
        self.assertRefused("funnel.followup", file, 1, "user_id", *logins)

    def test_missing_time(self):
        file = self._f2(self._log_row(), self._log_row(when=""))
        self.assertRefused("funnel.followup", file, 1, "happened_at", "When")

    def test_time_in_the_future(self):
        file = self._f2(self._log_row(), self._log_row(when="2999-01-01"))
        logs, messages, _mapping = self._load("funnel.followup", file)
        self.assertFalse(logs)
        self.assertIn("“When” lies in the future", str(messages))

    def test_log_that_is_there_already(self):
        self._load("funnel.followup", self._sample_of("f2"))
        self.assertRefused(
            "funnel.followup", self._sample_of("f2"), 1, "happened_at", "logged already"
        )

    def test_log_twice_in_the_file(self):
        file = self._f2(self._log_row(), self._log_row())
        self.assertRefused("funnel.followup", file, 1, "happened_at", "logged already")

    def test_bad_row_in_a_later_batch_imports_nothing(self):
        rows = [self._log_row(when=f"2024-03-{day:02}") for day in range(1, 7)]
        file = self._f2(*rows, self._log_row("LX2024999"))
        self.assertRefused("funnel.followup", file, 6, "lead_id", "LX2024999", limit=2)

    def test_good_file_in_batches_is_imported_once(self):
        rows = [self._log_row(when=f"2024-03-{day:02}") for day in range(1, 7)]
        logs, messages, _mapping = self._load(
            "funnel.followup", self._f2(*rows), limit=2
        )
        self.assertFalse(messages)
        self.assertEqual(len(logs), 6)


@tagged("post_install", "-at_install")
class TestImportEvaluations(FormImportCommon):
    def _check_f3(self, evaluations):
        first, second = evaluations
        self.assertEqual(evaluations.lead_id, self.first | self.second)
        self.assertEqual(evaluations.user_id, self.ming | self.hong)
        self.assertEqual(evaluations.mapped("urgency"), [8, 3])
        self.assertEqual(evaluations.mapped("score"), [8, 3])
        self.assertEqual(evaluations.mapped("people_count"), [3, 1])
        self.assertEqual(evaluations.mapped("complexity"), ["medium", "low"])
        self.assertEqual(second.decision, "高(个人决策)")
        self.assertEqual(first.competition, "1家竞品")
        self.assertEqual(first.next_action, "3月15日提交正式报价单")
        self.assertEqual(self.first.name, "科技CRM")
        self.assertEqual(self.first.funnel_budget_min, 150_000)
        self.assertEqual(self.first.funnel_budget_max, 200_000)
        self.assertEqual(self.first.date_deadline, date(2024, 4, 15))
        self.assertEqual(self.first.stage_id, self.intent)
        self.assertEqual(self.second.stage_id.name, "潜在")

    def test_f3_is_taken_as_it_stands(self):
        evaluations, messages, mapping = self._load(
            "funnel.evaluation", self._sample_of("f3")
        )
        self.assertFalse(messages)
        self.assertEqual(mapping, F3_MAPPING)
        self._check_f3(evaluations)

    def test_workbook_is_taken_with_real_dates_and_numbers(self):
        text = self._sample_of("f3").decode("utf-8-sig")
        evaluations, messages, mapping = self._load(
            "funnel.evaluation", self._workbook_of(text, [8]), XLSX
        )
        self.assertFalse(messages)
        self.assertEqual(mapping, F3_MAPPING)
        self._check_f3(evaluations)

    def test_stage_moves_are_in_the_ledger(self):
        self._load("funnel.evaluation", self._sample_of("f3"))
        self.assertMoved(self.first, self.intent, "import")
        self.assertReplayGivesLive()

    def test_empty_cells_change_nothing_on_the_lead(self):
        self.first.write({"date_deadline": "2024-06-01", "funnel_budget_max": 9000})
        stage = self.first.stage_id
        _evaluations, messages, _mapping = self._load("funnel.evaluation", self._f3())
        self.assertFalse(messages)
        self.assertEqual(self.first.date_deadline, date(2024, 6, 1))
        self.assertEqual(self.first.funnel_budget_max, 9000)
        self.assertEqual(self.first.stage_id, stage)
        self.assertEqual(self.first.name, "科技有限公司")

    def test_handbook_names_find_core_stages(self):
        """The handbooks' stages are known by the aliases of core's own."""
        self.env["crm.stage"].search([("name", "in", ["意向客户", "潜在"])]).unlink()
        stage = self.env.ref("crm.stage_lead2")
        stage.write({"funnel_aliases": "意向, MQL", "team_ids": [Command.clear()]})
        self._load("funnel.evaluation", self._f3(stage="意向阶段"))
        self.assertEqual(self.first.stage_id, stage)

    def test_unknown_stage_names_the_stages(self):
        file = self._f3(stage="流失")
        self.assertRefused("funnel.evaluation", file, 0, "stage_id", "流失", "意向客户")

    def test_stage_of_another_team_is_not_taken(self):
        file = self._f3(stage="Other team's")
        self.assertRefused("funnel.evaluation", file, 0, "stage_id", "Other team's")

    def test_stage_that_fits_twice(self):
        self.env["crm.stage"].create({"name": "意向线索"})
        file = self._f3(stage="意向阶段")
        told = self.assertRefused("funnel.evaluation", file, 0, "stage_id", "意向线索")
        self.assertIn("意向客户", told)

    def test_urgency_and_budget_that_cannot_be(self):
        for urgency in ("11", "0", "高", "7.5"):
            file = self._f3(urgency=urgency)
            self.assertRefused("funnel.evaluation", file, 0, "urgency", urgency)
        for budget in ("很多", "20-15", "2024-05-08"):
            file = self._f3(budget=budget)
            self.assertRefused("funnel.evaluation", file, 0, "budget", budget)

    def test_rep_cannot_evaluate_the_lead_of_another(self):
        self.assertRefused(
            "funnel.evaluation",
            self._sample_of("f3"),
            1,
            "lead_id",
            "LX2024002",
            by=self.ming,
        )
        self.assertEqual(self.first.name, "科技有限公司")

    def test_template_reads_back(self):
        [template] = self.env["funnel.evaluation"].get_import_templates()
        self.first.partner_name = "示例科技有限公司"
        self.second.contact_name = "李女士"
        self.env.flush_all()
        with file_open(template["template"].lstrip("/"), "rb") as file:
            evaluations, messages, mapping = self._load(
                "funnel.evaluation", file.read(), XLSX
            )
        self.assertFalse(messages)
        self.assertEqual(mapping, F3_MAPPING)
        self.assertEqual(evaluations.user_id, self.manager)


@tagged("post_install", "-at_install")
class TestTemplatesFitTogether(FormImportCommon):
    """The files that the import dialogs offer, one after the other, as they are.

    Whatever leads are there already, also with numbers that look like examples.
    """

    def _load_template(self, model, index, by):
        template = self.env[model].get_import_templates()[index]["template"]
        with file_open(template.lstrip("/"), "rb") as file:
            records, messages, _map = self._load(model, file.read(), XLSX, by=by)
        self.assertFalse(messages)
        return records

    def test_register_then_logs_then_evaluations(self):
        for user in (self.manager, self.ming):
            leads = self._load_template("crm.lead", -1, user)
            logs = self._load_template("funnel.followup", 0, user)
            evaluations = self._load_template("funnel.evaluation", 0, user)
            with self.subTest(user=user.login):
                self.assertEqual(logs.lead_id, leads[0])
                self.assertEqual(evaluations.lead_id, leads)
                self.assertEqual(leads.mapped("name"), ["示例科技CRM", "办公设备"])
            leads.with_user(self.manager).sudo().unlink()
        self.assertFalse((self.first + self.second).funnel_followup_ids)
