"""Numbers that can be: on every door."""

from odoo.tests import tagged

from ...exceptions import FunnelNumberError
from ...models.base.finite import READERS, is_number
from ..common import FunnelCommon

NAN, ENDLESS = float("nan"), float("inf")
ODD = (NAN, ENDLESS, -ENDLESS, 1e300, 10**30, "abc", "1,5", [1], {"a": 1})
TOLD = "funnel_industry_growth"
GUARDED = {"res.company"}  # its settings have constraints of their own


@tagged("post_install", "-at_install")
class TestNumbers(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Steel mill").with_user(cls.rep)

    def assertTold(self, pattern="no number"):
        return self.assertRaisesRegex(FunnelNumberError, pattern)

    def test_every_number_is_looked_after(self):
        """A field or model that is new as well."""
        finite = self.env.registry["funnel.intake"]
        for model in self.env.registry.values():
            if model._abstract or not model._auto or model._name in GUARDED:
                continue
            is_ours = model._name.startswith("funnel.")
            for name, field in model._fields.items():
                is_number_of_ours = field.type in READERS and (
                    name.startswith("funnel_") or (is_ours and name != "id")
                )
                if is_number_of_ours and field.store and not field.readonly:
                    with self.subTest(field=str(field)):
                        self.assertTrue(issubclass(model, finite))

    def test_odd_numbers_are_told_by_name(self):
        for value in ODD:
            with self.subTest(value=value):
                with self.assertTold("Steel mill: “Industry growth"):
                    self.lead.write({TOLD: value})
                with self.assertTold("Pump: “Industry growth"):
                    self._create_lead(by=self.rep, name="Pump", **{TOLD: value})
        self.assertFalse(self.lead[TOLD])

    def test_amounts_and_whole_numbers(self):
        for name in ("funnel_budget_min", "expected_revenue", "funnel_decision_people"):
            for value in (NAN, 1e300):
                with self.subTest(name=name, value=value), self.assertTold():
                    self.lead.web_save({name: value}, {})

    def test_what_just_fits(self):
        self.lead.write(
            {"funnel_budget_max": 1e13, "funnel_decision_people": 2**31 - 1}
        )
        self.assertAlmostEqual(self.lead.funnel_budget_max, 1e13, 0)

    def test_default_of_the_caller(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        with self.assertTold():
            leads.with_context(default_funnel_industry_growth=NAN).create({"name": "x"})

    def test_list_of_another_record(self):
        lines = [(0, 0, {"people_count": 10**30})]
        with self.assertTold():
            self.lead.write({"funnel_evaluation_ids": lines})

    def test_import_tells_the_row(self):
        leads = self.env["crm.lead"].with_user(self.rep).with_context(import_file=True)
        rows = [["A", "5"], ["B", "NaN"], ["C", "inf"]]
        result = leads.load(["name", "funnel_budget_min"], rows)
        self.assertFalse(result["ids"])
        self.assertEqual([m["record"] for m in result["messages"]], [1, 2])
        for message in result["messages"]:
            self.assertIn("no number", message["message"])

    def test_background_goes_on_with_numbers_of_core(self):
        self.lead.sudo().write({"expected_revenue": 1e14})
        self.assertGreater(self.lead.expected_revenue, 1e13)

    def test_none_is_no_number_and_may_be(self):
        self.assertTrue(is_number("float", None) and is_number("integer", False))
