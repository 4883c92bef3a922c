"""Rows of a register without numbers that are there already."""

import hashlib
import re

from odoo.fields import Datetime, Domain

from ...tools.names import client_key
from ...tools.wording import plain
from ..base.step import Mark
from ..base.zones import get_company_day

TWINS_KEY = "funnel_import_twins"
TOLD = ("partner_name", "contact_name", "phone", "email_from", "funnel_need")
PHONE_DIGITS = 11  # of a mobile phone; before them stands the country


class LeadTwins(Mark):
    """Tells, before it is saved, that a file was imported before.

    A row is there already if a lead, or an earlier row, has the same client and contact
    and was obtained on the same day; where the file tells no day, the need counts.
    Whoever was told and imports all the same knows better.

    :param str told: :meth:`get_digest` of what was told before
    :param bool asks: import nothing where there is news, so that a person may decide
    :param bool looks: look at the next rows
    """

    __slots__ = ("asks", "looks", "messages", "told")

    def __init__(self, told="", asks=False, looks=True):
        self.told = told
        self.asks = asks
        self.looks = looks
        self.messages = []

    @property
    def is_news(self):
        return bool(self.messages) and self.get_digest() != self.told

    def get_digest(self):
        text = repr([(m["rows"]["from"], m["message"]) for m in self.messages])
        return hashlib.sha256(text.encode()).hexdigest()

    def look(self, model, rows):
        """Note the rows that are there.

        :param model: ``crm.lead`` of the user who imports
        :param rows: ``[{"values": …, "info": …}]`` as ``_load_records`` takes them
        """
        self.looks = False
        empty = dict.fromkeys(TOLD, False)
        new = [
            (empty | model._funnel_prepare_vals(row["values"]), row["info"])
            for row in rows
            if not (row.get("xml_id") or row["values"].get("id"))
            and not row["values"].get("funnel_code")
        ]
        known = _find_leads(model, [vals for vals, _info in new])
        seen = set()
        for vals, info in new:
            day = _get_day(model, vals.get("funnel_obtained_at"))
            identity = _identify(vals, day)
            if identity in known:
                self._note(info, _tell_lead(model.env, known[identity]))
            elif identity in seen:
                self._note(info, _tell_row(model.env))
            elif identity:
                seen.add(identity)

    def _note(self, info, text):
        self.messages.append({**info, "type": "warning", "message": text})


def _tell_lead(env, lead):
    return env._(
        "The lead %(number)s %(lead)s has the same client and contact, and was "
        "obtained on the same day.",
        number=lead.funnel_code or "",
        lead=lead.name,
    )


def _tell_row(env):
    return env._(
        "An earlier row of the file has the same client and contact, obtained on the "
        "same day."
    )


def _identify(vals, day):
    """Return what makes a row or lead this one, None where it says too little."""
    client = client_key(vals["partner_name"]) or plain(vals["contact_name"])
    digits = re.sub(r"\D", "", vals["phone"] or "")[-PHONE_DIGITS:]
    mail = plain(vals["email_from"])
    if not (client or digits or mail):
        return None
    return (client, digits, mail, day or plain(vals["funnel_need"]))


def _get_day(model, moment):
    """Return the day of the company, None where no moment is told."""
    if not moment:
        return None
    return get_company_day(model.env.company, Datetime.to_datetime(moment))


def _find_leads(model, rows):
    """Return ``{identity: lead}`` of the leads that the user may see."""
    told = {name: [row[name] for row in rows if row[name]] for name in TOLD}
    keys = list(map(client_key, told["partner_name"]))
    fitting = Domain("funnel_client_key", "in", keys)
    for name in ("contact_name", "phone", "email_from"):
        fitting |= Domain("funnel_client_key", "=", False) & Domain(
            name, "in", told[name]
        )
    found = {}
    for lead in model.with_context(active_test=False).search(fitting):
        day = _get_day(model, lead.funnel_obtained_at)
        for identity in (_identify(lead, day), _identify(lead, None)):
            found.setdefault(identity, lead)
    found.pop(None, None)
    return found
