"""The work on leads that a user must not see: by no way in, and none around."""

import json
from io import BytesIO

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...exceptions import FunnelDerivedError
from ..common_access import AccessCommon

SECRET = "Hush-hush"
CHILDREN = (
    "funnel.followup",
    "funnel.stakeholder",
    "funnel.evaluation",
    "funnel.closing.step",
    "funnel.resource.request",
)
PARTS = {  # model → the way to its lead
    **dict.fromkeys(CHILDREN, "lead_id"),
    "funnel.evaluation.line": "evaluation_id.lead_id",
    "funnel.followup.revision": "followup_id.lead_id",
}
ONE2MANYS = (
    "funnel_followup_ids",
    "funnel_stakeholder_ids",
    "funnel_evaluation_ids",
    "funnel_closing_step_ids",
    "funnel_request_ids",
)
TEXTS = {  # model → a field that holds what the lead is about
    "funnel.followup": "feedback",
    "funnel.stakeholder": "name",
    "funnel.evaluation": "note",
    "funnel.closing.step": "name",
    "funnel.resource.request": "name",
    "funnel.evaluation.line": "evaluation_id.note",
    "funnel.followup.revision": "old_text",
}


class WorkAccessCommon(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls._get_today()
        cls.partner = cls.env["res.partner"].create({"name": "Ms. Decider"})
        cls.objection = cls.env["funnel.objection"].create({"name": "Too dear"})
        cls.answer = cls.env["funnel.objection.answer"].create(
            {"name": "Show the saving", "objection_id": cls.objection.id}
        )
        for lead in cls.leads:
            cls._work_on(lead, "Open" if lead in cls.visible[cls.rep] else SECRET)
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _work_on(cls, lead, text):
        """Write one of everything about a lead."""
        env = cls.env
        person = env["funnel.stakeholder"].create(
            {"lead_id": lead.id, "name": text, "partner_id": cls.partner.id}
        )
        person.name = text
        followup = env["funnel.followup"].create(
            {
                "lead_id": lead.id,
                "feedback": text,
                "stakeholder_id": person.id,
                "objection_id": cls.objection.id,
                "answer_id": cls.answer.id,
                "next_action": text,
                "next_date": cls.today,
            }
        )
        followup.problem = text
        followup.problem = "corrected"
        env["funnel.evaluation"].create(
            {"lead_id": lead.id, "note": text, "user_id": cls.rep.id}
        )
        env["funnel.closing.step"].create(
            {"lead_id": lead.id, "name": text, "date_due": "2024-01-01"}
        )
        env["funnel.resource.request"].create(
            {"lead_id": lead.id, "name": text, "wanted_date": cls.today}
        )

    def _all(self, model):
        """Return the records of all four leads."""
        return self.env[model].search([(PARTS[model], "in", self.leads.ids)])

    def _split(self, model, user):
        """Return what a user may see of a model, and what not."""
        records = self._all(model)
        ours = records.filtered(
            lambda record: record.mapped(PARTS[model]) <= self.visible[user]
        )
        return ours, records - ours

    def assertTellsNothing(self, answer):
        told = json.dumps(answer, default=str, ensure_ascii=False)
        self.assertNotIn(SECRET, told)
        self.assertNotIn("ecret", told)


@tagged("post_install", "-at_install")
class TestWorkRules(WorkAccessCommon):
    def test_there_is_something_to_see_and_something_hidden(self):
        for model in PARTS:
            for user in self.visible:
                ours, hidden = self._split(model, user)
                with self.subTest(model=model, user=user.login):
                    self.assertTrue(ours and hidden)

    def test_search_finds_what_belongs_to_visible_leads(self):
        for model in PARTS:
            everything = [("id", "in", self._all(model).ids)]
            for user in self.visible:
                ours, _hidden = self._split(model, user)
                records = self.env[model].with_user(user)
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(set(records.search(everything)), set(ours))
                    self.assertEqual(records.search_count(everything), len(ours))
                    [(count,)] = records._read_group(everything, [], ["__count"])
                    self.assertEqual(count, len(ours))
                    web = records.web_search_read(everything, {"display_name": {}})
                    self.assertEqual(web["length"], len(ours))

    def test_groups_tell_no_hidden_lead(self):
        for model in CHILDREN:
            groups = (
                self.env[model]
                .with_user(self.rep)
                .formatted_read_group(
                    [("lead_id", "in", self.leads.ids)], ["lead_id"], ["__count"]
                )
            )
            with self.subTest(model=model):
                self.assertEqual(
                    {group["lead_id"][0] for group in groups},
                    set(self.visible[self.rep].ids),
                )

    def test_hidden_records_are_not_read_written_or_deleted(self):
        for model in PARTS:
            for user in (self.rep, self.manager, self.foreign_manager):
                _ours, hidden = self._split(model, user)
                record = hidden[:1].with_user(user)
                for operation in ("read", "write", "unlink"):
                    with self.subTest(model=model, user=user.login, does=operation):
                        self.assertFalse(record.has_access(operation))
                with self.assertRaises(AccessError):
                    record.read(["display_name"])

    def test_visible_records_are_worked_on(self):
        for model in CHILDREN:
            ours, _hidden = self._split(model, self.rep)
            record = ours.filtered(lambda record: record.lead_id == self.own)[:1]
            with self.subTest(model=model):
                self.assertTrue(record.with_user(self.rep).has_access("write"))

    def test_names_of_hidden_records_are_not_found(self):
        for model in ("funnel.stakeholder", "funnel.closing.step"):
            records = self.env[model].with_user(self.rep)
            with self.subTest(model=model):
                self.assertFalse(records.name_search(SECRET))
                self.assertTrue(records.name_search("Open"))

    def test_export_holds_no_hidden_record(self):
        self.rep.group_ids += self.env.ref("base.group_allow_export")
        for model in CHILDREN:
            ours, hidden = self._split(model, self.rep)
            with self.subTest(model=model):
                told = ours.with_user(self.rep).export_data(
                    [
                        "lead_id/name",
                        TEXTS[model],
                        "lead_id/funnel_followup_ids/feedback",
                    ]
                )
                self.assertTellsNothing(told)
                with self.assertRaises(AccessError):
                    hidden.with_user(self.rep).export_data([TEXTS[model]])

    def test_hidden_lead_hands_out_nothing(self):
        for name in ONE2MANYS:
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.others.with_user(self.rep).read([name])
            with self.subTest(name=name):
                records = self.own.with_user(self.rep)[name]
                self.assertEqual(records.mapped("lead_id"), self.own)

    def test_hidden_texts_are_not_searched(self):
        """By their own fields, those of the lead, and those of other records."""
        leads = self.env["crm.lead"].with_user(self.rep)
        for model, name in TEXTS.items():
            records = self.env[model].with_user(self.rep)
            path = PARTS[model]
            for domain in (
                [(name, "ilike", SECRET)],
                [(f"{path}.name", "=", "Secret")],
                [(f"{path}.funnel_followup_ids.feedback", "ilike", SECRET)],
                [(f"{path}.user_id", "=", self.manager.id)],
            ):
                with self.subTest(model=model, domain=domain):
                    self.assertFalse(records.search(domain))
        for name in ONE2MANYS:
            text = TEXTS[leads[name]._name]
            with self.subTest(name=name):
                self.assertFalse(leads.search([(f"{name}.{text}", "ilike", SECRET)]))
                self.assertTrue(leads.search([(f"{name}.{text}", "ilike", "Open")]))

    def test_contact_is_no_way_to_chains_of_others(self):
        people = self.env["funnel.stakeholder"].with_user(self.rep)
        found = people.search([("partner_id", "=", self.partner.id)])
        self.assertEqual(found.lead_id, self.visible[self.rep])
        told = people.hierarchy_read(
            [("partner_id", "=", self.partner.id)], {"name": {}}, "parent_id"
        )
        self.assertTellsNothing(told)
        self.assertEqual(len(told), 2)

    def test_nothing_is_added_to_a_hidden_lead(self):
        values = {
            "funnel.followup": {"feedback": "Mine"},
            "funnel.stakeholder": {"name": "Mine"},
            "funnel.evaluation": {"note": "Mine"},
            "funnel.closing.step": {"name": "Mine", "date_due": self.today},
            "funnel.resource.request": {"name": "Mine", "wanted_date": self.today},
        }
        for model, vals in values.items():
            for lead in (self.others, self.foreign):
                records = self.env[model].with_user(self.rep)
                with self.subTest(model=model), self.assertRaises(AccessError):
                    records.create({"lead_id": lead.id, **vals})
            with self.subTest(model=model):
                self.assertTrue(records.create({"lead_id": self.own.id, **vals}))

    def test_nothing_is_moved_to_a_hidden_lead(self):
        fixed = ("funnel.followup", "funnel.resource.request")  # stay where they are
        for model in set(CHILDREN) - set(fixed):
            ours, _hidden = self._split(model, self.rep)
            record = ours.filtered(lambda record: record.lead_id == self.own)[:1]
            record = record.with_user(self.rep)
            with self.subTest(model=model), self.assertRaises(AccessError):
                record.lead_id = self.others.id
            with self.subTest(model=model):
                record.lead_id = self.unassigned.id
                self.assertEqual(record.lead_id, self.unassigned)

    def test_evaluations_are_history(self):
        evaluation = self.own.funnel_evaluation_ids
        for records in (evaluation, evaluation.line_ids):
            with self.assertRaises(AccessError):
                records.with_user(self.rep).unlink()
        evaluation.with_user(self.rep).line_ids[:1].score = 7
        evaluation.with_user(self.manager).unlink()
        self.assertFalse(evaluation.exists())

    def test_followups_are_history(self):
        for user in (self.rep, self.manager, self.director):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.own.funnel_followup_ids.with_user(user).unlink()

    def test_wizard_of_somebody_else_is_closed(self):
        wizard = self.env["funnel.pause.wizard"].with_user(self.manager)
        wizard = wizard.create(
            {
                "lead_ids": self.others.ids,
                "reason": SECRET,
                "resume_date": fields.Date.add(self.today, days=3),
            }
        )
        with self.assertRaises(AccessError):
            wizard.with_user(self.rep).read(["reason"])
        with self.assertRaises(AccessError):
            wizard.with_user(self.rep).action_apply()

    def test_hidden_leads_are_not_paused(self):
        day = fields.Date.add(self.today, days=3)
        vals = {"lead_ids": self.others.ids, "reason": "Rest", "resume_date": day}
        with self.assertRaises(AccessError):
            self.env["funnel.pause.wizard"].with_user(self.rep).create(vals)
        with self.assertRaises(AccessError):
            self.others.with_user(self.rep).funnel_pause("Rest", day)
        self.assertFalse(self.others.funnel_resume_date)


@tagged("post_install", "-at_install")
class TestWorkLeaks(WorkAccessCommon):
    """Counts, screens, crons and files that are made of the records."""

    def test_objection_counts_what_its_reader_may_see(self):
        for user, leads in self.visible.items():
            with self.subTest(user=user.login):
                count = self.objection.with_user(user).followup_count
                self.assertEqual(count, len(leads))

    def test_numbers_of_the_library_are_of_the_company_and_name_nobody(self):
        """Decided: how often an answer was given and won is nobody's secret."""
        self.env["funnel.objection.answer"]._cron_count_uses()
        answer = self.answer.with_user(self.rep)
        self.assertEqual(answer.used_count, len(self.leads))
        told = answer.read()
        self.assertTellsNothing(told)
        models = {field.comodel_name for field in answer._fields.values()}
        self.assertFalse(models & set(PARTS))

    def test_rep_cannot_write_the_numbers_of_the_library(self):
        with self.assertRaises(FunnelDerivedError):
            self.answer.with_user(self.rep).used_count = 9

    def test_my_day_tells_nothing_of_hidden_leads(self):
        for screen in ("own", "team"):
            self.assertTellsNothing(
                self.env["funnel.my.day"].with_user(self.rep).get_day(screen)
            )
        day = self.env["funnel.my.day"].with_user(self.manager).get_day("team")
        self.assertNotIn("Far secret", json.dumps(day, default=str))

    def test_card_and_form_of_an_own_lead_tell_nothing(self):
        lead = self.own.with_user(self.rep)
        names = [name for name in lead._fields if name.startswith("funnel_")]
        self.assertTellsNothing(lead.read(names))

    def test_hidden_activities_are_not_found(self):
        self.others._funnel_schedule(
            "overdue", "mail.mail_activity_data_call", self.today, SECRET, self.manager
        )
        activities = self.env["mail.activity"].with_user(self.rep)
        self.assertFalse(activities.search([("summary", "ilike", SECRET)]))
        self.assertFalse(activities.search([("funnel_purpose", "=", "overdue")]))

    def test_rep_exports_no_workbook(self):
        with self.assertRaises(AccessError):
            self.env["funnel.workbook.export"].with_user(self.rep).create({})

    def test_workbook_of_a_company_holds_nothing_of_another(self):
        stream = BytesIO()
        workbook = self.env["funnel.monthly.workbook"].with_user(self.manager)
        workbook._write_to(stream, self.today)
        book = openpyxl.load_workbook(stream)
        told = [
            str(cell)
            for sheet in book
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if cell
        ]
        self.assertIn("Secret", " ".join(told))  # a lead of the own company
        self.assertNotIn("Far secret", " ".join(told))
