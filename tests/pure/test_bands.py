"""Overlap of the bands of one criterion, against tables and brute force."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.bands import overlap

TODAY = date(2026, 1, 31)


def x(op, value):
    return [("x", op, value)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # numbers: dense, strict and not strict
        (x(">=", 100), x("<", 100), False),
        (x(">=", 100), x("<=", 100), True),
        (x(">", 100), x("<=", 100), False),
        (x(">", 5), x("<", 6), True),
        (x("=", 5), x(">", 5), False),
        (x("=", 5), x("in", [4, 5.0]), True),
        (x("in", [1, 2]), x("in", (3,)), False),
        (x("in", [1, 2]), x("not in", [1]), True),
        (x("in", [1]), x("not in", [1]), False),
        (x("!=", 5), x("!=", 6), True),
        ([*x(">=", 5), *x("<=", 5)], x("!=", 5), False),
        # unset numbers are 0
        (x("=", False), x("<", 5), True),
        (x("=", False), x(">=", 5), False),
        (x("=", False), x("=", 0), True),
        # set and unset
        (x("=", False), x("!=", False), False),
        (x("=", None), x("=", ""), True),
        (x("=", "a"), x("=", False), False),
        (x("!=", "a"), x("=", False), True),
        # booleans have two values
        (x("=", True), x("=", False), False),
        (x("!=", True), x("!=", False), False),
        (x("!=", True), x("=", False), True),
        # texts
        (x("=", "low"), x("=", "high"), False),
        (x("in", ["low", "mid"]), x("=", "mid"), True),
        (x("not in", ["low", "mid"]), x("!=", "high"), True),
        # always and never
        ([], x(">", 5), True),
        ([], [], True),
        ([], [("name", "ilike", "x")], True),
        ([(1, "=", 1)], x(">", 5), True),
        ([(0, "=", 1)], x(">", 5), False),
        (x("in", []), x(">", 5), False),
        ([*x(">", 5), *x("<", 4)], [], False),
        # operators in prefix notation, lists as leaves, nested domains
        (["|", *x("<", 1), *x(">", 9)], [*x(">=", 1), *x("<=", 9)], False),
        (["|", *x("<", 1), *x(">", 9)], x("=", 10), True),
        (["!", *x(">", 5)], x(">", 5), False),
        (["!", "|", *x("<", 1), *x(">", 9)], ["&", *x(">", 0), *x("<", 1)], False),
        ([["x", ">", 5]], [["x", "<", 5]], False),
        (["&", x(">", 5), ["!", x(">", 9)]], x("=", 9), True),
        (["!", x("=", 1), *x("=", 1)], [], False),
        # two fields
        (x(">", 5), [("y", ">", 5)], None),
        ([*x(">", 5), ("y", "=", 1)], x("<", 5), False),
        ([*x(">", 5), ("y", "=", 1)], x("<", 9), None),
        ([*x(">", 5), ("y", "=", 1)], [("y", "in", [1, 2]), *x("<", 9)], True),
        # what cannot be judged
        (x("ilike", "a"), x("ilike", "b"), None),
        ([*x(">", 5), *x("ilike", "a")], x("<", 5), False),
        (x("=?", 5), x("=", 6), None),
        (x(">", "abc"), x("<", "abb"), None),
        (x("=", "5"), x("=", 5), None),
        (x("in", 5), x("=", 5), None),
        (x("=", [5]), x("=", 5), None),
        (x("=", float("nan")), x("=", 5), None),
        (x("=", object()), x("=", 5), None),
        (x(">", False), x("<", False), None),
        (["&", *x(">", 5)], x("<", 5), None),
        (["?", *x(">", 5)], x("<", 5), None),
        (None, x("<", 5), None),
        ([5], x("<", 5), None),
        # many values at once
        ([("tag_ids", "in", [1])], [("tag_ids", "in", [2])], None),
        ([("tag_ids", "=", False)], [("tag_ids", "!=", False)], False),
        ([("line_ids.qty", "=", 1)], [("line_ids.qty", "=", 2)], None),
        # paths
        ([("a.n", ">", 1)], [("a.n", "<=", 1)], False),
        (["!", ("a.n", ">", 1)], ["!", ("a.n", "<=", 1)], None),
    ],
)
def test_overlap(one, other, expected):
    assert overlap(one, other, TODAY) is expected
    assert overlap(other, one, TODAY) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (x("<=", "2026-03-31"), x(">", "2026-03-31"), False),
        (x("<", "2026-03-31"), x(">", "2026-03-30"), False),
        (x("<=", "2026-03-31"), x(">", "2026-03-30"), True),
        (x("<=", "+3m"), x(">", "+3m"), False),
        (x("<=", "+3m"), x(">", "today +2m"), True),
        (x("<=", "+1m"), x(">=", "2026-02-28"), True),
        (x("<=", "+1m"), x(">=", "2026-03-01"), False),
        (x("=", "today"), x("=", "2026-01-31"), True),
        (x("=", "now"), x("=", date(2026, 1, 31)), True),
        (x("<", "-30d"), x(">=", "-4w"), False),
        (x("<", "-30d"), x(">=", "-5w"), True),
        (x("<=", "-1y -1m"), x(">=", "2024-12-31"), True),
        (x("<=", "-1y -1m -1d"), x(">=", "2024-12-31"), False),
        (x("<=", "2026-03-31"), x("=", False), False),
        (["!", *x("<=", "2026-03-31")], x("=", False), True),
        (x("!=", "2026-03-31"), x("=", False), True),
        (x(">", "2026-03-31 10:00:00"), x("<", "2026-03-31T10:00:01"), True),
        (x(">", "+2H"), x("<=", "+90M"), False),
        (x(">", "+90M +3S"), x("<=", "+2H"), True),
        (x(">", datetime(2026, 3, 31)), x("<", datetime(2026, 3, 30)), False),
        # a day and an instant are not compared, nor is what depends on the locale
        (x(">", "2026-03-31"), x("<", "2026-03-31 10:00:00"), None),
        (x("=", "=monday"), x("=", "+friday"), None),
        (x(">=", "=1d"), x("<", "=1d"), None),
        (x(">=", "+99999y"), x("<", "today"), None),
        (x(">=", "+999999999999d"), x("<", "today"), None),
        # not a date after all
        (x("=", "2026-13-01"), x("=", "2026-14-01"), False),
    ],
)
def test_overlap_of_dates(one, other, expected):
    assert overlap(one, other, TODAY) is expected
    assert overlap(other, one, TODAY) is expected


def test_now_is_an_instant_when_told():
    now = datetime(2026, 1, 31, 12)
    assert overlap(x(">", "now"), x("<", "2026-01-31 13:00:00"), now) is True
    assert overlap(x(">", "now"), x("<", "2026-01-31 11:00:00"), now) is False
    assert overlap(x("=", "today"), x("=", "2026-01-31"), now) is True


def test_today_is_the_current_day_by_default():
    assert overlap(x(">=", "today"), x("<", "2020-01-01")) is False


def test_too_many_alternatives_are_not_judged():
    either = ["|", *x("<", 1), ("y", ">", 1)]
    assert overlap(either * 6, x("<", 1)) is True
    assert overlap(either * 7, x("<", 1)) is None


def test_bottomless_nesting_is_not_judged():
    nested = x("<", 1)
    for _level in range(5000):
        nested = [nested]
    assert overlap(nested, x("<", 1)) is None
    assert overlap([*"!" * 5000, *x("<", 1)], x("<", 1)) is None


# --- brute force --------------------------------------------------------------------

_SPACES = {
    "number": [n / 2 for n in range(-4, 13)],
    "text": [False, *"abcdef"],
    "date": [False, *(f"2026-01-{day:02d}" for day in range(1, 13))],
}


def _leaves(space):
    # numbers in between and beyond are sampled but not named, so all are reached
    named = {"number": [0, 1, 2, 3, 4], "text": ["a", "b", "c", False]}
    values = st.sampled_from(
        named.get(space) or [f"2026-01-{day:02d}" for day in range(2, 12, 2)]
    )
    ops = ["=", "!="] if space == "text" else ["=", "!=", "<", "<=", ">", ">="]
    return st.tuples(st.just("x"), st.sampled_from(ops), values) | st.tuples(
        st.just("x"), st.sampled_from(["in", "not in"]), st.lists(values, max_size=3)
    )


def _trees(space):
    return st.recursive(
        _leaves(space),
        lambda nodes: (
            st.tuples(st.just("!"), nodes)
            | st.tuples(st.sampled_from("&|"), nodes, nodes)
        ),
        max_leaves=5,
    )


def _to_domain(tree):
    if tree[0] == "x":
        return [tree]
    return [tree[0], *(item for node in tree[1:] for item in _to_domain(node))]


def _evaluate(tree, value):
    """Truth of a tree for one value: independent of the code under test."""
    if tree[0] == "!":
        return not _evaluate(tree[1], value)
    if tree[0] in "&|":
        return (all if tree[0] == "&" else any)(_evaluate(n, value) for n in tree[1:])
    _field, op, other = tree
    if op in ("=", "!="):
        return (value == other) == (op == "=")
    if op in ("in", "not in"):
        return (value in other) == (op == "in")
    if value is False:
        return False
    return {"<": value < other, "<=": value <= other}.get(
        op, value > other if op == ">" else value >= other
    )


@pytest.mark.parametrize("space", _SPACES)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_overlap_agrees_with_brute_force(space, data):
    one, other = data.draw(_trees(space)), data.draw(_trees(space))
    both = [v for v in _SPACES[space] if _evaluate(one, v) and _evaluate(other, v)]
    verdict = overlap(_to_domain(one), _to_domain(other), TODAY)
    assert verdict is None or verdict is bool(both)
