"""Which conditions of a domain a record does not meet."""

from typing import NamedTuple

from odoo.fields import Domain


class Condition(NamedTuple):
    """A plain condition of a domain, and whether it must not hold."""

    path: str
    operator: str
    value: object
    is_negated: bool


class Part(NamedTuple):
    """A part of a domain: its conditions, and those that keep it from holding."""

    conditions: list
    missing: list


def find_missing(record, domain, is_unknown):
    """Return the fewest conditions that would have to change for the domain to hold.

    Of alternatives, the one that is nearest: of whose conditions the largest share
    holds; then the one that asks for what is not known rather than for other facts.

    :param is_unknown: tells of a condition whether nobody gave its value
    :return: ``[Condition]``
    """

    def effort(part):
        known = [condition for condition in part.missing if not is_unknown(condition)]
        share = len(part.missing) / len(part.conditions)
        return share, len(known), len(part.missing)

    def read(terms, is_negated=False):
        term = next(terms)
        if term == "!":
            return read(terms, not is_negated)
        if term in ("&", "|"):
            first, second = read(terms, is_negated), read(terms, is_negated)
            if (term == "|") != is_negated:  # one is enough
                return min(first, second, key=effort)
            return Part(
                *(one + other for one, other in zip(first, second, strict=True))
            )
        holds = bool(record.filtered_domain(Domain([term]))) != is_negated
        condition = Condition(*term, is_negated)
        return Part([condition], [] if holds else [condition])

    return read(iter(list(Domain(domain)))).missing
