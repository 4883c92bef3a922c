from contextlib import contextmanager

from odoo import api, models

from ...exceptions import FunnelGateError
from ..base.door import is_judged
from ..base.optional_number import NUMBERS
from ..base.step import get_mark, with_mark
from .watch import (
    MOVERS,
    WATCH_KEY,
    GateWatch,
    is_concerned,
)


class FunnelGateMixin(models.AbstractModel):
    """Stage gates: judged after the write on the difference, on every path (rule 2).

    A change of leads runs inside a watch, which knows what they were before. When it is
    done, the leads that came into a stage are judged once per batch; a refusal undoes
    the whole change, whoever may catch the error.
    """

    _name = "funnel.gate.mixin"
    _description = "Stage gates"
    _inherit = ["funnel.settle.mixin"]

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if is_judged(self.env):
            vals_list = [self._funnel_drop_no_stage(vals) for vals in vals_list]
        with self._funnel_watch() as (watch, model):
            leads = super(FunnelGateMixin, model).create(vals_list)
            if watch and is_judged(model.env):
                watch.note_births(leads)
        return leads.with_env(self.env)

    def write(self, vals):
        with self._funnel_watch(vals) as (watch, leads):
            if watch and "stage_id" in vals and is_judged(self.env):
                watch.asked.update(self._ids)
            result = super(FunnelGateMixin, leads).write(vals)
            leads._funnel_close_overtaken(vals)
        return result

    def _funnel_drop_no_stage(self, vals):
        """Let core choose the stage where a file or a caller names none."""
        if vals.get("stage_id", True):
            return vals
        return {name: vals[name] for name in vals if name != "stage_id"}

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
            with self._funnel_watch() as (_watch, leads):
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
        with self._funnel_watch() as (_watch, leads):
            return super(FunnelGateMixin, leads).convert_opportunity(*args, **kwargs)

    def _merge_opportunity(self, *args, **kwargs):
        """A merge of people is not refused, but lifts no lead over a gate either."""
        places = self._funnel_get_places() if is_judged(self.env) else None
        survivor = super()._merge_opportunity(*args, **kwargs)
        if places is not None:
            survivor._funnel_settle(places)
        return survivor

    def action_set_won(self):
        with self._funnel_watch() as (_watch, leads):
            return super(FunnelGateMixin, leads).action_set_won()

    # ------------------------------------------------------------
    # WATCH
    # ------------------------------------------------------------

    @contextmanager
    def _funnel_watch(self, changed=MOVERS):
        """Judge what is done to leads in the block, when the outermost block ends.

        Without criteria this costs one cached lookup.

        :param changed: names of the fields that change
        :return: ``(GateWatch or None, self to go on with)``
        """
        gates = self.env["funnel.criterion"]._get_gates()
        outer = get_mark(self.env, WATCH_KEY)
        if outer and outer.is_open:
            with self._funnel_join_watch(outer, changed):
                yield outer, self
        elif gates.is_idle or not self._funnel_may_enter(gates, changed):
            yield None, self
        else:
            watch = GateWatch(gates)
            watch.note(self)
            try:
                with self._funnel_undo_when_refused():
                    yield watch, with_mark(self, WATCH_KEY, watch)
                    self.browse(watch.before)._funnel_judge(watch)
            finally:
                watch.is_open = False

    def _funnel_may_enter(self, gates, changed):
        return is_judged(self.env) and is_concerned(gates, changed)

    @contextmanager
    def _funnel_join_watch(self, watch, changed):
        """Take part in an outer block. What the background does in it is not judged."""
        if is_judged(self.env):
            watch.note(self)
            yield
        elif is_concerned(watch.gates, changed):
            with watch.set_aside(self):
                yield
        else:
            yield

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
