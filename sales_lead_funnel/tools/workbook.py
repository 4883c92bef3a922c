"""Excel workbooks from declared sheets, tables, notes and charts.

Knows nothing of what the figures mean: types and looks only. Example::

    stages = Table([Column("Stage"), Column("Leads", "integer")], [("New", 120)])
    blocks = [Title("Weekly review"), stages, Chart("bar", "Leads", stages)]
    write_workbook(stream, [Sheet("Review", blocks)], title="Weekly review")
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from math import ceil, isnan
from numbers import Number
from tempfile import TemporaryDirectory
from typing import NamedTuple

MAX_ROWS = 1_048_576  # rows of an Excel sheet
MAX_TEXT = 32_767  # UTF-16 units in a cell
MAX_SHEET_NAME = 31  # UTF-16 units
FIRST_YEAR = 1900  # of Excel's calendar
SAMPLE_ROWS = 100  # rows looked at for the width of a column
MIN_WIDTH, MAX_WIDTH = 8, 44  # of an estimated column, in characters
MAX_HEADER_WIDTH = 24  # characters of a header before it wraps
NOTE_WIDTH = 60  # characters of a note at least, however narrow the tables
MAX_FROZEN_ROWS = 12  # more would leave no room to scroll on a small screen
INDENT_WIDTH, FILTER_WIDTH = 3, 3  # characters the text of a cell cannot use
LINE_POINTS, ROW_POINTS_MARGIN = 15, 4  # height of a row: its lines, and some air
MAX_FITTED_ROWS = 1000  # of a list get a height; the text of more costs too much time
MAX_POINTS = 400  # height of a row at most
ROW_PIXELS, CHARACTER_PIXELS, CELL_PADDING = 20, 7, 5  # Excel's defaults, in pixels
CHART_WIDTHS = (420, 860)  # pixels, of a chart as wide as the tables
CHART_GAP = 20  # pixels between a chart and what it stands beside
MOVE_WITH_CELLS = 2  # Excel's number of "move but don't size with cells"
WHOLE_SHEET = "A1:XFD1048576"
A4 = 9  # Excel's number of the paper size
DASH = "—"  # no data, as opposed to zero

FONT = "Microsoft YaHei"
INK, ACCENT, FAINT = "#1F2933", "#1F4E79", "#6B7785"
LINE, HEADER_FILL, TOTAL_FILL = "#D5DCE4", "#E4ECF5", "#F3F6FA"
PALETTE = ("#2F6DB5", "#E08A3C", "#4C9F70", "#8A6BBE", "#C8504F", "#5BA8B5", "#A58A4B")

_OPTIONS = {
    "constant_memory": True,  # rows go to a temporary file, so write them in order
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


class Kind(NamedTuple):
    """How a kind of value is written: its family, number format and width."""

    family: str
    num_format: str
    width: int | None = None  # None: estimated from the values


KINDS = {
    "text": Kind("text", "@"),
    "integer": Kind("number", "#,##0"),
    "number": Kind("number", "#,##0.00"),
    "money": Kind("number", "#,##0.00"),
    "percent": Kind("number", "0.0%"),  # of a fraction: 0.35 shows 35.0%
    "days": Kind("number", "#,##0.0"),
    "change": Kind("number", "+0.0%;-0.0%;0.0%"),  # of a fraction, M15
    "points": Kind("number", '+0.0" pp";-0.0" pp";0.0" pp"'),  # of points, M15
    "days_change": Kind("number", "+0.0;-0.0;0.0"),  # M15
    "date": Kind("date", "yyyy-mm-dd", 12),
    "datetime": Kind("date", "yyyy-mm-dd hh:mm", 17),
    "cell": Kind("cell", "General"),  # each value is a Cell with a kind of its own
}


# --- what a workbook is made of -----------------------------------------------------


class Cell(NamedTuple):
    """A value with a kind of its own, for a column of kind ``cell`` (F6)."""

    value: object
    kind: str = "text"
    num_format: str | None = None


class Column(NamedTuple):
    """One typed column: ``width`` in characters, ``dash`` shows no data as "—"."""

    title: str
    kind: str = "text"
    width: float | None = None
    dash: bool = False
    num_format: str | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of tuples, read once and in order; ``total`` is a closing row.

    A table stands in one place only.
    """

    columns: Sequence[Column]
    rows: Iterable[Sequence]
    title: str = ""
    total: Sequence | None = None


