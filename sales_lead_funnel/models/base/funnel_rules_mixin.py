from contextlib import contextmanager

from odoo import api, models

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .lead_domain import LEAD
from .step import Hold, get_mark, with_mark

# Parameters that hold the field paths which rules in force read.
SCORE_FIELDS_PARAMETER = "sales_lead_funnel.score_fields"
GATE_FIELDS_PARAMETER = "sales_lead_funnel.gate_fields"


def follow_deletions(model, paths):
    """Return paths along with what tells that a record they point to is deleted.

    The database empties the link then, or drops it from the list, without a word. Only
    a deletion changes when a record was created; nothing else costs more by it.
    """
    found = []
    for path in paths:
        found.append(path)
        names = path.split(".")
        for length in range(1, len(names) + 1):
            start = ".".join(names[:length])
            comodel = model.env.get(_get_comodel(model, start))
            if comodel is not None and "create_date" in comodel._fields:
                found.append(f"{start}.create_date")
    return list(dict.fromkeys(found))


def _get_comodel(model, path):
    """Return the name of the model that a path leads to, None if to none."""
    for name in path.split("."):
        field = model._fields[name]
        model = model.env.get(field.comodel_name) if field.relational else None
    return field.comodel_name if field.relational else None


class FunnelRulesMixin(models.AbstractModel):
    """Rules that are kept compiled: whoever changes one has them compiled anew.

    A model that is part of the rules of another overrides :meth:`_rules_changed` to
    tell that one.
    """

    _name = "funnel.rules.mixin"
    _description = "Rules that are kept compiled"
    _inherit = ["funnel.intake.mixin"]

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

    @contextmanager
    def _renewing_once(self):
        """Have the rules compiled once at the end, however many change inside.

        Yields the model in the environment in which to change them.
        """
        hold = Hold()
        yield with_mark(self, self._get_hold_key(), hold)
        if hold.is_due:
            self._rules_changed()

    def _get_hold_key(self):
        return f"funnel_hold_{self._table}"

    def _is_held(self):
        """Tell whether a change waits for the end of :meth:`_renewing_once`."""
        hold = get_mark(self.env, self._get_hold_key())
        if hold:
            hold.is_due = True
        return bool(hold)

    def _renew_rules(self):
        """Return whether the rules were renewed, which may wait."""
        if self._is_held():
            return False
        self._apply_rules()
        self._trigger_cron()
        return True

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
