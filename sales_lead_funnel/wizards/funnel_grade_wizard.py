from odoo import api, fields, models

from ..models.base.arguments import one_record


class FunnelGradeWizard(models.TransientModel):
    """Propose or review the grade of one lead or many (S0-13, S0-14)."""

    _name = "funnel.grade.wizard"
    _description = "Propose or review grades"
    _inherit = ["funnel.intake.mixin"]

    mode = fields.Selection(
        [("propose", "Propose"), ("review", "Review")],
        required=True,
        readonly=True,
        default="propose",
    )
    lead_ids = fields.Many2many(
        "crm.lead",
        string="Leads",
        required=True,
        default=lambda self: self._default_lead_ids(),
    )
    lead_count = fields.Integer(compute="_compute_lead_count")
    lead_id = fields.Many2one(
        "crm.lead", string="Single lead", compute="_compute_lead_count"
    )
    suggested_grade_id = fields.Many2one(related="lead_id.funnel_suggested_grade_id")
    better = fields.Json(compute="_compute_better", export_string_translation=False)
    proposed_grade_id = fields.Many2one(
        related="lead_id.funnel_grade_id", string="Proposed grade"
    )
    proposed_reason = fields.Text(
        related="lead_id.funnel_grade_reason", string="Reason given"
    )
    decision = fields.Selection(
        [("confirm", "Confirm as proposed"), ("correct", "Correct")],
        default="confirm",
        required=True,
    )
    grade_id = fields.Many2one(
        "funnel.grade",
        compute="_compute_grade_id",
        store=True,
        readonly=False,
    )
    reason = fields.Text()

    def _default_lead_ids(self):
        if self.env.context.get("active_model") == "crm.lead":
            return self.env.context.get("active_ids")
        return False

    @api.depends("lead_ids")
    def _compute_lead_count(self):
        for wizard in self:
            wizard.lead_count = len(wizard.lead_ids)
            wizard.lead_id = wizard.lead_ids if len(wizard.lead_ids) == 1 else False

    @api.depends("lead_ids", "mode")
    def _compute_grade_id(self):
        """Offer what the score suggests; for many leads, each its own."""
        for wizard in self:
            single = wizard.lead_ids if len(wizard.lead_ids) == 1 else False
            suggested = single and single.funnel_suggested_grade_id
            wizard.grade_id = suggested or False

    @api.depends("lead_id")
    @api.depends_context("lang")
    def _compute_better(self):
        for wizard in self:
            lead = wizard.lead_id._origin._filtered_access("read").sudo()
            wizard.better = bool(lead) and lead._funnel_explain_better_grade()

    @one_record
    def action_apply(self):
        if self.mode == "propose":
            self.lead_ids.funnel_propose_grade(self.grade_id.id, self.reason)
        else:
            corrected = self.grade_id.id if self.decision == "correct" else False
            self.lead_ids.funnel_review_grade(corrected, self.reason)
        return {"type": "ir.actions.act_window_close", "infos": {"funnel_graded": True}}
