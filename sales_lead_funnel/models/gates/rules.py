"""The gates of all stages as plain values, fit for the registry's cache."""

import re

from odoo.fields import Domain

from ..base.lead_domain import get_usable_domain, lead_fields

_RELATIVE = re.compile(r"(today|now|[-+=])", re.IGNORECASE)


def _has_relative_date(domain):
    """Does a condition compare with a day that depends on where we are (“+3m”)?"""
    for condition in Domain(domain or []).iter_conditions():
        value = condition.value
        if condition.operator in ("any", "not any") and _has_relative_date(value):
            return True
        if isinstance(value, str) and _RELATIVE.match(value):
            return True
    return False


class Rule:
    """One criterion as plain values.

    ``names`` are the fields it requires, ``domain`` the condition it asks; one of
    them is empty. ``paths`` are the lead field paths it reads.
    """

    __slots__ = (
        "direction",
        "domain",
        "effect",
        "group_ids",
        "id",
        "is_dated",
        "is_derived",
        "kind",
        "names",
        "paths",
        "stage_id",
    )

    def __init__(self, criterion):
        self.id = criterion.id
        self.stage_id = criterion.stage_id.id
        self.direction = criterion.direction
        self.kind = criterion.kind
        self.effect = criterion.effect
        self.group_ids = frozenset(criterion.group_ids.ids)
        known = criterion.env["crm.lead"]._fields
        names = criterion.field_ids.mapped("name") if self.kind == "fields" else []
        self.names = tuple(name for name in names if name in known)
        self.is_derived = any(
            known[name].compute and known[name].readonly for name in self.names
        )
        self.domain = None
        if self.kind == "domain":
            self.domain = get_usable_domain(criterion.env, criterion.domain, criterion)
        self.paths = self._get_paths(criterion.env)
        self.is_dated = _has_relative_date(self.domain)

    def _get_paths(self, env):
        if self.domain is None:
            return self.names
        return tuple(dict.fromkeys(lead_fields(env, Domain(self.domain))))

    def is_usable(self):
        """A field may have gone with its addon since the criterion was saved."""
        return bool(self.names) or self.domain is not None

    def always_asks(self):
        """Tell an approval that no lead goes without: its condition is empty."""
        return self.effect == "approve" and self.kind == "domain" and not self.domain


class Step:
    """One stage as plain values."""

    __slots__ = ("allow_back", "allow_skip", "id", "is_won", "team_ids")

    def __init__(self, stage):
        self.id = stage.id
        self.is_won = stage.is_won
        self.team_ids = frozenset(stage.team_ids.ids)
        self.allow_skip = stage.funnel_allow_skip
        self.allow_back = stage.funnel_allow_back


class Gates:
    """All stages in order, and their criteria.

    ``entry`` and ``dropout`` are ``{stage id: (rule, …)}``.
    """

    __slots__ = (
        "asks_approval",
        "dropout",
        "entry",
        "is_idle",
        "required",
        "requires_derived",
        "steps",
    )

    def __init__(self, stages, criteria):
        rules = [rule for rule in map(Rule, criteria) if rule.is_usable()]
        self.steps = tuple(map(Step, stages))
        self.entry = self._by_stage(rules, "entry")
        self.dropout = self._by_stage(rules, "dropout")
        entry = [rule for rule in rules if rule.direction == "entry"]
        self.asks_approval = any(rule.effect == "approve" for rule in entry)
        self.required = frozenset(name for rule in entry for name in rule.names)
        self.requires_derived = any(rule.is_derived for rule in entry)
        jumps = all(step.allow_skip and step.allow_back for step in self.steps)
        self.is_idle = jumps and not self.entry

    @staticmethod
    def _by_stage(rules, direction):
        found = {}
        for rule in rules:
            if rule.direction == direction:
                found[rule.stage_id] = (*found.get(rule.stage_id, ()), rule)
        return found

    def get_path(self, team_id):
        """Return the steps a lead of this team goes, in order."""
        return [s for s in self.steps if not s.team_ids or team_id in s.team_ids]

    def get_next(self, team_id, stage_id):
        """Return the step after a stage, or None."""
        path = self.get_path(team_id)
        ids = [step.id for step in path]
        if stage_id not in ids:
            return None
        return next(iter(path[ids.index(stage_id) + 1 :]), None)

    def is_backward(self, from_id, to_id):
        ids = [step.id for step in self.steps]
        return from_id in ids and to_id in ids and ids.index(to_id) < ids.index(from_id)

    def is_return(self, team_id, from_id, to_id):
        """Is this a way back along the path of the team?"""
        ids = [step.id for step in self.get_path(team_id)]
        return from_id in ids and to_id in ids and ids.index(to_id) < ids.index(from_id)

    def get_jumped(self, team_id, from_id, to_id):
        """Return the ids of the stages a move forward leaves out on the team's path.

        Born or converted in a stage, or from a stage of another team, that is all but
        the first, which needs no proof. A stage of another team is no way around: it
        lies behind all those of the own path that come before it.

        :param int from_id: falsy for a lead that was no opportunity before
        """
        order = {step.id: index for index, step in enumerate(self.steps)}
        ids = [step.id for step in self.get_path(team_id)]
        if to_id not in order:
            return []
        start = ids.index(from_id) if from_id in ids else 0
        return [id_ for id_ in ids[start + 1 :] if order[id_] < order[to_id]]

    def get_rules_of_way(self, team_id, from_id, to_id):
        """Return the rules to enter a stage, after those of the stages jumped over."""
        way = [*self.get_jumped(team_id, from_id, to_id), to_id]
        return tuple(rule for id_ in way for rule in self.entry.get(id_, ()))

    def get_rules_of_new_way(self, old_team_id, team_id, stage_id):
        """Return the rules up to a stage that leads of the old team were not asked.

        Those of stages that are not on its path, and of its first one, which core
        chooses and nobody asks to enter.
        """
        known = {step.id for step in self.get_path(old_team_id)[1:]}
        first = self.get_first(old_team_id)
        way = self.get_jumped(team_id, None, stage_id)
        if stage_id == first and stage_id != self.get_first(team_id):
            way.append(stage_id)
        new = [id_ for id_ in way if id_ not in known]
        return tuple(rule for id_ in new for rule in self.entry.get(id_, ()))

    def get_first(self, team_id):
        return next((step.id for step in self.get_path(team_id)), None)

    def find_jump(self, team_id, from_id, to_id):
        """Tell a jump the target does not allow: ``skip``, ``back`` or None.

        Born or converted in any stage but the first is a jump.

        :param int from_id: falsy for a lead that was no opportunity before
        """
        target = next((step for step in self.steps if step.id == to_id), None)
        if target is None or (target.allow_skip and target.allow_back):
            return None
        if self.is_backward(from_id, to_id):
            return None if target.allow_back else "back"
        ids = [step.id for step in self.get_path(team_id)]
        if target.allow_skip or to_id not in ids or (from_id and from_id not in ids):
            return None
        start = ids.index(from_id) if from_id else -1
        return "skip" if ids.index(to_id) - start > 1 else None
