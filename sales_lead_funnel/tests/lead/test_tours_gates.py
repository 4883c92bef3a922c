from odoo.tests import tagged

from ..common_tours import ToursCommon


@tagged("post_install", "-at_install")
class TestToursGates(ToursCommon):
    """A drop that is refused asks, in a real browser."""

    @classmethod
    def _prepare_lead(cls):
        cls.env["funnel.criterion"].search([]).unlink()
        cls.stage_one, cls.stage_two = cls.env["crm.stage"].create(
            [{"name": "Tour one", "sequence": -2}, {"name": "Tour two", "sequence": -1}]
        )
        return {"stage_id": cls.stage_one.id, "funnel_authority": "decides"}

    def _require(self, *names):
        fields = self.env["ir.model.fields"]
        self.env["funnel.criterion"].create(
            {
                "stage_id": self.stage_two.id,
                "message": "Ask what they need",
                "field_ids": [(4, fields._get("crm.lead", name).id) for name in names],
            }
        )

    def test_blocked_drop_asks_and_moves(self):
        self._require("funnel_need", "funnel_authority")
        self.start_tour("/odoo", "funnel_rep_answers_blocked_drop", login="tour_rep")
        self.assertEqual(self.lead.stage_id, self.stage_two)
        self.assertEqual(self.lead.funnel_need, "A CRM for fifty people")
        self.assertEqual(self.lead.funnel_stage_move_ids[0].path, "board")
        self.assertEqual(len(self.lead.funnel_stage_move_ids), 2)

    def test_blocked_status_bar_asks_and_moves(self):
        self._require("funnel_need")
        self.start_tour("/odoo", "funnel_rep_is_asked_on_the_form", login="tour_rep")
        self.assertEqual(self.lead.stage_id, self.stage_two)
        self.assertEqual(self.lead.name, "Tour lead renamed")

    def test_approval_is_asked_and_given(self):
        self.env["funnel.criterion"].create(
            {
                "stage_id": self.stage_two.id,
                "name": "Confirmed by the manager",
                "kind": "domain",
                "effect": "approve",
            }
        )
        self.start_tour("/odoo", "funnel_rep_asks_approval", login="tour_rep")
        approval = self.lead.funnel_approval_ids
        self.assertEqual(
            (approval.state, approval.note), ("requested", "They want it now")
        )
        self.assertEqual(self.lead.stage_id, self.stage_one)
        self.start_tour("/odoo", "funnel_manager_approves", login="tour_manager")
        self.assertEqual(approval.state, "approved")
        self.assertEqual(self.lead.stage_id, self.stage_two)
