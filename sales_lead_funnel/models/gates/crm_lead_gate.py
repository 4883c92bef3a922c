from contextlib import contextmanager

from odoo import api, models

from ..base.door import is_judged
from ..base.optional_number import NUMBERS, OptionalNumber
from ..base.step import get_mark, with_mark
from .watch import MOVERS, WATCH_KEY, GateWatch, is_concerned


class CrmLead(models.Model):
    """Stage gates: judged after the write on the difference, on every path (rule 2).

    A change of leads runs inside a watch, which knows what they were before. When it is
    done, the leads that came into a stage are judged once per batch; a refusal undoes
    the whole change, whoever may catch the error.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # STEPS of the doors, see lead/
    # ------------------------------------------------------------

    def _funnel_note_births(self, watch):
        """Note that a person makes these leads."""
        if is_judged(self.env):
            watch.note_births(self)

    def _funnel_note_asked(self, watch):
        """Note that a person names the stage of these leads."""
        if is_judged(self.env):
            watch.asked.update(self._ids)

    @api.model
    def _funnel_drop_no_stage(self, vals_list):
        """Let core choose the stage where a file or a caller names none."""
        if all(vals.get("stage_id", True) for vals in vals_list):
            return vals_list
        if not is_judged(self.env):
            return vals_list
        return [
            {n: value for n, value in vals.items() if value or n != "stage_id"}
            for vals in vals_list
        ]

    def _funnel_leave_unknown(self, vals_list, given):
        """A number that nobody gave is no answer of the copy either.

        :param vals_list: values of a copy of each of these leads
        :param given: names of what the caller gives the copies
        """
        entry = self.env["funnel.criterion"]._get_gates().entry.values()
        asked = [rule for rules in entry for rule in rules]
        unknown = self._funnel_find_unknown_numbers(asked)
        unknown = {(id_, name) for id_, name in unknown if name not in given}
        return [
            {name: vals[name] for name in vals if (lead.id, name) not in unknown}
            for lead, vals in zip(self, vals_list, strict=True)
        ]

    def _funnel_close_overtaken(self):
        """Cancel requests of leads that went elsewhere, whoever moved them."""
        gates = self.env["funnel.criterion"]._get_gates()
        if gates.asks_approval:
            self.env["funnel.stage.approval"]._close_overtaken(self)

    def _funnel_drop_untouched(self, vals):
        """Leave out the 0 that a form sends for numbers nobody has typed.

        Saved, it would be the answer to a criterion that requires the number. Of
        numbers that may be unknown it sends nothing; there, a 0 was typed.
        """
        required = self.env["funnel.criterion"]._get_gates().required
        zeros = [
            name
            for name in required.intersection(vals)
            if self._fields[name].type in NUMBERS
            and not isinstance(self._fields[name], OptionalNumber)
            and not vals[name]
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
