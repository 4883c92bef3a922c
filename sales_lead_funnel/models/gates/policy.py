"""What lets a lead into a stage without its criteria."""

from ..base.rights import REVIEWER_GROUP
from ..base.step import Mark, get_mark

PASS_KEY = "funnel_gate_pass"
# Mark of who tells refused leads apart: has ``get_room()`` and ``reasons`` by lead id.
ROWS_KEY = "funnel_import_rows"


class Pass(Mark):
    """An approved request: it lets one lead into one stage."""

    __slots__ = ("lead_id", "stage_id")

    def __init__(self, lead_id, stage_id):
        self.lead_id = lead_id
        self.stage_id = stage_id


def get_pass(env):
    """Return the request that was just approved and is moving its lead, or None."""
    return get_mark(env, PASS_KEY)


def may_pass(env, rule):
    """Is the user of one of the groups that a criterion does not stop?"""
    return not rule.group_ids.isdisjoint(env.user._get_group_ids())


def may_jump(env):
    return env.user.has_group(REVIEWER_GROUP)
