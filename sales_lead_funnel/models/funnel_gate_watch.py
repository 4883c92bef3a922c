"""What leads were before a change, so that only the difference is judged."""

from typing import NamedTuple

from .funnel_mark import Mark

WATCH_KEY = "funnel_gate_watch"
# Writing one of these may bring a lead into a stage …
MOVERS = {"stage_id", "team_id", "user_id", "type", "active", "probability"}
# … and one of these may blank a field that is required.
SOURCES = {"partner_id", "funnel_client", "funnel_contact"}


class State(NamedTuple):
    """A lead before the change; ``answered`` are the rules of its stage it met."""

    stage_id: int
    is_opportunity: bool
    is_lost: bool
    owner_id: int
    team_id: int
    answered: frozenset


class GateWatch(Mark):
    """Notes leads before they are changed."""

    __slots__ = ("before", "env", "gates", "is_open", "let_in")

    def __init__(self, gates, env):
        self.gates = gates
        self.env = env  # of whom is judged
        self.is_open = True  # an environment may be kept for longer than its block
        self.let_in = set()  # (lead id, stage id) a manager let in without a request
        self.before = {}  # {lead id: State, or None for one that is being born}

    def note(self, leads):
        """Note the leads that are not yet."""
        new = [id_ for id_ in leads._ids if id_ and id_ not in self.before]
        self.note_again(leads.browse(new))

    def note_again(self, leads):
        # Sudo: compared only; who may not read a lead may not write it either.
        for stage, group in leads.sudo().grouped("stage_id").items():
            rules = self.get_field_rules(stage.id)
            unmet = group._funnel_find_unmet(rules) if rules else {}
            for lead in group:
                missing = {rule.id for rule in unmet.get(lead, ())}
                self.before[lead.id] = State(
                    stage.id,
                    lead.type == "opportunity",
                    lead.won_status == "lost",
                    lead.user_id.id,
                    lead.team_id.id,
                    frozenset(rule.id for rule in rules if rule.id not in missing),
                )

    def note_births(self, leads):
        self.before.update(dict.fromkeys(leads._ids))

    def get_field_rules(self, stage_id):
        """Rules whose answers may not be taken away while a lead is in the stage."""
        return [
            rule
            for rule in self.gates.entry.get(stage_id, ())
            if rule.kind == "fields" and rule.effect != "approve"
        ]

    def has_entered(self, lead):
        """Did this lead, an opportunity now, come into the stage it is in?

        Also while it is lost: it would be restored there. Not when it is born lost.
        """
        if lead.type != "opportunity":
            return False
        before = self.before[lead.id]
        if before is None:
            return lead.won_status != "lost"
        if not before.is_opportunity:
            return True
        return before.stage_id != lead.stage_id.id

    def is_restored(self, lead):
        """Was this opportunity lost and is open now, in the same stage?"""
        before = self.before[lead.id]
        if before is None or not before.is_opportunity or not before.is_lost:
            return False
        is_open = lead.type == "opportunity" and lead.won_status != "lost"
        return is_open and before.stage_id == lead.stage_id.id

    def get_origins(self, entered):
        """Return ``{lead id: stage it comes from}`` of leads that entered a stage.

        None of one that was no opportunity before, or was born lost where it is.
        """
        return {
            lead.id: state.stage_id
            for lead in entered
            if (state := self.before[lead.id])
            and state.is_opportunity
            and state.stage_id != lead.stage_id.id
        }

    def find_blanked(self, lead):
        """Return the rules of its stage that a lead met before, to be asked again.

        Also while it is lost: it may be restored there.
        """
        before = self.before[lead.id]
        if before is None or before.stage_id != lead.stage_id.id:
            return []
        if lead.type != "opportunity":
            return []
        rules = self.get_field_rules(lead.stage_id.id)
        return [rule for rule in rules if rule.id in before.answered]

    def find_rules_of_new_way(self, lead):
        """Return the rules on the new team's way to the stage that a lead has kept.

        What the old team's way had as well was asked there.
        """
        before = self.before[lead.id]
        if before is None or not before.is_opportunity or lead.won_status == "lost":
            return ()
        if before.team_id == lead.team_id.id or lead.type != "opportunity":
            return ()
        return self.gates.get_rules_of_new_way(
            before.team_id, lead.team_id.id, lead.stage_id.id
        )
