"""Time spent in a stage, open and late-observed stays included (M4)."""

from bisect import bisect_left
from collections import Counter
from math import ceil
from typing import NamedTuple

AT_RISK_SHARE = 0.1  # of the stays, still at risk at the default horizon (M4)
TOLERANCE = 1e-9  # of a survival that is a product of many fractions


class Stay(NamedTuple):
    """One stay in a stage; ages are days since it began.

    ``entry`` is the age at which we began to watch (0: from the start; more: delayed
    entry), ``exit`` the age at its end or, when it is still open, now. ``event`` tells
    the two apart. A stay of no length counts: it was there, and left at once.
    """

    entry: float
    exit: float
    event: bool


class Step(NamedTuple):
    """At ``time`` (days), of ``at_risk`` stays ``events`` ended; share left after."""

    time: float
    at_risk: int
    events: int
    survival: float


class Dwell(NamedTuple):
    """Time in a stage, in days; None where the stays cannot tell.

    ``restricted_mean`` is the mean time within the first ``tau`` days, open stays
    included. ``mean_finished`` leaves open stays out and so is too low; it is there to
    compare with the handbooks' average.
    """

    restricted_mean: float | None
    tau: float | None
    median: float | None
    p80: float | None
    n_finished: int
    n_open: int
    mean_finished: float | None


def kaplan_meier(stays):
    """Share of stays not yet ended, by age.

    >>> [tuple(step) for step in kaplan_meier([Stay(0, 2, True), Stay(0, 5, False)])]
    [(2, 2, 1, 0.5)]

    With late-observed stays few may be at risk at early ages, where a single end would
    drag the whole curve down; ends among fewer than √n ÷ 2 at risk are then left out
    (after Lai and Ying 1991).

    :param stays: iterable of :class:`Stay`
    :return: one :class:`Step` per age at which stays ended, in order of age
    :raise ValueError: a stay that ends before it began
    """
    stays = list(stays)
    count_at_risk = _get_risk_counter(stays)
    events = Counter(stay.exit for stay in stays if stay.event)
    last_entry = max((stay.entry for stay in stays), default=0)
    curve, survival = [], 1.0
    for time, ended in sorted(events.items()):
        at_risk = count_at_risk(time)
        if time <= last_entry and 4 * at_risk**2 < len(stays):
            continue  # too few are under observation yet to tell
        survival *= 1 - ended / at_risk
        curve.append(Step(time, at_risk, ended, survival))
    return curve


def quantile(curve, p):
    """The age by which a share ``p`` of the stays has ended.

    :return: days, or None when fewer have ended
    """
    left = 1 - p + TOLERANCE
    return next((step.time for step in curve if step.survival <= left), None)


def restricted_mean(curve, tau):
    """Mean days within the first ``tau`` days: the area under the curve."""
    area, time, survival = 0.0, 0.0, 1.0
    for step in curve:
        if step.time >= tau:
            break
        area += survival * (step.time - time)
        time, survival = step.time, step.survival
    return area + survival * (tau - time)


def default_tau(stays):
    """The largest age with at least a tenth of the stays still at risk (M4).

    :return: days, or None when there is no such age
    """
    stays = list(stays)
    count_at_risk = _get_risk_counter(stays)
    enough = max(1, ceil(AT_RISK_SHARE * len(stays) - TOLERANCE))
    ages = sorted({stay.exit for stay in stays}, reverse=True)
    return next((age for age in ages if count_at_risk(age) >= enough), None)


def summarise(stays, tau=None):
    """The figures of M4 for the stays in one stage.

    :param tau: horizon of the restricted mean in days; None for :func:`default_tau`
    :return: :class:`Dwell`
    """
    stays = list(stays)
    curve = kaplan_meier(stays)
    tau = default_tau(stays) if tau is None else tau
    finished = [stay.exit for stay in stays if stay.event]
    return Dwell(
        restricted_mean=restricted_mean(curve, tau)
        if stays and tau is not None
        else None,
        tau=tau,
        median=quantile(curve, 0.5),
        p80=quantile(curve, 0.8),
        n_finished=len(finished),
        n_open=len(stays) - len(finished),
        mean_finished=sum(finished) / len(finished) if finished else None,
    )


def _get_risk_counter(stays):
    """A function from an age to the number of stays that could end at it.

    :raise ValueError: a stay that ends before it began
    """
    starts = sorted(_get_start(stay) for stay in stays)
    exits = sorted(stay.exit for stay in stays)

    def count_at_risk(age):
        return bisect_left(starts, (age, 0)) - bisect_left(exits, age)

    return count_at_risk


def _get_start(stay):
    """Sort key of the moment a stay comes under risk: (age, before or after its ends).

    A late-observed stay is at risk after its age of entry, one seen from the start
    from 0 on, and one of no length at the very age it ended.
    """
    if not 0 <= stay.entry <= stay.exit:
        raise ValueError(f"impossible stay: {stay}")
    is_after = 0 < stay.entry < stay.exit
    return (stay.entry, 1 if is_after else -1)
