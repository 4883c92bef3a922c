from typing import NamedTuple

from odoo import models

from ..base.door import with_path
from ..base.rights import may_approve, may_approve_own
from .policy import may_jump


class Merged(NamedTuple):
    """Where leads stood before they were merged, as sets of (stage id, team id)."""

    places: set
    others: set  # of those that the user did not let in as somebody else's
    owner: object  # of one that the user let in so; may be nobody
    stage: object  # of the same one


class CrmLead(models.Model):
    """Where the survivor of a merge may stand.

    Rightly where one of the merged opportunities stood, or what the way asks is met.
    """

    _inherit = "crm.lead"

    def _funnel_get_places(self):
        """Return ``{(stage id, team id)}`` where open opportunities of these stand.

        Sudo: compared only.
        """
        return {
            (lead.stage_id.id, lead.team_id.id)
            for lead in self.sudo()
            if lead.type == "opportunity" and lead.won_status != "lost"
        }

    def _funnel_note_places(self):
        """Return where these stand before they are merged, as :class:`Merged`."""
        let_in = self.sudo().filtered(lambda lead: lead._funnel_is_let_in())
        others = self.browse(set(self._ids) - set(let_in._ids))
        return Merged(
            self._funnel_get_places(),
            others._funnel_get_places(),
            let_in[:1].user_id,
            let_in[:1].stage_id,
        )

    def _funnel_is_let_in(self):
        """Did the user let in this lead, which is somebody else's or nobody's?"""
        if self.user_id == self.env.user or may_approve_own(self.env, self):
            return False
        return bool(self._funnel_find_let_in())

    def _funnel_settle(self, merged):
        """Take the survivor back to where it may stand, and tell the user.

        :param Merged merged: from before the merge
        """
        gates = self.env["funnel.criterion"]._get_gates()
        is_open = self.type == "opportunity" and self.won_status != "lost"
        if gates.is_idle or not is_open:
            return
        if not self._funnel_may_stand(gates, merged.places):
            self._funnel_take_back(gates, merged.places)
        elif self._funnel_is_taken(gates, merged):
            self._funnel_give_back(merged)

    def _funnel_is_taken(self, gates, merged):
        """Is it the user's now, and stands by what the user let in as another's?"""
        is_own = bool(merged.stage) and self.user_id == self.env.user
        return is_own and not self._funnel_may_stand(gates, merged.others)

    def _funnel_give_back(self, merged):
        """Leave a lead that the user let in himself to its owner (S1-39)."""
        with_path(self.sudo(), "merge").write({"user_id": merged.owner.id})
        self._funnel_notify(
            self.env._("Merged, with a warning"),
            self.env._(
                "%(lead)s stays with %(owner)s: you let it into “%(stage)s” yourself; "
                "another manager hands it to you.",
                lead=self.display_name,
                owner=merged.owner.name or "—",
                stage=merged.stage.name,
            ),
        )

    def _funnel_take_back(self, gates, places):
        wanted, stage = self.stage_id, self._funnel_get_fallback(gates, places)
        if stage == wanted:
            return
        with_path(self.sudo(), "merge").write({"stage_id": stage.id})
        self._funnel_notify(
            self.env._("Merged, with a warning"),
            self.env._(
                "%(lead)s goes on in “%(stage)s”: it does not meet yet what "
                "“%(wanted)s” asks.",
                lead=self.display_name,
                stage=stage.name,
                wanted=wanted.name,
            ),
        )

    def _funnel_may_stand(self, gates, places):
        """Is what one of the ways to the survivor's stage asks met?"""
        stage_id, team_id = self.stage_id.id, self.team_id.id
        teams = {team for place, team in places if place == stage_id}
        if team_id in teams or (teams and may_jump(self.env)):
            return True
        ways = [gates.get_rules_of_new_way(t, team_id, stage_id) for t in teams]
        if not ways and self._funnel_find_jump(gates, team_id, None, stage_id):
            return False
        ways = ways or [gates.get_rules_of_way(team_id, None, stage_id)]
        return any(map(self._funnel_meets, ways))

    def _funnel_meets(self, rules):
        """Does nothing of these rules stop the user from taking the lead there?"""
        rules = self._funnel_get_stopping_rules(rules)
        unmet = self._funnel_find_unmet(rules).get(self, ())
        lets_in = may_approve(self.env, self, self.user_id.id)
        free = {"warn", "approve"} if lets_in else {"warn"}
        return all(rule.effect in free for rule in unmet)

    def _funnel_get_fallback(self, gates, places):
        """Return the furthest stage of the team where one stood, else its first."""
        stood = {stage_id for stage_id, team_id in places if team_id == self.team_id.id}
        path = [step.id for step in gates.get_path(self.team_id.id)]
        ids = [id_ for id_ in path if id_ in stood][-1:]
        if ids:
            return self.env["crm.stage"].browse(ids)
        return self._stage_find(domain=[("fold", "=", False)])
