"""Fields for machines, not offered where people make filters and groupings."""

from odoo import fields

OFFERS = {"searchable", "groupable"}


class Hidden:
    """Mixed into a field before core's class."""

    def get_description(self, env, attributes=None):
        described = super().get_description(env, attributes)
        return described | dict.fromkeys(OFFERS & described.keys(), False)


class HiddenChar(Hidden, fields.Char):
    """A text that only machines read."""


class HiddenMany2one(Hidden, fields.Many2one):
    """A link that only machines follow."""
