"""What the handbooks' funnels ask of the people in them; templates of one's own."""

from odoo.tests import Form, tagged

from ...exceptions import FunnelCriterionError, FunnelGateError
from ..common_gates import GateCommon


class TemplateCommon(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the team's own stages: new, next, won.
        cls.env["crm.stage"].search(
            [("team_ids", "=", False)]
        ).team_ids = cls.team_other
        cls.team = cls.sales_team_1

    def _open(self, code):
        form = Form(self.env["funnel.template.wizard"].with_user(self.director))
        form.team_id = self.team
        form.code = code
        return form

    def _apply(self, code):
        """Apply a template as the director, and return ``{key: stage}``."""
        self._open(code).save().action_apply()
        self.env.flush_all()
        stages = self.env["crm.stage"].search([("team_ids", "in", self.team.ids)])
        return {key: stage for stage in stages for key in stage._funnel_list_keys()}


@tagged("post_install", "-at_install")
class TestOwnTemplate(TemplateCommon):
    def _create_template(self, *criteria):
        templates = self.env["funnel.template"].with_user(self.director)
        stages = [
            {
                "key": "ours.trial",
                "name": "Trial",
                "goal": "The client tries it.",
                "criterion_ids": [(0, 0, criterion) for criterion in criteria],
            },
            {"key": "ours.won", "name": "Ours", "is_won": True},
        ]
        return templates.create(
            {
                "code": "ours",
                "name": "Our funnel",
                "stage_ids": [(0, 0, stage) for stage in stages],
            }
        )

    def test_a_template_of_ones_own_is_chosen_and_applied(self):
        need = self.env["ir.model.fields"]._get("crm.lead", "funnel_need")
        fields = {"key": "need", "name": "Need", "field_ids": [(6, 0, need.ids)]}
        gone = {
            "key": "gone",
            "name": "Gone",
            "kind": "domain",
            "domain": "[('of_an_app_that_went', '=', 1)]",
        }
        template = self._create_template(fields, gone)
        trial = self._apply("ours")["ours.trial"]
        self.assertEqual(trial.funnel_goal, "The client tries it.")
        self.assertEqual(trial.funnel_criterion_ids.mapped("name"), ["Need"])
        with self.assertRaisesRegex(FunnelGateError, "Need"):
            self._move_as(self.rep, stage=trial)
        template.active = False
        choice = self.env["funnel.template.wizard"].fields_get(["code"])
        codes = [code for code, _label in choice["code"]["selection"]]
        self.assertEqual(codes, ["s0", "s1", "s4"])

    def test_a_condition_that_cannot_be_read_is_refused(self):
        odd = {"key": "odd", "name": "Odd", "kind": "domain", "domain": "[('x'"}
        with self.assertRaisesRegex(FunnelCriterionError, "Odd.*Condition"):
            self._create_template(odd)
