"""Runs the cases, prints their figures, keeps those of a full run."""

import argparse
import contextlib
import os

from toolchain import layout, prepare, stamps
from toolchain.say import Problem, Timer, info, problem, step

from . import cases, databases, report


def main(arguments):
    """Measure; the exit code is 1 when a target is missed."""
    options = _parse(arguments)
    try:
        return _run(options)
    except Problem as error:
        problem(error)
        return 2


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--scale",
        type=float,
        default=float(os.environ.get("BENCH_SCALE") or 1),
        help="part of the data and of the work, e.g. 0.1 (or BENCH_SCALE)",
    )
    parser.add_argument(
        "--pairs",
        type=int,
        default=int(os.environ.get("BENCH_PAIRS") or 5),
        help="measurements of either side, in turns (or BENCH_PAIRS)",
    )
    parser.add_argument(
        "--only",
        default=os.environ.get("BENCH_ONLY") or ",".join(cases.CASES),
        help=f"cases, separated by commas (or BENCH_ONLY): {', '.join(cases.CASES)}",
    )
    options = parser.parse_args(arguments)
    options.names = options.only.split(",")
    if unknown := set(options.names) - set(cases.CASES):
        parser.error(f"no such case: {', '.join(unknown)}")
    return options


def _run(options):
    _forget_inherited_server()
    source = prepare.base()
    with stamps.lock("bench"):
        bench = databases.Bench(source, options.scale, options.pairs)
        with Timer() as timer:
            measures = _measure(bench, options.names)
    facts = report.facts(source, bench, timer.text)
    print("\n" + report.text(measures))
    is_full = options.scale == 1 and options.names == list(cases.CASES)
    if is_full:
        path = report.write(measures, facts)
        info(f"written to {path.relative_to(layout.REPO)} after {timer.text}")
    else:
        info(f"{timer.text}; a part of the data or of the cases, so nothing is kept")
    missed = [measure.what for measure in measures if measure.is_met is False]
    if missed:
        print(f"*** Targets missed: {', '.join(missed)}")
    return 1 if missed else 0


def _measure(bench, names):
    measures = []
    try:
        for name in names:
            step(f"Benchmark: {name}")
            for measure in cases.CASES[name](bench):
                info(report.line(measure))
                measures.append(measure)
    except Problem:
        with contextlib.suppress(Problem, OSError):
            bench.close()
        raise
    bench.close()
    return measures


def _forget_inherited_server():
    """The embedded server is ours, also when the caller's environment names it."""
    if os.environ.get("PGHOST") == str(layout.POSTGRES / "run"):
        for name in ("PGHOST", "PGPORT", "PGUSER"):
            os.environ.pop(name, None)
