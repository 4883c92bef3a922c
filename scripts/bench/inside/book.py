"""The monthly workbook, and the same cells through bare xlsxwriter."""

import gc
import tempfile
import zipfile
from contextlib import ExitStack
from datetime import date
from itertools import groupby
from pathlib import Path
from unittest.mock import patch

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from .session import MANAGER, Clock

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
WRITERS = ("write_string", "write_number", "write_datetime", "write_blank")


def write(session, month):
    """The addon's workbook; seconds."""
    with _file() as stream, session.env(MANAGER) as env, Clock(session) as clock:
        _write(env, stream, month)
    return clock.read()


def write_bare(session):
    """The recorded cells, written one after the other; seconds."""
    with _file() as stream, Clock(session) as clock:
        _write_bare(stream, *session.kept["cells"])
    return clock.read()


def record(session, month):
    """Keep every cell the addon writes, and its format, for ``write_bare``.

    :return: number of cells
    :raise ValueError: the bare workbook has other cells than the addon's
    """
    recorder = _Recorder()
    with _file() as stream, session.env(MANAGER) as env:
        with recorder.listen():
            _write(env, stream, month)
        wanted = _count_cells(stream)
    session.kept["cells"] = recorder.get_sheets(), recorder.get_formats()
    with _file() as stream:
        _write_bare(stream, *session.kept["cells"])
        found = _count_cells(stream)
    if found != wanted:
        raise ValueError(f"cells per sheet differ: {found}, not {wanted}")
    gc.collect()
    gc.freeze()  # the recorded cells burden neither side's garbage collection
    return sum(wanted)


def measure_memory(session, month):
    """Peak of this process above what it holds now; MB."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = _read_status("VmRSS")
    with _file() as stream, session.env(MANAGER) as env:
        _write(env, stream, month)
    return (_read_status("VmHWM") - before) / 1024


def _write(env, stream, month):
    env["funnel.monthly.workbook"]._write_to(stream, date.fromisoformat(month))
    stream.flush()


def _write_bare(stream, sheets, formats):
    with tempfile.TemporaryDirectory() as folder:
        book = Workbook(stream, {**OPTIONS, "tmpdir": folder})
        styles = {key: book.add_format(looks) for key, looks in formats.items()}
        for name, cells in sheets:
            sheet = book.add_worksheet(name)
            puts = {writer: getattr(sheet, writer) for writer in WRITERS}
            for writer, row, column, value, style in cells:
                puts[writer](row, column, value, styles.get(style))
        book.close()
    stream.flush()


def _file():
    return tempfile.TemporaryFile()


def _count_cells(stream):
    """Cells of each sheet of a workbook."""
    with zipfile.ZipFile(stream) as archive:
        names = sorted(n for n in archive.namelist() if n.startswith("xl/worksheets/s"))
        return [archive.read(name).count(b"<c ") for name in names]


def _read_status(name):
    """A size of this process in kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name)))


class _Recorder:
    """Notes what xlsxwriter is asked to write."""

    def __init__(self):
        self.cells = []  # (sheet, writer, row, column, value, format key)
        self.formats = {}  # {format key: properties}
        self._keep = []  # formats, so that no two ever have the same key

    def listen(self):
        """A context in which everything written is noted."""
        stack = ExitStack()
        stack.enter_context(
            patch.object(Workbook, "add_format", self._wrap_format(Workbook.add_format))
        )
        for name in WRITERS:
            wrapped = self._wrap_writer(name, getattr(Worksheet, name))
            stack.enter_context(patch.object(Worksheet, name, wrapped))
        return stack

    def get_sheets(self):
        """``[(sheet name, [(writer, row, column, value, format key)])]``."""
        grouped = groupby(self.cells, key=lambda cell: cell[0])
        return [(sheet.get_name(), [c[1:] for c in cells]) for sheet, cells in grouped]

    def get_formats(self):
        """``{format key: properties}`` of the formats that cells have."""
        used = {cell[-1] for cell in self.cells}
        return {key: looks for key, looks in self.formats.items() if key in used}

    def _wrap_format(self, original):
        def add_format(book, properties=None):
            made = original(book, properties)
            self._keep.append(made)
            self.formats[id(made)] = dict(properties or {})
            return made

        return add_format

    def _wrap_writer(self, name, original):
        def write(sheet, row, column, value, style=None):
            self.cells.append((sheet, name, row, column, value, id(style)))
            return original(sheet, row, column, value, style)

        return write
