"""Which conditions of a domain a record does not meet."""

from typing import NamedTuple

from odoo.fields import Domain


class Part(NamedTuple):
    """A part of a domain: its conditions, and those that keep it from holding."""

    conditions: list
    missing: list


def find_missing(record, domain, is_unknown):
    """Return the fewest conditions that would have to change for the domain to hold.

    Of alternatives, the one that is nearest: of whose conditions the largest share
    holds; then the one that asks for what is not known rather than for other facts.

    :param is_unknown: tells of a condition whether nobody gave its value
    :return: plain conditions, ``[(path, operator, value)]``
    """

    def effort(part):
        known = [condition for condition in part.missing if not is_unknown(condition)]
        share = len(part.missing) / len(part.conditions)
        return share, len(known), len(part.missing)

    def read(terms):
        term = next(terms)
        if term == "!":
            part = read(terms)
            return Part(part.conditions, [] if part.missing else part.conditions)
        if term in ("&", "|"):
            first, second = read(terms), read(terms)
            if term == "|":
                return min(first, second, key=effort)
            return Part(
                *(one + other for one, other in zip(first, second, strict=True))
            )
        holds = record.filtered_domain(Domain([term]))
        return Part([term], [] if holds else [term])

    return read(iter(list(Domain(domain)))).missing
