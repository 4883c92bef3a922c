from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..base.batches import run_in_batches
from ..base.derived import with_step

BATCH = 500  # leads per transaction


class CrmLead(models.Model):
    """What a lead knows of its client, and how that follows the client."""

    _inherit = "crm.lead"

    funnel_bought = fields.Boolean(
        string="Existing by a win",
        copy=False,
        readonly=True,
        help="A win made the client an existing one. If it is taken back, the client "
        "is a new one again; what people told stays.",
    )

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

    def _funnel_get_won_clients(self):
        """Sudo: a client may be one that the user does not see."""
        won = self.sudo().filtered(lambda lead: lead.won_status == "won")
        return won.partner_id.commercial_partner_id

    @api.model
    def _funnel_tell_clients(self, clients):
        """Let the open leads of these clients follow a win, or its end."""
        if clients:
            self._funnel_find_open_of(clients)._funnel_follow_wins()

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

    def _funnel_follow_wins(self):
        """Make existing clients of those that bought.

        And new ones again where nothing but a win that ended had made them existing;
        what people told stays.
        """
        buyers = self._funnel_find_buyers()
        bought = buyers.filtered(lambda lead: lead.funnel_client_type != "existing")
        ended = (self - buyers).filtered("funnel_bought")
        for leads, client_type in ((bought, "existing"), (ended, "new")):
            if leads:
                leads.write({"funnel_client_type": client_type})

    def _funnel_note_bought(self):
        """Note of which of these existing clients a win made existing ones."""
        existing = self.filtered(lambda lead: lead.funnel_client_type == "existing")
        bought = existing._funnel_find_buyers() if existing else existing
        ids = set(bought.ids)
        changed = self.filtered(lambda lead: lead.funnel_bought != (lead.id in ids))
        for value, leads in changed.grouped(lambda lead: lead.id in ids).items():
            with_step(leads.sudo()).write({"funnel_bought": value})

    @api.model
    def _funnel_reconcile_clients(self):
        """Nightly: let open leads follow what clients bought without telling."""
        work = (self._funnel_get_untold(), lambda leads: leads._funnel_follow_wins())
        leads = self.sudo().with_context(active_test=False)
        run_in_batches(leads, "reconcile_clients", BATCH, work)

    @api.model
    def _funnel_get_untold(self):
        """Return the domain of open leads that know less, or more, than was bought."""
        untold = SQL(
            """(
            SELECT lead.id
              FROM crm_lead lead
              LEFT JOIN res_partner partner ON partner.id = lead.partner_id
             WHERE lead.won_status = 'pending'
               AND (lead.funnel_client_type IS DISTINCT FROM 'existing'
                    OR lead.funnel_bought)
               AND (lead.funnel_client_type IS DISTINCT FROM 'existing') = EXISTS (
                   SELECT FROM crm_lead won
                     JOIN res_partner buyer ON buyer.id = won.partner_id
                    WHERE won.won_status = 'won' AND won.id != lead.id
                      AND buyer.commercial_partner_id = partner.commercial_partner_id
                      AND (won.company_id IS NULL
                           OR won.company_id = lead.company_id)))"""
        )
        return Domain("id", "in", untold)

    # ------------------------------------------------------------
    # MERGED CONTACTS
    # ------------------------------------------------------------

    def _funnel_follow_contact(self):
        """Compute anew what we know by the contact, which SQL has changed.

        Core's own fields stay as core left them, and so does what people may have told.
        """
        depends = self.env.registry.field_depends
        for name, field in self._fields.items():
            is_ours = name.startswith("funnel_") and field.store and field.compute
            if is_ours and any(
                path.startswith("partner_id") for path in depends[field]
            ):
                leads = (
                    self
                    if field.readonly
                    else self.filtered_domain([(name, "=", False)])
                )
                self.env.add_to_compute(field, leads)
        self._recompute_recordset()
