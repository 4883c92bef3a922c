from odoo import fields, models


class CrmLostReason(models.Model):
    """A reason of loss tells what helps against it (S3-10)."""

    _name = "crm.lost.reason"
    _inherit = ["funnel.intake.mixin", "crm.lost.reason"]

    funnel_answer = fields.Text(
        string="What helps",
        translate=True,
        help="What to do where a deal may be lost for this reason, and when the client "
        "is approached again.",
    )
