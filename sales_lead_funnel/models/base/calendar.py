"""Days and moments as callers send them."""

from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.tools import format_date

from ...exceptions import FunnelFollowupError, FunnelRegisterError
from ...tools.cells import YEARS
from .door import is_judged
from .naming import name_record

FIRST_YEAR, LAST_YEAR = YEARS[0], YEARS[-1]
CLOCK_TOLERANCE = timedelta(minutes=5)  # a browser's clock may run ahead of ours
UNREADABLE = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
DAYS = ("date", "datetime")
DEFAULT = "default_"
CORE_DAYS = {("crm.lead", "date_deadline"), ("mail.activity", "date_deadline")}


def read_day(kind, value):
    """Return a day or moment that a caller sends, None where it is empty.

    :param str kind: ``date`` or ``datetime``
    :param value: text, date or datetime; whatever else, or a year that cannot be, is
        an error
    :raise ValueError: it is no day
    """
    read = fields.Date.to_date if kind == "date" else fields.Datetime.to_datetime
    try:
        day = read(value)
    except UNREADABLE as error:
        raise ValueError(f"{value!r} is no {kind}") from error
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{value!r} is of no possible year")
    return day


def is_day(kind, value):
    """Can this be read as a day or moment, or as none?"""
    try:
        read_day(kind, value)
    except ValueError:
        return False
    return True


class FunnelIntake(models.AbstractModel):
    """Refuses days that cannot be, on every door, before anything reads them."""

    _inherit = "funnel.intake"

    @api.model
    @tools.ormcache()
    def _funnel_get_days(self):
        """Return ``{field: kind}`` of our days, and of core's that we plan by."""
        return {
            name: field.type
            for name, field in self._fields.items()
            if field.type in DAYS and self._funnel_is_day_of_ours(field)
        }

    def _funnel_is_day_of_ours(self, field):
        """Do people tell it? Others follow from what is there."""
        if (self._name, field.name) in CORE_DAYS:
            return True
        return self._funnel_is_ours(field) and not field.readonly

    @api.model
    def _funnel_drop_odd_days(self, values):
        """Leave out defaults that cannot be, which a user has saved."""
        return {
            name: value
            for name, value in values.items()
            if self._fields[name].type not in DAYS
            or is_day(self._fields[name].type, value)
        }

    def _funnel_get_defaults(self):
        """Return what the context would fill in."""
        return {
            key.removeprefix(DEFAULT): value
            for key, value in self.env.context.items()
            if key.startswith(DEFAULT)
        }

    def _funnel_check_days(self, vals):
        """Check those of the values that are days of ours.

        :raise ValidationError: one cannot be read, or its year cannot be
        """
        for name in self._funnel_get_days().keys() & vals.keys():
            self._funnel_check_day(name, vals[name], vals)

    def _funnel_check_day(self, name, value, vals=()):
        """Check one day, and name the record, as it is or is to be, where it fails.

        Of core's days only where people tell them: what other code brings goes on, and
        our jobs live with it.
        """
        field = self._fields[name]
        if is_day(field.type, value):
            return
        if (self._name, name) in CORE_DAYS and not is_judged(self.env):
            return
        raise self._funnel_get_day_error()(
            self.env._(
                "%(record)s: “%(field)s” is %(value)s, which is no day of the years "
                "%(first)s to %(last)s. Correct it, e.g. 2026-03-01.",
                record=name_record(self, vals),
                field=field._description_string(self.env),
                value=value,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )

    def _funnel_get_day_error(self):
        return FunnelRegisterError if self._name == "crm.lead" else FunnelFollowupError

    def _funnel_check_not_after(self, name, today):
        """Refuse a future day of what has happened, on a lead or a record of one.

        :raise ValidationError: names the lead and the day
        """
        if not self[name] or self[name] <= today:
            return
        lead = self.lead_id if "lead_id" in self._fields else self
        raise self._funnel_get_day_error()(
            self.env._(
                "%(lead)s: “%(field)s” is %(day)s, which lies in the future. "
                "Enter the day on which it happened.",
                lead=lead.display_name,
                field=self._fields[name]._description_string(self.env),
                day=format_date(self.env, self[name]),
            )
        )


class IrFieldsConverter(models.AbstractModel):
    """Tells people that a file's moment cannot be, where core fails."""

    _inherit = "ir.fields.converter"

    @api.model
    def _str_to_datetime(self, model, field, value, savepoint):
        try:
            text, notes = super()._str_to_datetime(model, field, value, savepoint)
        except OverflowError as error:  # in UTC it lies before the calendar or after
            raise self._funnel_no_moment(value) from error
        try:
            fields.Datetime.to_datetime(text)
        except ValueError as error:  # core writes years of less than four digits so
            raise self._funnel_no_moment(value) from error
        return text, notes

    def _funnel_no_moment(self, value):
        """Return the error of core's importer, which names the column."""
        text = self.env._(
            "“%%(field)s” is %s, which is no moment that can be. Correct it, e.g. "
            "2026-03-01 09:00:00."
        )
        return self._format_import_error(ValueError, text, value)
