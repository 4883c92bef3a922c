"""Which lead a line of a form means."""

from odoo.fields import Domain

from ...tools.names import client_key, number_key, split_client
from ...tools.wording import plain

NAMED_CANDIDATES = 5  # leads named when several fit


class LeadFinder:
    """Finds leads by number or client, those of a whole file in one query.

    Looks only among the leads its user may see, so that it tells nothing of others.
    """

    def __init__(self, leads, texts):
        """Look up everything that cells may say.

        :param leads: ``crm.lead`` of the user who imports
        :param texts: lead numbers and client names
        """
        self.env = leads.env
        self._by_number, self._by_client = {}, {}
        found = leads.with_context(active_test=False).search(
            self._get_domain([text.strip() for text in texts if text.strip()]),
            order="id",
        )
        for lead in found:
            self._add(self._by_number, number_key(lead.funnel_code), lead)
            client = lead.funnel_client_key or plain(lead.contact_name)
            self._add(self._by_client, client, lead)

    def find(self, text):
        """Return the one lead that a number or the name of a client means.

        :raise ValueError: none or several fit; says which
        """
        number = self._by_number.get(number_key(text))
        if number:
            return self._get_only(text, self._prefer_company(number))
        company, person = split_client(text)
        client = client_key(company) if company else plain(person)
        fitting = self._by_client.get(client) or self._by_client.get(plain(text))
        if not fitting:
            raise ValueError(
                self.env._(
                    "You have no lead with the number or client “%s”. Correct the "
                    "cell, or enter the lead first.",
                    text,
                )
            )
        return self._get_only(text, self._prefer_open(fitting))

    def _get_domain(self, texts):
        """Return what may fit: numbers, companies by key, and persons by name."""
        persons = {split_client(text)[1] or text for text in texts}
        is_person = Domain("funnel_client_key", "=", False)
        return Domain.OR(
            [
                Domain("funnel_code", "in", [*texts, *map(number_key, texts)]),
                Domain("funnel_client_key", "in", list(map(client_key, texts))),
                is_person & Domain("contact_name", "in", list(persons)),
            ]
        )

    def _add(self, index, key, lead):
        if key:
            index[key] = index.get(key, lead.browse()) | lead

    def _prefer_company(self, leads):
        own = leads.filtered(
            lambda lead: lead.funnel_code_company_id == self.env.company
        )
        return own or leads

    def _prefer_open(self, leads):
        """A closed lead is meant only where none is open."""
        is_open = leads.filtered(
            lambda lead: lead.active and lead.won_status == "pending"
        )
        return is_open or leads

    def _get_only(self, text, leads):
        if len(leads) == 1:
            return leads
        named = [f"{lead.funnel_code} {lead.name}" for lead in leads[:NAMED_CANDIDATES]]
        raise ValueError(
            self.env._(
                "“%(text)s” fits %(count)s leads: %(leads)s. Write the number of the "
                "lead instead.",
                text=text,
                count=len(leads),
                leads=", ".join(named) + (" …" if len(leads) > len(named) else ""),
            )
        )
