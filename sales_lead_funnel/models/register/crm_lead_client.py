from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.names import client_key, is_no_client
from ..base.arguments import one_record
from ..base.hidden import HiddenChar

VISIBLE_LIMIT = 20  # leads of the same client listed on the form


class CrmLead(models.Model):
    """Finds the leads of the same client by its normalised name (S0-39, S2-4, S3-2).

    Core compares mail domain, phone and contact, not the name of the company.
    """

    _inherit = "crm.lead"

    funnel_client_key = HiddenChar(
        compute="_compute_funnel_client_key",
        store=True,
        copy=False,
        index="btree_not_null",
        export_string_translation=False,
        help="Company name without width, case, punctuation and legal form; empty for "
        "a placeholder such as N/A.",
    )
    funnel_same_client_ids = fields.Many2many(
        "crm.lead",
        string="Leads of the same client",
        compute="_compute_funnel_same_client",
        help="Leads you may see of the same contact, or of a client with the same "
        "name.",
    )
    funnel_same_client_count = fields.Integer(
        string="Same client", compute="_compute_funnel_same_client"
    )
    funnel_same_client_hint = fields.Char(
        string="Same client, other salesperson",
        compute="_compute_funnel_same_client",
    )

    @api.depends("partner_name", "partner_id.commercial_partner_id.name")
    def _compute_funnel_client_key(self):
        for lead in self:
            partner = lead.partner_id.commercial_partner_id
            name = lead.partner_name or (partner.name if partner.is_company else "")
            key = "" if is_no_client(name) else client_key(name)
            lead.funnel_client_key = key or False

    @api.depends("funnel_client_key", "partner_id.commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_funnel_same_client(self):
        self.funnel_same_client_ids = False
        self.funnel_same_client_count = 0
        self.funnel_same_client_hint = False
        for lead in self.filtered(lambda le: le.funnel_client_key or le.partner_id):
            twins = self.with_context(active_test=True).search(
                lead._funnel_get_twin_domain()
            )
            lead.funnel_same_client_ids = twins[:VISIBLE_LIMIT]
            lead.funnel_same_client_count = len(twins)
            if lead._funnel_is_followed_unseen(twins):
                lead.funnel_same_client_hint = lead._funnel_get_hint()

    def _funnel_get_twin_domain(self):
        """Return the open leads of the same client, but for this one.

        Leads of one contact are the same client, whatever name was typed on them.
        Sudo: of which company a contact is, whose lead the user may read.
        """
        key, client = self.funnel_client_key, self.partner_id
        client = client.sudo().commercial_partner_id
        is_same = Domain("partner_id.commercial_partner_id", "in", client.ids)
        if key:
            is_same |= Domain("funnel_client_key", "=", key)
        is_other = Domain("id", "!=", self._origin.id)
        return is_same & is_other & Domain("won_status", "=", "pending")

    def _funnel_is_followed_unseen(self, seen):
        """Does somebody else follow this client in a lead the user cannot see?

        Sudo: only the yes or no leaves this method, and only for the companies the
        user works in.
        """
        companies = [*self.env.companies.ids, False]
        unseen = self._funnel_get_twin_domain() & Domain(
            [("company_id", "in", companies), ("id", "not in", seen.ids)]
        )
        return bool(self.sudo().search_count(unseen, limit=1))

    def _funnel_get_hint(self):
        leader = self.env.user.sale_team_id.user_id
        if leader and leader != self.env.user:
            return self.env._(
                "Someone else follows this client. Ask %s before you contact it.",
                leader.name,
            )
        return self.env._(
            "Someone else follows this client. Ask your sales manager before you "
            "contact it."
        )

    @one_record
    def action_funnel_show_same_client(self):
        twins = self.search(self._funnel_get_twin_domain()) | self
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leads of the same client"),
            "res_model": "crm.lead",
            "view_mode": "list,form",
            "domain": [("id", "in", twins.ids)],
        }