class Title(NamedTuple):
    """The large first line of a sheet."""

    text: str


class Note(NamedTuple):
    """Small print: lines of text, folded to the width of the tables."""

    lines: Sequence[str]


@dataclass(frozen=True, eq=False)
class Chart:
    """A native chart of a table of the same workbook; none when that is empty.

    ``kind`` is bar, column, pie, doughnut or line; ``categories`` the index of the
    column with the names; ``series`` (name or None, index of the column) pairs, by
    default the column after the names; sizes are in pixels. It stands below what comes
    before it or, with ``beside``, to the right of that.
    """

    kind: str
    title: str
    table: Table
    categories: int = 0
    series: Sequence[tuple] = ()
    width: int | None = None
    height: int = 300
    beside: bool = False


@dataclass(frozen=True, eq=False)
class Sheet:
    """Blocks one under the other.

    A sheet with one table is a list: its header is frozen and has filters, unless
    ``freeze`` or ``autofilter`` say otherwise. Of several tables ``freeze`` freezes the
    header of the first.
    """

    name: str
    blocks: Iterable
    landscape: bool = True
    freeze: bool | None = None
    autofilter: bool | None = None


def write_workbook(stream, sheets, *, author=None, title=None, created=None):
    """Write sheets to a binary stream as XLSX; nothing is written when that fails.

    :param sheets: iterable of :class:`Sheet`, read once and in order
    :param created: naive datetime for the document's properties; None for now
    :raise ValueError: a row that is not as long as its table has columns
    :raise TypeError: a value that does not suit the kind of its column
    """
    import xlsxwriter

    texts = {"author": clean_text(author or ""), "title": clean_text(title or "")}
    # a folder of its own: the library leaves files behind when it is interrupted
    with TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(stream, {**_OPTIONS, "tmpdir": folder})
        book.set_properties({**texts, **({"created": created} if created else {})})
        _BookWriter(book).write_all(sheets)
        book.close()


# --- text ---------------------------------------------------------------------------


def clean_text(text):
    """A text that a cell can hold: legal in XML, and cut to Excel's limit.

    >>> clean_text("a\\x00b")
    'ab'
    """
    if not isinstance(text, str):
        text = str(text)
    if text.isprintable() and len(text) <= MAX_TEXT // 2:  # the fast, common case
        return text
    return _cut(_ILLEGAL.sub("", text), MAX_TEXT)


def clean_sheet_name(name):
    """A name Excel accepts for a sheet, though perhaps one in use already.

    >>> clean_sheet_name("A/B测试数据记录"), clean_sheet_name("'?'")
    ('A-B测试数据记录', '-')
    """
    name = _NOT_IN_SHEET_NAME.sub("-", "".join(clean_text(name or "").split("\n")))
    name = _cut(name.strip(" '\t\r"), MAX_SHEET_NAME).strip(" '")
    return {"": "Sheet", "history": f"{name}_"}.get(name.casefold(), name)


def _cut(text, limit, mark="…"):
    """Shorten to so many UTF-16 units, ending in a mark when anything was lost."""
    if _utf16_length(text) <= limit:
        return text
    units = text.encode("utf-16-le")[: 2 * (limit - len(mark))]
    return units.decode("utf-16-le", "ignore") + mark


def _utf16_length(text):
    return len(text.encode("utf-16-le")) // 2


def _get_text_width(text):
    """Width of the widest line in characters; Chinese ones count as two."""
    return max(map(_get_line_width, str(text).split("\n")))


def _get_line_width(line):
    """Between 1 (one byte, Latin) and 2 (three bytes, Chinese) a character.

    Guessed from the length in UTF-8, which is many times faster than looking up each
    character, and near enough for the size of a cell.
    """
    return (len(line.encode(errors="replace")) + len(line)) / 2


