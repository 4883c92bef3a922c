from odoo import api, fields, models
from odoo.fields import Domain

from ..base.arguments import each_once
from ..base.zones import get_person_day

STATES = [("planned", "Planned"), ("late", "Late"), ("done", "Done")]


class FunnelClosingStep(models.Model):
    """One dated step on the way to the signature (S0-28, 签约计划)."""

    _name = "funnel.closing.step"
    _description = "Closing step"
    _inherit = ["funnel.lead.child"]
    _order = "date_due, sequence, id"

    name = fields.Char(string="Closing step", required=True)
    sequence = fields.Integer(default=10)
    date_due = fields.Date(string="Due on", required=True)
    user_id = fields.Many2one(
        "res.users", string="Owner", default=lambda self: self.env.uid
    )
    done_on = fields.Date(string="Done on")
    state = fields.Selection(STATES, compute="_compute_state", search="_search_state")
    note = fields.Text()

    @api.depends("done_on", "date_due")
    def _compute_state(self):
        today = get_person_day(self.env)
        for step in self:
            late = step.date_due and step.date_due < today
            step.state = "done" if step.done_on else "late" if late else "planned"

    @api.constrains("done_on")
    def _check_done_on(self):
        self._check_not_ahead("done_on")

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = get_person_day(self.env)
        open_ = Domain("done_on", "=", False)
        domains = {
            "done": Domain("done_on", "!=", False),
            "late": open_ & Domain("date_due", "<", today),
            "planned": open_ & Domain("date_due", ">=", today),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @each_once
    def action_done(self):
        self.filtered(lambda step: not step.done_on).done_on = get_person_day(self.env)
        return True
