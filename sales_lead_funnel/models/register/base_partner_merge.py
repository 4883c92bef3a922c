from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Core merges contacts by SQL: let the leads of those that go follow.

        Sudo: who may merge contacts changes what is known of their leads.
        """
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        leads = leads.search(
            [
                "|",
                ("partner_id", "child_of", src_partners.ids),
                ("partner_id.commercial_partner_id", "in", src_partners.ids),
            ]
        )
        result = super()._update_foreign_keys(src_partners, dst_partner)
        leads._funnel_follow_contact()
        leads._funnel_find_open_of(
            dst_partner.commercial_partner_id
        )._funnel_follow_wins()
        return result
