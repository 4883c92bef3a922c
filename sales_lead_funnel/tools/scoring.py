"""Weighted scorecards: points of criteria become a total, a coverage and a grade."""

from functools import lru_cache
from typing import NamedTuple

POINTS_MAX = 10  # best answer of one criterion
TOTAL_MAX = 100  # best total, and full coverage
MEMO_SIZE = 65536  # distinct answer tuples kept; 100 000 leads give far fewer


class Dimension(NamedTuple):
    """One weighted side of a scorecard and the keys of its criteria."""

    key: object
    weight: float
    criteria: tuple


class Part(NamedTuple):
    """What one criterion gave: ``weight`` is its share of the total, in percent.

    ``points × weight ÷ 10`` summed over the parts is the total; an unanswered
    criterion has points None and weight 0.
    """

    criterion: object
    answered: bool
    points: float | None
    weight: float


class Score(NamedTuple):
    """Total 0–100 (None: nothing answered), coverage 0–100, one part a criterion."""

    total: float | None
    coverage: float
    parts: tuple


class Scorer:
    """Scores many answer tuples against one scorecard (D1).

    A dimension scores the mean of its answered criteria × 10. What is unanswered is
    unknown, not zero: its weight is shared among the dimensions that are answered.
    Coverage is the share of the weight answered, a dimension counting in proportion
    of its criteria answered.

    >>> value, fit = Dimension("value", 60, ("a", "b")), Dimension("fit", 40, ("c",))
    >>> scorer = Scorer([value, fit])
    >>> scorer.score((10, None, None))[:2]
    (100.0, 30.0)

    :param dimensions: iterable of :class:`Dimension`; one without criteria is ignored
    :raise ValueError: a negative weight, or a criterion used twice
    """

    def __init__(self, dimensions):
        self.dimensions = tuple(
            Dimension(*dimension) for dimension in dimensions if dimension[2]
        )
        self.criteria = tuple(
            criterion for dim in self.dimensions for criterion in dim.criteria
        )
        self._check_dimensions()
        #: points tuple, in the order of ``criteria`` → :class:`Score`, memoised
        self.score = lru_cache(MEMO_SIZE)(self._score)

    def _check_dimensions(self):
        if any(dim.weight < 0 for dim in self.dimensions):
            raise ValueError("the weight of a dimension cannot be negative")
        if len(set(self.criteria)) < len(self.criteria):
            raise ValueError("a criterion belongs to one dimension only")

    def _score(self, points):
        answers = tuple(zip(self.criteria, points, strict=True))
        _check_points(points)
        shares = self._get_shares(dict(answers))
        parts = tuple(
            Part(key, value is not None, value, 0.0 if value is None else shares[key])
            for key, value in answers
        )
        return Score(_get_total(parts), self._get_coverage(dict(answers)), parts)

    def _get_shares(self, points):
        """{answered criterion: its share of the total in percent}."""
        answered = [(dim.weight, _answered(dim, points)) for dim in self.dimensions]
        whole = sum(weight for weight, criteria in answered if criteria)
        return {
            criterion: TOTAL_MAX * weight / whole / len(criteria) if whole else 0.0
            for weight, criteria in answered
            for criterion in criteria
        }

    def _get_coverage(self, points):
        """Share of the weight answered, 0–100."""
        whole = sum(dim.weight for dim in self.dimensions)
        answered = sum(
            dim.weight * len(_answered(dim, points)) / len(dim.criteria)
            for dim in self.dimensions
        )
        return round(TOTAL_MAX * answered / whole, 2) if whole else 0.0


def grade_for(total, coverage, candidates):
    """The best grade a total reaches.

    :param candidates: (key, lowest total, allowed) tuples, highest cut first;
        ``allowed`` tells whether what the grade asks for besides the total holds
    :return: the key of the first candidate reached and allowed, else of the lowest;
        None when nothing was answered
    """
    if total is None or not coverage or not candidates:
        return None
    reached = (key for key, cut, allowed in candidates if allowed and total >= cut)
    return next(reached, candidates[-1][0])


def _answered(dimension, points):
    return [key for key in dimension.criteria if points[key] is not None]


def _get_total(parts):
    """Weighted total 0–100, or None when no weight was answered."""
    if not any(part.weight for part in parts):
        return None
    return round(sum(p.points * p.weight for p in parts if p.answered) / POINTS_MAX, 2)


def _check_points(points):
    if any(value is not None and not 0 <= value <= POINTS_MAX for value in points):
        raise ValueError(f"points must lie between 0 and {POINTS_MAX}: {points!r}")
