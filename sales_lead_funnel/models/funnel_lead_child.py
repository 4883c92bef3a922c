from odoo import api, fields, models


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
