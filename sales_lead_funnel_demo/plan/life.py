"""What happens to a demo lead: assigned, graded, moved, won or lost."""

from datetime import timedelta
from math import log

from . import content
from .plan import Event

STAGES = ("new", "qualified", "proposition")
# how many leads of a grade are won, lost, left lying
OUTCOMES = {
    "A": {"won": 12, "lost": 7, "lying": 1},
    "B": {"won": 6, "lost": 12, "lying": 2},
    "C": {"won": 1, "lost": 29, "lying": 10},
}
# where the lost ones are lost, in %
LOST_IN = {
    "A": {"new": 10, "qualified": 32, "proposition": 58},
    "B": {"new": 24, "qualified": 44, "proposition": 32},
    "C": {"new": 66, "qualified": 30, "proposition": 4},
}
STAY_MEDIAN = {"new": 5.5, "qualified": 11.0, "proposition": 13.0}  # days
STAY_SIGMA = 0.55  # of the logarithm
LOST_REASONS = {  # per stage: reasons and how often
    "new": {"skills": 2, "function": 6, "budget": 2},
    "qualified": {"function": 6, "price": 3, "skills": 2},
    "proposition": {"price": 8, "function": 2, "stock": 1},
}


class Life:
    """Makes the events of one plan, in order."""

    def __init__(self, chance, plan):
        self.chance = chance
        self.plan = plan
        self.is_corrected = plan.grade == "B" and self._is_rare("corrected", 7)
        self.is_upgraded = plan.grade == "A" and self._is_rare("upgraded", 7)
        self.is_graded = not self._is_rare("not graded", 15)

    def _is_rare(self, what, others):
        return self.chance.deal(what, {True: 1, False: others})

    def get_events(self):
        events = [*self._get_assignment(), *self._get_grading(), *self._get_moves()]
        events.sort(key=lambda event: event.at)
        limit = self.chance.now - timedelta(minutes=5)
        events = [event for event in events if event.at < limit]
        ends = [n for n, event in enumerate(events) if event.kind in ("won", "lost")]
        return self._close(events[: ends[0] + 1]) if ends else events

    def _close(self, events):
        """A grade that was never reviewed before the end was not proposed either."""
        steps = [event for event in events if event.kind in ("propose", "review")]
        waiting = steps[-1] if steps and steps[-1].kind == "propose" else None
        return [event for event in events if event is not waiting]

    def _after(self, moment, first, last):
        return self.chance.later(moment, self.chance.random.uniform(first, last))

    def _get_assignment(self):
        """What the website brings, the manager hands to a rep."""
        self.begin = self.plan.recorded
        if self.plan.creator is None:
            self.begin = self._after(self.begin, 0.02, 0.9)
            yield Event(self.begin, "manager", "assign", self.plan.owner)
        if self.plan.is_lead:
            self.begin = self._after(self.begin, 0.1, 1.5)
            yield Event(self.begin, self.plan.owner, "convert")

    # Grading -------------------------------------------------------------------------

    def _get_grading(self):
        if not self.is_graded:
            return
        first = "B" if self.is_upgraded else self.plan.grade
        said = first
        if self.is_corrected:
            said = self.chance.one_of("CCA")
        at = self._after(self.begin, 0.1, 3)
        yield self._propose(at, said, self._get_reason(said))
        at = self._after(at, 0.2, 4)
        yield self._review(at, said, first)
        if self.is_upgraded:
            at = self._after(at, 5, 15)
            reason = content.UPGRADE[self.plan.client.is_foreign]
            yield self._propose(at, "A", reason)
            yield self._review(self._after(at, 0.2, 2), "A", "A")

    def _propose(self, at, grade, reason):
        return Event(at, self.plan.owner, "propose", (grade, reason))

    def _review(self, at, said, decided):
        """Confirm, or correct with a reason (S0-14); nobody their own proposal."""
        reviewer = "director" if self.plan.owner == "manager" else "manager"
        if said == decided:
            reason = self.chance.text(content.CONFIRMED, self.plan.client)
            return Event(at, reviewer, "review", (False, reason))
        reason = content.CORRECTIONS[said, decided][self.plan.client.is_foreign]
        return Event(at, reviewer, "review", (decided, reason))

    def _get_reason(self, grade):
        return self.chance.text(content.REASONS[grade], self.plan.client)

    # Stages --------------------------------------------------------------------------

    def _get_moves(self):
        grade = self.plan.grade
        deck = f"outcome {grade}" if grade == "C" else f"{self.plan.source} {grade}"
        outcome = self.chance.deal(deck, OUTCOMES[grade])
        lost_in = self.chance.pick(LOST_IN[grade])
        lying_in = "new" if grade == "C" else self.chance.one_of(STAGES[1:])
        path = self._get_path(outcome)
        at = self.begin
        for place, stage in enumerate(path):
            rest = path[place + 1 :]
            stays = stage not in rest
            if outcome == "lying" and stage == lying_in and stays:
                return
            at = self.chance.later(at, self._get_stay(stage))
            if outcome == "lost" and stage == lost_in and stays:
                yield self._get_loss(at, stage)
            elif rest:
                yield self._get_move(at, stage, rest[0])
                continue
            else:
                yield self._get_win(at)
            return

    def _get_path(self, outcome):
        """Mostly straight on; some skip a stage, some are sent back (S1-39)."""
        if outcome == "won" and self.chance.hits(8):
            return ["new", "proposition"]
        if self._is_rare("sent back", 9):
            return [*STAGES, "qualified", "proposition"]
        return list(STAGES)

    def _get_stay(self, stage):
        pace = {"A": 0.85, "B": 1.0, "C": 1.25}[self.plan.grade]
        median = STAY_MEDIAN[stage] * pace
        return self.chance.random.lognormvariate(log(median), STAY_SIGMA)

    def _get_move(self, at, stage, target):
        is_back = STAGES.index(target) < STAGES.index(stage)
        return Event(at, "manager" if is_back else self.plan.owner, "move", target)

    def _get_win(self, at):
        return Event(at, self.chance.one_of((self.plan.owner, "manager")), "won")

    def _get_loss(self, at, stage):
        reason = self.chance.pick(LOST_REASONS[stage])
        return Event(at, self.plan.owner, "lost", reason)
