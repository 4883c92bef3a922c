from odoo import api, fields, models


class CrmLead(models.Model):
    _name = "crm.lead"
    # Each concern is a mixin; they come before core's model so that their
    # overrides wrap core's.
    _inherit = [
        "funnel.ledger.mixin",
        "funnel.grade.mixin",
        "funnel.score.mixin",
        "funnel.client.mixin",
        "funnel.number.mixin",
        "funnel.register.mixin",
        "funnel.import.mixin",
        "crm.lead",
    ]

    funnel_card_note = fields.Char(
        compute="_compute_funnel_card_note", export_string_translation=False
    )

    @api.depends(
        "funnel_grade_state",
        "funnel_suggested_grade_id",
        "funnel_grade_id",
        "won_status",
    )
    def _compute_funnel_card_note(self):
        """The one line the board's card may gain: the next thing to do."""
        for lead in self:
            lead.funnel_card_note = lead._funnel_get_card_note()

    def _funnel_get_card_note(self):
        """Return the next thing to do, or False. Override to add others."""
        if self.won_status != "pending":
            return False
        if self.funnel_grade_state == "proposed":
            return self.env._("Grade waits for review")
        if not self.funnel_grade_id and self.funnel_suggested_grade_id:
            return self.env._(
                "Propose a grade: %s suggested", self.funnel_suggested_grade_id.name
            )
        return False

    @api.model
    def get_import_templates(self):
        return [
            *super().get_import_templates(),
            {
                "label": self.env._("Initial lead register (F1)"),
                "template": "/sales_lead_funnel/static/xls/lead_register.xlsx",
            },
        ]
