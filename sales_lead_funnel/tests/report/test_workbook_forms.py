"""The forms of the work on leads in the workbook, opened again cell by cell."""

from datetime import date, datetime, timedelta
from io import BytesIO

import openpyxl

from odoo import Command
from odoo.tests import tagged

from ...tools.periods import period_of
from ..common_forms import F2_TITLES, F3_TITLES, F5_TITLES
from ..forms.test_import_followups import FormImportCommon
from ..forms.test_import_register import XLSX

FORMS = {  # sheet: titles, in English
    "Follow-up log": [
        "Lead no.",
        "When",
        "Channel",
        "Followed up by",
        "Person contacted",
        "Feedback / pain",
        "About the decision maker",
        "Mood",
        "Next action",
    ],
    "Evaluation and stage": [
        "Lead no.",
        "Opportunity name",
        "Stage",
        "Urgency of the need (1-10)",
        "Budget (10k)",
        "Competition",
        "Decision complexity",
        "Owner",
        "Expected close",
        "Next action",
    ],
    "Client follow-ups": [
        "Client name",
        "Stage",
        "When",
        "Channel",
        "Summary",
        "Next action",
        "Owner",
    ],
    "Client follow-ups (S2)": [
        "Client no.",
        "Client / industry",
        "Contact person",
        "Contact information",
        "Client type (new / existing)",
        (
            "Current stage (first contact / needs analysis / proposal / "
            "negotiation / closing)"
        ),
        "Followed up on",
        "Channel (call / visit / e-mail / online meeting)",
        "Summary of the follow-up",
        "Feedback and changed needs",
        "Next contact and plan",
        "Status (to follow up / key / on hold)",
        "Owner",
    ],
    "Client follow-up plan": [
        "Lead no.",
        "Client name",
        "Grade",
        "Stage",
        "Owner",
        "Last contact",
        "Next contact due",
        "Days overdue",
        "Planned channel",
        "Next action",
        "Paused because",
        "Resume on",
    ],
    "Resource request form": [
        "Requested on",
        "Lead no.",
        "Client name",
        "Kind of resource",
        "What is needed",
        "Description",
        "Wanted by",
        "Requested by",
        "State",
        "Assigned to",
        "Planned for",
        "Manager's answer",
        "Answered by",
    ],
    "Closing plan": [
        "Lead no.",
        "Client name",
        "Opportunity name",
        "Grade",
        "Expected amount",
        "Closing step",
        "Due on",
        "Owner",
        "State",
        "Done on",
        "Remark",
    ],
}
HANDBOOK_FORMS = {  # the handbooks' own titles
    "跟进记录表": F2_TITLES,
    "商机评估与阶段管理表": F3_TITLES,
    "客户跟进记录表": F5_TITLES,
    "客户跟进记录表(S2)": [
        "客户编号",
        "客户名称/行业",
        "联系人",
        "联系方式",
        "客户类型(新/老)",
        "当前阶段(初步接洽/需求分析/方案提交/谈判/成交准备)",
        "跟进日期",
        "跟进方式(电话/拜访/邮件/线上会议)",
        "跟进内容摘要",
        "客户反馈与需求变化",
        "下次跟进时间与计划",
        "当前状态(待跟进/重点关注/暂缓)",
        "负责人",
    ],
}
HANDBOOK_PLANS = ["客户跟进计划表", "资源申请表", "签约计划"]
MARCH = date(2024, 3, 1)
READERS = {
    "_read_followup_log": "funnel.followup",
    "_read_evaluations": "funnel.evaluation",
    "_read_client_log": "funnel.followup",
    "_read_client_card": "funnel.followup",
    "_read_contact_plan": "crm.lead",
    "_read_requests": "funnel.resource.request",
    "_read_closing_plan": "funnel.closing.step",
}


