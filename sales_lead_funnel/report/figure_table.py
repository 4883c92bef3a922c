"""Tables of figures: value, what it was made from, how it moved, how sure it is."""

from ..tools.figures import change
from ..tools.workbook import Cell, Column, Table

VALUE_KINDS = {
    "count": "integer",
    "money": "money",
    "rate": "percent",
    "days": "days",
    "score": "days",
    "ratio": "number",
}


def value_cell(figure):
    return Cell(figure.value, VALUE_KINDS[figure.unit])


def figure_table(env, title, rows, name=None):
    """A table with one figure a row.

    :param rows: ``[(label, figure, figure of the period before or None)]``
    :param str name: what the labels are, when not figures
    """
    return Table(
        [
            Column(name or env._("Figure"), width=34),
            Column(env._("This period"), "cell", width=14, dash=True),
            Column(env._("Numerator"), "cell", width=14),
            Column(env._("Denominator"), "cell", width=15),
            Column(env._("95 % from"), "percent", width=13),
            Column(env._("95 % to"), "percent", width=13),
            Column(env._("Period before"), "cell", width=17, dash=True),
            Column(env._("Change"), "cell", width=14, dash=True),
            Column(env._("Remark"), width=22),
        ],
        [_get_row(env, *row) for row in rows],
        title=title,
    )


def _get_row(env, label, figure, previous):
    moved, kind = change(figure, previous) if previous else (None, "change")
    return (
        label,
        value_cell(figure),
        _part_cell(None if figure.denominator is None else figure.numerator),
        _part_cell(figure.denominator),
        figure.low,
        figure.high,
        value_cell(previous) if previous else Cell(None),
        Cell(moved, kind, _get_points_format(env) if kind == "points" else None),
        get_remark(env, figure),
    )


def _part_cell(number):
    """What a figure was made from: a count as it is, a sum of days with a decimal."""
    is_whole = number is None or number == int(number)
    return Cell(number, "number", "General" if is_whole else "#,##0.0")


def _get_points_format(env):
    """Percentage points with their unit in the reader's language."""
    unit = env._("pp")
    return f'+0.0" {unit}";-0.0" {unit}";0.0" {unit}"'


def get_remark(env, figure):
    """Say in words what a reader must know before trusting the figure."""
    if figure.value is None and figure.denominator:
        return env._("too young to judge")
    if figure.value is None:
        return env._("no data")
    if figure.is_small(env.company.funnel_min_sample):
        return env._("too few leads (%s)", figure.n)
    return None
