"""A figure: a value with what it was made from. No data is None, never 0."""

from statistics import fmean, median
from typing import NamedTuple

from .intervals import wilson

CHANGE_KINDS = {"count": "change", "money": "change", "rate": "points"}


class Figure(NamedTuple):
    """One figure of a review.

    ``value`` is None when there is no data; a rate is a fraction 0..1. ``numerator``
    and ``denominator`` are what a rate or mean was made from, ``n`` the number of
    leads or stays behind it, ``low`` and ``high`` the 95 % interval of a rate.
    """

    value: float | None
    numerator: float | None
    denominator: float | None
    n: int
    unit: str
    low: float | None = None
    high: float | None = None

    def is_small(self, smallest):
        """Does it rest on too few leads to be judged?"""
        return self.unit == "rate" and self.n < smallest


def count(number):
    """Leads, wins, losses …: there are 0 if there are none."""
    return Figure(number, number, None, number, "count")


def money(amount, n):
    """An amount in the company's currency, over ``n`` leads."""
    return Figure(amount, amount, None, n, "money")


def rate(numerator, denominator, unit="rate", value=True):
    """A share with its Wilson interval; None over nothing.

    :param bool value: False keeps numerator and denominator but publishes no share,
        as for a cohort that is too young (M2)
    """
    share = numerator / denominator if denominator and value else None
    low, high = wilson(numerator, denominator) if share is not None else (None, None)
    return Figure(share, numerator, denominator, denominator, unit, low, high)


def ratio(numerator, denominator, unit, n):
    """A quotient that is no share, such as losses per 30 days."""
    value = numerator / denominator if denominator else None
    return Figure(value, numerator, denominator, n, unit)


def mean(values, unit):
    """The arithmetic mean; None over nothing."""
    total = sum(values)
    value = fmean(values) if values else None
    return Figure(value, total, len(values), len(values), unit)


def middle(values, unit):
    """The median; None over nothing."""
    value = median(values) if values else None
    return Figure(value, None, None, len(values), unit)


def change(figure, previous):
    """How a figure moved against the period before (D4, M15).

    :return: ``(amount, kind)``: counts and money as a fraction (kind ``change``),
        rates in percentage points (``points``), days as days (``days_change``);
        amount None where one side has no data or the earlier one is 0
    """
    kind = CHANGE_KINDS.get(figure.unit, "days_change")
    if figure.value is None or previous.value is None:
        return None, kind
    difference = figure.value - previous.value
    if kind == "points":
        return difference * 100, kind
    if kind == "change":
        return (difference / previous.value if previous.value else None), kind
    return difference, kind
