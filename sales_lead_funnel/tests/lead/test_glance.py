"""What people see at a glance: client first, unknown empty, grades as badges."""

from lxml import etree

from odoo.tests import Form, tagged

from ...exceptions import FunnelGradeError
from ..common import FULL_PROSPECT, FunnelCommon

UNKNOWN = (
    "funnel_budget_min",
    "funnel_budget_max",
    "funnel_sales_12m",
    "funnel_industry_growth",
    "funnel_decision_people",
)


@tagged("post_install", "-at_install")
class TestGlance(FunnelCommon):
    def _arch(self, xmlid, kind):
        view = self.env.ref(xmlid)
        return etree.fromstring(self.env["crm.lead"].get_view(view.id, kind)["arch"])

    def test_client_stands_below_the_title(self):
        arch = self._arch("crm.crm_lead_view_form", "form")
        [title] = arch.xpath("//div[contains(@class, 'oe_title')]")
        names = title.xpath(".//field/@name")
        self.assertEqual(names[:3], ["name", "partner_name", "contact_name"])

    def test_client_is_first_on_the_cards_and_told_once(self):
        for xmlid in ("crm.crm_case_kanban_view_leads", "crm.view_crm_lead_kanban"):
            with self.subTest(xmlid):
                [card] = self._arch(xmlid, "kanban").xpath("//t[@t-name='card']")
                shown = card.xpath(".//field[not(@invisible='1')]/@name")
                names = [
                    n for n in shown if n in ("name", "partner_name", "contact_name")
                ]
                self.assertEqual(names, ["partner_name", "contact_name", "name"])

    def test_log_is_the_first_and_only_primary_button(self):
        arch = self._arch("crm.crm_lead_view_form", "form")
        buttons = arch.xpath("//header/button")
        self.assertEqual(buttons[0].get("name"), "action_funnel_log_followup")
        primary = [
            button.get("name")
            for button in buttons
            if {"btn-primary", "oe_highlight"}
            & set((button.get("class") or "").split())
        ]
        self.assertEqual(primary, ["action_funnel_log_followup"])

    def test_unknown_number_is_empty_and_zero_is_zero(self):
        lead = self._create_lead().with_user(self.rep)
        spec = {name: {} for name in UNKNOWN}
        [values] = lead.web_read(spec)
        self.assertEqual({values[name] for name in UNKNOWN}, {False})
        lead.write(dict.fromkeys(UNKNOWN, 0))
        [values] = lead.web_read(spec)
        for name in UNKNOWN:
            with self.subTest(name):
                self.assertIsNot(values[name], False)
                self.assertEqual(values[name], 0)

    def test_new_form_begins_with_unknown_numbers(self):
        spec = {name: {} for name in (*UNKNOWN, "name")}
        values = self.env["crm.lead"].with_user(self.rep).onchange({}, [], spec)
        for name in UNKNOWN:
            with self.subTest(name):
                self.assertIs(values["value"].get(name, False), False)

    def test_technical_fields_are_not_offered_to_filter_or_group(self):
        described = self.env["crm.lead"].fields_get(
            attributes=["searchable", "groupable"]
        )
        for name in (
            "funnel_client_key",
            "funnel_grade_color",
            "funnel_code_company_id",
        ):
            with self.subTest(name):
                info = described[name]
                self.assertFalse(info["searchable"] or info["groupable"])
        self.assertTrue(described["funnel_grade_id"]["groupable"])

    def test_pipeline_analysis_knows_the_grade(self):
        arch = self._arch("crm.crm_opportunity_report_view_search", "search")
        names = set(arch.xpath("//filter/@name"))
        self.assertLessEqual(
            {"funnel_group_grade", "funnel_group_grade_state", "funnel_to_review"},
            names,
        )


@tagged("post_install", "-at_install")
class TestDrop(FunnelCommon):
    """A card dropped on another grade offers the proposal it is."""

    def test_refusal_names_lead_and_grade_for_the_dialog(self):
        lead = self._create_lead(**FULL_PROSPECT).with_user(self.rep)
        with self.assertRaises(FunnelGradeError) as caught:
            lead.web_save(
                {"funnel_grade_id": self.grade_b.id}, {"funnel_card_note": {}}
            )
        drop = {"lead_id": lead.id, "grade_id": self.grade_b.id}
        self.assertEqual(caught.exception.context, {"funnel_grade": drop})

    def test_dialog_opens_with_that_grade(self):
        lead = self._create_lead(**FULL_PROSPECT).with_user(self.rep)
        action = lead.action_funnel_propose_grade()
        self.assertEqual(action["views"], [(False, "form")])  # the client opens it
        context = {**action["context"], "default_grade_id": self.grade_b.id}
        wizards = self.env["funnel.grade.wizard"].with_user(self.rep)
        form = Form(wizards.with_context(**context))
        self.assertEqual(form.grade_id, self.grade_b)
        form.reason = "Budget was cut"
        form.save().action_apply()
        self.assertEqual(lead.funnel_grade_id, self.grade_b)

    def test_many_leads_are_told_in_words(self):
        leads = self._create_lead() | self._create_lead()
        with self.assertRaises(FunnelGradeError) as caught:
            leads.with_user(self.rep).write({"funnel_grade_id": self.grade_b.id})
        self.assertFalse(caught.exception.context)