def _count_lines(text, width):
    """Lines a wrapped text takes in a cell so many characters wide."""
    if not text:
        return 1
    lines = str(text).split("\n")
    return sum(max(1, ceil(_get_line_width(line) / width)) for line in lines)


def _fold(text, width):
    """Break a text into lines no wider than that, at spaces or Chinese characters."""
    line, used = "", 0
    for word in re.findall(r"[!-~]+|.", clean_text(text).replace("\n", " ")):
        used += _get_text_width(word)
        if used > width and line:
            yield line.rstrip()
            line, used = "", _get_text_width(word)
        line += word if line or word != " " else ""
    yield line


# --- the book -----------------------------------------------------------------------


class _BookWriter:
    """What the sheets of one workbook share: names, styles, and charts to come."""

    def __init__(self, book):
        self.book = book
        self.styles = _Styles(book)
        self.grids = {}  # {table: _Grid}, so that charts find their data
        self._charts = []  # (worksheet, row, pixels from the left, Chart, width)
        self._names = set()

    def write_all(self, sheets):
        for sheet in sheets:
            _SheetWriter(self, sheet).write_blocks()
        for placed in self._charts:
            _insert_chart(self, *placed)

    def add_worksheet(self, name):
        """A new worksheet with that name, or that name and a number."""
        base, number = clean_sheet_name(name), 1
        name = base
        while name.casefold() in self._names:
            number += 1
            suffix = f" ({number})"
            name = _cut(base, MAX_SHEET_NAME - len(suffix)) + suffix
        self._names.add(name.casefold())
        return self.book.add_worksheet(name)

    def place_chart(self, *placed):
        """Keep a chart until all tables are written and their places known."""
        self._charts.append(placed)


class _Styles:
    """The cell formats of one workbook, each made once."""

    def __init__(self, book):
        self._book = book
        self._formats = {}

    def get(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 10, "font_color": INK}
            self._formats[key] = self._book.add_format({**base, **properties})
        return self._formats[key]

    def title(self):
        return self.get(font_size=16, bold=True, font_color=ACCENT, valign="vcenter")

    def section(self):
        return self.get(font_size=12, bold=True, font_color=ACCENT, valign="vcenter")

    def note(self):
        return self.get(font_size=9, font_color=FAINT)

    def header(self):
        return self.get(
            bold=True,
            font_color=ACCENT,
            bg_color=HEADER_FILL,
            border=1,
            border_color=LINE,
            align="center",
            valign="vcenter",
            text_wrap=True,
        )

    def body(self, kind, num_format=None, total=False):
        """The format of a value of that kind; ``total`` for a closing row.

        Text wraps: what a column is too narrow for would be cut off by the next one.
        """
        family, default_format, _width = KINDS[kind]
        emphasis = {"bold": True, "bg_color": TOTAL_FILL} if total else {}
        return self.get(
            num_format=num_format or default_format,
            align={"number": "right", "date": "center"}.get(family, "left"),
            indent=0 if family == "date" else 1,
            valign="vcenter",
            border=1,
            border_color=LINE,
            text_wrap=family == "text",
            **emphasis,
        )


@dataclass(eq=False)
class _Grid:
    """A table on its way to a sheet, and where its first rows came to stand."""

    table: Table
    sample: list
    rows: Iterable  # all of them, the sample included; read once
    sheet_name: str = ""
    first_row: int = 0
    last_row: int = -1  # of the rows on that sheet; before the first: none

    @classmethod
    def of(cls, table):
        rows = iter(table.rows)
        sample = list(islice(rows, SAMPLE_ROWS))
        return cls(table, sample, chain(sample, rows))

    def get_widths(self):
        """Width of each column in characters: as given, else estimated."""
        samples = [*self.sample, self.table.total or ()]
        return [
            column.width
            or _estimate_width(column, [r[n] for r in samples if n < len(r)])
            for n, column in enumerate(self.table.columns)
        ]

    def get_range(self, index):
        """Formula of the cells of a column."""
        return _get_range_formula(self.sheet_name, self.first_row, self.last_row, index)

    def get_data(self, index):
        """The values of a column, or None when too many to be at hand."""
        if self.last_row - self.first_row >= len(self.sample):
            return None
        return [_get_plotted(row[index]) for row in self.sample]


