"""Numbers as callers send them."""

from odoo import api, models, tools

from ...exceptions import FunnelNumberError
from .arguments import TOLD
from .door import is_judged
from .limits import cut
from .naming import name_record

READERS = {"integer": int, "float": float, "monetary": float}
LARGEST = {"integer": 2**31 - 1, "float": 1e13, "monetary": 1e13}
CORE_NUMBERS = {"crm.lead": {"expected_revenue", "recurring_revenue"}}


def is_number(kind, value):
    """Can this be read as a number that may be, or as none? NaN is none of them.

    >>> is_number("float", "1.5"), is_number("float", float("nan"))
    (True, False)

    :param str kind: of the field
    """
    try:
        return abs(READERS[kind](value or 0)) <= LARGEST[kind]
    except (OverflowError, TypeError, ValueError):
        return False


class FunnelIntake(models.AbstractModel):
    """Refuses numbers that cannot be, on every door: one would spoil every sum."""

    _inherit = "funnel.intake"

    @api.model
    @tools.ormcache()
    def _funnel_get_numbers_told(self):
        """Return ``{field: kind}`` of the numbers that people tell."""
        core = CORE_NUMBERS.get(self._name, ())
        return {
            name: field.type
            for name, field in self._fields.items()
            if field.type in READERS and name != "id" and not field.readonly
            if name in core or self._funnel_is_ours(field)
        }

    def _funnel_check_finite(self, vals):
        """Check those of the values that are numbers of ours.

        Of core's only where people tell them.

        :raise FunnelNumberError: names the record, the field and the value
        """
        kinds = self._funnel_get_numbers_told()
        for name in kinds.keys() & vals.keys():
            if is_number(kinds[name], vals[name]):
                continue
            if name in CORE_NUMBERS.get(self._name, ()) and not is_judged(self.env):
                continue
            raise FunnelNumberError(
                self.env._(
                    "%(record)s: “%(field)s” is %(value)s, which is no number up to "
                    "%(limit)s. Correct it.",
                    record=name_record(self[:1], vals),
                    field=self._fields[name]._description_string(self.env),
                    value=cut(str(vals[name]), TOLD),
                    limit=f"{LARGEST[kinds[name]]:,.0f}",
                )
            )
