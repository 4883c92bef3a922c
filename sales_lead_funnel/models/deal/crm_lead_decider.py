from odoo import api, fields, models

from ..base.step import has_mark
from .crm_lead import MERGE_KEY

AUTHORITY = {  # role in the decision chain: decision power in Qualification
    "decides": "decides",
    "approves": "influences",
    "influences": "influences",
    "uses": "none",
    "guards": "none",
}
ROLES = {"decides": "decides", "influences": "influences", "none": "uses"}


class CrmLead(models.Model):
    """Who decides: Qualification and the decision chain say the same of our contact."""

    _inherit = "crm.lead"

    funnel_authority = fields.Selection(
        inverse="_inverse_funnel_authority",
        help="What our contact has to say in the decision, the same as their role in "
        "the decision chain; empty while unknown.",
    )
    funnel_decider_unknown = fields.Boolean(
        string="Who decides is unknown", compute="_compute_funnel_decider"
    )
    funnel_decider_missing = fields.Boolean(
        compute="_compute_funnel_decider", export_string_translation=False
    )

    @api.depends("funnel_stakeholder_ids.role", "funnel_authority", "won_status")
    def _compute_funnel_decider(self):
        """Is it unknown who decides, or known but not in the chain?"""
        for lead in self:
            roles = lead.funnel_stakeholder_ids.mapped("role")
            is_missing = lead.won_status == "pending" and "decides" not in roles
            is_known = lead.funnel_authority == "decides"
            lead.funnel_decider_unknown = is_missing and not is_known
            lead.funnel_decider_missing = is_missing and is_known

    def _funnel_find_contact_in_chain(self):
        """Return our contact in the decision chain, by the contact or by its name."""
        people = self.funnel_stakeholder_ids
        return people.filtered(lambda person: person._is_contact())[:1]

    def _funnel_get_role_of_contact(self):
        """Return the role that Qualification says of our contact, None if none."""
        return ROLES.get(self.funnel_authority)

    def _inverse_funnel_authority(self):
        """What Qualification says of our contact holds in the decision chain too.

        Merging writes what the leads said before their chains became one.
        """
        if has_mark(self.env, MERGE_KEY):
            return
        for lead in self.filtered("funnel_authority").filtered(
            "funnel_stakeholder_ids"
        ):
            person = lead._funnel_find_contact_in_chain()
            if person and AUTHORITY[person.role] != lead.funnel_authority:
                person.role = ROLES[lead.funnel_authority]

    def _funnel_take_authority(self):
        """What the decision chain says of our contact holds in Qualification too."""
        for lead in self:
            person = lead._funnel_find_contact_in_chain()
            authority = AUTHORITY.get(person.role)
            if authority and authority != lead.funnel_authority:
                lead.funnel_authority = authority
