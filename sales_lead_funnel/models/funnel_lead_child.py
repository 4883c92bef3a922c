from odoo import api, fields, models

from ..exceptions import FunnelFollowupError
from .funnel_gate_watch import MOVERS


def check_is_derived(records, vals, names):
    """Refuse users to write what follows from other records.

    :raise FunnelFollowupError: one of ``names`` is in ``vals``, and this is no sudo
    """
    for name in [] if records.env.su else set(names).intersection(vals):
        if records or vals[name]:  # a form may send an empty default on creating
            raise FunnelFollowupError(
                records.env._(
                    "“%(field)s” cannot be written: it follows from logging "
                    "follow-ups, pausing and resuming.",
                    field=records._fields[name]._description_string(records.env),
                )
            )


def without_derived(records, vals_list, names):
    """Return what to create, without what follows from other records.

    Also not by way of defaults, which any caller may send.

    :raise FunnelFollowupError: some of ``names`` are given
    """
    if records.env.su:
        return vals_list
    for vals in vals_list:
        check_is_derived(records, vals, names)
    return [{**vals, **dict.fromkeys(names, False)} for vals in vals_list]


class FunnelLeadChild(models.AbstractModel):
    """A record that belongs to one lead and follows it through merges."""

    _name = "funnel.lead.child"
    _description = "Record of a lead"
    _inherit = ["funnel.intake.mixin"]

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id")

    def write(self, vals):
        """Take records to another lead only if the user may write there as well."""
        result = super().write(vals)
        if "lead_id" in vals:
            self.check_access("write")  # judges the lead they are on now
        return result

    def unlink(self):
        """What a stage requires is not taken away by way of the records."""
        with self.lead_id._funnel_watch(MOVERS):
            return super().unlink()

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
