"""Numbers that may be unknown: then the column is NULL, and nothing is shown.

Core's numbers make 0 of everything that is not told. In Python an unknown number reads
as 0, as core's do; people and files see an empty cell.
"""

from odoo import fields

NUMBERS = ("integer", "float", "monetary")  # types of which core makes 0 of nothing
# Their 0 or No cannot be told from no answer by a search.
NEVER_EMPTY = ("boolean", *NUMBERS)


class OptionalNumber:
    """Mixed into a field of numbers before core's class."""

    # Told to the web client, whose inputs make 0 of an empty cell as well.
    _description_can_be_unknown = True

    def is_unknown(self, record):
        """Has nobody ever given the number? Reads it, if need be."""
        return (
            not record[self.name] and self._get_cache(record.env).get(record.id) is None
        )

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column_insert(value, record, values, validate)

    def convert_to_read(self, value, record, use_display_name=True):
        if not value and self.is_unknown(record):
            return False
        return super().convert_to_read(value, record, use_display_name)

    def convert_to_write(self, value, record):
        if not value and record._name == self.model_name and self.is_unknown(record):
            return False
        return super().convert_to_write(value, record)

    def convert_to_export(self, value, record):
        if not value and self.is_unknown(record):
            return ""
        return super().convert_to_export(value, record)


class OptionalInteger(OptionalNumber, fields.Integer):
    """A whole number that may be unknown."""


class OptionalFloat(OptionalNumber, fields.Float):
    """A number that may be unknown."""


class OptionalMonetary(OptionalNumber, fields.Monetary):
    """An amount that may be unknown."""
