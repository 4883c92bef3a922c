from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    funnel_min_sample = fields.Integer(
        string="Minimum sample",
        default=20,
        help="A rate over fewer leads is marked “too few”.",
    )
    funnel_stage_horizon = fields.Integer(
        string="Stage maturity (days)",
        default=30,
        help="A stay in a stage counts in its loss rate once this many days have "
        "passed since it began.",
    )
    funnel_win_horizon = fields.Integer(
        string="Lead maturity (days)",
        default=90,
        help="A lead counts in the conversion of its source once this many days have "
        "passed since it was obtained.",
    )
    funnel_self_approval = fields.Boolean(
        string="Managers may approve own leads",
        help="If off, another manager must approve a manager's own lead, and reviews "
        "the grade that the manager proposed.",
    )
    funnel_backdate_days = fields.Integer(
        string="Days back salespeople may enter",
        default=31,
        help="How long ago a follow-up or a stage move may have happened that a "
        "salesperson enters; managers may go further back.",
    )

    funnel_number_step = fields.Integer(
        string="Largest jump of lead numbers",
        default=10_000,
        help="A lead number that is typed moves the counter on by this much at most. "
        "One further ahead is kept, but the next leads are numbered as before.",
    )

    _funnel_backdate_positive = models.Constraint(
        "CHECK (funnel_backdate_days BETWEEN 1 AND 3650)",
        "The “Days back salespeople may enter” must be 1 to 3650.",
    )
    _funnel_number_step_positive = models.Constraint(
        "CHECK (funnel_number_step >= 0)",
        "The largest jump of lead numbers must be 0 or more.",
    )
    _funnel_figures_positive = models.Constraint(
        "CHECK (funnel_min_sample >= 0 AND funnel_stage_horizon > 0"
        " AND funnel_win_horizon > 0)",
        "The days to judge a stage or a lead must be above 0, and the smallest sample "
        "0 or more.",
    )
