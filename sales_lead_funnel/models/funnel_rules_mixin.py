from odoo import api, models

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .funnel_domain import LEAD


class FunnelRulesMixin(models.AbstractModel):
    """Rules that are kept compiled: whoever changes one has them compiled anew.

    A model that is part of the rules of another overrides :meth:`_rules_changed` to
    tell that one.
    """

    _name = "funnel.rules.mixin"
    _description = "Rules that are kept compiled"

    _rule_fields = None  # names of the fields that make a rule; None: all of them
    _rules_cron = None  # xmlid of the cron by which open leads follow a change

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._rules_changed()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._rule_fields is None or not self._rule_fields.isdisjoint(vals):
            self._rules_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._rules_changed()
        return result

    @api.model
    def _rules_changed(self):
        """Have the rules compiled anew; the open leads follow by the cron right after.

        Not while modules load: the installation hook does it once for all presets.
        """
        if self.pool.ready and not self.env.context.get(MODULE_UNINSTALL_FLAG):
            self._renew_rules()

    def _renew_rules(self):
        self._apply_rules()
        self._trigger_cron()

    def _trigger_cron(self):
        cron = self.env.ref(self._rules_cron, False)
        if cron:
            cron.sudo()._trigger()

    def _apply_rules(self):
        """Forget what was compiled."""
        self.env.flush_all()
        self.env.registry.clear_cache()
        self._watch_fields()

    def _watch_fields(self):
        """Override where fields of the lead are computed from what the rules read."""

    def _watch(self, parameter, paths):
        """Make such computes follow exactly the fields that some rule reads.

        As for core's predictive scoring, the list is a system parameter that the
        lead's ``@api.depends`` reads when the model is set up.

        :param str parameter: name of the system parameter
        :param set paths: paths from the lead
        """
        paths = ",".join(sorted(paths))
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param(parameter, "") == paths:
            return
        parameters.set_param(parameter, paths)
        self.env.flush_all()
        self.env.registry._setup_models__(self.env.cr, [LEAD])
