"""Can two bands of a criterion both hold? Domains compared without a database."""

import math
import operator
import re
from calendar import monthrange
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise, product
from typing import NamedTuple

MAX_TERMS = 64  # of a domain's disjunctive normal form; beyond, we cannot tell
UNSET = None  # the value of a field that holds none
EPOCH = datetime(1970, 1, 1)

_INEQUALITIES = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EQUALITIES = {  # operator: (takes a collection, is negative)
    "=": (False, False),
    "==": (False, False),
    "!=": (False, True),
    "<>": (False, True),
    "in": (True, False),
    "not in": (True, True),
}
_OPPOSITE = {"&": "|", "|": "&"}
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ISO_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day|week_start"
_RELATIVE = re.compile(
    rf"(?=.)(today|now)?((?:(?:^|\s+)[=+-](?:\d+[dwmyHMS]|{_WEEKDAY}))*)"
)
_OFFSET = re.compile(r"([+-]\d+)([dwmyHMS])")
_UNITS = {"d": "days", "w": "weeks", "H": "hours", "M": "minutes", "S": "seconds"}
_MONTHS = {"m": 1, "y": 12}


class Leaf(NamedTuple):
    """One condition; ``values`` is None when we cannot reason about it."""

    field: str
    operator: str
    values: frozenset | None  # of (kind, comparable value)
    negate: bool


class UndecidableError(ValueError):
    """A domain or a constant that this module cannot reason about."""


def overlap(domain_a, domain_b, today=None):
    """Tell whether some record could satisfy both domains.

    Numbers are dense (between 5 and 6 there is one) and 0 when unset; dates are days.
    Relative dates (``+3m``, ``today -30d``) count from ``today``; when that is a date,
    "now" means that day. Fields ending in ``_ids`` hold many values at once, so
    only their being empty is judged.

    >>> overlap([("budget", ">=", 10)], [("budget", "<", 10)])
    False
    >>> overlap([("budget", ">=", 10)], [("budget", ">", 50)])
    True
    >>> overlap([("budget", ">=", 10)], [("name", "ilike", "x")]) is None
    True

    :param today: date or naive datetime; None for the current day (UTC)
    :return: True when provably so, False when provably not, None when unknown
    """
    today = today or datetime.now(timezone.utc).date()
    try:
        pairs = product(get_terms(domain_a, today), get_terms(domain_b, today))
    except (UndecidableError, RecursionError):
        return None
    verdicts = {meet(*pair) for pair in pairs}
    return True if True in verdicts else None if None in verdicts else False


# --- from a domain to a disjunction of terms, each a tuple of leaves ----------------


def get_terms(domain, today):
    return _expand(_parse(domain, today), negate=False)


def _parse(domain, today):
    """Prefix notation to a tree of ("&" | "|", nodes), ("!", [node]) and leaves.

    :raise UndecidableError: not a domain
    """
    if isinstance(domain, str) or not hasattr(domain, "__iter__"):
        raise UndecidableError(f"not a domain: {domain!r}")
    stack = []
    for item in reversed(list(domain)):
        stack.append(_parse_item(item, stack, today))
    return ("&", stack)


def _parse_item(item, stack, today):
    """The node an item makes; an operator takes its operands off the stack."""
    if isinstance(item, str):
        arity = {"&": 2, "|": 2, "!": 1}.get(item)
        if arity is None or len(stack) < arity:
            raise UndecidableError(f"misplaced {item!r}")
        return (item, [stack.pop() for _operand in range(arity)])
    if _is_leaf(item):
        return _parse_leaf(*item, today)
    return _parse(item, today)


def _is_leaf(item):
    """A condition (field, operator, value) rather than a nested domain."""
    return (
        isinstance(item, (list, tuple))
        and len(item) == 3
        and isinstance(item[0], (str, int))
        and item[0] not in ("&", "|", "!")
        and isinstance(item[1], str)
        and item[1] not in ("&", "|", "!")
    )


def _parse_leaf(field, op, value, today):
    if not isinstance(field, str):  # (1, "=", 1) is always true, (0, "=", 1) never
        return ("&" if field == value and op == "=" else "|", [])
    is_collection, negate = _EQUALITIES.get(op, (False, False))
    try:
        values = _get_values(op, value, is_collection, today)
    except UndecidableError:
        values = None
    if _is_multiple(field, values):
        values = None
    return Leaf(field, "in" if op in _EQUALITIES else op, values, negate)


def _get_values(op, value, is_collection, today):
    """The constants of a condition.

    :return: frozenset of (kind, comparable value)
    :raise UndecidableError: unknown operator, or a value that is no constant
    """
    if op in _INEQUALITIES:
        constant = _get_constant(value, today)
        if constant[0] not in ("number", "date", "datetime"):
            raise UndecidableError(f"no order among {value!r}")
        return frozenset([constant])
    if op not in _EQUALITIES or is_collection != isinstance(
        value, (list, tuple, set, frozenset)
    ):
        raise UndecidableError(f"cannot judge {op} {value!r}")
    constants = value if is_collection else [value]
    return frozenset(_get_constant(constant, today) for constant in constants)


def _is_multiple(field, values):
    """A condition on a field of many values, other than its being empty."""
    if not any(part.endswith("_ids") for part in field.split(".")):
        return False
    return "." in field or values != {("unset", UNSET)}


def _expand(node, negate):
    """Disjunctive normal form, negations pushed down to the leaves.

    :return: [(leaf, …)]; [()] is always true, [] never
    :raise UndecidableError: more than MAX_TERMS terms
    """
    if isinstance(node, Leaf):
        return [(node._replace(negate=node.negate != negate),)]
    op, nodes = node
    if op == "!":
        return _expand(nodes[0], not negate)
    parts = [_expand(child, negate) for child in nodes]
    if (_OPPOSITE[op] if negate else op) == "|":
        return _check_size([term for part in parts for term in part])
    terms = [()]
    for part in parts:
        terms = _check_size([one + other for one in terms for other in part])
    return terms


