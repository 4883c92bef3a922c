from odoo import api, models

from ..exceptions import FunnelCriterionError, FunnelScorecardError
from .funnel_criterion import GATE_FIELDS_PARAMETER
from .funnel_domain import LEAD
from .funnel_scorecard import FIELDS_PARAMETER


class IrModelFields(models.Model):
    _inherit = "ir.model.fields"

    @api.ondelete(at_uninstall=False)
    def _unlink_not_while_a_rule_reads_it(self):
        """Keep a field of the lead that a scorecard or grade reads."""
        parameters = self.env["ir.config_parameter"].sudo()
        read = set(parameters.get_param(FIELDS_PARAMETER, "").split(","))
        for field in self.filtered(lambda field: field.model == LEAD):
            if any(path.split(".")[0] == field.name for path in read):
                raise FunnelScorecardError(
                    self.env._(
                        "The field “%(field)s” is read by a scorecard or a grade. "
                        "Take it out of their conditions first.",
                        field=field.field_description,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_not_while_a_gate_reads_it(self):
        """Keep a field of the lead that a criterion of a stage reads."""
        parameters = self.env["ir.config_parameter"].sudo()
        read = set(parameters.get_param(GATE_FIELDS_PARAMETER, "").split(","))
        for field in self.filtered(lambda field: field.model == LEAD):
            if any(path.split(".")[0] == field.name for path in read):
                raise FunnelCriterionError(
                    self.env._(
                        "The field “%(field)s” is read by a criterion of a stage. "
                        "Take it out of the criterion first.",
                        field=field.field_description,
                    )
                )