class WorkbookFormsCommon(FormImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_main.resource_calendar_id.tz = "Asia/Shanghai"
        cls.industry = cls.env["res.partner.industry"].create({"name": "互联网"})
        cls.first.write(
            {
                "funnel_industry_id": cls.industry.id,
                "phone": "138 0000",
                "contact_name": "王总",
                "funnel_budget_min": 150_000,
                "funnel_budget_max": 200_000,
                "date_deadline": "2024-04-15",
            }
        )

    def _followup(self, lead=None, **vals):
        lead = lead or self.first
        return self.env["funnel.followup"].create(
            {
                "lead_id": lead.id,
                "user_id": lead.user_id.id,
                "happened_at": "2024-03-05 06:30:00",
                "channel": "visit",
                **vals,
            }
        )

    def _evaluate(self, lead=None, **vals):
        return self.env["funnel.evaluation"].create(
            {
                "lead_id": (lead or self.first).id,
                "date": "2024-03-12",
                "people_count": 3,
                "competition": "1家竞品",
                "urgency": 8,
                **vals,
            }
        )

    def _request(self, lead=None, **vals):
        request = self.env["funnel.resource.request"].create(
            {
                "lead_id": (lead or self.first).id,
                "name": "Technician on site",
                "wanted_date": "2024-03-20",
                "requester_id": self.ming.id,
                **vals,
            }
        )
        request.action_submit()
        return request

    def _step(self, lead=None, **vals):
        return self.env["funnel.closing.step"].create(
            {
                "lead_id": (lead or self.first).id,
                "name": "Final quote",
                "date_due": "2024-03-31",
                "user_id": self.ming.id,
                **vals,
            }
        )

    def _export(self, by=None, lang="en_US", month=MARCH, company=None):
        workbook = self.env["funnel.monthly.workbook"].with_user(by or self.manager)
        workbook = workbook.with_company(company)
        stream = BytesIO()
        workbook.with_context(lang=lang)._write_to(stream, month)
        return openpyxl.load_workbook(stream)

    def _rows(self, sheet_name, **kwargs):
        """Return the rows of a form without its header."""
        sheet = self._export(**kwargs)[sheet_name]
        return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]

    def _cells(self, sheet_name, row=0, **kwargs):
        """Return a row of a form as ``{title: value}``."""
        rows = self._rows(sheet_name, **kwargs)
        return dict(zip(FORMS[sheet_name], rows[row], strict=True))

    def _extract(self, sheet):
        """Return one sheet of a workbook as a file of its own."""
        book = openpyxl.Workbook()
        for row in sheet.iter_rows(values_only=True):
            book.active.append(row)
        stream = BytesIO()
        book.save(stream)
        return stream.getvalue()


