from odoo import models


class CrmLead2opportunityPartner(models.TransientModel):
    _inherit = "crm.lead2opportunity.partner"

    def _convert_and_allocate(self, leads, user_ids, team_id=False):
        """Judge all leads at once, so that one message names all that stay."""
        with leads._funnel_watch({"type"}) as (_watch, watched):
            return super()._convert_and_allocate(watched, user_ids, team_id=team_id)
