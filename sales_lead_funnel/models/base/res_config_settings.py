from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    funnel_min_sample = fields.Integer(
        related="company_id.funnel_min_sample", readonly=False
    )
    funnel_stage_horizon = fields.Integer(
        related="company_id.funnel_stage_horizon", readonly=False
    )
    funnel_win_horizon = fields.Integer(
        related="company_id.funnel_win_horizon", readonly=False
    )
    funnel_self_approval = fields.Boolean(
        related="company_id.funnel_self_approval", readonly=False
    )
    funnel_backdate_days = fields.Integer(
        related="company_id.funnel_backdate_days", readonly=False
    )
    funnel_number_step = fields.Integer(
        related="company_id.funnel_number_step", readonly=False
    )