@tagged("post_install", "-at_install")
class TestWorkbookForms(WorkbookFormsCommon):
    def test_sheets_and_titles(self):
        book = self._export()
        self.assertEqual(book.sheetnames[-len(FORMS) :], list(FORMS))
        for name, titles in FORMS.items():
            self.assertEqual([cell.value for cell in book[name][1]], titles)

    def test_handbook_titles_to_the_letter(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        book = self._export(lang="zh_CN")
        names = [*HANDBOOK_FORMS, *HANDBOOK_PLANS]
        self.assertEqual(book.sheetnames[-len(names) :], names)
        for name, titles in HANDBOOK_FORMS.items():
            self.assertEqual([cell.value for cell in book[name][1]], titles)

    def test_followup_log(self):
        self._followup(
            contact="经理",
            feedback="效率低",
            decider_info="王总",
            mood="hesitant",
            next_action="演示",
        )
        [row] = self._rows("Follow-up log")
        moment = datetime(2024, 3, 5, 14, 30)  # in Shanghai
        told = ["经理", "效率低", "王总", "Hesitant", "演示"]
        self.assertEqual(row, ["LX2024001", moment, "Visit", "小明", *told])

    def test_followups_of_the_month_as_the_company_counts_it(self):
        for moment in (
            "2024-02-29 15:59:59",  # still February in Shanghai
            "2024-02-29 16:00:00",
            "2024-03-31 15:59:59",
            "2024-03-31 16:00:00",  # April
        ):
            self._followup(happened_at=moment)
        moments = [row[1] for row in self._rows("Follow-up log")]
        self.assertEqual([moment.day for moment in moments], [1, 31])

    def test_client_log_tells_the_stage_of_that_time(self):
        leads = self.env["crm.lead"].with_context(funnel_happened_at="2024-03-01")
        lead = leads.create(self._lead_vals(partner_name="某公司"))
        lead.with_context(funnel_happened_at="2024-03-08").stage_id = self.intent
        self._followup(lead, summary="旧", happened_at="2024-03-05 08:00:00")
        self._followup(lead, summary="新", happened_at="2024-03-09 08:00:00")
        self._followup(lead, stage_name="商机客户", happened_at="2024-03-09 09:00:00")
        rows = self._rows("Client follow-ups")
        self.assertEqual(
            [row[1] for row in rows], [self.stage_new.name, "意向客户", "商机客户"]
        )
        self.assertEqual([row[0] for row in rows], ["某公司"] * 3)
        self.assertEqual([row[4] for row in rows], ["旧", "新", None])

    def test_client_card(self):
        self._followup(
            summary="摘要",
            feedback="新需求",
            next_action="报价",
            next_date="2024-03-12",
        )
        [row] = self._rows("Client follow-ups (S2)")
        self.assertEqual(row[:3], ["LX2024001", "科技有限公司 / 互联网", "王总"])
        self.assertEqual(row[3:5], ["138 0000", "New client"])
        self.assertEqual(row[5:7], [self.stage_new.name, datetime(2024, 3, 5)])
        self.assertEqual(row[7:10], ["Visit", "摘要", "新需求"])
        self.assertEqual(row[10:], ["2024-03-12 报价", "To follow up", "小明"])

    def test_status_of_the_client(self):
        self._followup()
        status = "Status (to follow up / key / on hold)"
        self.first.funnel_propose_grade(self.grade_a.id, "key")
        self.assertEqual(self._cells("Client follow-ups (S2)")[status], "Key client")
        self.first.funnel_pause("holidays", self._get_today() + timedelta(days=9))
        self.assertEqual(self._cells("Client follow-ups (S2)")[status], "On hold")
        self.first.action_set_lost()
        self.assertEqual(self._cells("Client follow-ups (S2)")[status], "Lost")

    def test_evaluation(self):
        self._evaluate(approval_count=1, next_action="报价单")
        cells = self._cells("Evaluation and stage")
        self.assertEqual(cells["Urgency of the need (1-10)"], 8)
        self.assertEqual(cells["Budget (10k)"], "15-20")
        self.assertEqual(
            cells["Decision complexity"], "Medium (3 people decide, 1 approvals)"
        )
        self.assertEqual(cells["Owner"], "小明")
        self.assertEqual(cells["Expected close"], datetime(2024, 4, 15))
        self.assertEqual(cells["Next action"], "报价单")

    def test_evaluation_shows_the_action_of_the_latest_log(self):
        self._evaluate(urgency=0, people_count=0)
        self._followup(next_action="旧", happened_at="2024-03-01 08:00:00")
        self._followup(next_action="新", happened_at="2024-03-09 08:00:00")
        cells = self._cells("Evaluation and stage")
        self.assertEqual(cells["Next action"], "新")
        self.assertIsNone(cells["Urgency of the need (1-10)"])
        self.assertIsNone(cells["Decision complexity"])

    def test_contact_plan_lists_open_leads(self):
        won = self._create_lead(funnel_code="LX2024801")
        won.action_set_won()
        lost = self._create_lead(funnel_code="LX2024802")
        lost.action_set_lost()
        self._followup(next_action="演示", next_date="2024-03-12")
        rows = {row[0]: row for row in self._rows("Client follow-up plan")}
        self.assertNotIn(won.funnel_code, rows)
        self.assertNotIn(lost.funnel_code, rows)
        row = dict(zip(FORMS["Client follow-up plan"], rows["LX2024001"], strict=True))
        overdue = (self._company_today() - date(2024, 3, 12)).days
        self.assertEqual(row["Last contact"], datetime(2024, 3, 5))
        self.assertEqual(row["Next contact due"], datetime(2024, 3, 12))
        self.assertEqual(row["Days overdue"], overdue)
        self.assertEqual(row["Next action"], "演示")

    def test_contact_plan_tells_channel_and_pause(self):
        self.env["funnel.cadence"].search([]).unlink()
        self.env["funnel.cadence"].create(
            {"grade_id": self.grade_a.id, "days": 7, "channel": "video"}
        )
        self.first.funnel_propose_grade(self.grade_a.id, "key")
        resume = self._get_today() + timedelta(days=30)
        self.first.funnel_pause("holidays", resume)
        rows = {row[0]: row for row in self._rows("Client follow-up plan")}
        row = dict(zip(FORMS["Client follow-up plan"], rows["LX2024001"], strict=True))
        self.assertEqual(row["Planned channel"], "Online meeting")
        self.assertEqual(row["Paused because"], "holidays")
        self.assertEqual(row["Resume on"].date(), resume)

    def test_requests_of_the_month_and_those_that_wait(self):
        self._request()
        self.env["funnel.resource.request"].create(
            {
                "lead_id": self.first.id,
                "name": "Draft",
                "wanted_date": self._get_today(),
            }
        )
        month = self._company_today()
        cells = self._cells("Resource request form", month=month)
        self.assertEqual(cells["What is needed"], "Technician on site")
        self.assertEqual(cells["Kind of resource"], "Technical support")
        self.assertEqual(cells["State"], "Submitted")
        self.assertEqual(len(self._rows("Resource request form", month=month)), 1)
        self.assertFalse(self._rows("Resource request form", month=MARCH))
        later = period_of("month", month).date_to
        self.assertEqual(len(self._rows("Resource request form", month=later)), 1)

    def test_closing_plan(self):
        self._step(done_on="2024-03-30", note="送出")
        self._step(name="Signing", date_due="2024-04-02")
        self._step(name="Kick-off", date_due=self._get_today() + timedelta(days=9))
        self._step(self._create_lead(stage_id=self.stage_won.id), name="Won already")
        rows = self._rows("Closing plan")
        self.assertEqual(
            [(row[5], row[8]) for row in rows],
            [("Final quote", "Done"), ("Signing", "Late"), ("Kick-off", "Planned")],
        )
        self.assertEqual(rows[0][9:], [datetime(2024, 3, 30), "送出"])

    def test_text_of_a_client_stays_text(self):
        self._followup(feedback="=1+1", contact="@SUM(A1)")
        cell = self._export()["Follow-up log"].cell(2, 6)
        self.assertEqual((cell.value, cell.data_type), ("=1+1", "s"))

    def _check_reads_back(self, lang, log, evaluation, client_log):
        """Import three forms of the workbook, the logs with another day each."""
        book = self._export(lang=lang)
        book[log].cell(2, 2).value += timedelta(days=1)
        book[client_log].cell(2, 3).value += timedelta(days=2)
        for name, model in (
            (log, "funnel.followup"),
            (evaluation, "funnel.evaluation"),
            (client_log, "funnel.followup"),
        ):
            records, messages, mapping = self._load(
                model, self._extract(book[name]), XLSX
            )
            self.assertFalse(messages)
            self.assertTrue(all(mapping), mapping)
            self.assertEqual(records.lead_id, self.first)
        self.assertEqual(records.mapped("channel"), ["visit"])

    def test_forms_read_back(self):
        """What the workbook shows, an import takes."""
        self._followup(feedback="效率低", mood="positive", next_action="演示")
        self._evaluate()
        self._check_reads_back("en_US", *list(FORMS)[:3])
        latest = self.first.funnel_evaluation_ids[0]
        self.assertEqual((latest.urgency, latest.people_count), (8, 3))
        self.assertEqual(self.first.funnel_budget_max, 200_000)

    def test_chinese_forms_read_back(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self._followup(feedback="效率低", mood="positive", next_action="演示")
        self._evaluate()
        self._check_reads_back("zh_CN", *list(HANDBOOK_FORMS)[:3])


@tagged("post_install", "-at_install")
class TestWorkbookFormsAccess(WorkbookFormsCommon):
    def _fill(self):
        for lead in (self.first, self.second):
            self._followup(lead, feedback=lead.name)
            self._evaluate(lead)
            self._request(lead)
            self._step(lead)

    def test_rep_exports_own_only(self):
        self._fill()
        book = self._export(by=self.ming, month=self._company_today())
        march = self._export(by=self.ming)
        for name in FORMS:
            sheet = (book if name == "Resource request form" else march)[name]
            cells = sheet.iter_rows(min_row=2, values_only=True)
            texts = " ".join(str(value) for row in cells for value in row)
            self.assertRegex(texts, "LX2024001|科技有限公司", name)
            self.assertNotRegex(texts, r"LX2024002|小红|总 ?\(", name)

    def test_foreign_company_exports_nothing(self):
        self._fill()
        (self.first | self.second).company_id = self.company_main
        book = self._export(by=self.foreign_manager)
        for name in FORMS:
            self.assertEqual(book[name].max_row, 1, name)

    def test_manager_sees_the_team_of_the_scope_only(self):
        self._fill()
        self.second.team_id = self.team_other
        stream = BytesIO()
        workbook = self.env["funnel.monthly.workbook"].with_user(self.manager)
        workbook._write_to(stream, MARCH, self.first.team_id)
        book = openpyxl.load_workbook(stream)
        for name in ("Follow-up log", "Evaluation and stage", "Closing plan"):
            codes = [row[0] for row in book[name].iter_rows(values_only=True)][1:]
            self.assertEqual(codes, ["LX2024001"], name)

    def test_one_query_a_form(self):
        self._fill()
        rows = self.env["funnel.monthly.workbook"].with_user(self.manager)
        for reader, model in READERS.items():
            known = [("id", "in", self.env[model].search([]).ids)]
            getattr(rows, reader)(known)  # rules and names of fields are cached now
            self.env.flush_all()
            with self.subTest(reader), self.assertQueryCount(1):
                getattr(rows, reader)(known)


@tagged("post_install", "-at_install")
class TestStageAliases(WorkbookFormsCommon):
    def test_preset_leaves_renamed_and_named_stages_alone(self):
        new, qualified = (self.env.ref(f"crm.stage_lead{n}") for n in (1, 2))
        new.write({"name": "Our own", "funnel_aliases": False})
        qualified.write({"name": "Qualified", "funnel_aliases": False})
        self.env["crm.stage"]._funnel_preset_aliases()
        self.assertFalse(new.funnel_aliases)
        self.assertIn("意向", qualified.funnel_aliases)
        qualified.funnel_aliases = "熟客"
        self.env["crm.stage"]._funnel_preset_aliases()
        self.assertEqual(qualified.funnel_aliases, "熟客")

    def test_very_name_comes_before_aliases(self):
        stages = self.env["crm.stage"].create(
            [
                {"name": "观察", "team_ids": [Command.clear()]},
                {"name": "试用", "funnel_aliases": "观察、体验"},
            ]
        )
        self.assertEqual(stages._funnel_find_by_name("观察"), stages[0])
        self.assertEqual(stages._funnel_find_by_name("体验阶段"), stages[1])
        self.assertFalse(stages._funnel_find_by_name("流失"))
