"""The results as a table on the terminal and in BENCHMARKS.md."""

import os
import re
import unicodedata
from datetime import datetime, timezone
from pathlib import Path

from toolchain import layout, postgres

BENCHMARKS = layout.REPO / "BENCHMARKS.md"
TITLES = (
    "What",
    "Size",
    "Beside",
    "Core",
    "Addon",
    "Ratio [min–max]",
    "Processor time",
    "Target",
    "Met",
)
PAGE = """\
# Benchmarks

What the addon costs, measured by `make bench` beside core alone (or beside what the
line names) in the same run: both sides in turns, {pairs} times each after one round
that is not counted. Times are medians; a ratio is the median of the {pairs} ratios of
neighbouring measurements, with the smallest and the largest (installing is measured
three times at most, memory once). "Processor time" is the
same ratio of the time that processors spent on it, Python and PostgreSQL together:
other programs on the machine hardly disturb it. Targets are judged by the clock.

{table}

## Where

{facts}

## How

- The server is the embedded PostgreSQL of this repository's tools unless `PGHOST` names
  another. The databases are copies of one seeded database with core alone; into one of
  them the addon is installed. Each side runs in an Odoo process of its own.
- Leads have owners, teams, sources, tags, clients and two stage moves in their chatter;
  with the addon also the register's facts with gaps, scores and grades. Closed leads
  give core's predictive scoring its frequencies.
- *Right after installing*: pages of two copies of one database with core alone, one of
  which the addon was just installed into; no vacuum ran since, neither by itself.
  *Updates by installing* is what PostgreSQL counts of the leads' table meanwhile.
- *Regrade, all change*: all scores are emptied before each round, so every lead is
  scored, written and given a row of history. Core's side is
  `_cron_update_automated_probabilities` over the same leads.
- *Move*: one `write` of the stage and the commit, as a sales manager, with what the
  chatter tracks. The leads have no followers, so core sends no mail that would hide the
  addon's share.
- *Import*: `load()` in the importer's context, its commit included.
- *My Day*: `get_day` as the web client asks for it, on open leads with three people
  each in their decision chains, closing steps on a quarter of them and 500 000
  follow-ups; core's side is opening the pipeline on the same leads without the addon.
- *Log a follow-up*, *Open a lead*: the requests of the log dialog and of the lead's
  form on the same 40 leads, in two databases that differ only in their follow-ups.
- *Workbook*: beside a bare loop that writes the same cells with the same formats
  through xlsxwriter. Its memory is the peak of a fresh process above what it held
  before.

Run again: `make bench`. A quick look: `make bench ARGS="--scale 0.1 --pairs 3"`; some
cases only: `make bench ARGS="--only regrade,move"`. Only a full run changes this page.
"""


def facts(source, bench, duration):
    """What the figures depend on, as ``(name, value)`` pairs."""
    stamp = datetime.now(timezone.utc)
    return [
        ("Date", f"{stamp:%Y-%m-%d %H:%M} UTC, took {duration}"),
        ("Processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("Memory", f"{_memory():.0f} GB"),
        ("Load before", f"{bench.load:.1f} (average of a minute; idle is near 0)"),
        ("Python", bench.versions["python"]),
        ("Odoo", f"{bench.versions['odoo']} ({_build(source)})"),
        ("PostgreSQL", _server()),
        ("XlsxWriter", bench.versions["xlsxwriter"]),
        ("Addon", bench.versions["addon"]),
    ]


def line(measure):
    """One measure in one line, while the others still run."""
    ratio = f", ratio {measure.show_ratio()}" if measure.ratios else ""
    if measure.core_cpu:
        ratio += f" (processor time {measure.show_cpu_ratio()})"
    core = f"{measure.beside} {measure.show(measure.core)}, " if measure.core else ""
    return (
        f"{measure.what} ({measure.size}): {core}addon {measure.show(measure.addon)}"
        f"{ratio}, target {measure.target}, met: {measure.verdict}"
    )


def text(measures):
    """The table, aligned for a terminal."""
    rows = _rows(measures)
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    pads = [
        "  ".join(
            cell + " " * (width - _width(cell))
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join([pads[0], "  ".join("-" * width for width in widths), *pads[1:]])


def write(measures, facts_):
    """Write BENCHMARKS.md and return its path."""
    rows = _rows(measures)
    rows.insert(1, ["---"] * len(TITLES))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    listed = "\n".join(f"- {name}: {value}" for name, value in facts_)
    pairs = max(len(measure.addon) for measure in measures)
    BENCHMARKS.write_text(PAGE.format(table=table, facts=listed, pairs=pairs))
    return BENCHMARKS


def _rows(measures):
    rows = [
        [
            measure.what,
            measure.size,
            measure.beside if measure.core else "–",
            measure.show(measure.core),
            measure.show(measure.addon),
            measure.show_ratio(),
            measure.show_cpu_ratio(),
            measure.target,
            measure.verdict,
        ]
        for measure in measures
    ]
    return [list(TITLES), *rows]


def _width(cell):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in cell)


def _processor():
    text_ = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    match = re.search(r"^model name\s*:\s*(.+)$", text_, re.MULTILINE)
    return match[1] if match else "unknown processor"


def _memory():
    """Size of the memory in GB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def _build(source):
    """Whose build it is, and the date of its release file."""
    made = datetime.fromtimestamp(source.release.stat().st_mtime, timezone.utc)
    kind = "checkout" if os.environ.get("ODOO_SRC") else "Debian's build"
    return f"{kind} of {made:%Y-%m-%d}"


def _server():
    version = postgres.query("SHOW server_version")[0][0]
    kind = "server named by PGHOST" if postgres.is_external() else "embedded"
    return f"{version} ({kind})"
