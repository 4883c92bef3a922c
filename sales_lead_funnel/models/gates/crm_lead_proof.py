from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, is_html_empty

from ..base.funnel_rules_mixin import GATE_FIELDS_PARAMETER
from ..base.optional_number import NUMBERS
from ..base.text import is_blank
from .funnel_criterion import OUTPUTS


class CrmLead(models.Model):
    """Does a lead meet the criteria of a stage, and how far is it proven?"""

    _inherit = "crm.lead"

    funnel_proven_stage_id = fields.Many2one(
        "crm.stage",
        string="Proven stage",
        compute="_compute_funnel_proven_stage",
        store=True,
        copy=False,
        ondelete="set null",
        help="The highest stage whose criteria, and those of all stages before, the "
        "lead meets. Empty where no stage has criteria.",
    )
    funnel_stage_gap = fields.Integer(
        string="Stages overstated",
        compute="_compute_funnel_proven_stage",
        store=True,
        copy=False,
        aggregator="sum",
    )

    # ------------------------------------------------------------
    # CLAIMED AND PROVEN (S1-39)
    # ------------------------------------------------------------

    def _funnel_gate_inputs(self):
        """Return the field paths that the criteria in force read."""
        if self._abstract:
            return []  # the mixin itself has no fields to follow
        return self._funnel_get_followed(GATE_FIELDS_PARAMETER, OUTPUTS)

    @api.depends(
        lambda self: [
            "stage_id",
            "team_id",
            "type",
            "funnel_approval_ids.state",
            *self._funnel_gate_inputs(),
        ]
    )
    def _compute_funnel_proven_stage(self):
        gates = self.env["funnel.criterion"]._get_gates()
        self.funnel_proven_stage_id = False
        self.funnel_stage_gap = 0
        if gates.entry:
            leads = self.filtered(lambda lead: lead.type == "opportunity")
            for team, group in leads.grouped("team_id").items():
                group._funnel_prove(gates, gates.get_path(team.id))

    def _funnel_prove(self, gates, path):
        """Walk the path as far as each lead's proof reaches.

        The first stage needs no proof: being in the funnel is no claim. A stage without
        criteria proves nothing beyond what is claimed.
        """
        order = {step.id: index for index, step in enumerate(path)}
        claimed = {lead.id: order.get(lead.stage_id.id, -1) for lead in self}
        reached, rest = {}, self
        for index, step in enumerate(path):
            rules = gates.entry.get(step.id) if index else None
            if rules:
                rest -= rest._funnel_filter_unproven(rules, step.id)
            else:
                rest = self.browse(id_ for id_ in rest._ids if claimed[id_] >= index)
            reached.update(dict.fromkeys(rest._ids, index))
        for index, leads in self.grouped(lambda lead: reached.get(lead.id, -1)).items():
            leads.funnel_proven_stage_id = path[index].id if index >= 0 else False
        for lead in self:
            gap = max(0, claimed[lead.id] - reached.get(lead.id, -1))
            if gap:
                lead.funnel_stage_gap = gap

    def _funnel_filter_unproven(self, rules, stage_id):
        """Return the leads that lack a proof; an approval proves what asks for one."""
        unproven = []
        for lead, unmet in self._funnel_find_unmet(rules).items():
            asks = all(rule.effect == "approve" for rule in unmet)
            if not (asks and lead._funnel_get_approval(stage_id)):
                unproven.append(lead.id)
        return self.browse(unproven)

    def _funnel_get_approval(self, stage_id):
        """Return the approval that let this lead, and no other, into a stage."""
        return self.funnel_approval_ids.filtered(
            lambda approval: (
                approval.state == "approved"
                and approval.stage_id.id == stage_id
                and not approval.merged_lead_label
            )
        )[:1]

    # ------------------------------------------------------------
    # CRITERIA
    # ------------------------------------------------------------

    def _funnel_find_unmet(self, rules):
        """Return ``{lead: [rule it does not meet]}``, in the order of the rules.

        All conditions are asked at once; one by one only of the leads that do not meet
        them all. Sudo: a criterion is met or not, whoever looks.
        """
        leads = self.sudo().with_context(active_test=True)
        is_dated = any(rule.is_dated for rule in rules)
        missing = {}
        for part in leads._funnel_split_by_zone() if is_dated else (leads,):
            missing |= part._funnel_find_missing(rules)
        return {lead: missing[lead.id] for lead in self if lead.id in missing}

    def _funnel_find_missing(self, rules):
        """Return ``{lead id: [rule it does not meet]}`` in the time of these leads."""
        unknown = self._funnel_find_unknown_numbers(rules)
        met = set(self._funnel_filter_all_met(rules, unknown)._ids)
        rest = self.browse(id_ for id_ in self._ids if id_ not in met)
        unmet = {id_: [] for id_ in rest._ids}
        for rule in rules if rest else ():
            met = set(rest._funnel_filter_met(rule, unknown)._ids)
            for id_, missing in unmet.items():
                if id_ not in met:
                    missing.append(rule)
        return unmet

    def _funnel_filter_all_met(self, rules, unknown):
        """Return the leads that meet every rule, in one pass over all conditions."""
        if any(rule.always_asks() for rule in rules):
            return self.browse()
        domains = [Domain(rule.domain) for rule in rules if rule.kind == "domain"]
        leads = self.filtered_domain(Domain.AND(domains)) if domains else self
        for rule in rules:
            if rule.kind == "fields":
                leads = leads._funnel_filter_met(rule, unknown)
        return leads

    def _funnel_filter_met(self, rule, unknown):
        if rule.kind == "domain":
            if rule.always_asks():
                return self.browse()
            return self.filtered_domain(Domain(rule.domain))
        return self.filtered(lambda lead: not lead._funnel_get_missing(rule, unknown))

    def _funnel_get_missing(self, rule, unknown):
        """Return the names of required fields that nobody has answered."""
        return [
            name for name in rule.names if not self._funnel_is_answered(name, unknown)
        ]

    def _funnel_is_answered(self, name, unknown):
        """0 and No are answers; a number is missing while its column is NULL."""
        field, value = self._fields[name], self[name]
        if field.type == "boolean":
            return True
        if field.type in NUMBERS:
            return bool(value) or (self.id, name) not in unknown
        if field.type == "html":
            return not is_html_empty(value)
        return not is_blank(value) if isinstance(value, str) else bool(value)

    def _funnel_find_unknown_numbers(self, rules):
        """Return ``{(lead id, field)}`` of required numbers that nobody ever gave.

        Only the database knows: in memory, NULL and 0 look alike. One query, none
        where no number is required. A lead not saved yet has given none; one that is
        being edited has those it had. Core's amounts begin at 0, which tells nothing.
        """
        names = {
            name
            for rule in rules
            for name in rule.names
            if self._fields[name].type in NUMBERS
        }
        if not names:
            return set()
        saved = {id_ or id_.origin: id_ for id_ in self._ids if id_ or id_.origin}
        nulls = self.browse(saved)._funnel_read_nulls(sorted(names))
        unknown = {(saved[id_], name) for id_, name in nulls}
        born = set(self._ids) - set(saved.values())
        unknown |= {(id_, name) for id_ in born for name in names}
        begun = [name for name in names if self._fields[name].default]
        return unknown | {(r.id, name) for name in begun for r in self if not r[name]}

    def _funnel_read_nulls(self, names):
        """Return ``{(lead id, field)}`` of saved leads and numbers that are NULL."""
        if not self:
            return set()
        self.flush_recordset(names)
        columns = [SQL("%s IS NULL", SQL.identifier(name)) for name in names]
        self.env.cr.execute(
            SQL(
                "SELECT id, %s FROM crm_lead WHERE id IN %s",
                SQL(", ").join(columns),
                self._ids,
            )
        )
        return {
            (id_, name)
            for id_, *nulls in self.env.cr.fetchall()
            for name, is_null in zip(names, nulls, strict=True)
            if is_null
        }
