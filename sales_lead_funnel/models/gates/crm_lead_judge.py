from typing import NamedTuple

from odoo import models

from ..base.rights import may_approve, may_approve_own
from ..base.step import get_mark
from .policy import ROWS_KEY, get_pass, may_jump, may_pass


class Failure(NamedTuple):
    """One reason why a lead may not be in a stage: a rule it does not meet, or a text.

    ``is_entering`` tells that it came there, else it would lose what the stage asks.
    """

    stage_id: int
    effect: str
    is_entering: bool
    rule: object = None
    text: str = ""


class CrmLead(models.Model):
    """Judges what people did to leads, all leads at once, on what was before."""

    _inherit = "crm.lead"

    def _funnel_judge(self, watch):
        """Refuse what the criteria refuse, tell what they warn of.

        :raise FunnelGateError: naming every refused lead and its reasons
        """
        changes = watch.get_changes(self.sudo().exists())
        failures = self._funnel_find_failures(watch, changes)
        stayed = {
            lead: [f for f in found if f.effect != "warn"]
            for lead, found in failures.items()
        }
        stayed = {lead: found for lead, found in stayed.items() if found}
        if stayed:
            self._funnel_tell_apart(stayed)
            raise self._funnel_refuse(watch, stayed)
        if failures:
            text = self._funnel_describe(failures)
            self._funnel_notify(self.env._("Moved, with warnings"), text)
        if watch.let_in:
            self._funnel_record_direct(watch, changes)

    def _funnel_tell_apart(self, stayed):
        """Explain refused rows of an import, while what they hold is still there."""
        rows = get_mark(self.env, ROWS_KEY)
        for lead in list(stayed)[: rows.get_room()] if rows else ():
            rows.reasons[lead.id] = self._funnel_describe({lead: stayed[lead]})

    def _funnel_record_direct(self, watch, changes):
        """Record who was let in without a request."""
        origins = {change.lead_id: change.get_origin() for change in changes}
        self.env["funnel.stage.approval"]._record_direct(watch.let_in, origins)
        watch.let_in.clear()

    def _funnel_find_failures(self, watch, changes):
        """Return ``{lead: [Failure]}`` of what people did to leads."""
        failures = {}
        entered = self._funnel_find_entered(changes)
        returns = self._funnel_find_returns(
            watch.gates, [self._funnel_get_way(change) for change in entered]
        )
        by_rules = {}
        for change in changes:
            is_entering = change in entered
            is_return = (change.lead_id, change.after.stage_id) in returns
            rules = self._funnel_get_rules(watch, change, is_entering, is_return)
            if rules:
                by_rules.setdefault((tuple(rules), is_entering), []).append(change)
        for (rules, is_entering), group in by_rules.items():
            self._funnel_add_unmet(failures, watch, group, rules, is_entering)
        for change in entered:
            self._funnel_add_closed(failures, watch, change)
        for change in changes if watch.gates.asks_approval else ():
            self._funnel_add_taken(failures, change)
        return failures

    def _funnel_get_way(self, change):
        """Return ``(lead id, team id, stage it comes from, stage)``."""
        after = change.after
        return change.lead_id, after.team_id, change.get_origin(), after.stage_id

    def _funnel_find_entered(self, changes):
        """Return, in order, the changes that brought a lead into its stage.

        Restoring is free where the lead was before it was lost. One that was born
        lost has never been there.
        """
        restored = [change for change in changes if change.is_restored()]
        been = self.browse(c.lead_id for c in restored)._funnel_find_been()
        return dict.fromkeys(
            change
            for change in changes
            if change.has_entered()
            or (
                change.is_restored()
                and (change.lead_id, change.after.stage_id) not in been
            )
        )

    # ------------------------------------------------------------
    # RULES OF A CHANGE
    # ------------------------------------------------------------

    def _funnel_get_rules(self, watch, change, is_entering, is_return):
        """Return the rules that a change has to meet."""
        if not is_entering:
            return [
                *watch.find_blanked(change),
                *self._funnel_get_team_rules(watch.gates, change),
            ]
        if is_return:
            return []
        _lead, team_id, from_id, to_id = self._funnel_get_way(change)
        rules = watch.gates.get_rules_of_way(team_id, from_id, to_id)
        if self._funnel_is_handed_over(watch.gates, change):
            return self._funnel_get_rules_of_own(change, rules)
        team_rules = self._funnel_get_team_rules(watch.gates, change)
        return tuple(dict.fromkeys([*team_rules, *rules]))

    def _funnel_get_rules_of_own(self, change, rules):
        """Return what a manager's hand-over has to meet: nothing, where it is one.

        The own lead that stays so, or nobody's, still needs the approval of another.
        """
        owners = {change.before.owner_id, change.after.owner_id}
        if owners - {False, self.env.uid}:
            return ()
        return tuple(rule for rule in rules if rule.effect == "approve")

    def _funnel_is_handed_over(self, gates, change):
        """Did core choose the stage, because a manager hands the lead over?

        A form sends along the first stage of the new team that core filled in.
        """
        first = gates.get_first(change.after.team_id)
        is_first = change.has_new_team() and change.after.stage_id == first
        return (change.is_put_by_core() or is_first) and may_jump(self.env)

    def _funnel_get_team_rules(self, gates, change):
        """Return what the way of a new team asks that the old one did not.

        Up to the stage where the lead was. Managers hand over freely, as they jump, but
        for what is theirs and stays so.
        """
        if not change.has_new_team():
            return ()
        before, after = change.before, change.after
        stays_own = {before.owner_id, after.owner_id} == {self.env.uid}
        if may_jump(self.env) and not stays_own:
            return ()
        return gates.get_rules_of_new_way(
            before.team_id, after.team_id, before.stage_id
        )

    # ------------------------------------------------------------
    # FAILURES
    # ------------------------------------------------------------

    def _funnel_add_unmet(self, failures, watch, changes, rules, is_entering):
        rules = self._funnel_get_stopping_rules(rules)
        if not rules:
            return
        leads = self.sudo().browse(change.lead_id for change in changes)
        unmet = leads._funnel_find_unmet(rules)
        for change, lead in zip(changes, leads, strict=True):
            for rule in unmet.get(lead, ()):
                if rule.effect == "approve" and self._funnel_may_let_in(
                    lead, rule, change, watch
                ):
                    continue
                stage_id = change.after.stage_id
                effect = self._funnel_get_effect(rule, stage_id)
                failure = Failure(stage_id, effect, is_entering, rule)
                failures.setdefault(lead, []).append(failure)

    def _funnel_get_stopping_rules(self, rules):
        """Leave out the rules that do not stop this user."""
        return [rule for rule in rules if not may_pass(self.env, rule)]

    def _funnel_may_let_in(self, lead, rule, change, watch):
        """May the user let this lead in, which asks for approval? (S1-39)

        An answered request covers its lead and the stage that was wanted, no other.
        """
        if lead._funnel_is_approved(rule, change.after.stage_id):
            return True
        granted = get_pass(self.env)
        if granted and granted.lead_id == lead.id:
            return rule.stage_id == granted.stage_id
        owner_id = change.before.owner_id if change.before else change.after.owner_id
        allowed = may_approve(self.env, lead, owner_id)
        if allowed:
            watch.let_in.add((lead.id, rule.stage_id))
        return allowed

    def _funnel_add_closed(self, failures, watch, change):
        """Add the reason why a way is closed, whatever the lead has to show."""
        if change.is_emptied():
            text = self.env._("an opportunity needs a stage: choose one")
        else:
            _lead, *way = self._funnel_get_way(change)
            text = self._funnel_find_jump(watch.gates, *way)
        if text:
            lead = self.sudo().browse(change.lead_id)
            failure = Failure(change.after.stage_id, "jump", True, text=text)
            failures.setdefault(lead, []).append(failure)

    def _funnel_add_taken(self, failures, change):
        """Refuse to take a lead that the user let in as somebody else's (S1-39).

        Sudo: compared only.
        """
        before, uid = change.before, self.env.uid
        if not before or change.after.owner_id != uid or before.owner_id == uid:
            return
        lead = self.sudo().browse(change.lead_id)
        let_in = lead._funnel_find_let_in()
        if let_in and not may_approve_own(self.env, lead):
            text = self.env._(
                "you let it into “%s” yourself; another manager hands it to you",
                let_in[0].stage_id.name,
            )
            failure = Failure(change.after.stage_id, "jump", True, text=text)
            failures.setdefault(lead, []).append(failure)

    def _funnel_find_let_in(self):
        """Return the approvals by which the user let this lead in without a request."""
        return self.funnel_approval_ids.filtered(
            lambda a: a.is_direct and a.answered_by_id == self.env.user
        )

    def _funnel_find_jump(self, gates, team_id, from_id, to_id):
        """Return why this way between two stages is closed to the user, or False."""
        jump = gates.find_jump(team_id, from_id, to_id)
        if not jump or may_jump(self.env):
            return False
        if jump == "skip":
            return self.env._("stages may not be skipped on the way into it")
        return self.env._("leads may not go back into it")
