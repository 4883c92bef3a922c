"""What is measured. A case takes the ``Bench`` and yields ``Measure`` objects."""

from .figures import Measure
from .workers import Worker

MOVED, DRAGGED, LOADED = 1_000, 40, 5_000
FOLLOWUPS = 500_000
STAGES = 3  # open stages of core's pipeline


# --- installing and scoring -----------------------------------------------------------


def install(bench):
    """Over leads with two tracked moves each; beside installing over none."""
    seed = bench.get_seed("big")
    measure = Measure(
        "Install over existing leads",
        f"{seed.open + seed.closed} leads",
        beside="over no leads",
        most=180,
    )
    for _round in range(min(bench.pairs, 3)):
        for template, seconds in (
            (bench.base, measure.core),
            (bench.template("big"), measure.addon),
        ):
            seconds.append(bench.install(bench.new("install", template)))
            bench.drop("install")
    yield measure


def live(bench):
    """What installing leaves of the table, and pages right after, before any vacuum."""
    template = bench.template("big")
    core, addon = (bench.new(name, template) for name in ("core", "addon"))
    for name in (core, addon):
        bench.stop_autovacuum(name)
    before = bench.measure_leads(addon)
    seconds = bench.install(addon)
    yield from _compare_tables(before, bench.measure_leads(addon), seconds)
    with Worker(core) as core_worker, Worker(addon) as addon_worker:
        for page, what in (("board", "Pipeline"), ("list", "List of the pipeline")):
            yield _compare(
                bench,
                (core_worker, addon_worker),
                Measure(
                    f"{what}, right after installing",
                    f"{before.leads} leads",
                    unit="ms",
                    most_ratio=1.1,
                ),
                lambda w, _n, page=page: w.do(f"board.open_{page}"),
            )
    bench.drop("core")
    bench.drop("addon")


def _compare_tables(before, after, seconds):
    """Measures of the table of leads before and after installing."""
    size = f"{before.leads} leads"
    for what, name in (
        ("Rows of the leads", "heap_mb"),
        ("Table of the leads with its indexes", "total_mb"),
    ):
        yield Measure(
            what,
            size,
            [getattr(before, name)],
            [getattr(after, name)],
            unit="MB",
            beside="before installing",
            most_ratio=1.5 if name == "heap_mb" else None,
        )
    updates = (after.updates - before.updates) / before.leads
    yield Measure("Updates by installing", size, addon=[updates], unit="a row", most=1)
    yield Measure("Installing that", size, addon=[seconds], most=180)


def regrade(bench):
    """All open leads, beside core's predictive scoring of the same leads."""
    size = f"{bench.get_seed('big').open} open leads"
    beside = "core's scoring cron"
    worst = Measure("Regrade, all change", size, beside=beside, most_ratio=3)
    calm = Measure("Regrade, none changes", size, beside=beside, most_ratio=3)
    with bench.single("big") as worker:
        for number in range(bench.pairs + 1):
            count = worker.do("scores.forget")
            bench.settle(worker.database)
            core = worker.do("scores.predict")
            bench.settle(worker.database)
            changed = worker.do("scores.regrade", expected=count)
            unchanged = worker.do("scores.regrade", expected=0)
            if number:  # the first round warms up
                worst.add(core, changed)
                calm.add(core, unchanged)
    yield worst
    yield calm


# --- two databases --------------------------------------------------------------------


def move(bench):
    """Leads moved at once and one by one."""
    with bench.pair("small") as workers:
        ids = workers[0].do("board.find", count=bench.scaled(MOVED))
        few = ids[:DRAGGED]
        many = f"{len(ids)} leads"
        yield _compare(
            bench,
            workers,
            Measure("Move in one write, tracked", many, most_ratio=1.15),
            lambda w, n: w.do("board.move", ids=ids, stage=(n + 1) % STAGES),
        )
        yield _compare(
            bench,
            workers,
            Measure("Move in one write, untracked", many),
            lambda w, n: w.do(
                "board.move", ids=ids, stage=n % STAGES, is_tracked=False
            ),
        )
        yield _compare(
            bench,
            workers,
            Measure("Drag on the board", f"{len(few)} leads, each", unit="ms"),
            lambda w, n: w.do("board.drag", ids=few, stage=n % STAGES),
        )