def _get_plotted(value):
    """What a chart shows of a value: None for what is no data."""
    value = value.value if isinstance(value, Cell) else value
    is_missing = value is None or value is False or _is_nan(value)
    return None if is_missing else value


def _is_nan(value):
    return isinstance(value, float) and isnan(value)


def _get_range_formula(sheet_name, first_row, last_row, column):
    """``='Sheet'!$A$2:$A$9``, the name always quoted: "2026" alone is a number."""
    from xlsxwriter.utility import xl_range_abs

    quoted = sheet_name.replace("'", "''")
    return f"='{quoted}'!{xl_range_abs(first_row, column, last_row, column)}"


def _estimate_width(column, values):
    """Characters that show the header (wrapped) and the values, within limits."""
    header = min(_get_text_width(column.title) + FILTER_WIDTH + 1, MAX_HEADER_WIDTH)
    kind = KINDS[column.kind]
    widths = [_measure(value, column) for value in values]
    return min(max(MIN_WIDTH, header, kind.width or 0, *widths, 0), MAX_WIDTH)


def _measure(value, column):
    """Characters one value takes, with a margin."""
    if isinstance(value, Cell):
        return _measure(value.value, Column("", value.kind))
    if value is None or value is False:
        return 0
    family = KINDS[column.kind].family
    if isinstance(value, Number):
        return len(f"{value:,.2f}") + INDENT_WIDTH
    return _get_text_width(value) + INDENT_WIDTH if family == "text" else 0


# --- a sheet ------------------------------------------------------------------------


