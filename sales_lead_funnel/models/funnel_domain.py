"""Domains that managers write on leads: reading, checking, fields they use."""

import ast

from odoo.exceptions import UserError
from odoo.fields import Domain

from ..exceptions import FunnelScorecardError

LEAD = "crm.lead"


def parse_domain(text):
    """Return the domain as a plain list.

    :raise ValueError: the text is no list of conditions
    """
    try:
        value = ast.literal_eval(text or "[]")
    except (SyntaxError, ValueError) as error:
        raise ValueError(str(error)) from error
    if isinstance(value, list):
        return value
    raise ValueError("a domain is a list of conditions")


def check_lead_domain(env, text, record, field):
    """Refuse a domain that could not be evaluated on leads.

    :param record: how the error names the record, e.g. "Grade A"
    :param field: label of the field that holds the domain
    :raise FunnelScorecardError: unreadable, or naming an unknown field
    """
    try:
        domain = Domain(parse_domain(text))
        domain.validate(env[LEAD].sudo())
        _check_not_circular(env, lead_fields(env, domain))
        env[LEAD].sudo()._search(domain, limit=1)
    except (ValueError, TypeError, KeyError, UserError) as error:
        raise FunnelScorecardError(
            env._(
                "%(record)s: “%(field)s” cannot be used on leads: %(error)s. "
                "Correct the condition %(domain)s.",
                record=record,
                field=field,
                error=error,
                domain=text,
            )
        ) from error


def _check_not_circular(env, paths):
    outputs = env[LEAD]._funnel_score_outputs()
    for path in paths:
        if path.split(".")[0] in outputs:
            raise ValueError(f"“{path}” follows from the score itself")


def lead_fields(env, domain, prefix="", model=LEAD):
    """Yield the dotted field paths a domain reads, seen from the lead.

    :raise ValueError: a path names a field that does not exist
    """
    for condition in Domain(domain).iter_conditions():
        path = condition.field_expr
        if path == "id":
            continue
        comodel = _follow(env, model, path)
        yield prefix + path
        if condition.operator in ("any", "not any", "any!", "not any!"):
            yield from lead_fields(env, condition.value, f"{prefix}{path}.", comodel)


def _follow(env, model, path):
    """Return the comodel a dotted path ends in, or None."""
    for name in path.split("."):
        field = env[model]._fields.get(name) if model else None
        if field is None:
            raise ValueError(f"unknown field “{path}”")
        model = field.comodel_name if field.relational else None
    return model