def gates(bench):
    """Moving leads past ten criteria, beside moving them where there are none."""
    with bench.twins("small") as workers:
        workers[1].do("gates.add_criteria")
        ids = workers[0].do("board.find", count=bench.scaled(MOVED))
        for what, is_tracked, most in (
            ("Move past ten criteria, tracked", True, 1.3),
            ("Move past ten criteria, untracked", False, None),
        ):
            yield _compare(
                bench,
                workers,
                Measure(
                    what,
                    f"{len(ids)} leads",
                    beside="no criteria",
                    most_ratio=most,
                ),
                lambda w, n, is_tracked=is_tracked: w.do(
                    "board.move", ids=ids, stage=(n + 1) % STAGES, is_tracked=is_tracked
                ),
            )


def board(bench):
    """Opening the pipeline."""
    with bench.pair("small") as workers:
        seed = bench.get_seed("small")
        yield _compare(
            bench,
            workers,
            Measure("Open the pipeline", f"{seed.open + seed.closed} leads", unit="ms"),
            lambda w, _n: w.do("board.open_board"),
        )


def load(bench):
    """Rows through the importer."""
    with bench.pair("small") as workers:
        count = bench.scaled(LOADED)
        size = f"{count} rows"
        yield _compare(
            bench,
            workers,
            Measure("Import", size, most_ratio=1.25),
            lambda w, n: w.do("register.load", count=count, start=n * count),
        )
        yield _compare(
            bench,
            workers,
            Measure("Import with the register's columns", size),
            lambda w, n: w.do(
                "register.load",
                count=count,
                start=(100 + n) * count,
                has_register=w is workers[1],
            ),
        )


# --- the work on leads ----------------------------------------------------------------


def day(bench):
    """My Day of a manager and of a rep, beside the pipeline of core alone."""
    with bench.pair("big") as workers:
        seed = bench.get_seed("big")
        size = f"{seed.open} open leads"
        core, addon = workers
        addon.do("work.fill_papers")
        addon.do("work.fill_followups", count=bench.scaled(FOLLOWUPS))
        bench.settle(addon.database)
        for screen, who in (("team", "manager"), ("own", "rep")):
            measure = Measure(
                f"My Day of a {who}",
                size,
                beside="core's pipeline",
                unit="ms",
                most_ratio=1.5,
            )
            for number in range(bench.pairs + 1):
                pipeline = core.do("board.open_board")
                screen_time = addon.do("work.open_day", screen=screen)
                if number:
                    measure.add(pipeline, screen_time)
            yield measure


def followups(bench):
    """Logging and opening where there are few follow-ups, and where very many."""
    with bench.twins("big", _fill_few_followups) as workers:
        ids = workers[0].do("board.find", count=DRAGGED)
        count = bench.scaled(FOLLOWUPS)
        total = workers[1].do("work.fill_followups", count=count)
        bench.settle(workers[1].database)
        for task, what in (("log", "Log a follow-up"), ("open_lead", "Open a lead")):
            yield _compare(
                bench,
                workers,
                Measure(
                    what,
                    f"{total} follow-ups",
                    beside="ten each on 40 leads",
                    unit="ms",
                    most_ratio=1.2,
                ),
                lambda w, _n, task=task: w.do(f"work.{task}", ids=ids),
            )


def _fill_few_followups(worker):
    ids = worker.do("board.find", count=DRAGGED)
    worker.do("work.fill_papers")
    worker.do("work.fill_followups", count=10 * len(ids), ids=ids)


def _compare(bench, workers, measure, task):
    """Core and addon in turns; the first round warms up.

    :param task: function (worker, number of the round) that returns a figure
    """
    for number in range(bench.pairs + 1):
        core, addon = (task(worker, number) for worker in workers)
        if number:
            measure.add(core, addon)
    return measure


# --- the workbook ---------------------------------------------------------------------


def workbook(bench):
    """Both lists full, beside bare xlsxwriter; then its memory."""
    seed = bench.get_seed("month")
    month = str(bench.month_end)
    with bench.single("month") as worker:
        worker.do("facts.grade_all")
        bench.settle(worker.database)
        cells = worker.do("book.record", month=month)
        size = f"{seed.open + seed.closed} leads, {cells} cells"
        measure = Measure("Workbook", size, beside="bare xlsxwriter", most_ratio=1.5)
        for number in range(bench.pairs + 1):
            core = worker.do("book.write_bare")
            addon = worker.do("book.write", month=month)
            if number:
                measure.add(core, addon)
        yield measure
        memory = Measure("Workbook, memory above idle", size, unit="MB", most=500)
        with Worker(worker.database) as fresh:
            memory.addon.append(fresh.do("book.measure_memory", month=month))
        yield memory


CASES = {
    "install": install,
    "live": live,
    "regrade": regrade,
    "move": move,
    "load": load,
    "gates": gates,
    "board": board,
    "day": day,
    "followups": followups,
    "workbook": workbook,
}