class _SheetWriter:
    """Writes the blocks of one sheet, top to bottom.

    ``row`` is the next free row of the current worksheet. Rows must be written in
    order; a table too long continues on a further worksheet.
    """

    def __init__(self, book, sheet):
        self.book = book
        self.styles = book.styles
        self.sheet = sheet
        self.blocks = list(sheet.blocks)
        tables = [block for block in self.blocks if isinstance(block, Table)]
        book.grids.update((table, _Grid.of(table)) for table in tables)
        self.widths = _merge_widths(book.grids[table].get_widths() for table in tables)
        self.first_table = next(iter(tables), None)
        self.is_list = len(tables) == 1

    def write_blocks(self):
        writers = {
            Title: self._write_title,
            Note: self._write_note,
            Table: self._write_table,
            Chart: self._write_chart,
        }
        self._open_worksheet()
        for before, block in zip([None, *self.blocks], self.blocks, strict=False):
            if not getattr(block, "beside", False):
                self._leave_gap(before, block)
            writers[type(block)](block)

    def _leave_gap(self, before, block):
        """Start below all that was written, a row between but for title and note."""
        self.row = max(self.row, self.beside_row)
        if before and not (isinstance(before, Title) and isinstance(block, Note)):
            self.row += 1
        self.block_row, self.beside_pixels = self.row, 0

    def _open_worksheet(self):
        self.row = self.block_row = 0  # next free row; first row of the last block
        self.beside_row = self.beside_pixels = 0  # what charts beside it take up
        self.worksheet = self.book.add_worksheet(self.sheet.name)
        for index, width in enumerate(self.widths):
            self.worksheet.set_column(index, index, width)
        self._set_up_page()

    def _set_up_page(self):
        """A4, one page wide, with the sheet's name and page numbers below."""
        worksheet = self.worksheet
        if self.sheet.landscape:
            worksheet.set_landscape()
        worksheet.set_paper(A4)
        worksheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)  # inches
        worksheet.fit_to_pages(1, 0)
        worksheet.set_footer(f'&L&"{FONT}"&8&A&R&"{FONT}"&8&P / &N')
        worksheet.hide_gridlines(2)
        worksheet.ignore_errors({"number_stored_as_text": WHOLE_SHEET})

    def _write_line(self, text, style, height=None):
        if height:
            self.worksheet.set_row(self.row, height)
        self.worksheet.write_string(self.row, 0, clean_text(text), style)
        self.row += 1

    def _write_title(self, block):
        self._write_line(block.text, self.styles.title(), height=30)

    def _write_note(self, block):
        width = max(NOTE_WIDTH, sum(self.widths))
        for line in block.lines:
            for part in _fold(line, width):
                self._write_line(part, self.styles.note())

    # tables

    def _write_table(self, table):
        grid = self.book.grids[table]
        if table.title:
            self._write_line(table.title, self.styles.section(), height=22)
        self.beside_pixels = self._get_pixels(len(table.columns))
        grid.sheet_name = self.worksheet.get_name()
        grid.first_row, grid.last_row = self._write_part(grid)
        while (row := next(grid.rows, None)) is not None:
            grid.rows = chain([row], grid.rows)
            self._open_worksheet()
            self._write_part(grid)
        if table.total:
            puts = self._bind_columns(table, total=True)
            self._write_rows(puts, self._fit_heights(table.columns, [table.total]))

    def _write_part(self, grid):
        """The header and as many rows as fit on this worksheet.

        :return: the first and the last row written
        """
        header_row = self.row
        self._write_header(grid.table.columns)
        room = MAX_ROWS - self.row - (1 if grid.table.total else 0)
        puts = self._bind_columns(grid.table)
        rows = islice(grid.rows, max(room, 0))
        self._write_rows(puts, self._fit_heights(grid.table.columns, rows))
        if self.is_list or (self.sheet.freeze and grid.table is self.first_table):
            self._set_up_list(header_row, len(grid.table.columns))
        return header_row + 1, self.row - 1

    def _write_header(self, columns):
        style = self.styles.header()
        n_lines = max(
            _count_lines(column.title, width - FILTER_WIDTH)
            for column, width in zip(columns, self.widths, strict=False)
        )
        self.worksheet.set_row(self.row, n_lines * LINE_POINTS + ROW_POINTS_MARGIN)
        for index, column in enumerate(columns):
            text = clean_text(column.title)
            self.worksheet.write_string(self.row, index, text, style)
        self.row += 1

    def _fit_heights(self, columns, rows):
        """The same rows, made high enough for their wrapped texts on the way.

        The few rows of a report are also given some air; a long list is left alone.
        """
        wrapped = [
            (index, self.widths[index] - INDENT_WIDTH)
            for index, column in enumerate(columns)
            if column.kind == "text"
        ]
        is_untouched = self.is_list and not wrapped
        return rows if is_untouched else self._set_heights(wrapped, rows)

    def _set_heights(self, wrapped, rows):
        rows = iter(rows)
        for number, row in enumerate(islice(rows, MAX_FITTED_ROWS), self.row):
            # A row that is too short is refused when it is written.
            fitted = ((i, width) for i, width in wrapped if i < len(row))
            lines = [_count_lines(row[i], width) for i, width in fitted]
            n_lines = max(lines, default=1)
            if n_lines > 1 or not self.is_list:
                points = min(n_lines * LINE_POINTS + ROW_POINTS_MARGIN, MAX_POINTS)
                self.worksheet.set_row(number, points)
            yield row
        yield from rows  # the viewer fits them when it opens the file

    def _write_rows(self, puts, rows):
        """The inner loop: one bound writer a column, no look at types."""
        row_number = self.row - 1  # no row, no step
        for row_number, row in enumerate(rows, self.row):
            for put, value in zip(puts, row, strict=True):
                put(row_number, value)
        self.row = row_number + 1

    def _set_up_list(self, header_row, n_columns):
        """Frozen header, filters and repeated header of a sheet that is a list."""
        if self.sheet.freeze is not False and header_row < MAX_FROZEN_ROWS:
            self.worksheet.freeze_panes(header_row + 1, 0)
        self.worksheet.repeat_rows(header_row)
        if self._has_filters() and self.row > header_row + 1:
            self.worksheet.autofilter(header_row, 0, self.row - 1, n_columns - 1)
        _quote_sheet_name(self.worksheet)

    def _has_filters(self):
        return self.is_list and self.sheet.autofilter is not False

    def _bind_columns(self, table, total=False):
        """One function (row, value) a column, writing cells of its kind."""
        return [
            _bind(self.worksheet, self.styles, index, column, total)
            for index, column in enumerate(table.columns)
        ]

    # charts

    def _write_chart(self, chart):
        grid = self.book.grids.get(chart.table)
        if grid and not grid.sample:
            return  # nothing to show
        width, n_rows = self._get_chart_width(chart), ceil(chart.height / ROW_PIXELS)
        row, pixels = self.block_row, self.beside_pixels
        if chart.beside:
            pixels += CHART_GAP
            self.beside_pixels = pixels + width
            self.beside_row = max(self.beside_row, row + n_rows)
        else:
            self.row += n_rows
            self.beside_pixels = width
        self.book.place_chart(self.worksheet, row, pixels, chart, width)

    def _get_chart_width(self, chart):
        """Width in pixels: as given, else that of the tables within limits."""
        low, high = CHART_WIDTHS
        fitting = low if chart.beside else self._get_pixels(len(self.widths))
        return chart.width or min(max(fitting, low), high)

    def _get_pixels(self, n_columns):
        """Width of the first columns in pixels."""
        widths = self.widths[:n_columns]
        return int(sum(w * CHARACTER_PIXELS + CELL_PADDING for w in widths))