def _check_size(terms):
    if len(terms) > MAX_TERMS:
        raise UndecidableError("too many alternatives")
    return terms


# --- do two terms meet? -------------------------------------------------------------


def meet(term_a, term_b):
    """Whether some values satisfy all leaves of two terms; None when unknown."""
    by_field = defaultdict(list)
    for leaf in term_a + term_b:
        by_field[leaf.field].append(leaf)
    verdicts = [_satisfiable(field, leaves) for field, leaves in by_field.items()]
    if False in verdicts:
        return False
    if not term_a or not term_b:
        return True
    same_fields = {leaf.field for leaf in term_a} == {leaf.field for leaf in term_b}
    return True if same_fields and None not in verdicts else None


def _satisfiable(field, leaves):
    """Whether one value of a field can satisfy all leaves; None when unknown.

    Between two neighbouring constants all values behave alike, so it is enough to try
    the constants, one value between each two, and one beyond each end.
    """
    known = [leaf for leaf in leaves if leaf.values is not None]
    constants = {constant for leaf in known for constant in leaf.values}
    kind = get_kind({kind for kind, _value in constants})
    if kind is None:
        return None
    samples = get_samples(kind, {value for _kind, value in constants})
    if any(all(_holds(leaf, value, kind) for leaf in known) for value in samples):
        return True if len(known) == len(leaves) else None
    # a dotted path may lead nowhere, and then perhaps satisfies what is negated
    is_broken_path = "." in field and all(leaf.negate for leaf in known)
    return None if is_broken_path else False


def get_kind(kinds):
    """The one kind of value a field is compared with; None when they are mixed."""
    kinds = kinds - {"unset"}
    if kinds == {"bool", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "any" if not kinds else None


def get_samples(kind, values):
    """Values of which one satisfies any satisfiable set of leaves."""
    set_values = sorted(values - {UNSET})
    if kind == "bool":
        return [0, 1]
    if kind == "number":
        return _get_points(sorted({value or 0 for value in values}))
    if kind == "datetime":
        return [UNSET, *_get_points(set_values)]
    if kind == "date":
        return [UNSET, *(day + step for day in set_values for step in (-1, 0, 1))]
    return [UNSET, *set_values, object()]  # a text, or anything, not yet named


def _get_points(values):
    """The values, one point between each two, and one beyond each end."""
    between = [(low + high) / 2 for low, high in pairwise(values)]
    return [values[0] - 1, *values, *between, values[-1] + 1]


def _holds(leaf, sample, kind):
    """Evaluate a leaf; unset satisfies no inequality, hence any negated one."""
    values = [value for _kind, value in leaf.values]
    if kind in ("number", "bool"):
        values = [value or 0 for value in values]
    if leaf.operator == "in":
        return (sample in values) != leaf.negate
    holds = sample is not UNSET and _INEQUALITIES[leaf.operator](sample, values[0])
    return holds != leaf.negate


# --- constants ----------------------------------------------------------------------


def _get_constant(value, today):
    """A constant as (kind, comparable value).

    Kinds: unset, bool, number, date (day number), datetime (seconds), text.

    :raise UndecidableError: no constant, or a relative date we cannot resolve
    """
    if value is None or value is False or value == "":
        return ("unset", UNSET)
    if value is True:
        return ("bool", 1)
    if isinstance(value, (int, float)) and math.isfinite(value):
        return ("number", value)
    if isinstance(value, str):
        return _get_text_constant(value, today)
    return _get_date_constant(value)


def _get_date_constant(value):
    if isinstance(value, datetime) and value.tzinfo is None:
        return ("datetime", (value - EPOCH).total_seconds())
    if isinstance(value, date) and not isinstance(value, datetime):
        return ("date", value.toordinal())
    raise UndecidableError(f"not a constant: {value!r}")


def _get_text_constant(text, today):
    """A date where a text reads like one, else the text itself."""
    if relative := _RELATIVE.fullmatch(text):
        return _get_date_constant(_resolve(*relative.groups(), today))
    try:
        if _ISO_DATE.fullmatch(text):
            return _get_date_constant(date.fromisoformat(text))
        if _ISO_DATETIME.fullmatch(text):
            return _get_date_constant(datetime.fromisoformat(text))
    except ValueError:
        return ("text", text)
    return ("text", text)


def _resolve(start, offsets, today):
    """The moment meant by a relative date such as ``today +3m -1d``.

    :raise UndecidableError: a part other than a signed number, or out of range
    """
    if start == "today" and isinstance(today, datetime):
        today = today.date()
    for offset in offsets.split():
        signed = _OFFSET.fullmatch(offset)
        if not signed:
            raise UndecidableError(f"cannot resolve {offset!r}")
        try:
            today = _shift(today, int(signed[1]), signed[2])
        except (ValueError, OverflowError) as error:
            raise UndecidableError(f"out of range: {offset!r}") from error
    return today


def _shift(moment, number, unit):
    """Move a date or datetime; hours and less make a datetime of a date."""
    if unit in _MONTHS:
        return _add_months(moment, number * _MONTHS[unit])
    if unit in "HMS" and not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return moment + timedelta(**{_UNITS[unit]: number})


def _add_months(moment, months):
    """The same day so many months on, or the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"year {year} is out of range")
    return moment.replace(
        year=year, month=month, day=min(moment.day, monthrange(year, month)[1])
    )
