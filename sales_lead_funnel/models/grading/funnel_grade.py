from odoo import api, fields, models

from ...exceptions import FunnelScorecardError
from ..base.lead_domain import check_lead_domain, get_usable_domain

NEVER = [(0, "=", 1)]


class FunnelGrade(models.Model):
    """A, B or C: how much attention a lead deserves (S0-9…11, S0-15).

    A lead is suggested the highest grade whose cut its score reaches and whose
    domain it meets; the lowest grade takes the rest.
    """

    _name = "funnel.grade"
    _description = "Lead grade"
    _inherit = ["funnel.rules.mixin"]
    _order = "cut desc, id"
    _rule_fields = frozenset(("cut", "domain", "active"))

    name = fields.Char(required=True, translate=True)
    meaning = fields.Char(
        translate=True, help="What the grade asks of the rep, in a few words."
    )
    cut = fields.Float(
        string="Lowest score",
        required=True,
        default=0.0,
        digits=(5, 2),
        help="Lowest total, 0 to 100, for which this grade is suggested.",
    )
    domain = fields.Char(
        string="Must also hold",
        default="[]",
        required=True,
        help="A lead below the conditions is suggested the next lower grade.",
    )
    is_pursued = fields.Boolean(
        string="Pursued",
        default=True,
        help="Leads of this grade are on the key list; others are not pursued for now.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)

    @api.constrains("cut", "active")
    def _check_cut_is_its_own(self):
        for grade in self.filtered("active"):
            twins = self.search([("cut", "=", grade.cut), ("id", "!=", grade.id)])
            if twins:
                raise FunnelScorecardError(
                    self.env._(
                        "Grade %(grade)s: “Lowest score” is %(cut)s, as that of grade "
                        "%(other)s. Change one of them.",
                        grade=grade.name,
                        cut=grade.cut,
                        other=twins[0].name,
                    )
                )

    @api.constrains("cut")
    def _check_cut_is_a_score(self):
        for grade in self.filtered(lambda g: not 0 <= g.cut <= 100):
            raise FunnelScorecardError(
                self.env._(
                    "Grade %(grade)s: “Lowest score” is %(cut)s; it must lie between "
                    "0 and 100.",
                    grade=grade.name,
                    cut=grade.cut,
                )
            )

    @api.constrains("domain")
    def _check_domain_can_be_evaluated(self):
        for grade in self:
            check_lead_domain(
                self.env,
                grade.domain,
                record=self.env._("Grade %s", grade.name),
                field=self.env._("Must also hold"),
            )

    @api.model
    def _rules_changed(self):
        self.env["funnel.scorecard"]._rules_changed()

    def _get_rules(self):
        """Return ``[(id, cut, domain)]`` of the active grades, highest first.

        A grade whose domain cannot be evaluated any more fits no lead.
        """
        grades = self.sudo().search([("active", "=", True)], order="cut desc, id")
        rules = []
        for grade in grades:
            domain = get_usable_domain(grade.env, grade.domain, grade)
            rules.append((grade.id, grade.cut, NEVER if domain is None else domain))
        return rules
