"""Who of the open leads is due when, and which need somebody's attention."""

from datetime import timedelta

from .plan import Turn

# Of each rep's pursued leads in turn: days to the next contact (None: by the
# cadence), days since the last one. Today 2, overdue 3, the others ahead.
AGENDA = (
    (0, 6),
    (-2, 9),
    (4, 2),
    (0, 5),
    (7, 3),
    (-4, 10),
    (2, 4),
    (-1, 7),
    (9, 3),
    (5, 2),
)
AHEAD = ((3, 4), (None, 2), (6, 3), (8, 5), (1, 6), (None, 4))
SILENT = Turn(3, 16, "silent")
LATE = Turn(2, 4, "late")
PAUSED = Turn(None, 9, "paused")
NO_DECIDER = Turn(5, 3, "no decider")
FRESH = 2  # days; younger leads were not contacted yet
STILL = 29  # days; leads that have not advanced for longer may be dropped
REPS = ("rep", "rep2", "rep3")


def set_turns(chance, plans):
    """Give each open lead that is worked on its turn."""
    open_plans = [plan for plan in plans if is_worked_on(chance, plan)]
    for owner in sorted({plan.owner for plan in open_plans}):
        own = [plan for plan in open_plans if plan.owner == owner]
        if owner in REPS:
            _set_special_turns(chance, own)
        rest = [plan for plan in own if not plan.turn]
        chance.random.shuffle(rest)
        agenda = AGENDA if owner in REPS else ()
        for place, plan in enumerate(rest):
            ahead = AHEAD[(place - len(agenda)) % len(AHEAD)]
            plan.turn = Turn(*(agenda[place] if place < len(agenda) else ahead))


def is_worked_on(chance, plan):
    """Open, pursued or not graded yet, and not quite new."""
    age = chance.now - plan.recorded
    return (
        plan.is_open
        and plan.is_assigned
        and (plan.grade != "C" or not plan.is_graded)
        and age > timedelta(days=FRESH)
    )


def _set_special_turns(chance, plans):
    """One lead each: decider silent, step late, paused, nobody known who decides."""
    by_age = sorted(plans, key=lambda plan: plan.last_at)
    wanted = (
        (SILENT, "proposition", 17),
        (PAUSED, "qualified", 6),
        (LATE, "proposition", 4),
        (NO_DECIDER, "qualified", 3),
    )
    for turn, stage, days in wanted:
        found = [
            plan
            for plan in by_age
            if not plan.turn
            and plan.stage == stage
            and plan.last_at < chance.now - timedelta(days=days)
            and (turn.kind != "no decider" or not _meets_decider(plan))
        ]
        if turn.kind == "paused":  # what may be dropped is not paused
            found.sort(key=lambda plan: _stands_still(chance, plan))
        if found:
            found[0].turn = turn


def _stands_still(chance, plan):
    """Has it not advanced for a month?"""
    moves = [event.at for event in plan.events if event.kind == "move"]
    return bool(moves) and chance.now - moves[-1] > timedelta(days=STILL)


def _meets_decider(plan):
    return plan.vals.get("funnel_authority") == "decides"
