"""Workbooks are written, opened again, and compared cell by cell."""

import io
import tempfile
import time
import zipfile
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tools import workbook
from tools.workbook import (
    DASH,
    Cell,
    Chart,
    Column,
    Note,
    Sheet,
    Table,
    Title,
    clean_sheet_name,
    clean_text,
    write_workbook,
)

NAN, INF = float("nan"), float("inf")
STAGES = [("New", 120, 0.4), ("Qualified", 48, 0.35), ("Won", 5, None)]
STAGE_COLUMNS = [Column("Stage"), Column("Leads", "integer"), Column("Rate", "percent")]


def write(*sheets, **properties):
    stream = io.BytesIO()
    write_workbook(stream, sheets, **properties)
    return stream


def reopen(*sheets, **properties):
    return openpyxl.load_workbook(write(*sheets, **properties))


def read_part(stream, name):
    return zipfile.ZipFile(stream).read(name).decode()


def write_values(kind, *values, **options):
    """The cells of a column of that kind, without its header."""
    table = Table([Column("x", kind, **options)], [(value,) for value in values])
    sheet = reopen(Sheet("x", [table])).active
    return [sheet.cell(row, 1) for row in range(2, 2 + len(values))]


# --- values -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "read", "num_format"),
    [
        ("text", "客户", "客户", "@"),
        ("text", " two\nlines ", " two\nlines ", "@"),
        ("text", "0012", "0012", "@"),
        ("text", "https://example.com", "https://example.com", "@"),
        ("text", "_x0041_", "_x0041_", "@"),
        ("integer", 1234, 1234, "#,##0"),
        ("integer", 0, 0, "#,##0"),
        ("number", 1.5, 1.5, "#,##0.00"),
        ("money", Decimal("12.34"), 12.34, "#,##0.00"),
        ("percent", 0.35, 0.35, "0.0%"),
        ("days", 18.25, 18.25, "#,##0.0"),
        ("change", -0.05, -0.05, "+0.0%;-0.0%;0.0%"),
        ("points", -5, -5, '+0.0" pp";-0.0" pp";0.0" pp"'),
        ("days_change", 3, 3, "+0.0;-0.0;0.0"),
        ("date", date(2026, 10, 21), datetime(2026, 10, 21), "yyyy-mm-dd"),
        ("date", datetime(2026, 10, 21, 9), datetime(2026, 10, 21, 9), "yyyy-mm-dd"),
        (
            "datetime",
            datetime(2026, 10, 21, 9, 30),
            datetime(2026, 10, 21, 9, 30),
            "yyyy-mm-dd hh:mm",
        ),
        ("date", date(1899, 12, 31), "1899-12-31", "yyyy-mm-dd"),
    ],
)
def test_value_comes_back_as_it_was(kind, value, read, num_format):
    (cell,) = write_values(kind, value)
    value = unescape(cell.value) if isinstance(cell.value, str) else cell.value
    assert (value, cell.number_format) == (read, num_format)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "{=1}", "=HYPERLINK(1)"])
def test_text_never_becomes_a_formula(text):
    (cell,) = write_values("text", text)
    assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize("kind", ["text", "integer", "percent", "date", "datetime"])
@pytest.mark.parametrize("nothing", [None, False])
def test_no_data_is_empty_or_a_dash(kind, nothing):
    (empty,), (dash,) = (
        write_values(kind, nothing),
        write_values(kind, nothing, dash=True),
    )
    assert (empty.value, dash.value) == (None, DASH)


def test_what_is_no_number_is_no_data():
    cells = write_values("number", NAN, INF, -INF, 1.0, dash=True)
    assert [cell.value for cell in cells] == [DASH, DASH, DASH, 1]


def test_cells_may_bring_their_own_kind():
    days = Cell(18, "days", '0.0"天"')
    cells = write_values(
        "cell", Cell(120, "integer"), days, "text", Cell(None), dash=True
    )
    assert [cell.value for cell in cells] == [120, 18, "text", DASH]
    formats = [cell.number_format for cell in cells]
    assert formats == ["#,##0", '0.0"天"', "@", "@"]


def test_column_may_bring_its_own_format():
    (cell,) = write_values("money", 5, num_format='"¥"#,##0')
    assert cell.number_format == '"¥"#,##0'


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "5"),
        ("date", datetime(2026, 1, 1, tzinfo=timezone.utc)),
    ],
)
def test_unsuitable_value_is_refused(kind, value):
    with pytest.raises(TypeError):
        write_values(kind, value)


