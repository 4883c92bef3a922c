from odoo import api, fields, models
from odoo.exceptions import LockError

from .step import has_mark, with_mark
from .zones import get_company_day, get_person_day

CHATTER = ("message_", "activity_")  # how the fields of chatter and activities begin


class FunnelLeadChild(models.AbstractModel):
    """A record that belongs to one lead and follows it through merges."""

    _name = "funnel.lead.child"
    _description = "Record of a lead"
    _inherit = ["funnel.intake.mixin"]

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id")

    def write(self, vals):
        """Take records to another lead only if the user may write there as well.

        And if the lead they leave does not need them where it stands.
        """
        if "lead_id" not in vals:
            return super().write(vals)
        with self.lead_id._funnel_watch() as (_watch, leads):
            result = super(FunnelLeadChild, self.with_env(leads.env)).write(vals)
            self.check_access("write")  # judges the lead they are on now
            return result

    def unlink(self):
        """What a stage requires is not taken away by way of the records."""
        with self.lead_id._funnel_watch() as (_watch, leads):
            return super(FunnelLeadChild, self.with_env(leads.env)).unlink()

    def _check_not_ahead(self, name):
        """Refuse a future day of what has happened.

        Today is the user's, or the company's where that has begun already.

        :param str name: of the field with the day
        :raise FunnelFollowupError: names the lead and the day
        """
        for record in self:
            company = record.sudo().company_id or self.env.company
            today = max(get_person_day(self.env), get_company_day(company))
            record._funnel_check_not_after(name, today)

    @api.model
    def _follow_merge(self, survivor, merged):
        """Hand the records of ``merged`` leads over to ``survivor``.

        Sudo: whoever may merge the leads may keep what belongs to them.
        """
        records = self.sudo().with_context(active_test=False)
        records.search([("lead_id", "in", merged.ids)])._reparent(survivor)

    def _reparent(self, survivor):
        """Override where handing over is more than another lead."""
        self.write({"lead_id": survivor.id})

    def _go_with_lead(self):
        """Be deleted as the lead is, with chatter and activities."""
        self._step().unlink()

    def _step(self):
        """Override to mark what follows from the lead, where users may not."""
        return self


class FunnelGuardedChild(models.AbstractModel):
    """A record of a lead of which people write a part; its own steps write the rest."""

    _name = "funnel.guarded.child"
    _description = "Record of a lead with steps of its own"
    _inherit = ["funnel.lead.child"]

    _funnel_guards_itself = True
    _step_key = None  # key of the mark in the context, one per model
    _free_fields = frozenset()  # what people write

    _is_history = False  # do records stay as long as their lead?

    @api.ondelete(at_uninstall=False)
    def _unlink_by_step(self):
        """Nobody deletes history by hand, superuser code of others neither."""
        if self._is_history and not self._is_step():
            raise self._guard_error()

    def write(self, vals):
        if not self._is_step():
            self._check_by_hand(vals)
        return super().write(vals)

    def _is_step(self):
        return has_mark(self.env, self._step_key)

    def _step(self):
        """Mark what is done with the records as a step."""
        return with_mark(self, self._step_key)

    def _check_by_hand(self, vals):
        """Refuse what people may not write. Override where there is more to it."""
        self._check_is_free(vals)

    def _check_is_free(self, vals):
        if any(name in self._fields and not self._is_free(name) for name in vals):
            raise self._guard_error()

    def _is_free(self, name):
        return name in self._free_fields or name.startswith(CHATTER)

    def _guard_error(self):
        """Return the error that says what people may write, or how the rest follows."""
        raise NotImplementedError

    def _can_be_read_by(self, user):
        """Is this user still there, and may read the record in an own company?"""
        return user.sudo().active and self._as_seen_by(user).has_access("read")

    def _as_seen_by(self, user):
        """Return the record with the rights and in all companies of a user.

        Sudo: who looks may not know all of these companies.
        """
        companies = user.sudo().company_ids
        return self.with_user(user).with_context(allowed_company_ids=companies.ids)

    def _hold(self, *names):
        """Lock the records, and read the fields ``names`` anew.

        Whoever comes second, while somebody answers, is told.
        """
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise self._hold_error() from error
        self.invalidate_recordset(names)

    def _hold_error(self):
        """Return the error that says that somebody else is at it."""
        raise NotImplementedError
