"""What core's import dialog shows of refused rows: each with its number and why."""

from odoo.tests import tagged, users

from ...models.forms.row_messages import join_numbers
from ..common_gates import GateCommon
from .test_import_followups import FormImportCommon
from .test_import_register import ImportCommon


class DialogCommon(ImportCommon):
    def _show(self, file, *, dryrun=True, **kwargs):
        """Return what the dialog shows, as base_import's ``import_model.js`` does."""
        before = self.env[self.importing].search_count([])
        records, messages, mapping = self._import(file, dryrun=dryrun, **kwargs)
        self.assertFalse(records.exists())
        self.assertEqual(self.env[self.importing].search_count([]), before)
        groups = {}
        for message in messages:
            groups.setdefault(message["message"], []).append(message)
        above, beside = [], {}
        for text, errors in groups.items():
            first, last = errors[0], errors[-1]
            if "record" not in first:
                above.append(text)
            elif first.get("field") in mapping:
                beside.setdefault(first["field"], []).append(first)
            elif first["rows"]["from"] == last["rows"]["to"]:
                above.append(f"Error at row {first['record']}: {text}")
            else:
                above.append(f"{text} at multiple rows")
        return above + [
            line for errors in beside.values() for line in self._show_beside(errors)
        ]

    def _show_beside(self, errors):
        if len(errors) == 1:
            return [errors[0]["message"]]
        return [f"{e.get('value')} at row {e['rows']['from'] + 1}" for e in errors]

    def assertShown(self, file, *expected, **kwargs):
        """Trial and import show the same, one line for each pattern."""
        for dryrun in (True, False):
            lines = self._show(file, dryrun=dryrun, **kwargs)
            self.assertEqual(len(lines), len(expected), lines)
            for line, pattern in zip(lines, expected, strict=True):
                self.assertRegex(line, pattern)