def _merge_widths(widths_of_tables):
    """The widest of each column, over tables that stand one under the other."""
    merged = []
    for widths in widths_of_tables:
        merged += [0] * (len(widths) - len(merged))
        merged[: len(widths)] = map(max, merged, widths)
    return merged


def _quote_sheet_name(worksheet):
    """Quote the name in a worksheet's ranges; xlsxwriter 3.0 leaves "2026" bare."""
    name = worksheet.get_name()
    for attribute in ("autofilter_area", "repeat_row_range"):
        area = getattr(worksheet, attribute, "")
        if area.startswith(f"{name}!"):
            setattr(worksheet, attribute, f"'{name}'{area[len(name) :]}")


# --- cells --------------------------------------------------------------------------


def _bind(worksheet, styles, index, column, total=False):
    """A function (row, value) that writes the cells of one column."""
    if column.kind == "cell":
        return _bind_cell(worksheet, styles, index, column, total)
    style = styles.body(column.kind, column.num_format, total)
    if column.dash and not total:
        put_empty = partial(_put_dash, worksheet.write_string, index, style)
    else:
        put_empty = partial(_put_blank, worksheet.write_blank, index, style)
    binder = _BINDERS[KINDS[column.kind].family]
    return binder(worksheet, index, style, put_empty)


def _put_dash(write, index, style, row):
    write(row, index, DASH, style)


def _put_blank(write, index, style, row):
    write(row, index, None, style)


def _bind_text(worksheet, index, style, put_empty):
    write = worksheet.write_string

    def put(row, value):
        if value:
            write(row, index, clean_text(value), style)
        else:
            put_empty(row)

    return put


def _bind_number(worksheet, index, style, put_empty):
    write = worksheet.write_number

    def put(row, value):
        if value is None or value is False:
            return put_empty(row)
        try:
            write(row, index, value, style)
        except TypeError:
            if not isinstance(value, float):
                raise
            put_empty(row)  # not a number, or infinite: no data

    return put


def _bind_date(worksheet, index, style, put_empty):
    write, write_text = worksheet.write_datetime, worksheet.write_string

    def put(row, value):
        if not value:
            put_empty(row)
        elif value.year < FIRST_YEAR:
            write_text(row, index, value.isoformat(), style)
        else:
            write(row, index, value, style)

    return put


def _bind_cell(worksheet, styles, index, column, total):
    """Cells that bring their own kind: one bound function a kind."""
    puts = {}

    def put(row, value):
        cell = value if isinstance(value, Cell) else Cell(value)
        key = cell.kind, cell.num_format
        if key not in puts:
            own = column._replace(kind=cell.kind, num_format=cell.num_format)
            puts[key] = _bind(worksheet, styles, index, own, total)
        puts[key](row, cell.value)

    return put


_BINDERS = {"text": _bind_text, "number": _bind_number, "date": _bind_date}


