from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmLead(models.Model):
    """What a lead knows of its client, and how that follows the client."""

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # BOUGHT
    # ------------------------------------------------------------

    def _funnel_find_buyers(self):
        """Return those of these leads whose client won another lead with us.

        Sudo: a client is an existing one also where another rep won; only the yes or
        no is kept, and only within the lead's own company.
        """
        clients = self.sudo().partner_id.commercial_partner_id
        won = self.env["crm.lead"].sudo().with_context(active_test=False)
        of_clients = Domain("partner_id.commercial_partner_id", "in", clients.ids)
        rows = won._read_group(
            Domain("won_status", "=", "won") & of_clients,
            ["partner_id", "company_id"],
            ["id:array_agg"],
        )
        wins = {}
        for partner, company, ids in rows:
            wins.setdefault((partner.commercial_partner_id, company), set()).update(ids)
        return self.filtered(lambda lead: lead._funnel_has_bought(wins))

    def _funnel_has_bought(self, wins):
        """Is there a win of the client beside this lead, where its company sees it?

        :param dict wins: ``{(client, company): {ids of won leads}}``
        """
        client = self.sudo().partner_id.commercial_partner_id
        seen = [self.company_id, self.env["res.company"]]
        found = set().union(*(wins.get((client, company), ()) for company in seen))
        return bool(found - {self._origin.id})

    def _funnel_tell_clients(self):
        """Let the other open leads of these leads' clients follow a win, or its end."""
        clients = self.sudo().partner_id.commercial_partner_id
        if clients:
            others = self._funnel_find_open_of(clients) - self
            others._funnel_follow_wins(may_end=True)

    @api.model
    def _funnel_find_open_of(self, clients):
        """Sudo: other reps' leads follow what is known of the client as well."""
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        return leads.search(
            [
                ("partner_id.commercial_partner_id", "in", clients.ids),
                ("won_status", "=", "pending"),
            ]
        )

    def _funnel_follow_wins(self, *, may_end=False):
        """Make existing clients of those that bought.

        :param bool may_end: also make new ones again of those whose only win ended
        """
        buyers = self._funnel_find_buyers()
        new = buyers.filtered(lambda lead: lead.funnel_client_type != "existing")
        new.funnel_client_type = "existing"
        if may_end:
            ended = self - buyers
            ended.filtered("funnel_client_type").funnel_client_type = "new"

    @api.model
    def _funnel_reconcile_clients(self):
        """Nightly: find the open leads of clients that bought without telling."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id
                  FROM crm_lead lead
                  JOIN res_partner partner ON partner.id = lead.partner_id
                 WHERE lead.won_status = 'pending'
                   AND lead.funnel_client_type IS DISTINCT FROM 'existing'
                   AND EXISTS (
                       SELECT FROM crm_lead won
                         JOIN res_partner buyer ON buyer.id = won.partner_id
                        WHERE won.won_status = 'won' AND won.id != lead.id
                          AND buyer.commercial_partner_id
                              = partner.commercial_partner_id
                          AND (won.company_id IS NULL
                               OR won.company_id = lead.company_id))
                """
            )
        )
        self.sudo().browse(id_ for (id_,) in rows)._funnel_follow_wins()

    # ------------------------------------------------------------
    # MERGED CONTACTS
    # ------------------------------------------------------------

    def _funnel_follow_contact(self):
        """Compute anew what we know by the contact, which SQL has changed.

        Core's own fields stay as core left them; whether the client bought is asked
        apart, as people may have told it.
        """
        depends = self.env.registry.field_depends
        for name, field in self._fields.items():
            is_ours = name.startswith("funnel_") and field.store and field.compute
            follows = any(path.startswith("partner_id") for path in depends[field])
            if is_ours and follows and name != "funnel_client_type":
                self.env.add_to_compute(field, self)
        self._recompute_recordset()
