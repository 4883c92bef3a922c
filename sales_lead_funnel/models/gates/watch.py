"""What a person does to leads, between what they were and what they are.

Only the difference is judged, once, when the outermost block ends. What the background
does in between belongs to nobody: it parts what the person did before from what comes
after.
"""

from contextlib import contextmanager
from typing import NamedTuple

from ..base.step import Mark

WATCH_KEY = "funnel_gate_watch"
# Writing one of these may bring a lead into a stage …
MOVERS = frozenset(("stage_id", "team_id", "user_id", "type", "active", "probability"))
# … and one of these may blank a field that is required.
SOURCES = {"partner_id", "funnel_client", "funnel_contact"}


class State(NamedTuple):
    """A lead at one moment; ``answered`` are the rules of its stage that it met."""

    stage_id: int
    is_opportunity: bool
    is_lost: bool
    owner_id: int
    team_id: int
    answered: frozenset

    def is_elsewhere(self, other):
        return self[:-1] != other[:-1]


class Change(NamedTuple):
    """What a person made of one lead. ``before`` is None for one that was born."""

    lead_id: int
    before: State | None
    after: State
    is_asked: bool  # did the person name the stage?

    def has_entered(self):
        """Did the lead, an opportunity now, come into the stage it is in?

        Also while it is lost: it would be restored there. Not when it is born lost.
        """
        if not self.after.is_opportunity:
            return False
        if self.before is None:
            return not self.after.is_lost
        return not self.before.is_opportunity or self.has_moved()

    def has_moved(self):
        """Did an opportunity go from one stage to another?"""
        was = self.before is not None and self.before.is_opportunity
        return was and self.before.stage_id != self.after.stage_id

    def is_restored(self):
        """Was this opportunity lost and is open now, in the same stage?"""
        if self.before is None or not self._stays_opportunity():
            return False
        is_back = self.before.is_lost and not self.after.is_lost
        return is_back and not self.has_moved()

    def has_new_team(self):
        """Has an opportunity that lives another team?"""
        if self.before is None or not self._stays_opportunity() or self.after.is_lost:
            return False
        return self.before.team_id != self.after.team_id

    def _stays_opportunity(self):
        return self.before.is_opportunity and self.after.is_opportunity

    def is_put_by_core(self):
        """Did core choose the stage, for a new team or owner? Nobody asked for it.

        Also where the lead was made an opportunity in the same go.
        """
        if self.before is None or self.is_asked or not self.after.is_opportunity:
            return False
        return self.before.stage_id != self.after.stage_id

    def is_emptied(self):
        """Was an opportunity taken out of its stage, or made one in none?"""
        is_nowhere = self.after.is_opportunity and not self.after.stage_id
        was_nowhere = self.before and self.before[:2] == self.after[:2]
        return bool(is_nowhere and self.before and not was_nowhere)

    def get_origin(self):
        """Return the stage an opportunity comes from, None for one that was none."""
        return self.before.stage_id if self.has_moved() else None


class GateWatch(Mark):
    """Notes leads before people change them, and what the background changes."""

    __slots__ = ("asked", "before", "done", "gates", "is_open", "let_in")

    def __init__(self, gates):
        self.gates = gates
        self.is_open = True  # an environment may be kept for longer than its block
        self.let_in = set()  # (lead id, stage id) a manager let in without a request
        self.before = {}  # {lead id: State, or None for one that is being born}
        self.asked = set()  # ids of leads whose stage the person named
        self.done = []  # changes that the background went on from

    def note(self, leads):
        """Note what leads are that a person is about to change."""
        new = [id_ for id_ in leads._ids if id_ and id_ not in self.before]
        self.before.update(self.get_states(leads.browse(new)))

    def note_births(self, leads):
        self.before.update(dict.fromkeys(leads._ids))

    @contextmanager
    def set_aside(self, leads):
        """Leave out what the background does to leads in this block."""
        known = leads.browse(id_ for id_ in leads._ids if id_ in self.before)
        states = self.get_states(known)
        yield
        now = self.get_states(known.exists())
        for lead_id, state in states.items():
            self._part(lead_id, state, now.get(lead_id))

    def _part(self, lead_id, state, now):
        """End a person's change where the background moved on, or blanked something."""
        before = self.before[lead_id]
        if now is None:
            del self.before[lead_id]
        elif state.is_elsewhere(now):
            is_asked = lead_id in self.asked
            self.done.append(Change(lead_id, before, state, is_asked))
            self.before[lead_id] = now
            self.asked.discard(lead_id)
        elif before is not None:
            blanked = state.answered - now.answered
            answered = before.answered - blanked
            self.before[lead_id] = before._replace(answered=answered)

    def get_changes(self, leads):
        """Return what people did to these leads, in the order in which they did it."""
        kept = set(leads._ids)
        return [
            *(change for change in self.done if change.lead_id in kept),
            *(
                Change(id_, self.before[id_], state, id_ in self.asked)
                for id_, state in self.get_states(leads, with_answers=False).items()
            ),
        ]

    def get_states(self, leads, *, with_answers=True):
        """Return ``{lead id: State}``.

        Sudo: compared only; who may not read a lead may not write it either.
        """
        states = {}
        for stage, group in leads.sudo().grouped("stage_id").items():
            rules = self.get_field_rules(stage.id) if with_answers else []
            unmet = group._funnel_find_unmet(rules) if rules else {}
            for lead in group:
                missing = {rule.id for rule in unmet.get(lead, ())}
                states[lead.id] = State(
                    stage.id,
                    lead.type == "opportunity",
                    lead.won_status == "lost",
                    lead.user_id.id,
                    lead.team_id.id,
                    frozenset(rule.id for rule in rules if rule.id not in missing),
                )
        return states

    def has_left(self, lead_id, stage_id):
        """Was this lead there before, and not an opportunity in this stage?"""
        before = self.before[lead_id]
        if before is None:
            return False
        return not before.is_opportunity or before.stage_id != stage_id

    def get_field_rules(self, stage_id):
        """Rules whose answers may not be taken away while a lead is in the stage."""
        return [
            rule
            for rule in self.gates.entry.get(stage_id, ())
            if rule.kind == "fields" and rule.effect != "approve"
        ]

    def find_blanked(self, change):
        """Return the rules of its stage that a lead met before, to be asked again.

        Also while it is lost: it may be restored there.
        """
        if change.before is None or not change.after.is_opportunity:
            return []
        if change.before.stage_id != change.after.stage_id:
            return []
        rules = self.get_field_rules(change.after.stage_id)
        return [rule for rule in rules if rule.id in change.before.answered]


def is_concerned(gates, changed):
    """May a change of these fields bring a lead into a stage, or blank an answer?"""
    if gates.requires_derived:  # which may follow from whatever changes
        return True
    return not (MOVERS | SOURCES | gates.required).isdisjoint(changed)
