"""The scorecard engine (D1)."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.scoring import Dimension, Scorer, grade_for

VALUE = Dimension("value", 60, ("sales", "margin"))
POTENTIAL = Dimension("potential", 40, ("growth", "fit", "chain"))
CARD = (VALUE, POTENTIAL)
GRADES = (("A", 80, True), ("B", 60, True), ("C", 0, True))

_points = st.fixed_dictionaries(
    {
        key: st.none() | st.floats(0, 10)
        for key in (*VALUE.criteria, *POTENTIAL.criteria)
    }
)


def score(card, points):
    """Score {criterion: points}; what is not in it is not answered."""
    scorer = Scorer(card)
    return scorer.score(tuple(map(points.get, scorer.criteria)))


@pytest.mark.parametrize(
    ("points", "total", "coverage"),
    [
        ({}, None, 0),
        (dict.fromkeys(("sales", "margin", "growth", "fit", "chain"), 10), 100, 100),
        (dict.fromkeys(("sales", "margin", "growth", "fit", "chain"), 0), 0, 100),
        # a dimension left open: its weight goes to the other
        ({"sales": 10, "margin": 4}, 70, 60),
        # half of value answered: 60 × 1/2
        ({"sales": 7}, 70, 30),
        # 60 % × 70 + 40 % × 80
        ({"sales": 7, "growth": 8}, 74, 43.33),
        ({"sales": 10, "margin": 7, "growth": 8, "fit": 9, "chain": 7}, 83, 100),
    ],
)
def test_total_and_coverage(points, total, coverage):
    result = score(CARD, points)
    assert (result.total, result.coverage) == (total, coverage)


def test_parts_tell_where_the_total_comes_from():
    parts = score(CARD, {"sales": 7, "growth": 8, "fit": 9}).parts
    assert [(part.criterion, part.answered, part.weight) for part in parts] == [
        ("sales", True, 60),
        ("margin", False, 0),
        ("growth", True, 20),
        ("fit", True, 20),
        ("chain", False, 0),
    ]


@given(_points)
def test_parts_add_up_to_the_total(points):
    result = score(CARD, points)
    if result.total is None:
        assert not any(part.weight for part in result.parts)
    else:
        assert sum(part.weight for part in result.parts) == pytest.approx(100)
        explained = sum((p.points or 0) * p.weight / 10 for p in result.parts)
        assert result.total == pytest.approx(explained, abs=0.006)
        assert 0 <= result.total <= 100 and 0 < result.coverage <= 100


@given(_points, st.sampled_from(VALUE.criteria))
def test_a_better_answer_never_lowers_the_total(points, criterion):
    worse, better = {**points, criterion: 3}, {**points, criterion: 9}
    assert score(CARD, worse).total <= score(CARD, better).total


def test_empty_and_weightless_dimensions_say_nothing():
    assert score([Dimension("x", 50, ()), VALUE], {"sales": 5, "margin": 5}) == score(
        [VALUE], {"sales": 5, "margin": 5}
    )
    assert score([Dimension("x", 0, ("a",))], {"a": 5})[:2] == (None, 0)
    assert score([], {}) == (None, 0, ())


@pytest.mark.parametrize(
    "card",
    [
        [Dimension("x", -1, ("a",))],
        [Dimension("x", 1, ("a", "a"))],
        [Dimension("x", 1, ("a",)), Dimension("y", 1, ("a",))],
    ],
)
def test_scorecard_refuses_nonsense(card):
    with pytest.raises(ValueError, match=r"dimension"):
        Scorer(card)


@pytest.mark.parametrize("points", [(-1,), (11,), (), (1, 2)])
def test_points_refuse_nonsense(points):
    with pytest.raises(ValueError):
        Scorer([Dimension("x", 1, ("a",))]).score(points)


def test_many_leads_are_scored_in_a_second():
    scorer = Scorer(CARD)
    answers = itertools.cycle(
        itertools.product((None, 0, 4, 7, 10), repeat=len(scorer.criteria))
    )
    start = time.perf_counter()
    for points in itertools.islice(answers, 100_000):
        scorer.score(points)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("total", "grade"), [(100, "A"), (80, "A"), (79.99, "B"), (60, "B"), (0, "C")]
)
def test_grade_is_the_best_reached(total, grade):
    assert grade_for(total, 100, GRADES) == grade


def test_grade_asks_for_more_than_the_total():
    assert grade_for(90, 100, (("A", 80, False), *GRADES[1:])) == "B"
    assert grade_for(90, 100, [(key, cut, False) for key, cut, _ in GRADES]) == "C"


def test_lowest_grade_catches_what_no_cut_reaches():
    assert grade_for(10, 100, (("A", 80, True), ("C", 40, True))) == "C"


def test_no_answer_has_no_grade():
    assert grade_for(None, 0, GRADES) is None
    assert grade_for(50, 10, ()) is None
