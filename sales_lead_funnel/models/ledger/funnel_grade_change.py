from odoo import fields, models

KINDS = [
    ("suggested", "Suggested by the scorecard"),
    ("proposed", "Proposed by the rep"),
    ("reviewed", "Reviewed by the manager"),
]


class FunnelGradeChange(models.Model):
    """One step of a lead's grading: suggested, proposed or reviewed (S0-13…16)."""

    _name = "funnel.grade.change"
    _description = "Grade change"
    _inherit = ["funnel.ledger.base"]

    from_grade_id = fields.Many2one("funnel.grade", readonly=True, ondelete="restrict")
    to_grade_id = fields.Many2one("funnel.grade", readonly=True, ondelete="restrict")
    kind = fields.Selection(KINDS, readonly=True, required=True)
    reason = fields.Text(readonly=True)

    _lead_kind_idx = models.Index("(lead_id, kind, id)")
