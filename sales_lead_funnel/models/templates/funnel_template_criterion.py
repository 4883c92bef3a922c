from odoo import api, fields, models

from ...exceptions import FunnelCriterionError
from ..base.lead_domain import lead_fields, parse_domain
from ..gates.funnel_criterion import ANSWERS, DIRECTIONS, EFFECTS, KINDS


class FunnelTemplateCriterion(models.Model):
    """A criterion of a template's stage, as :class:`FunnelCriterion` has them.

    Where criteria of one stage have the same key, the first that can be used counts:
    what an optional app proves is asked otherwise without it.
    """

    _name = "funnel.template.criterion"
    _description = "Criterion of a template"
    _inherit = ["funnel.intake.mixin"]
    _order = "stage_id, sequence, id"

    stage_id = fields.Many2one(
        "funnel.template.stage", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    key = fields.Char(required=True)
    name = fields.Char(string="Criterion", required=True, translate=True)
    direction = fields.Selection(DIRECTIONS, required=True, default="entry")
    kind = fields.Selection(KINDS, required=True, default="fields")
    field_ids = fields.Many2many(
        "ir.model.fields", string="Required fields", domain=str(ANSWERS)
    )
    domain = fields.Char(string="Condition", default="[]")
    effect = fields.Selection(EFFECTS, required=True, default="block")
    message = fields.Text(translate=True)

    @api.constrains("domain")
    def _check_domain_can_be_read(self):
        for criterion in self:
            criterion._check_readable()

    def _check_readable(self):
        try:
            parse_domain(self.domain)
        except ValueError as error:
            raise FunnelCriterionError(
                self.env._(
                    "%(record)s: “%(field)s” cannot be used on leads: %(error)s. "
                    "Correct the condition %(domain)s.",
                    record=self.name,
                    field=self.env._("Condition"),
                    error=error,
                    domain=self.domain,
                )
            ) from error

    def _get_full_key(self):
        return f"{self.stage_id.key}.{self.key}"

    def _is_usable(self):
        """Tell whether what it asks is known here: fields may come with other apps."""
        if self.kind == "fields":
            return bool(self.field_ids)
        try:
            return all(lead_fields(self.env, parse_domain(self.domain)))
        except ValueError:
            return False
