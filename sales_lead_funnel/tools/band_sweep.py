"""Which two of many bands overlap? Sorted along an axis, instead of pair by pair."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import datetime, timezone
from itertools import combinations, islice
from typing import NamedTuple

from .bands import UNSET, UndecidableError, get_kind, get_samples, get_terms, meet

MAX_MEETINGS = 20_000  # pairs of terms on several fields; beyond, we cannot tell


class Axis(NamedTuple):
    """The values of a field at which some band may begin, end or hold, in order."""

    is_number: bool
    first: int  # index of the first value that is set: 1 where 0 stands for unset
    last: int
    values: list  # those that are set

    def find(self, value):
        """Return the index of a value that is named in a condition."""
        if value is UNSET and not self.is_number:
            return 0
        return self.first + bisect_left(
            self.values, value or 0 if self.is_number else value
        )


def first_overlap(domains, today=None):
    """Return two of the domains that some record could satisfy both.

    Tells what :func:`.bands.overlap` tells of each pair. Terms on one field take
    n log n, those on several fields are compared up to :data:`MAX_MEETINGS` times.

    >>> first_overlap([[("x", "<", 1)], [("x", ">", 5)], [("x", "in", [0, 9])]])
    (0, 2)
    >>> first_overlap([[("x", "<", 1)], [("x", ">=", 1)]]) is None
    True

    :param today: as for ``overlap``
    :return: (position, position) or None when there are none, or none provably
    """
    groups = _group_terms(domains, today or datetime.now(timezone.utc).date())
    always = groups.pop(frozenset(), [])
    found = _find_beside_always(always, groups)
    for names, terms in groups.items():
        found = found or (len(names) == 1 and _sweep(terms)) or _compare(terms)
    return tuple(sorted(found)) if found else None


def _group_terms(domains, today):
    """Return ``{names of fields: [(position of the domain, term)]}``.

    Only terms on the same fields can be proved to overlap.
    """
    groups = defaultdict(list)
    for position, domain in enumerate(domains):
        try:
            terms = get_terms(domain, today)
        except (UndecidableError, RecursionError):
            continue
        for term in terms:
            names = frozenset(leaf.field for leaf in term)
            groups[names].append((position, term))
    return groups


def _find_beside_always(always, groups):
    """Return a domain that always holds, and another one that can hold at all."""
    for position, term in always[:1]:
        others = [*always, *(known for group in groups.values() for known in group)]
        for other, other_term in others:
            if other != position and meet(term, other_term):
                return position, other
    return None


def _compare(terms):
    """Compare terms on several fields pair by pair, while there are few."""
    pairs = ((one, two) for one, two in combinations(terms, 2) if one[0] != two[0])
    for (position, term), (other, other_term) in islice(pairs, MAX_MEETINGS):
        if meet(term, other_term):
            return position, other
    return None


def _sweep(terms):
    """Walk along the axis of the one field, and see who is still there.

    :return: two positions, None when no two meet, False when there is no one axis
    """
    known = [
        (position, term)
        for position, term in terms
        if all(leaf.values is not None for leaf in term)
    ]
    axis = _make_axis(known)
    if axis is None:
        return False
    segments = sorted(
        (*segment, position)
        for position, term in known
        for segment in _get_segments(axis, term)
    )
    return _find_meeting(segments)


def _find_meeting(segments):
    """Return the positions of two sorted (start, end, position) that share a point."""
    reach = {}  # {position: how far it reaches} of the two that reach farthest
    for start, end, position in segments:
        for other, other_end in reach.items():
            if other != position and other_end >= start:
                return other, position
        reach[position] = max(end, reach.get(position, end))
        if len(reach) > 2:
            del reach[min(reach, key=reach.get)]
    return None


def _make_axis(terms):
    """Return the axis of the field of these terms; None where kinds are mixed."""
    constants = {
        constant
        for _position, term in terms
        for leaf in term
        for constant in leaf.values
    }
    kinds = {kind for kind, _value in constants}
    kind = get_kind(kinds)
    if kind is None or {"bool", "number"} <= kinds:
        return None
    samples = get_samples(kind, {value for _kind, value in constants})
    is_number = kind in ("number", "bool")
    named = [
        value for value in samples if type(value) is not object and value is not UNSET
    ]
    beyond = sum(type(value) is object for value in samples)  # a value not named
    first = 0 if is_number else 1
    values = sorted(set(named))
    return Axis(is_number, first, first + len(values) + beyond - 1, values)


def _get_segments(axis, term):
    """Return where a term holds, as sorted ``[(first index, last index)]``."""
    segments = [(0, axis.last)]
    for leaf in term:
        holds = _get_leaf_segments(axis, leaf)
        segments = _intersect(segments, _invert(axis, holds) if leaf.negate else holds)
    return segments


def _get_leaf_segments(axis, leaf):
    """Return where a condition holds, its negation aside."""
    values = [value for _kind, value in leaf.values]
    if leaf.operator == "in":
        return [(index, index) for index in sorted(set(map(axis.find, values)))]
    value = values[0] or 0 if axis.is_number else values[0]
    before = axis.first + bisect_left(axis.values, value)
    after = axis.first + bisect_right(axis.values, value)
    bounds = {
        "<": (axis.first, before - 1),
        "<=": (axis.first, after - 1),
        ">": (after, axis.last),
        ">=": (before, axis.last),
    }
    return [bounds[leaf.operator]]


def _invert(axis, segments):
    """Return what lies between sorted segments of an axis."""
    gaps, start = [], 0
    for first, last in segments:
        gaps.append((start, first - 1))
        start = last + 1
    return [gap for gap in (*gaps, (start, axis.last)) if gap[0] <= gap[1]]


def _intersect(ones, others):
    """Return what two sorted lists of segments share."""
    shared, i, j = [], 0, 0
    while i < len(ones) and j < len(others):
        start = max(ones[i][0], others[j][0])
        end = min(ones[i][1], others[j][1])
        if start <= end:
            shared.append((start, end))
        if ones[i][1] < others[j][1]:
            i += 1
        else:
            j += 1
    return shared