def test_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="zip"):
        write(Sheet("x", [Table([Column("a"), Column("b")], [("1",)])]))


@pytest.mark.parametrize("n_rows", [0, 1, 300])
def test_failure_leaves_nothing_behind(tmp_path, monkeypatch, n_rows):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows():
        yield from [("a",)] * n_rows
        raise RuntimeError("lost the database")

    stream = io.BytesIO()
    with pytest.raises(RuntimeError, match="lost"):
        write_workbook(stream, [Sheet("x", [Table([Column("a")], rows())])])
    assert not list(tmp_path.iterdir())
    assert not stream.getvalue()


def test_success_leaves_no_temporary_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    write(Sheet("x", []), Sheet("y", [Table([Column("a")], [("a",)])]))
    assert not list(tmp_path.iterdir())


# --- texts and names ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b\x1fc\ufffe\ud800d\te\n", "abcd\te\n"),
        ("客" * 32_767, "客" * 32_767),
        ("客" * 32_768, "客" * 32_766 + "…"),
        ("😀" * 20_000, "😀" * 16_383 + "…"),
        (5, "5"),
    ],
)
def test_cell_holds_any_text(text, cleaned):
    assert clean_text(text) == cleaned


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(blacklist_characters="\r")), min_size=1))
def test_any_text_is_read_back(texts):
    cells = write_values("text", *texts)
    assert [cell.value or "" for cell in cells] == [clean_text(text) for text in texts]


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("漏斗健康度分析报告(周度)", "漏斗健康度分析报告(周度)"),
        ("a[b]:c*d?e/f\\g", "a-b--c-d-e-f-g"),
        ("'quoted'", "quoted"),
        ("it's", "it's"),
        ("", "Sheet"),
        (None, "Sheet"),
        ("  '\n", "Sheet"),
        ("History", "History_"),
        ("x" * 40, "x" * 30 + "…"),
        ("😀" * 16, "😀" * 15 + "…"),
    ],
)
def test_sheet_name_is_made_acceptable(name, cleaned):
    assert clean_sheet_name(name) == cleaned