# --- charts -------------------------------------------------------------------------


def _insert_chart(book, worksheet, row, pixels, chart, width):
    grid = book.grids.get(chart.table)
    if not grid or grid.last_row < grid.first_row:
        return
    native = book.book.add_chart({"type": chart.kind})
    series = chart.series or [(None, chart.categories + 1)]
    for number, (name, index) in enumerate(series):
        native.add_series(_get_series(chart, grid, number, name, index))
    _dress_chart(native, chart, grid, series)
    native.set_size({"width": width, "height": chart.height})
    place = {"x_offset": pixels, "object_position": MOVE_WITH_CELLS}
    worksheet.insert_chart(row, 0, native, place)


def _get_series(chart, grid, number, name, index):
    """One series: where its data stand, a copy of them, and its looks."""
    color = PALETTE[number % len(PALETTE)]
    series = {
        "name": _get_chart_text(name or grid.table.columns[index].title),
        "categories": grid.get_range(chart.categories),
        "values": grid.get_range(index),
        "categories_data": _as_texts(grid.get_data(chart.categories)),
        "values_data": grid.get_data(index),
        "data_labels": _get_labels(chart),
    }
    if chart.kind in ("pie", "doughnut"):
        fills = [{"fill": {"color": shade}} for shade in PALETTE]
        rows = grid.last_row - grid.first_row + 1
        return {**series, "points": [fills[i % len(fills)] for i in range(rows)]}
    if chart.kind == "line":
        marker = {"type": "circle", "size": 5, "fill": {"color": color}}
        return {**series, "line": {"color": color, "width": 2.25}, "marker": marker}
    return {**series, "fill": {"color": color}, "gap": 60}


def _get_labels(chart):
    """Shares on round charts, values where there is room for them."""
    font = {"name": FONT, "size": 9, "color": INK}
    if chart.kind == "pie":
        return {"percentage": True, "position": "outside_end", "font": font}
    if chart.kind == "doughnut":
        return {"percentage": True, "font": {**font, "color": "#FFFFFF"}}
    if chart.kind == "line" or len(chart.series) > 2:
        return {}
    return {"value": True, "font": font}


def _dress_chart(native, chart, grid, series):
    """Fonts, legend and axes."""
    font = {"name": FONT, "size": 9, "color": INK}
    title_font = {"name": FONT, "size": 12, "bold": True, "color": ACCENT}
    native.set_title({"name": _get_chart_text(chart.title), "name_font": title_font})
    native.set_chartarea({"border": {"color": LINE}})
    is_round = chart.kind in ("pie", "doughnut")
    if is_round or len(series) > 1:
        native.set_legend({"position": "right" if is_round else "bottom", "font": font})
    else:
        native.set_legend({"none": True})
    if not is_round:
        _dress_axes(native, chart, _get_axis_format(grid, series[0][1]), font)


def _dress_axes(native, chart, num_format, font):
    """Names along one axis, faint lines along the other; bars read downwards."""
    names = {"num_font": font, "line": {"color": LINE}, "major_tick_mark": "none"}
    values = {
        "num_font": {**font, "color": FAINT},
        "num_format": num_format,
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": LINE, "width": 0.5}},
        "min": 0 if chart.kind != "line" else None,
    }
    if chart.kind == "bar":
        native.set_y_axis({**names, "reverse": True})
        native.set_x_axis({**values, "visible": False, "major_gridlines": None})
    else:
        native.set_x_axis(names)
        native.set_y_axis(values)


def _get_axis_format(grid, index):
    """Whole percents for rates, whole numbers else."""
    kind = grid.table.columns[index].kind
    cells = [row[index] for row in grid.sample if isinstance(row[index], Cell)]
    kinds = {cell.kind for cell in cells} or {kind}
    return "0%" if kinds == {"percent"} else "#,##0"


def _get_chart_text(text):
    """A text xlsxwriter will not take for a formula."""
    text = clean_text(text)
    return f"\u200b{text}" if text.startswith("=") else text


def _as_texts(values):
    return values and ["" if value is None else clean_text(value) for value in values]
