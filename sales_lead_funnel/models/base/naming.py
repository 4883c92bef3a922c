"""How errors call a record, as it is or is to be: one way for all models."""

from .arguments import TOLD, is_id
from .limits import cut
from .text import is_blank

NAMED = 3  # records that one error names
NAMES = ("name", "partner_name", "contact_name")


def name_record(records, vals=()):
    """Return what people call records: their names, or what makes them known.

    What is not saved yet has the name of its lead and the one it is to get.

    :param dict vals: of what is to be created
    """
    if records:
        return _join(", ", records[:NAMED].mapped("display_name")) or _name_kind(
            records
        )
    vals = dict(vals)
    own = next(filter(_is_name, map(vals.get, NAMES)), "")
    named = _join(" · ", [_name_lead(records, vals), own])
    return named or _join("", [vals.get("summary")]) or _name_kind(records)


def _join(separator, names):
    return separator.join(cut(name, TOLD) for name in names if _is_name(name))


def _name_kind(records):
    return records.env["ir.model"]._get(records._name).name


def _is_name(text):
    return isinstance(text, str) and not is_blank(text)


def _name_lead(records, vals):
    """Return the name of the lead that a record is to belong to, if one may know it."""
    if "lead_id" not in records._fields:
        return ""
    lead_id = vals.get("lead_id", records.env.context.get("default_lead_id"))
    lead = records.env["crm.lead"].browse(lead_id if is_id(lead_id) else None)
    return lead.exists()._filtered_access("read").display_name
