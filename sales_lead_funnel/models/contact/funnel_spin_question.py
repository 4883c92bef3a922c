from odoo import fields, models


class FunnelSpinQuestion(models.Model):
    """A question that closes a gap, for an industry or for all (S0-18)."""

    _name = "funnel.spin.question"
    _description = "SPIN question"
    _inherit = ["funnel.intake.mixin"]
    _order = "topic, sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    topic = fields.Selection(
        [
            ("situation", "Situation"),
            ("problem", "Problem"),
            ("implication", "Implication"),
            ("need_payoff", "Need-payoff"),
            ("decider", "Decision maker"),
            ("approver", "Approval"),
            ("silent", "Silence"),
        ],
        required=True,
        default="situation",
    )
    industry_id = fields.Many2one(
        "res.partner.industry", help="Empty: for every industry."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
