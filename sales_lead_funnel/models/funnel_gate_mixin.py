from contextlib import contextmanager
from typing import NamedTuple

from odoo import api, models

from ..exceptions import FunnelGateError
from .funnel_gate_policy import has_approval, is_judged, may_approve, may_jump, may_pass
from .funnel_gate_watch import MOVERS, SOURCES, WATCH_KEY, GateWatch
from .funnel_mark import get_mark, with_mark
from .funnel_proof_mixin import NUMBERS


class Failure(NamedTuple):
    """One reason why a lead may not enter: a rule it does not meet, or a text."""

    effect: str
    rule: object = None
    text: str = ""


class FunnelGateMixin(models.AbstractModel):
    """Stage gates: judged after the write on the difference, on every path (rule 2).

    A change of leads runs inside a watch, which knows what they were before. When it is
    done, the leads that came into a stage are judged once per batch; a refusal undoes
    the whole change, whoever may catch the error.
    """

    _name = "funnel.gate.mixin"
    _description = "Stage gates"
    _inherit = ["funnel.ask.mixin"]

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        with self._funnel_watch(MOVERS) as (watch, model):
            leads = super(FunnelGateMixin, model).create(vals_list)
            if watch and is_judged(model.env):
                watch.note_births(leads)
        return leads.with_env(self.env)

    def write(self, vals):
        with self._funnel_watch(vals) as (_watch, leads):
            result = super(FunnelGateMixin, leads).write(vals)
            leads._funnel_close_overtaken(vals)
        return result

    def copy_data(self, default=None):
        """A number that nobody gave is no answer of the copy either."""
        entry = self.env["funnel.criterion"]._get_gates().entry.values()
        asked = [rule for rules in entry for rule in rules]
        unknown = self._funnel_find_unknown_numbers(asked)
        unknown = {(id_, name) for id_, name in unknown if name not in (default or {})}
        return [
            {name: vals[name] for name in vals if (lead.id, name) not in unknown}
            for lead, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _funnel_close_overtaken(self, changed):
        """Cancel requests of leads that went elsewhere, whoever moved them."""
        gates = self.env["funnel.criterion"]._get_gates()
        if gates.asks_approval and not MOVERS.isdisjoint(changed):
            self.env["funnel.stage.approval"]._close_overtaken(self)

    # ------------------------------------------------------------
    # DOORS that write leads one by one: judged once, all failures in one message
    # ------------------------------------------------------------

    def web_save_multi(self, vals_list, specification):
        copies = dict(zip(self._ids, map(dict, vals_list), strict=True))
        if len(copies) < len(self):  # a lead given twice: each write counts by itself
            return super().web_save_multi(vals_list, specification)
        try:
            with self._funnel_watch(MOVERS) as (_watch, leads):
                return super(FunnelGateMixin, leads).web_save_multi(
                    vals_list, specification
                )
        except FunnelGateError as error:
            rest = self._funnel_without_stayed(error)
            rest.web_save_multi([copies[id_] for id_ in rest._ids], specification)
            return self._funnel_tell_stayed(error, specification)

    def web_save(self, vals, specification, next_id=None):
        """Mass edit of a list: what may move moves, the others stay and are named."""
        if not self:
            vals = self._funnel_drop_untouched(vals)
        copy = dict(vals)
        try:
            return super().web_save(vals, specification, next_id)
        except FunnelGateError as error:
            rest = self._funnel_without_stayed(error)
            super(FunnelGateMixin, rest).web_save(copy, specification)
            return self._funnel_tell_stayed(error, specification)

    def _funnel_drop_untouched(self, vals):
        """Leave out the 0 that a form sends for numbers nobody has typed.

        Saved, it would be the answer to a criterion that requires the number.
        """
        required = self.env["funnel.criterion"]._get_gates().required
        zeros = [
            name
            for name in required.intersection(vals)
            if self._fields[name].type in NUMBERS and not vals[name]
        ]
        defaults = self.default_get(zeros) if zeros else {}
        drop = {name for name in zeros if not defaults.get(name)}
        return {name: value for name, value in vals.items() if name not in drop}

    def _funnel_without_stayed(self, error):
        """Return the leads that were not refused.

        :raise FunnelGateError: it was one lead, or all were refused, or none of these
        """
        rest = self.filtered(lambda lead: lead.id not in error.stayed_ids)
        if not rest or rest == self:
            raise error
        return rest

    def _funnel_tell_stayed(self, error, specification):
        self._funnel_notify(self.env._("Some leads stayed"), str(error), sticky=True)
        return self.with_context(bin_size=True).web_read(specification)

    def convert_opportunity(self, *args, **kwargs):
        with self._funnel_watch(MOVERS) as (_watch, leads):
            return super(FunnelGateMixin, leads).convert_opportunity(*args, **kwargs)

    def action_set_won(self):
        with self._funnel_watch(MOVERS) as (_watch, leads):
            return super(FunnelGateMixin, leads).action_set_won()

    # ------------------------------------------------------------
    # WATCH
    # ------------------------------------------------------------

    @contextmanager
    def _funnel_watch(self, changed):
        """Judge what is done to leads in the block, when the outermost block ends.

        Without criteria this costs one cached lookup.

        :param changed: names of the fields that change
        :return: ``(GateWatch or None, self to go on with)``
        """
        gates = self.env["funnel.criterion"]._get_gates()
        outer = get_mark(self.env, WATCH_KEY)
        if outer and outer.is_open:
            with self._funnel_join_watch(outer):
                yield outer, self
        elif gates.is_idle or not self._funnel_may_enter(gates, changed):
            yield None, self
        else:
            watch = GateWatch(gates, self.env)
            watch.note(self)
            try:
                with self._funnel_undo_when_refused():
                    yield watch, with_mark(self, WATCH_KEY, watch)
                    self.browse(watch.before)._funnel_judge(watch)
            finally:
                watch.is_open = False

    def _funnel_may_enter(self, gates, changed):
        if not is_judged(self.env):
            return False
        if gates.requires_derived:  # which may follow from whatever changes
            return True
        return not (MOVERS | SOURCES | gates.required).isdisjoint(changed)

    @contextmanager
    def _funnel_join_watch(self, watch):
        """Take part in an outer block. What the background does in it is not judged.

        What the person did before is, as the person who did it.
        """
        if is_judged(self.env):
            watch.note(self)
            yield
            return
        changed = self.with_env(watch.env).browse(set(self._ids) & set(watch.before))
        changed._funnel_judge(watch)
        yield
        watch.note_again(self)

    @contextmanager
    def _funnel_undo_when_refused(self):
        """Leave nothing of a refused change, also where the error is swallowed.

        Core's mail links do so. The flush before, without the one of core's own
        savepoints, keeps tracking at the end of the transaction.
        """
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                yield
        except Exception:
            self.env.transaction.clear()
            raise

    # ------------------------------------------------------------
    # JUDGEMENT
    # ------------------------------------------------------------

    def _funnel_judge(self, watch):
        """Refuse what the criteria refuse, tell what they warn of.

        :raise FunnelGateError: naming every refused lead and its reasons
        """
        leads = self.sudo().exists() if len(self) > 1 else self.sudo()
        entered = leads._funnel_find_entered(watch)
        failures = self._funnel_find_failures(watch, leads, entered)
        stayed = {
            lead: [f for f in found if f.effect != "warn"]
            for lead, found in failures.items()
        }
        stayed = {lead: found for lead, found in stayed.items() if found}
        if stayed:
            raise self._funnel_refuse(watch, stayed, entered)
        if failures:
            text = self._funnel_describe(failures)
            self._funnel_notify(self.env._("Moved, but mind"), text)
        if watch.gates.asks_approval:
            self._funnel_record_direct(watch, entered)

    def _funnel_record_direct(self, watch, entered):
        """Record who was let in without a request."""
        inside = set(entered._ids)
        let_in = {pair for pair in watch.let_in if pair[0] in inside}
        if let_in:
            states = {lead_id: watch.before[lead_id] for lead_id, _stage_id in let_in}
            self.env["funnel.stage.approval"]._record_direct(
                let_in, {id_: state and state.stage_id for id_, state in states.items()}
            )
            watch.let_in.clear()

    def _funnel_find_entered(self, watch):
        """Return the leads that came into their stage, to be judged.

        Restoring is free where the lead was before it was lost. One that was born
        lost has never been there.
        """
        entered = self.filtered(watch.has_entered)
        restored = self.filtered(watch.is_restored)
        been = restored._funnel_find_been()
        return entered | restored.filtered(
            lambda lead: (lead.id, lead.stage_id.id) not in been
        )

    def _funnel_find_failures(self, watch, leads, entered):
        """Return ``{lead: [Failure]}`` of the leads that changed their stage."""
        failures, origins = {}, watch.get_origins(entered)
        for stage, group in entered.grouped("stage_id").items():
            back = group._funnel_filter_back(watch.gates, origins, stage.id)
            self._funnel_add_forward(failures, group - back, origins, watch)
            self._funnel_add_jumps(failures, group, origins, watch)
        blanked = (leads - entered).grouped(
            lambda lead: tuple(watch.find_blanked(lead))
        )
        for rules, group in blanked.items():
            if rules:
                self._funnel_add_failures(failures, group, rules, watch)
        self._funnel_add_rerouted(failures, leads - entered, watch)
        return failures

    def _funnel_add_forward(self, failures, leads, origins, watch):
        """Judge leads that came into a stage, also by the stages they jumped over."""

        def get_rules(lead):
            return watch.gates.get_rules_of_way(
                lead.team_id.id, origins.get(lead.id), lead.stage_id.id
            )

        for rules, group in leads.grouped(get_rules).items():
            if rules:
                self._funnel_add_failures(failures, group, rules, watch)

    def _funnel_add_rerouted(self, failures, leads, watch):
        """Judge leads that changed their team and kept the stage, by the new way to it.

        Managers hand leads over freely, as they may jump.
        """
        for lead in leads if not may_jump(self.env) else ():
            rules = watch.find_rules_of_new_way(lead)
            if rules:
                self._funnel_add_failures(failures, lead, rules, watch)

    def _funnel_add_failures(self, failures, leads, rules, watch):
        rules = self._funnel_get_stopping_rules(rules)
        for lead, unmet in leads._funnel_find_unmet(rules).items():
            for rule in unmet:
                if rule.effect != "approve" or not self._funnel_may_let_in(
                    lead, rule, watch
                ):
                    effect = self._funnel_get_effect(rule, lead.stage_id)
                    failures.setdefault(lead, []).append(Failure(effect, rule))

    def _funnel_get_stopping_rules(self, rules):
        """Leave out the rules that do not stop this user."""
        return [rule for rule in rules if not may_pass(self.env, rule)]

    def _funnel_may_let_in(self, lead, rule, watch):
        """May the user let this lead in, which asks for approval? (S1-39)

        An answered request covers the stage that was wanted, no other.
        """
        if lead._funnel_is_approved(rule, lead.stage_id):
            return True
        if has_approval(self.env):
            return rule.stage_id == lead.stage_id.id
        before = watch.before[lead.id]
        owner_id = before.owner_id if before else lead.user_id.id
        allowed = may_approve(self.env, lead, owner_id)
        if allowed:
            watch.let_in.add((lead.id, rule.stage_id))
        return allowed

    def _funnel_add_jumps(self, failures, leads, origins, watch):
        for lead in leads:
            from_id, to_id = origins.get(lead.id), lead.stage_id.id
            text = self._funnel_find_jump(watch.gates, from_id, to_id, lead)
            if text:
                failures.setdefault(lead, []).append(Failure("jump", text=text))

    def _funnel_find_jump(self, gates, from_id, to_id, lead=None):
        """Return why this way between two stages is closed to the user, or False."""
        team_id = (lead or self).team_id.id
        jump = gates.find_jump(team_id, from_id, to_id)
        if not jump or may_jump(self.env):
            return False
        if jump == "skip":
            return self.env._("stages may not be skipped on the way into it")
        return self.env._("leads may not go back into it")
