"""Overlap among many bands: the same as pair by pair, and fast."""

import time
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.band_sweep import first_overlap
from tools.bands import overlap

TODAY = date(2026, 1, 31)
VALUES = {
    "number": [0, 1, 2, 3, False],
    "text": ["a", "b", "c", False],
    "date": ["2026-01-02", "2026-01-03", "2026-01-05", False],
    "moment": ["2026-01-02 10:00:00", "2026-01-05 00:00:00", "now", False],
    "bool": [True, False],
    "mixed": [True, 2, "a", "2026-01-02", False],
}


def _leaves(values):
    fields, value = st.sampled_from(["x", "x", "x", "y.z"]), st.sampled_from(values)
    one = st.tuples(fields, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), value)
    many = st.lists(value, max_size=3)
    return one | st.tuples(fields, st.sampled_from(["in", "not in"]), many)


def _domains(values):
    leaf = _leaves(values).map(lambda leaf: [leaf])
    return st.recursive(
        leaf | st.sampled_from([[], [(1, "=", 1)], [(0, "=", 1)]]),
        lambda parts: (
            parts.filter(bool).map(lambda part: ["!", *part])
            | st.tuples(st.sampled_from("&|"), leaf, leaf).map(
                lambda parts: [parts[0], *parts[1], *parts[2]]
            )
        ),
        max_leaves=4,
    )


@pytest.mark.parametrize("kind", VALUES)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_same_as_pair_by_pair(kind, data):
    domains = data.draw(st.lists(_domains(VALUES[kind]), min_size=2, max_size=4))
    pairs = combinations(enumerate(domains), 2)
    overlapping = [
        (i, j) for (i, one), (j, other) in pairs if overlap(one, other, TODAY)
    ]
    found = first_overlap(domains, TODAY)
    assert found in overlapping if overlapping else found is None


def _measure(domains):
    start = time.perf_counter()
    assert first_overlap(domains, TODAY) is None
    return time.perf_counter() - start


def test_many_bands_take_no_time():
    """Pair by pair, these are two million comparisons."""
    assert _measure([[("x", ">=", n), ("x", "<", n + 1)] for n in range(2000)]) < 5


def test_many_conditions_take_no_time():
    either = ["|", ("x", ">", 1), ("y", ">", 1)] * 6
    never = ["&", ("x", "<", 0), ("x", ">", 0)]
    assert _measure([[*either, *never]] * 50) < 5
