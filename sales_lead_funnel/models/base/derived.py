"""Fields that follow from other records: who writes them, and what others get.

Every stored field of ours that is readonly follows from something: a computation, a
button, the history. It is written by its own computation or by a step of ours, by
nobody else, on no door (design rule 6). The table says what differs from that.
"""

from odoo import api, models, tools
from odoo.models import MAGIC_COLUMNS

from ...exceptions import FunnelDerivedError
from .naming import name_record
from .step import Mark, get_mark, with_mark

STEP_KEY = "funnel_step"
REFUSED = "refused"  # people are told; what machines bring is left out
IGNORED = "ignored"  # left out without a word: people's files carry it along
OWN = "own"  # its model judges it in words of its own
LISTS = ("one2many", "many2many")  # their records are judged themselves

TREATMENTS = {
    "crm.lead": {
        "won_status": REFUSED,
        "funnel_keep_until": REFUSED,
        "funnel_score": IGNORED,
        "funnel_score_coverage": IGNORED,
        "funnel_suggested_grade_id": IGNORED,
        "funnel_proven_stage_id": IGNORED,
        "funnel_stage_gap": IGNORED,
        "funnel_grade_reason": OWN,
        "funnel_proposed_at": OWN,
    },
    "funnel.followup": {"imported_by_id": IGNORED},
    "funnel.evaluation": {"imported_by_id": IGNORED},
}


class Step(Mark):
    """Says that records of one model follow from something we just did."""

    __slots__ = ("model",)

    def __init__(self, model):
        self.model = model


def with_step(records, model=None):
    """Return ``records`` as who may write what is derived.

    :param str model: of which model, by default that of ``records``
    """
    return with_mark(records, STEP_KEY, Step(model or records._name))


def has_step(records):
    step = get_mark(records.env, STEP_KEY)
    return step is not None and step.model == records._name


class FunnelIntake(models.AbstractModel):
    """Refuses what is derived, whatever door it comes by."""

    _name = "funnel.intake"
    _description = "What comes in"

    _funnel_guards_itself = False  # does the model refuse what is not free to write?

    # ------------------------------------------------------------
    # TABLE
    # ------------------------------------------------------------

    @api.model
    def _funnel_is_ours(self, field):
        """Is it a field of a model of ours, or of ours on a model of core?"""
        return self._name.startswith("funnel.") or field.name.startswith("funnel_")

    @api.model
    @tools.ormcache()
    def _funnel_get_derived(self):
        """Return ``{field: treatment}`` of what others do not write in this model."""
        if self._transient or self._funnel_guards_itself:
            return {}
        found = {
            name: REFUSED
            for name, field in self._fields.items()
            if self._funnel_is_ours(field)
            and (field.store and field.readonly and field.type not in LISTS)
            and name not in MAGIC_COLUMNS
        }
        found |= TREATMENTS.get(self._name, {})
        return {name: kind for name, kind in found.items() if kind != OWN}

    def _funnel_get_own_defaults(self, names):
        """Return the defaults that the fields themselves have."""
        defaults = {}
        for name in names:
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self)
                value = field.convert_to_record(value, self)
                defaults[name] = field.convert_to_write(value, self)
        return defaults

    def _funnel_read_defaults(self, names, read):
        """Return defaults: no caller's or saved ones of what is derived.

        :param read: core's ``default_get``
        """
        derived = self._funnel_get_derived().keys() & set(names)
        values = read([name for name in names if name not in derived])
        values = self._funnel_drop_odd_days(values)
        return values | self._funnel_get_own_defaults(derived) if derived else values

    # ------------------------------------------------------------
    # JUDGEMENT
    # ------------------------------------------------------------

    def _funnel_leave_derived(self, vals):
        """Return ``vals`` without what is derived, but for steps of ours.

        :raise FunnelDerivedError: a person gives another value than there is
        """
        derived = self._funnel_get_derived()
        given = derived.keys() & vals.keys()
        if not given or has_step(self):
            return vals
        for name in given if not self.env.su else ():
            if derived[name] == REFUSED and self._funnel_differs(name, vals[name]):
                raise self._funnel_derived_error(name, vals)
        return {name: value for name, value in vals.items() if name not in given}

    def _funnel_differs(self, name, value):
        """Would this value change something? A form may send what it shows."""
        if not self:
            return bool(value)
        field = self._fields[name]
        try:
            value = field.convert_to_cache(value, self)
            value = field.convert_to_record(value, self)
        except (TypeError, ValueError):
            return True
        return any(record[name] != value for record in self)

    def _funnel_derived_error(self, name, vals):
        return FunnelDerivedError(
            self.env._(
                "%(record)s: “%(field)s” cannot be written, it follows from other "
                "entries. Leave it out and change what it follows from.",
                record=name_record(self[:1], vals),
                field=self._fields[name]._description_string(self.env),
            )
        )
