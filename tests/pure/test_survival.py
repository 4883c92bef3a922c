"""Dwell times, against tables worked out by hand and plain statistics."""

import random
import statistics
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.survival import (
    Dwell,
    Stay,
    default_tau,
    kaplan_meier,
    quantile,
    restricted_mean,
    summarise,
)

# Freireich 1963, 6-mercaptopurine: weeks in remission, + is censored
_REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
REMISSION = [Stay(0, int(t.strip("+")), "+" not in t) for t in _REMISSION.split()]


def finished(*ages):
    return [Stay(0, age, True) for age in ages]


def test_published_curve():
    curve = kaplan_meier(REMISSION)
    assert [(s.time, s.at_risk, s.events, round(s.survival, 3)) for s in curve] == [
        (6, 21, 3, 0.857),
        (7, 17, 1, 0.807),
        (10, 15, 1, 0.753),
        (13, 12, 1, 0.690),
        (16, 11, 1, 0.627),
        (22, 7, 1, 0.538),
        (23, 6, 1, 0.448),
    ]
    assert quantile(curve, 0.5) == 23
    assert quantile(curve, 0.8) is None


def test_late_observed_stays_are_at_risk_after_their_entry():
    stays = [
        Stay(0, 2, True),
        Stay(0, 6, True),
        Stay(2, 4, True),  # not at risk at 2, when the first one ends
        Stay(3, 5, False),
        Stay(5, 8, True),
    ]
    curve = [tuple(step) for step in kaplan_meier(stays)]
    assert curve == [
        (2, 2, 1, pytest.approx(1 / 2)),
        (4, 3, 1, pytest.approx(1 / 3)),
        (6, 2, 1, pytest.approx(1 / 6)),
        (8, 1, 1, 0),
    ]
    # 2 × 1 + 2 × 1/2 + 2 × 1/3 + 1 × 1/6
    assert restricted_mean(kaplan_meier(stays), 7) == pytest.approx(23 / 6)


def test_stay_of_no_length_ends_at_once():
    curve = kaplan_meier([Stay(0, 0, True), Stay(0, 0, False), *finished(4, 4)])
    assert [tuple(step) for step in curve] == [(0, 4, 1, 0.75), (4, 2, 2, 0)]
    late = kaplan_meier([Stay(3, 3, True), Stay(0, 5, True)])
    assert [tuple(step) for step in late] == [(3, 2, 1, 0.5), (5, 1, 1, 0)]


def test_restricted_mean_stops_at_the_horizon():
    curve = kaplan_meier(finished(2, 4))
    assert restricted_mean(curve, 1) == 1
    assert restricted_mean(curve, 2) == 2
    assert restricted_mean(curve, 3) == 2.5
    assert restricted_mean(curve, 9) == 3
    assert restricted_mean([], 7) == 7


@pytest.mark.parametrize(
    ("stays", "tau"),
    [
        ([], None),
        (finished(5), 5),
        (finished(*range(1, 11)), 10),
        (finished(*range(1, 21)), 19),
        (finished(*range(1, 31)), 28),
        ([*finished(*[1] * 19), Stay(0, 99, False)], 1),
        ([Stay(age, age + 1, True) for age in range(40)], None),
    ],
)
def test_default_horizon_leaves_a_tenth_at_risk(stays, tau):
    assert default_tau(stays) == tau


def test_summary_of_nothing():
    assert summarise([]) == Dwell(None, None, None, None, 0, 0, None)


def test_summary_without_an_end():
    dwell = summarise([Stay(0, 5, False), Stay(2, 7, False)])
    assert dwell == Dwell(7, 7, None, None, 0, 2, None)


def test_summary_counts_open_stays():
    dwell = summarise([*finished(10, 20), Stay(0, 30, False), Stay(0, 40, False)])
    assert (dwell.n_finished, dwell.n_open, dwell.mean_finished) == (2, 2, 15)
    assert (dwell.median, dwell.p80, dwell.tau) == (20, None, 40)
    assert dwell.restricted_mean == 10 + 10 * 0.75 + 20 * 0.5


def test_summary_with_a_given_horizon():
    assert summarise(finished(2, 4), tau=3)[:2] == (2.5, 3)


@pytest.mark.parametrize(
    "stay", [Stay(0, -1, True), Stay(5, 4, True), Stay(-1, 2, True)]
)
def test_impossible_stays_are_refused(stay):
    with pytest.raises(ValueError, match="impossible stay"):
        kaplan_meier([stay])


_ages = st.lists(st.integers(0, 60), min_size=1, max_size=60)


@given(_ages)
def test_finished_stays_give_plain_statistics(ages):
    curve = kaplan_meier(finished(*ages))
    assert restricted_mean(curve, max(ages)) == pytest.approx(statistics.mean(ages))
    assert quantile(curve, 0.5) == statistics.median_low(ages)


_stays = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans()).map(
        lambda stay: Stay(stay[0], stay[0] + stay[1], stay[2])
    ),
    max_size=40,
)


def _is_at_risk(stay, age):
    begun = stay.entry < age or stay.entry in (0, stay.exit)
    return begun and stay.entry <= age <= stay.exit


@given(_stays)
def test_risk_sets_are_counted_right(stays):
    survival = 1
    for step in kaplan_meier(stays):
        assert step.at_risk == sum(_is_at_risk(stay, step.time) for stay in stays)
        assert step.events == sum(s.event and s.exit == step.time for s in stays)
        assert 0 <= step.survival <= survival
        survival = step.survival


@given(_ages)
def test_open_stays_never_shorten_the_dwell(ages):
    closed = finished(*ages)
    opened = [closed[0]._replace(event=False), *closed[1:]]
    tau = max(ages)
    assert summarise(opened, tau)[0] >= summarise(closed, tau)[0] - 1e-9


def test_many_stays_are_quick():
    rng = random.Random(1)
    stays = [Stay(0, rng.expovariate(0.1), rng.random() < 0.7) for _ in range(100_000)]
    start = time.perf_counter()
    summarise(stays)
    assert time.perf_counter() - start < 3


def test_an_early_end_among_few_observed_does_not_drag_the_curve_down():
    stuck = [Stay(30 + age, 60 + age, False) for age in range(10)]
    assert kaplan_meier([*stuck, Stay(0, 1, True)]) == []
    # seen from the start, the same end counts
    assert (
        len(kaplan_meier([*(Stay(0, 60, False) for _ in stuck), Stay(0, 1, True)])) == 1
    )
