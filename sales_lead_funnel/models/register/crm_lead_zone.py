from odoo import api, models
from odoo.fields import Domain


class CrmLead(models.Model):
    """Whose days count where rules judge a lead: its company's.

    “In 3 months” begins on the same day whoever saves the lead, and whenever the
    scheduled actions run. A lead that all companies share belongs to the one that
    numbered it.
    """

    _inherit = "crm.lead"

    def _funnel_split_by_zone(self):
        """Return these leads in parts, each in the time of its companies.

        Archived records count nowhere, whatever list the leads are seen in.
        """
        parts = self.grouped(lambda lead: lead._funnel_get_zone())
        return [
            leads.with_context(active_test=True, tz=zone)
            for zone, leads in parts.items()
        ]

    def _funnel_get_zone(self):
        return self._funnel_get_number_company()._funnel_get_tz()

    @api.model
    def _funnel_split_all_by_zone(self):
        """Return ``[(model in a zone's time, domain of its leads)]``."""
        zones = self.env["res.company"]._funnel_get_zones()
        return [
            (
                self.with_context(active_test=True, tz=zone),
                self._funnel_get_zone_domain(ids) if len(zones) > 1 else Domain.TRUE,
            )
            for zone, ids in zones.items()
        ]

    def _funnel_get_zone_domain(self, company_ids):
        """Return the domain of the leads of these companies, which share a zone."""
        shared = Domain("company_id", "=", False)
        theirs = shared & Domain("funnel_code_company_id", "in", company_ids)
        if self.env.company.id in company_ids:  # also those nobody has numbered yet
            theirs |= shared & Domain("funnel_code_company_id", "=", False)
        return Domain("company_id", "in", company_ids) | theirs
