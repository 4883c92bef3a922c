from odoo import api, models

from ...exceptions import FunnelCriterionError, FunnelScorecardError
from .funnel_rules_mixin import GATE_FIELDS_PARAMETER, SCORE_FIELDS_PARAMETER
from .lead_domain import LEAD


class IrModelFields(models.Model):
    _inherit = "ir.model.fields"

    @api.ondelete(at_uninstall=False)
    def _unlink_not_while_a_rule_reads_it(self):
        """Keep a field that a scorecard or grade reads, on its way from the lead."""
        for field in self._funnel_find_watched(SCORE_FIELDS_PARAMETER):
            raise FunnelScorecardError(
                self.env._(
                    "The field “%(field)s” is read by a scorecard or a grade. "
                    "Take it out of their conditions first.",
                    field=field.field_description,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_not_while_a_gate_reads_it(self):
        """Keep a field that a criterion of a stage reads, on its way from the lead."""
        for field in self._funnel_find_watched(GATE_FIELDS_PARAMETER):
            raise FunnelCriterionError(
                self.env._(
                    "The field “%(field)s” is read by a criterion of a stage. "
                    "Take it out of the criterion first.",
                    field=field.field_description,
                )
            )

    def _funnel_find_watched(self, parameter):
        """Return those of these fields that rules read, by the parameter's paths."""
        paths = self.env["ir.config_parameter"].sudo().get_param(parameter, "")
        read = {step for path in paths.split(",") for step in self._funnel_walk(path)}
        return self.filtered(lambda field: (field.model, field.name) in read)

    def _funnel_walk(self, path):
        """Yield ``(model, field)`` along a path from the lead.

        Fields that go are out of the registry already: they end the walk.
        """
        model = LEAD
        for name in path.split("."):
            yield model, name
            field = self.env[model]._fields.get(name)
            model = field and field.comodel_name
            if model not in self.env:
                return
