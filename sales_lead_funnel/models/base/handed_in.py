"""What a caller hands to code that runs as superuser is never ours to trust.

Core's mail gateway, and any method that goes on as superuser, takes values, commands of
lists and defaults from whoever calls. None of them may reach a lead or a record of ours
by way of another model, however deep.
"""

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import clean_context

LEAD = "crm.lead"
OURS = "funnel."
LISTS = ("one2many", "many2many")
CREATE, UPDATE = 0, 1  # the commands that hold values


def is_protected(model_name):
    return model_name == LEAD or model_name.startswith(OURS)


def without_reach(model, values):
    """Return ``values`` for a model without what reaches leads or records of ours.

    Links to such records are left out as well: they change them. Plain values of other
    models stay.

    :param model: the empty recordset of the values
    """
    return {
        name: _clean(model, model._fields.get(name), value)
        for name, value in values.items()
        if not _reaches(model, model._fields.get(name))
    }


def _reaches(model, field):
    """Does a field write to a protected record, itself or along its path?"""
    if field is None:
        return False
    if field.type in LISTS and is_protected(field.comodel_name):
        return True
    if not field.related:
        return False
    for name in field.related.split(".")[:-1]:
        model = model.env[model._fields[name].comodel_name]
        if is_protected(model._name):
            return True
    return False


def _clean(model, field, value):
    """Clean the values inside the commands of a list."""
    is_list = field is not None and field.type in LISTS
    if not is_list or not isinstance(value, (list, tuple)):
        return value
    comodel = model.env[field.comodel_name]
    return [_clean_command(comodel, command) for command in value]


def _clean_command(comodel, command):
    if not isinstance(command, (list, tuple)) or len(command) < 3:
        return command
    kind, id_, values = command[:3]
    if kind in (CREATE, UPDATE) and isinstance(values, dict):
        return (kind, id_, without_reach(comodel, values))
    return command


def without_handed_in(records):
    """Return ``records`` without the defaults and moments a caller's context holds."""
    context = clean_context(records.env.context)
    context.pop("funnel_happened_at", None)
    return records.with_env(records.env(context=context))


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.constrains("field_id")
    def _check_reaches_no_lead(self):
        """A saved default is taken by superuser code that runs for the user, too."""
        for default in self.sudo():  # whoever saves it may not read of fields
            model = self.env[default.field_id.model]
            if _reaches(model, model._fields.get(default.field_id.name)):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot have a default: it holds leads, or records of "
                        "leads.",
                        default.field_id.field_description,
                    )
                )
