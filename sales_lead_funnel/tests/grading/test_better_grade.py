"""Why a lead whose points reach a grade is suggested a lower one (S0-9…11)."""

from functools import partial

from dateutil.relativedelta import relativedelta

from odoo.tests import Form, tagged
from odoo.tools import format_amount, format_date

from ..common import FULL_PROSPECT, FunnelCommon

NO_BUDGET = {
    **FULL_PROSPECT,
    "funnel_budget_min": False,
    "funnel_budget_max": False,
}


@tagged("post_install", "-at_install")
class TestBetterGrade(FunnelCommon):
    def _explain(self, **vals):
        lead = self._create_lead(**vals)
        return lead._funnel_explain_better_grade()

    def _tell(self, **vals):
        return [reason["text"] for reason in self._explain(**vals)["reasons"]]

    def _fields(self, **vals):
        return [reason["field"] for reason in self._explain(**vals)["reasons"]]

    def _ask(self, domain):
        """Let the grade A ask nothing but this."""
        self.grade_a.domain = domain

    def test_unknown_budget_is_named_and_linked(self):
        better = self._explain(**NO_BUDGET)
        self.assertEqual(better["text"], "B is suggested, not A:")
        self.assertEqual(
            better["reasons"],
            [{"text": "the budget is unknown", "field": "funnel_budget_min"}],
        )

    def test_nothing_is_told_of_the_best_grade_or_one_out_of_reach(self):
        self.assertFalse(self._explain(**FULL_PROSPECT))
        self.assertFalse(self._explain(funnel_need_fit="none"))
        self.assertFalse(self._explain())

    def test_other_value_is_told_with_the_one_that_is_asked(self):
        self.grade_a.cut = 61
        told = self._tell(**{**FULL_PROSPECT, "funnel_need_fit": "partial"})
        self.assertEqual(
            told,
            ["“Need fits our offer” is Partial match, it should be Full match"],
        )

    def test_all_that_is_missing_is_told(self):
        self.grade_a.cut = 61
        vals = {**NO_BUDGET, "funnel_need_fit": False}
        self.assertEqual(
            self._tell(**vals),
            ["“Need fits our offer” is unknown", "the budget is unknown"],
        )

    def test_honest_zero_is_no_unknown(self):
        self._ask("[('funnel_budget_max', '>', 0)]")
        vals = {**FULL_PROSPECT, "funnel_budget_min": 0, "funnel_budget_max": 0}
        [told] = self._tell(**vals)
        self.assertRegex(told, r"“Budget to” is .*0\.00.*, it should be > .*0\.00")

    def test_conditions_of_an_administrator_are_told(self):
        country = self.env.ref("base.cn")
        for domain, field, text in (
            ("[('tag_ids', '!=', False)]", "tag_ids", "“Tags” is unknown"),
            ("[('country_id', '!=', False)]", "country_id", "“Country” is unknown"),
            (
                f"[('partner_id.country_id', '=', {country.id})]",
                "partner_id",
                "“Country” is unknown",
            ),
            (
                "[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]",
                "funnel_stakeholder_ids",
                "“Decision chain” is unknown",
            ),
            (
                "[('expected_revenue', '>=', 500)]",
                "expected_revenue",
                "“Expected Revenue” is .*0.00.*, it should be ≥ .*500.00",
            ),
            ("['!', ('name', 'ilike', 'Test')]", "name", "“Opportunity” is Test lead"),
        ):
            with self.subTest(domain=domain):
                self._ask(domain)
                [reason] = self._explain(**FULL_PROSPECT)["reasons"]
                self.assertEqual(reason["field"], field)
                self.assertRegex(reason["text"], text)

    def test_what_must_not_be_is_not_told_as_what_should_be(self):
        for domain, known in (
            ("['!', ('funnel_sales_12m', '>', 5)]", True),
            ("['!', ('funnel_sales_12m', '<', 9)]", True),
            ("['!', '|', ('funnel_sales_12m', '>', 5), ('name', '=', 'x')]", True),
            ("['!', ('funnel_sales_12m', '>=', 8)]", False),
            ("['!', '!', ('funnel_sales_12m', '>=', 7)]", False),
        ):
            with self.subTest(domain=domain):
                self._ask(domain)
                better = self._explain(**FULL_PROSPECT, funnel_sales_12m=7)
                told = [reason["text"] for reason in (better or {}).get("reasons", [])]
                expected = ["“Sales of the last 12 months” does not meet it"]
                self.assertEqual(told, expected if known else [])

    def test_what_must_not_be_twice_is_told_as_what_should_be(self):
        self._ask("['!', '!', ('funnel_sales_12m', '>', 7)]")
        [told] = self._tell(**FULL_PROSPECT, funnel_sales_12m=7)
        self.assertRegex(told, r" is .*7\.00.*, it should be > .*7\.00")

    def test_of_what_must_not_be_together_the_nearest_is_told(self):
        self._ask(
            "['!', '&', ('funnel_need_fit', '=', 'full'), '&',"
            " ('funnel_sales_12m', '>', 5), ('expected_revenue', '>=', 0)]"
        )
        self.assertEqual(len(self._tell(**FULL_PROSPECT, funnel_sales_12m=7)), 1)

    def test_asked_amounts_and_days_are_told_as_the_values_are(self):
        self.grade_a.cut = 61
        vals = {
            **FULL_PROSPECT,
            "funnel_purchase_date": "2200-03-01",
            "funnel_sales_12m": 20_000,
        }
        limit = self._get_today() + relativedelta(months=3)
        currency = self.env.company.currency_id
        tell = partial(format_amount, self.env, currency=currency)
        for domain, value, wanted in (
            ("('funnel_sales_12m', '>=', 100000)", tell(20_000), tell(100_000)),
            (
                "('funnel_purchase_date', '<=', '+3m')",
                format_date(self.env, "2200-03-01"),
                format_date(self.env, limit),
            ),
            (
                "('funnel_purchase_date', '<', '2150-06-01')",
                format_date(self.env, "2200-03-01"),
                format_date(self.env, "2150-06-01"),
            ),
        ):
            with self.subTest(domain=domain):
                self._ask(f"[{domain}]")
                [told] = self._tell(**vals)
                self.assertIn(f" is {value}, it should be ", told)
                self.assertTrue(told.endswith(f" {wanted}"), told)

    def test_of_alternatives_the_nearest_is_told(self):
        self._ask(
            "['|', ('country_id', '!=', False), '&', ('funnel_need', '!=', False),"
            " ('funnel_authority', '=', 'decides')]"
        )
        self.assertEqual(self._fields(**FULL_PROSPECT), ["funnel_need"])

    def test_next_better_grade_is_explained_not_the_best(self):
        self.env["funnel.grade"].create(
            {"name": "A+", "cut": 90, "domain": "[('country_id', '!=', False)]"}
        )
        self.assertEqual(self._explain(**NO_BUDGET)["text"], "B is suggested, not A:")
        self.assertEqual(
            self._explain(**FULL_PROSPECT)["text"], "A is suggested, not A+:"
        )

    def test_form_popover_dialog_and_my_day_tell_it(self):
        lead = self._create_lead(**NO_BUDGET).with_user(self.rep)
        told = lead._funnel_explain_better_grade()
        self.assertEqual(lead.funnel_score_why["better"], told)
        action = lead.action_funnel_propose_grade()
        wizards = self.env["funnel.grade.wizard"].with_user(self.rep)
        form = Form(wizards.with_context(**action["context"]))
        self.assertEqual(form.better, told)
        days = self.env["funnel.my.day"].with_user(self.rep)
        [row] = days._get_rows("to_propose", lead)
        self.assertEqual(row["better"], told)

    def test_typed_budget_answers_before_it_is_saved(self):
        form = Form(self._create_lead(**NO_BUDGET), "crm.crm_lead_view_form")
        self.assertTrue(form.funnel_score_why["better"])
        form.funnel_budget_max = 50_000
        self.assertFalse(form.funnel_score_why["better"])

    def test_value_that_the_reader_may_not_see_is_not_told(self):
        self._ask("[('funnel_need', 'ilike', 'CRM')]")
        lead = self._create_lead(**FULL_PROSPECT, funnel_need="Secret")
        self.patch(type(lead)._fields["funnel_need"], "groups", "base.group_system")
        [reason] = (
            lead.with_user(self.rep).sudo()._funnel_explain_better_grade()["reasons"]
        )
        self.assertEqual(reason["text"], "“Initial need” does not meet it")

    def test_dialog_tells_nothing_of_a_lead_that_is_not_ones_own(self):
        foreign = self._create_lead(**NO_BUDGET, user_id=self.manager.id)
        self.assertTrue(foreign._funnel_explain_better_grade())
        wizards = self.env["funnel.grade.wizard"].with_user(self.rep)
        wizard = wizards.new({"lead_ids": [(6, 0, foreign.ids)]})
        self.assertFalse(wizard.better)
