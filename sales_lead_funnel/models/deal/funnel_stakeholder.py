from odoo import api, fields, models
from odoo.tools import SQL

from ...exceptions import FunnelFollowupError
from ..base.derived import with_step
from ..base.limits import LIMITS, cut
from ..contact.funnel_followup import name_key

ROLES = [
    ("decides", "Decision maker"),
    ("approves", "Approver"),
    ("influences", "Influencer"),
    ("uses", "End user"),
    ("guards", "Gatekeeper"),
]
POWERS = [("high", "High"), ("medium", "Medium"), ("low", "Low")]
ROLE_UNTOLD = "influences"
PERSON_FIELDS = {"name", "partner_id", "lead_id"}  # who it is
STANCES = [
    ("supports", "Supports us"),
    ("neutral", "Neutral"),
    ("opposes", "Opposes us"),
    ("unknown", "Unknown"),
]


class FunnelStakeholder(models.Model):
    """One person of the client's decision chain (S0-19, S0-20, S0-36)."""

    _name = "funnel.stakeholder"
    _description = "Person of the decision chain"
    _inherit = ["funnel.lead.child"]
    _order = "lead_id, parent_id, id"

    name = fields.Char(
        string="Person",
        required=True,
        compute="_compute_from_partner",
        store=True,
        precompute=True,
        readonly=False,
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", ondelete="set null", help="If it is one."
    )
    function = fields.Char(
        string="Job position",
        compute="_compute_from_partner",
        store=True,
        precompute=True,
        readonly=False,
    )
    role = fields.Selection(
        ROLES,
        required=True,
        compute="_compute_role",
        store=True,
        precompute=True,
        readonly=False,
    )
    power = fields.Selection(POWERS, default="medium")
    stance = fields.Selection(STANCES, default="unknown")
    parent_id = fields.Many2one(
        "funnel.stakeholder",
        string="Reports to",
        domain="[('lead_id', '=', lead_id), ('id', '!=', id)]",
        index="btree_not_null",
        ondelete="set null",
    )
    child_ids = fields.One2many("funnel.stakeholder", "parent_id", string="Reports")
    last_contact_at = fields.Datetime(string="Last contact", readonly=True, copy=False)
    note = fields.Text()

    @api.depends("partner_id")
    def _compute_from_partner(self):
        for person in self:
            partner = person.partner_id
            person.name = cut(partner.name, LIMITS["char"]) or person.name
            person.function = cut(partner.function, LIMITS["char"]) or person.function

    @api.depends("name", "partner_id")
    def _compute_role(self):
        """Of our contact, take what Qualification says, unless the chain says more."""
        for person in self:
            role = person.role or ROLE_UNTOLD
            if role == ROLE_UNTOLD and person._is_contact():
                role = person.lead_id._funnel_get_role_of_contact() or role
            person.role = role

    @api.constrains("name")
    def _check_name_of_partner(self):
        """A name that was taken from a contact is not blank either."""
        for person in self:
            person._funnel_check_name({"name": person.name})

    @api.constrains("parent_id", "lead_id")
    def _check_parent(self):
        if self._has_cycle():
            raise FunnelFollowupError(
                self.env._(
                    "“Reports to”: %s cannot report to itself, also not around some "
                    "corners. Choose somebody above.",
                    ", ".join(self.mapped("name")),
                )
            )
        for person in self.filtered("parent_id"):
            if person.parent_id.lead_id != person.lead_id:
                raise FunnelFollowupError(
                    self.env._(
                        "“Reports to” of %(person)s is somebody of another lead. "
                        "Choose somebody of %(lead)s.",
                        person=person.name,
                        lead=person.lead_id.display_name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        people = super().create(vals_list)
        people._take_older_logs()
        told = people
        if not self.default_get(["role"]):
            told = people.browse(
                person.id
                for person, vals in zip(people, vals_list, strict=True)
                if "role" in vals
            )
        told.lead_id._funnel_take_authority()
        return people

    def write(self, vals):
        result = super().write(vals)
        if not PERSON_FIELDS.isdisjoint(vals):
            self._take_older_logs()
        if not {"role", *PERSON_FIELDS}.isdisjoint(vals):
            self.lead_id._funnel_take_authority()
        return result

    def _find_older_logs(self):
        """Return ``{id of a follow-up that is nobody's yet: id of its person}``.

        Sudo: names are compared only, as where a follow-up is logged.
        """
        known = self._index_by_name()
        logs = self.env["funnel.followup"].sudo()
        logs = logs.search_fetch(
            [
                ("lead_id", "in", self.lead_id.ids),
                ("stakeholder_id", "=", False),
                ("contact", "!=", False),
            ],
            ["lead_id", "contact"],
        )
        keys = {log.id: (log.lead_id.id, name_key(log.contact)) for log in logs}
        return {log_id: known[key] for log_id, key in keys.items() if key in known}

    def _take_older_logs(self):
        """Take the follow-ups with somebody of this name that are nobody's yet.

        By SQL: who adds a person to the chain corrects no log.
        """
        found = self._find_older_logs()
        if not found:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE funnel_followup log SET stakeholder_id = found.person_id
                  FROM unnest(%s::int[], %s::int[]) AS found (log_id, person_id)
                 WHERE log.id = found.log_id
                """,
                list(found),
                list(found.values()),
            )
        )
        logs = self.env["funnel.followup"].browse(found)
        logs.invalidate_recordset(["stakeholder_id"], flush=False)
        self.browse(set(found.values()))._refresh_last_contact()

    # ------------------------------------------------------------
    # WHO IT IS
    # ------------------------------------------------------------

    def _get_name_keys(self):
        """Return what people may call the person: the name here, or the contact's.

        Sudo: names are compared only.
        """
        names = self.sudo().mapped("name") + self.sudo().partner_id.mapped("name")
        return set(filter(None, map(name_key, names)))

    def _index_by_name(self):
        """Return ``{(id of the lead, name): id of the first person called so}``."""
        return {
            (person.lead_id.id, key): person.id
            for person in self.sudo().sorted("id", reverse=True)
            for key in person._get_name_keys()
        }

    def _is_contact(self):
        """Is the person our contact, by the record or by what people call it?"""
        lead = self.lead_id
        contact = lead.sudo().partner_id._origin
        if contact and self.partner_id._origin == contact:
            return True
        keys = set(map(name_key, (lead.contact_name, contact.name)))
        return not keys.isdisjoint(self._get_name_keys())

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _refresh_last_contact(self):
        """Take the date of the latest follow-up with the person."""
        latest = dict(
            self.env["funnel.followup"]
            .sudo()
            ._read_group(
                [("stakeholder_id", "in", self.ids)],
                ["stakeholder_id"],
                ["happened_at:max"],
            )
        )
        # Sudo: follows from a log that the user could write.
        for person in with_step(self.sudo()):
            person.last_contact_at = latest.get(person, False)
