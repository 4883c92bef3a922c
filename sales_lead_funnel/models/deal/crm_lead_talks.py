from odoo import api, fields, models

from ..base.telling import get_latest
from ..base.zones import get_person_day

SETBACKS = [
    ("need_changed", "Need changed"),
    ("competitor_won", "Competitor won"),
    ("broken_off", "Talks broken off"),
]
DATED = ("funnel_budget_approved_on", "funnel_quoted_on")  # what has happened
MERGED_TALKS = [*DATED, "funnel_objections", "funnel_talks", "funnel_setback"]


class CrmLead(models.Model):
    """Where the talks about a deal stand (S1-10, S1-11, S1-15)."""

    _inherit = "crm.lead"

    funnel_budget_approved_on = fields.Date(
        string="Budget approved on",
        copy=False,
        help="The day the client approved the budget, or on which you were told so.",
    )
    funnel_quoted_on = fields.Date(
        string="Quotation sent on",
        copy=False,
        help="The day the client got our quotation.",
    )
    funnel_objections = fields.Text(
        string="Objections",
        copy=False,
        help="What the client objects to; “none” where nothing is left.",
    )
    funnel_talks = fields.Text(
        string="State of the talks",
        copy=False,
        help="What is agreed, what is open, and who has the next move.",
    )
    funnel_setback = fields.Selection(
        SETBACKS,
        string="Setback",
        copy=False,
        help="What turned against us; empty while nothing did. Stages may list such "
        "leads to be dropped.",
    )

    @api.constrains(*DATED)
    def _check_dated_in_the_past(self):
        today = get_person_day(self.env, get_latest(self.env))
        for lead in self:
            for name in DATED:
                lead._funnel_check_not_after(name, today)
