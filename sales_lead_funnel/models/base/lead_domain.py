"""Domains that managers write on leads: reading, checking, fields they use."""

import ast
import logging

from psycopg2 import Error as DatabaseError

from odoo.exceptions import UserError
from odoo.fields import Domain

from ...exceptions import FunnelScorecardError

_logger = logging.getLogger(__name__)

LEAD = "crm.lead"
UNUSABLE = (
    *(ArithmeticError, AssertionError, KeyError, TypeError, ValueError),
    *(DatabaseError, UserError),
)
TEXT_TYPES = ("char", "text", "html")


def parse_domain(text):
    """Return the domain as a plain list.

    :raise ValueError: the text is no list of conditions
    """
    try:
        value = ast.literal_eval(text or "[]")
    except (MemoryError, RecursionError, SyntaxError, ValueError) as error:
        raise ValueError(str(error)) from error
    if isinstance(value, list):
        return value
    raise ValueError("a domain is a list of conditions")


def check_lead_domain(
    env, text, record, field, outputs=None, error_class=FunnelScorecardError
):
    """Refuse a domain that could not be evaluated on leads.

    :param record: how the error names the record, e.g. "Grade A"
    :param field: label of the field that holds the domain
    :param outputs: fields that follow from the rule itself; by default the score's
    :raise FunnelScorecardError: unreadable, or naming an unknown field; or an error
        of ``error_class``
    """
    # Constraints run as superuser; who may not read a field may not score by it.
    leads = env[LEAD].with_user(env.uid)
    try:
        domain = Domain(parse_domain(text))
        domain.validate(leads)
        _check_not_circular(env, lead_fields(env, domain), outputs)
        _check_comparable(env, domain)
        with env.cr.savepoint():  # only the database knows whether values fit
            leads.search(domain, limit=1)
    except UNUSABLE as error:
        raise error_class(
            env._(
                "%(record)s: “%(field)s” cannot be used on leads: %(error)s. "
                "Correct the condition %(domain)s.",
                record=record,
                field=field,
                error=error,
                domain=text,
            )
        ) from error


def get_usable_domain(env, text, record):
    """Return the domain as a plain list, None where it cannot be evaluated any more.

    A field may have gone, with its addon or by hand, since the domain was checked.

    :param record: whose domain it is, for the log
    """
    try:
        domain = parse_domain(text)
        for _path in lead_fields(env, domain):
            pass  # unknown fields raise
    except ValueError as error:
        _logger.warning("%s is left out of the scoring: %s", record, error)
        return None
    return domain


def _check_comparable(env, domain):
    """In memory, a text can be compared with a text only."""
    for condition in domain.iter_conditions():
        if condition.operator not in ("<", "<=", ">", ">="):
            continue
        field = _get_field(env, LEAD, condition.field_expr)
        if field.type in TEXT_TYPES and not isinstance(condition.value, str):
            raise ValueError(f"a text is compared with {condition.value!r}")


def _check_not_circular(env, paths, outputs=None):
    outputs = outputs or env[LEAD]._funnel_score_outputs()
    for path in paths:
        if path.split(".")[0] in outputs:
            raise ValueError(f"“{path}” follows from the rule itself")


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
    field = _get_field(env, model, path)
    return field.comodel_name if field.relational else None


def _get_field(env, model, path):
    """Return the field a dotted path ends in.

    :raise ValueError: there is none
    """
    for name in path.split("."):
        field = env[model]._fields.get(name) if model else None
        if field is None:
            raise ValueError(f"unknown field “{path}”")
        model = field.comodel_name if field.relational else None
    return field
