from odoo.tests import tagged

from ..common_tours import ToursCommon


@tagged("post_install", "-at_install")
class TestTours(ToursCommon):
    """What a rep and a manager do, in a real browser."""

    def test_rep_proposes_and_manager_reviews(self):
        self.start_tour("/odoo", "funnel_rep_proposes_grade", login="tour_rep")
        self.assertEqual(self.lead.funnel_grade_state, "proposed")
        self.start_tour("/odoo", "funnel_manager_reviews_grade", login="tour_manager")
        grade_c = self.env.ref("sales_lead_funnel.grade_c")
        self.assertEqual(self.lead.funnel_grade_state, "reviewed")
        self.assertEqual(self.lead.funnel_grade_id, grade_c)

    def test_a_drag_on_the_board_is_noted_as_such(self):
        self.start_tour("/odoo", "funnel_drag_writes_ledger", login="tour_rep")
        last = self.lead.funnel_stage_move_ids[:1]
        self.assertEqual(last.path, "board")
        self.assertEqual(last.user_id, self.rep)
        self.assertEqual(last.to_stage_id, self.lead.stage_id)

    def test_a_wrong_entry_is_explained_in_the_dialog(self):
        self.start_tour("/odoo", "funnel_wrong_entry_is_explained", login="tour_rep")
        self.assertEqual(self.lead.funnel_budget_max, 70000)

    def test_zero_is_an_answer_and_an_emptied_number_is_unknown(self):
        tour = "funnel_zero_is_an_answer"
        self.start_tour("/odoo/crm/new", tour, login="tour_rep")
        lead = self.env["crm.lead"].search([("name", "=", "Zero lead")])
        [values] = lead.read(["funnel_budget_min", "funnel_budget_max"])
        self.assertIsNot(values["funnel_budget_min"], False)
        self.assertIs(values["funnel_budget_max"], False)
