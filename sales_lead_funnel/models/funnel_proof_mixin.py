from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, is_html_empty

NUMBERS = ("integer", "float", "monetary")


class FunnelProofMixin(models.AbstractModel):
    """Does a lead meet the criteria of a stage, and what proves it?"""

    _name = "funnel.proof.mixin"
    _description = "Proof of a stage"

    def _funnel_find_unmet(self, rules):
        """Return ``{lead: [rule it does not meet]}``, in the order of the rules.

        One ``filtered_domain`` per condition for the whole batch. Sudo: a criterion is
        met or not, whoever looks.
        """
        unmet = {}
        leads = self.sudo().with_context(active_test=True)
        if any(rule.is_dated for rule in rules):
            # "in 3 months" begins with the company's day, whoever saves the lead
            leads = leads.with_context(tz=self.env.company._funnel_get_tz())
        unknown = leads._funnel_find_unknown_numbers(rules)
        for rule in rules:
            met = set(leads._funnel_filter_met(rule, unknown)._ids)
            for lead in self:
                if lead.id not in met:
                    unmet.setdefault(lead, []).append(rule)
        return unmet

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
        return bool(value.strip() if isinstance(value, str) else value)

    def _funnel_find_unknown_numbers(self, rules):
        """Return ``{(lead id, field)}`` of required numbers that nobody ever gave.

        Only the database knows: in memory, NULL and 0 look alike. One query, none
        where no number is required. A lead not saved yet has given none.
        """
        names = {
            name
            for rule in rules
            for name in rule.names
            if self._fields[name].type in NUMBERS
        }
        if not names:
            return set()
        unknown = {(id_, name) for id_ in self._ids if not id_ for name in names}
        return unknown | self._funnel_read_nulls(sorted(names))

    def _funnel_read_nulls(self, names):
        leads = self.browse(id_ for id_ in self._ids if id_)
        if not leads:
            return set()
        leads.flush_recordset(names)
        columns = [SQL("%s IS NULL", SQL.identifier(name)) for name in names]
        self.env.cr.execute(
            SQL(
                "SELECT id, %s FROM crm_lead WHERE id IN %s",
                SQL(", ").join(columns),
                leads._ids,
            )
        )
        return {
            (id_, name)
            for id_, *nulls in self.env.cr.fetchall()
            for name, is_null in zip(names, nulls, strict=True)
            if is_null
        }
