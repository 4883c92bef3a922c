"""How computed Yes/No fields are searched."""

from functools import wraps

from odoo.fields import Domain


def yes_or_no(method):
    """Make the domain of Yes, which a method returns, serve every search of the field.

    Core turns most operators and values into “in” Yes, but not the list of both.
    """

    @wraps(method)
    def search(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.TRUE if {True, False} <= set(value) else method(self)

    return search
