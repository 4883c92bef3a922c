from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_datetime

from ...exceptions import FunnelRegisterError
from ...tools.names import split_client, split_contact
from ..base.limits import LIMITS, cut
from ..base.optional_number import OptionalFloat, OptionalInteger, OptionalMonetary
from ..base.searching import yes_or_no
from ..base.telling import get_latest

ENTRY_DEADLINE = timedelta(hours=24)  # S0-34
NAME_NEED_LENGTH = 60  # characters of the need that go into a lead's title
NEED_FIT = [("full", "Full match"), ("partial", "Partial match"), ("none", "No match")]
AUTHORITY = [
    ("decides", "Decides"),
    ("influences", "Influences the decision"),
    ("none", "No say in it"),
]
CLIENT_TYPES = [("new", "New client"), ("existing", "Existing client")]
MERGED = [  # of the first of the merged leads that tells it
    "funnel_source_detail",
    "funnel_industry_id",
    "funnel_need",
    "funnel_need_fit",
    "funnel_authority",
    "funnel_purchase_date",
]
CLIENT_FACTS = ("partner_id", "company_id", "funnel_client_type")


class CrmLead(models.Model):
    """The register: where a lead came from, what is known (S0-5…8, S1-13, F1)."""

    _inherit = "crm.lead"

    # When and where from
    funnel_obtained_at = fields.Datetime(
        string="Obtained at",
        copy=False,
        default=lambda self: self.env.cr.now(),
        index=True,
        help="When the lead was obtained, e.g. the card handed over at the show. "
        "When it was entered here is the creation date.",
    )
    funnel_entered_on_time = fields.Boolean(
        string="Entered within 24 h",
        compute="_compute_funnel_entered_on_time",
        search="_search_funnel_entered_on_time",
    )
    funnel_source_detail = fields.Char(
        string="Source detail",
        help="Which show and year, who referred, which page: the channel in detail.",
    )
    # What is known
    funnel_industry_id = fields.Many2one(
        "res.partner.industry",
        string="Industry",
        compute="_compute_funnel_industry_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
    )
    funnel_need = fields.Text(string="Initial need")
    funnel_need_fit = fields.Selection(
        NEED_FIT,
        string="Need fits our offer",
        help="How far our product meets the need; empty while unknown.",
    )
    funnel_authority = fields.Selection(
        AUTHORITY,
        string="Decision power",
        help="What our contact has to say in the decision; empty while unknown.",
    )
    funnel_budget_min = OptionalMonetary(
        string="Budget from", currency_field="company_currency"
    )
    funnel_budget_max = OptionalMonetary(
        string="Budget to", currency_field="company_currency"
    )
    funnel_purchase_date = fields.Date(
        string="Planned purchase", help="When the client plans to buy."
    )
    # What an existing client is worth (scorecard for customers, S2-5…7)
    funnel_client_type = fields.Selection(
        CLIENT_TYPES,
        string="Client type",
        compute="_compute_funnel_client_type",
        store=True,
        readonly=False,
    )
    funnel_sales_12m = OptionalMonetary(
        string="Sales of the last 12 months", currency_field="company_currency"
    )
    funnel_industry_growth = OptionalFloat(
        string="Industry growth (%)", aggregator="avg"
    )
    funnel_decision_people = OptionalInteger(
        string="People in the decision", aggregator="avg"
    )
    # The register's combined columns
    funnel_client = fields.Char(
        string="Client / person",
        compute="_compute_funnel_client",
        inverse="_inverse_funnel_client",
        help="Company, or a person marked with “(个人)” or “(person)”.",
    )
    funnel_contact = fields.Char(
        string="Contact information",
        compute="_compute_funnel_contact",
        inverse="_inverse_funnel_contact",
        help="Phone and e-mail in one column.",
    )

    # ------------------------------------------------------------
    # COMPUTES
    # ------------------------------------------------------------

    @api.depends("create_date", "funnel_obtained_at")
    def _compute_funnel_entered_on_time(self):
        for lead in self:
            recorded = lead.create_date or fields.Datetime.now()
            obtained = lead.funnel_obtained_at
            lead.funnel_entered_on_time = (
                bool(obtained) and recorded - obtained <= ENTRY_DEADLINE
            )

    @yes_or_no
    def _search_funnel_entered_on_time(self):
        on_time = SQL(
            "(SELECT id FROM crm_lead WHERE create_date - funnel_obtained_at <= %s)",
            ENTRY_DEADLINE,
        )
        return Domain("id", "in", on_time)

    @api.depends("partner_id")
    def _compute_funnel_industry_id(self):
        for lead in self:
            industry = lead.partner_id.commercial_partner_id.industry_id
            lead.funnel_industry_id = industry or lead.funnel_industry_id

    @api.depends("partner_id")
    def _compute_funnel_client_type(self):
        """A client that bought before, in a lead of the same company, is existing.

        Without a contact it stays what people told; closed leads stay what they were.
        """
        told = self.filtered(
            lambda lead: (
                lead.funnel_client_type
                and (not lead.partner_id or lead.won_status in ("won", "lost"))
            )
        )
        for lead in told:
            lead.funnel_client_type = lead.funnel_client_type
        rest = self - told
        buyers = rest._funnel_find_buyers()
        buyers.funnel_client_type = "existing"
        (rest - buyers).funnel_client_type = "new"

    @api.depends("partner_name", "contact_name", "partner_id")
    def _compute_funnel_client(self):
        for lead in self:
            company, person = lead._funnel_get_client()
            lead.funnel_client = company or person

    def _funnel_get_client(self):
        """Return (company, person) as the register shows one of them."""
        partner = self.partner_id
        company = self.partner_name or partner.commercial_company_name
        return company or "", self.contact_name or partner.name or ""

    def _inverse_funnel_client(self):
        for lead in self:
            values = lead._funnel_read_client(lead.funnel_client)
            if values:
                lead.write(values)

    def _funnel_read_client(self, text):
        """Return the values that this text changes; a text that was read, none.

        The column shows one of company and person, so it takes neither for the other.

        :raise FunnelRegisterError: says what to write instead
        """
        company, person = self._funnel_get_client()
        new_company, new_person = split_client(text)
        shown = (company, "" if company else person)
        if (new_company, new_person) in (shown, shown[::-1]):
            return {}
        if new_person and not company:
            return {"contact_name": new_person}
        if new_company and (company or not person):
            return {"partner_name": new_company}
        raise FunnelRegisterError(
            self.env._(
                "%(lead)s: “Client / person” shows “%(shown)s”; “%(text)s” would lose "
                "it. Write a person as “name (person)” where there is no company, or "
                "change “Company Name” and “Contact Name” themselves.",
                lead=self.display_name,
                shown=company or person,
                text=text or "",
            )
        )

    @api.depends("phone", "email_from")
    def _compute_funnel_contact(self):
        for lead in self:
            lead.funnel_contact = lead._funnel_get_contact()

    def _funnel_get_contact(self):
        return " / ".join(filter(None, [self.phone, self.email_from])) or False

    def _inverse_funnel_contact(self):
        for lead in self:
            values = lead._funnel_read_contact(lead.funnel_contact)
            if values:
                lead.write(values)

    def _funnel_read_contact(self, text):
        """Return phone and e-mail as far as this text changes them."""
        shown = self._funnel_get_contact()
        if (text or False) == shown:
            return {}
        before, after = map(self._funnel_split_contact, (shown, text))
        return {name: after[name] for name in after if after[name] != before[name]}

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("funnel_budget_min", "funnel_budget_max")
    def _check_budget_range(self):
        for lead in self:
            low, high = lead.funnel_budget_min, lead.funnel_budget_max
            if low < 0 or (high and low > high):
                currency = lead.company_currency
                raise FunnelRegisterError(
                    self.env._(
                        "%(lead)s: “Budget from” %(low)s is above “Budget to” "
                        "%(high)s or negative. Correct the range.",
                        lead=lead.display_name,
                        low=format_amount(self.env, low, currency),
                        high=format_amount(self.env, high, currency),
                    )
                )

    @api.constrains("funnel_obtained_at")
    def _check_obtained_in_the_past(self):
        limit = get_latest(self.env)
        for lead in self.filtered("funnel_obtained_at"):
            if lead.funnel_obtained_at > max(limit, lead.create_date or limit):
                raise FunnelRegisterError(
                    self.env._(
                        "%(lead)s: “Obtained at” %(date)s lies in the future. Enter "
                        "when the lead was obtained.",
                        lead=lead.display_name,
                        date=format_datetime(self.env, lead.funnel_obtained_at),
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def _funnel_take_obtained(self, vals):
        """Keep another moment of obtaining for those who may tell it.

        :return: ``(values, the leads that get another moment)``
        """
        vals = dict(vals)
        reason = vals.pop("funnel_obtained_reason", False)
        return vals, self._funnel_change_obtained(vals, reason)

    def _funnel_get_client_facts(self):
        """Return what says for which client a win counts, and the clients that bought.

        :return: ``({lead: (client, its type)}, clients)``
        """
        facts = {lead: (lead.partner_id, lead.funnel_client_type) for lead in self}
        return facts, self._funnel_get_won_clients()

    def _funnel_follow_client(self, vals, facts, clients):
        """A win counts for the client that it is given to, and no more for another."""
        self.filtered(
            lambda lead: (lead.partner_id, lead.funnel_client_type) != facts[lead]
        )._funnel_note_bought()
        if "partner_id" in vals or "company_id" in vals:
            self._funnel_tell_clients(clients | self._funnel_get_won_clients())

    def _funnel_prepare_vals(self, vals):
        """Resolve the register's combined columns and name a nameless lead.

        A line of the register has no title; core wants one.
        """
        vals = dict(vals)
        client = vals.pop("funnel_client", None)
        contact = vals.pop("funnel_contact", None)
        if client:
            vals = self._funnel_split_client(client) | vals
        if contact:
            vals = self._funnel_split_contact(contact) | vals
        if not (vals.get("name") or vals.get("partner_id")):
            self._funnel_set_name(vals)
        return vals

    @api.model
    def _funnel_set_name(self, vals):
        client = vals.get("partner_name") or vals.get("contact_name")
        need = (vals.get("funnel_need") or "").split("\n")[0][:NAME_NEED_LENGTH]
        known = " · ".join(filter(None, [client, need]))
        others = map(vals.get, ("phone", "email_from", "funnel_code"))
        name = known or next(filter(None, others), None)
        if name and "default_name" not in self.env.context:
            vals["name"] = cut(name, LIMITS["char"])

    @api.model
    def _funnel_split_client(self, text):
        company, person = split_client(text)
        return {"partner_name": company or False, "contact_name": person or False}

    @api.model
    def _funnel_split_contact(self, text):
        parts = split_contact(text)
        return {"phone": parts.get("phone"), "email_from": parts.get("email")}

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _funnel_get_merge_rules(self):
        """Return ``{field: function (name, leads) → value}`` for a survivor."""
        return {
            "funnel_obtained_at": lambda fname, leads: min(
                filter(None, leads.mapped(fname)), default=False
            ),
            # alphabetical: who bought is an existing client, whatever the other says
            "funnel_client_type": lambda fname, leads: min(
                filter(None, leads.mapped(fname)), default=False
            ),
            "funnel_budget_min": self._funnel_merge_budget,
            "funnel_budget_max": self._funnel_merge_budget,
            "funnel_sales_12m": self._funnel_merge_number,
            "funnel_industry_growth": self._funnel_merge_number,
            "funnel_decision_people": self._funnel_merge_number,
        }

    def _funnel_merge_budget(self, fname, leads):
        """Take the range whole from one lead: ends of two ranges may not fit."""
        ends = [
            self._fields[name] for name in ("funnel_budget_min", "funnel_budget_max")
        ]
        known = (lead for lead in leads if not all(e.is_unknown(lead) for e in ends))
        return self._funnel_merge_number(fname, next(known, leads))

    def _funnel_merge_number(self, fname, leads):
        """Take the first number that is known; 0 is one, unknown stays unknown."""
        field = self._fields[fname]
        return next(
            (lead[fname] for lead in leads if not field.is_unknown(lead)), False
        )