@tagged("post_install", "-at_install")
class TestDialogOfLeads(DialogCommon, GateCommon):
    headers = ("name", "stage_id", "funnel_need", "funnel_code", "user_id", "type")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.rep
        cls.stage_next.name = "Asking"
        cls._create_criterion("funnel_need", message="Ask for the need")

    def _leads(self, *needs, codes=(), owners=()):
        """Rows of leads in the stage that asks for the need."""
        rows = [
            [
                f"Lead {number}",
                self.stage_next.name,
                need,
                codes[number - 1] if codes else "",
                owners[number - 1] if owners else self.rep.name,
                "Opportunity",
            ]
            for number, need in enumerate(needs, 1)
        ]
        return self._csv(*rows, headers=self.headers)

    def test_each_refused_row_has_its_number_and_its_own_reason(self):
        row = r"^Error at row {0}: Lead {0} → Asking: Ask for the need[^\n]*$"
        self.assertShown(
            self._leads("A CRM", "", "", "", "An ERP"),
            *(row.format(number) for number in (2, 3, 4)),
        )

    def test_only_refused_row_has_its_number(self):
        row = r"^Error at row 3: Lead 3 → Asking: Ask"
        self.assertShown(self._leads("A CRM", "A CRM", "", "A CRM"), row)
        self.assertShown(self._leads(""), r"^Error at row 1: Lead 1 → Asking: Ask")

    def test_row_of_a_later_batch_is_counted_in_the_file(self):
        file = self._leads("A CRM", "A CRM", "A CRM", "", "A CRM")
        self.assertShown(file, r"^Error at row 4: Lead 4 →", limit=2)

    def test_many_refused_rows_are_all_numbered(self):
        lines = self._show(self._leads("A CRM", *[""] * 40))
        self.assertEqual(len(lines), 21, lines)
        self.assertIn("Error at row 21: Lead 21", lines[19])
        self.assertIn("Error at row 22–41: These rows are refused as well", lines[20])

    def test_refused_value_beside_a_refused_row(self):
        file = self._leads(
            "A CRM", "", "A CRM", owners=[self.rep.name, self.rep.name, "小刚"]
        )
        self.assertShown(file, "^Error at row 2: Lead 2", "^Row 3: .*小刚")

    def test_values_that_do_not_match_have_their_rows(self):
        file = self._leads("A", "B", "C", owners=["小刚", self.rep.name, "小刚"])
        self.assertShown(file, "^小刚 at row 1$", "^小刚 at row 3$")

    def test_number_that_is_taken_is_told_of_its_row_only(self):
        codes = ["", "LX2024071", "", "LX2024071"]
        file = self._leads("A", "B", "C", "D", codes=codes)
        self.assertShown(file, "^Error at row 4: .*LX2024071")

    def test_kinds_of_refusal_are_told_together(self):
        self._create_lead(funnel_code="LX2024071")
        file = self._leads("", "B", "C", "D", codes=["", "", "", "LX2024071"])
        self.assertShown(file, "^Error at row 1: Lead 1", "^Error at row 4: .*2024071")

    def test_too_many_refused_rows_are_not_all_looked_at(self):
        codes = ["LX2024071"] * 60
        lines = self._show(self._leads(*["A CRM"] * 60, codes=codes))
        self.assertRegex(lines[0], "^Too many rows are refused")
        self.assertRegex(lines[1], "^Error at row 2–21: .*LX2024071")
        self.assertEqual(len(lines), 2)

    def test_refused_row_costs_no_second_try_row_by_row(self):
        def count(*needs):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._import(self._leads(*needs), dryrun=True)
            return self.env.cr.sql_log_count - before

        count("A CRM", "")
        good, refused = count(*["A CRM"] * 40), count(*["A CRM"] * 39, "")
        self.assertLessEqual(refused, good + 20)

    def test_update_that_blanks_an_answer(self):
        lead = self._create_lead(funnel_need="A CRM", stage_id=self.stage_next.id)
        other = self._create_lead(name="Other")
        model = self.env["crm.lead"].with_user(self.rep)
        rows = [[str(other.id), "An ERP"], [str(lead.id), ""]]
        result = model.with_context(import_file=True).load([".id", "funnel_need"], rows)
        [message] = result["messages"]
        self.assertEqual(message["rows"]["from"], 1)
        self.assertIn("Ask for the need", message["message"])
        self.assertFalse(other.funnel_need)
        self.assertEqual(lead.funnel_need, "A CRM")

    def test_numbers_of_rows_are_written_briefly(self):
        self.assertEqual(join_numbers([2, 3, 4, 7, 9, 9]), "2–4, 7, 9")

    @users("user_sales_salesman")
    def test_remote_caller_cannot_forge_the_notes(self):
        model = self.env["crm.lead"].with_context(funnel_refused_rows=[])
        vals = {"name": "Born", "stage_id": self.stage_next.id, "type": "opportunity"}
        self.assertStays(lambda: model.create(vals), "Ask for the need")


@tagged("post_install", "-at_install")
class TestDialogOfFollowups(DialogCommon, FormImportCommon):
    importing = "funnel.followup"

    def test_one_refused_row_has_number_and_reason(self):
        file = self._f2(self._log_row(), self._log_row("LX2024999"))
        self.assertShown(file, "^Error at row 2: Lead: .*LX2024999")

    def test_each_refused_row_has_number_and_reason(self):
        file = self._f2(
            self._log_row(),
            self._log_row("LX2024998"),
            self._log_row("LX2024999", mood="?"),
        )
        self.assertShown(
            file,
            "^Error at row 2: Lead: .*LX2024998",
            "^Error at row 3: Lead: .*LX2024999",
            "^Error at row 3: .*Hesitant",
        )

    def test_same_reason_is_told_once_with_all_rows(self):
        rows = [self._log_row(lead) for lead in ("", "", "LX2024001", "")]
        self.assertShown(self._f2(*rows), "^Error at row 1–2, 4: .*is empty")

    def test_row_of_a_later_batch_is_counted_in_the_file(self):
        rows = [self._log_row(when=f"2024-03-{day:02}") for day in range(1, 5)]
        file = self._f2(*rows, self._log_row("LX2024999"))
        self.assertShown(file, "^Error at row 5: Lead", limit=2)

    def test_row_that_may_not_be_saved_is_told_apart(self):
        rows = [self._log_row(), self._log_row(when="2999-01-01"), self._log_row("总")]
        self.assertShown(self._f2(*rows), "^Error at row 2: .*lies in the future")