def test_sheet_names_are_made_unique():
    names = ["Wins", "WINS", "wins", "Wins (2)", "x" * 31, "x" * 40, "x" * 31]
    book = reopen(*(Sheet(name, []) for name in names))
    assert book.sheetnames == [
        "Wins",
        "WINS (2)",
        "wins (3)",
        "Wins (2) (2)",
        "x" * 31,
        "x" * 30 + "…",
        "x" * 26 + "… (2)",
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_sheet_name_is_accepted(names):
    book = reopen(*(Sheet(name, []) for name in names))
    assert len(book.sheetnames) == max(1, len(names))


# --- sheets -------------------------------------------------------------------------


def test_list_has_frozen_header_and_filters():
    note = Note(["small print"])
    sheet = reopen(
        Sheet("x", [Title("All"), note, Table(STAGE_COLUMNS, STAGES)])
    ).active
    assert [cell.value for cell in sheet["A"]] == [
        "All",
        "small print",
        None,
        "Stage",
        "New",
        "Qualified",
        "Won",
    ]
    assert sheet.freeze_panes == "A5"
    assert sheet.auto_filter.ref == "A4:C7"
    assert sheet.print_title_rows == "$4:$4"


def test_list_may_do_without():
    table = Table(STAGE_COLUMNS, STAGES)
    sheet = reopen(Sheet("x", [table], freeze=False, autofilter=False)).active
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == (None, None)


def test_empty_list_has_a_header_only():
    sheet = reopen(Sheet("x", [Table(STAGE_COLUMNS, iter(()))])).active
    assert [cell.value for cell in sheet[1]] == ["Stage", "Leads", "Rate"]
    assert (sheet.max_row, sheet.auto_filter.ref) == (1, None)


def test_blocks_stand_one_under_the_other():
    first = Table(STAGE_COLUMNS, STAGES, title="Stages", total=("All", 173, None))
    second = Table([Column("Source")], [("Web",)], title="Sources")
    sheet = reopen(Sheet("x", [first, second])).active
    assert [cell.value for cell in sheet["A"]] == [
        *("Stages", "Stage", "New", "Qualified", "Won", "All"),
        *(None, "Sources", "Source", "Web"),
    ]
    assert sheet["A6"].font.bold and not sheet["A5"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == (None, None)


@pytest.mark.parametrize("name", ["2026年10月", "2026", "A1", "R1C1", "it's", "a b"])
def test_ranges_quote_the_name_of_the_sheet(name):
    table = Table(STAGE_COLUMNS, STAGES)
    stream = write(Sheet(name, [table, Chart("bar", "x", table)]))
    quoted = f"'{name.replace(chr(39), chr(39) * 2)}'!"
    assert f"{quoted}$A$1:$C$4" in read_part(stream, "xl/workbook.xml")
    assert f"{quoted}$A$2:$A$4" in read_part(stream, "xl/charts/chart1.xml")


def test_page_is_set_up():
    sheet = reopen(Sheet("x", [Table(STAGE_COLUMNS, STAGES)])).active
    page = sheet.page_setup
    assert (page.orientation, int(page.paperSize)) == ("landscape", 9)
    assert (page.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    assert "&A" in sheet.oddFooter.left.text
    portrait = reopen(Sheet("x", [], landscape=False)).active
    assert portrait.page_setup.orientation != "landscape"


def test_widths_follow_the_contents():
    columns = [
        Column("a"),
        Column("b"),
        Column("c", width=70),
        Column("d", "date"),
        Column("很长的列标题"),
        Column("e", "money"),
    ]
    row = ("x", "客户名称" * 4, "y", date(2026, 1, 1), "z", 1234567.5)
    sheet = reopen(Sheet("x", [Table(columns, [row] * 3)])).active
    widths = [round(sheet.column_dimensions[letter].width) for letter in "ABCDEF"]
    assert widths[1] >= 32 and widths[2] in (70, 71) and widths[4] >= 12
    assert widths[0] < widths[3] < widths[1] and widths[5] >= 12


def test_wrapped_text_makes_its_row_higher():
    columns = [Column("a", width=10), Column("b", "integer")]
    rows = [("客户" * 10, 1), ("x", 1), ("x\ny\nz", 1), (None, 1)]
    sheet = reopen(Sheet("x", [Table(columns, rows)])).active
    heights = [sheet.row_dimensions[row].height for row in (2, 3, 4, 5)]
    assert heights[0] > heights[2] > 40 and heights[1] is heights[3] is None
    assert sheet["A2"].alignment.wrap_text and not sheet["B2"].alignment.wrap_text


def test_long_note_is_folded():
    lines = ["说明文字" * 30, "word " * 40, ""]
    sheet = reopen(Sheet("x", [Note(lines)])).active
    texts = [cell.value or "" for cell in sheet["A"]]
    assert "".join(texts[:4]) == lines[0]
    assert max(len(text) for text in texts) <= 60
    assert " ".join(texts[4:]).split() == ["word"] * 40


def test_long_table_continues_on_another_sheet(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 6)
    rows = ((f"{number}",) for number in range(11))
    table = Table([Column("n")], rows, total=("all",))
    book = reopen(Sheet("List", [Title("All"), table]), Sheet("List", []))
    contents = {
        sheet.title: [cell.value for cell in sheet["A"]] for sheet in book.worksheets
    }
    assert contents == {
        "List": ["All", None, "n", "0", "1"],
        "List (2)": ["n", "2", "3", "4", "5"],
        "List (3)": ["n", "6", "7", "8", "9"],
        "List (4)": ["n", "10", "all"],
        "List (5)": [None],
    }
    assert [sheet.auto_filter.ref for sheet in book.worksheets[:2]] == [
        "A3:A5",
        "A1:A5",
    ]


def test_document_has_title_and_author():
    created = datetime(2026, 10, 21, 9)
    properties = reopen(Sheet("x", []), author="A\x00", title="T", created=created)
    properties = properties.properties
    assert (properties.creator, properties.title) == ("A", "T")
    assert properties.created == created


def test_formats_are_made_once():
    tables = [Table(STAGE_COLUMNS, STAGES) for _copy in range(20)]
    few, many = (
        read_part(write(*(Sheet("x", [table]) for table in some)), "xl/styles.xml")
        for some in (tables[:1], tables[1:])
    )
    assert few == many


# --- charts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "element"),
    [
        ("bar", '<c:barDir val="bar"/>'),
        ("column", '<c:barDir val="col"/>'),
        ("pie", "<c:pieChart>"),
        ("doughnut", "<c:doughnutChart>"),
        ("line", "<c:lineChart>"),
    ],
)
def test_chart_is_native_and_holds_its_data(kind, element):
    table = Table(STAGE_COLUMNS, STAGES)
    stream = write(Sheet("x", [table, Chart(kind, "By stage", table)]))
    chart = read_part(stream, "xl/charts/chart1.xml")
    assert element in chart and "By stage" in chart
    assert "'x'!$B$2:$B$4" in chart and "<c:v>120</c:v>" in chart
    assert "<c:v>Qualified</c:v>" in chart


def test_chart_shows_zero_but_not_what_is_missing():
    columns = [Column("a"), Column("b", "number")]
    table = Table(columns, [("x", 0), ("y", NAN), ("z", None), ("w", False)])
    stream = write(Sheet("x", [table, Chart("line", "x", table)]))
    chart = read_part(stream, "xl/charts/chart1.xml")
    values = chart[chart.index("<c:val>") : chart.index("</c:val>")]
    assert values.count("<c:v>") == 1 and '<c:pt idx="0"><c:v>0</c:v>' in values


def test_chart_of_several_series_has_a_legend():
    table = Table(STAGE_COLUMNS, STAGES)
    series = [("=Leads", 1), (None, 2)]
    stream = write(Sheet("x", [table, Chart("column", "=x", table, series=series)]))
    chart = read_part(stream, "xl/charts/chart1.xml")
    assert "<c:legend>" in chart and "<c:v>Rate</c:v>" in chart
    assert "\u200b=Leads" in chart and "\u200b=x" in chart


def test_charts_leave_room_for_what_follows():
    table = Table(STAGE_COLUMNS, STAGES)
    chart = Chart("bar", "x", table, height=200)
    beside = Chart("pie", "y", table, height=300, beside=True)
    stream = write(Sheet("x", [table, chart, beside, Note(["end"])]))
    sheet = openpyxl.load_workbook(stream).active
    assert sheet["A22"].value == "end"
    drawing = read_part(stream, "xl/drawings/drawing1.xml")
    assert drawing.count("<xdr:row>5</xdr:row>") == 2  # both begin on the same row


def test_chart_of_an_empty_or_foreign_table_is_left_out():
    empty, foreign = Table(STAGE_COLUMNS, []), Table(STAGE_COLUMNS, STAGES)
    charts = [Chart("bar", "x", empty), Chart("bar", "x", foreign)]
    stream = write(Sheet("x", [empty, *charts]))
    assert not [n for n in zipfile.ZipFile(stream).namelist() if "chart" in n]


def test_chart_may_show_a_table_of_a_later_sheet():
    table = Table([Column("a"), Column("b", "cell")], [("x", Cell(5, "integer"))])
    stream = write(Sheet("one", [Chart("bar", "x", table)]), Sheet("two", [table]))
    assert "'two'!$B$2" in read_part(stream, "xl/charts/chart1.xml")


# --- speed --------------------------------------------------------------------------

_COLUMNS = ["text"] * 6 + ["datetime", "money", "date", "percent"]


def _get_rows(number):
    start = datetime(2026, 1, 1)
    return [
        (
            *(
                f"LX{n:06d}",
                "官网表单",
                f"科技{n}有限公司",
                "1388888",
                "互联网",
                "小明",
            ),
            *(start + timedelta(minutes=n), n * 1.5, date(2026, 10, 1), n / number),
        )
        for n in range(number)
    ]


def _write_bare(rows):
    """The same cells by a loop over the library alone."""
    with xlsxwriter.Workbook(io.BytesIO(), workbook._OPTIONS) as book:
        sheet, style = book.add_worksheet(), book.add_format({"border": 1})
        text, number = sheet.write_string, sheet.write_number
        moment = sheet.write_datetime
        writers = [text] * 6 + [moment, number, moment, number]
        for index, row in enumerate(rows):
            for column, write_cell in enumerate(writers):
                write_cell(index, column, row[column], style)


def _time(function, *args):
    def once():
        start = time.process_time()
        function(*args)
        return time.process_time() - start

    return min(once() for _repeat in range(3))


def test_writing_costs_little_more_than_the_library():
    rows = _get_rows(5000)
    columns = [Column(kind, kind) for kind in _COLUMNS]
    ours = _time(lambda: write(Sheet("x", [Table(columns, rows)])))
    assert ours < 1.5 * _time(_write_bare, rows)  # about 1.1, on a quiet machine
