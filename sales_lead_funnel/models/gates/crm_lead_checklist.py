from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ..base.phrases import tell_list, tell_of
from ..base.zones import get_person_day

LISTS = ("one2many", "many2many")
PROOFS_SHOWN = 3  # records cited per criterion
VALUE_LENGTH = 60  # characters of a value that are cited


class CrmLead(models.Model):
    """What a stage asks, done or missing, and the proof of what is done (S1-39)."""

    _inherit = "crm.lead"

    funnel_checklist = fields.Json(
        compute="_compute_funnel_checklist", export_string_translation=False
    )

    # ------------------------------------------------------------
    # CHECKLIST
    # ------------------------------------------------------------

    @api.depends(
        lambda self: [
            "stage_id",
            "team_id",
            "type",
            "won_status",
            "funnel_approval_ids.state",
            *self._funnel_gate_inputs(),
        ]
    )
    @api.depends_context("lang")
    def _compute_funnel_checklist(self):
        gates = self.env["funnel.criterion"]._get_gates()
        for lead in self:
            lead.funnel_checklist = bool(gates.entry) and lead._funnel_check_off(gates)

    def _funnel_check_off(self, gates):
        """Return the criteria of the stage the lead is in and of the next one.

        :return: False where there are none, else ``[{stage, claimed, items}]``; see
            :meth:`_funnel_list_criteria` for the items
        """
        if self.type != "opportunity" or self.won_status != "pending":
            return False
        following = gates.get_next(self.team_id.id, self.stage_id.id)
        parts = [
            self._funnel_make_part(
                stage_id, self._funnel_list_criteria(stage_id), claimed
            )
            for stage_id, claimed in (
                (self.stage_id.id, True),
                (following and following.id, False),
            )
            if gates.entry.get(stage_id)
        ]
        return parts or False

    def _funnel_make_part(self, stage_id, items, claimed=False):
        """Return the part of a checklist that is about one stage."""
        name = self.env["crm.stage"].browse(stage_id).sudo().name
        return {"stage": name, "claimed": claimed, "items": items}

    def _funnel_list_criteria(self, stage_id):
        """Return ``[{label, done, why, effect, proofs}]`` of a stage's criteria.

        ``waits`` tells that the manager is asked already.
        """
        gates = self.env["funnel.criterion"]._get_gates()
        rules = gates.entry.get(stage_id, ())
        unmet = {rule.id for rule in self._funnel_find_unmet(rules).get(self, ())}
        return [self._funnel_check_rule(rule, rule.id not in unmet) for rule in rules]

    def _funnel_check_rule(self, rule, is_met):
        criterion = self.env["funnel.criterion"].sudo().browse(rule.id)
        approval = not is_met and rule.effect == "approve"
        approval = approval and self.sudo()._funnel_get_approval(rule.stage_id)
        done = is_met or bool(approval)
        proofs = self._funnel_cite(rule) if is_met else []
        if approval:
            proofs = self._funnel_cite_records(approval)
        waiting = not done and self._funnel_tell_waiting(rule)
        why = not done and self._funnel_explain_rule(self.sudo(), rule)
        if waiting:
            why = f"{criterion.message or criterion.display_name} – {waiting}"
        return {
            "id": rule.id,
            "label": criterion.display_name,
            "done": done,
            "effect": rule.effect,
            "why": why,
            "waits": bool(waiting),
            "proofs": proofs,
        }

    def _funnel_tell_waiting(self, rule):
        """Say who asked the manager and when, False where nobody did.

        Sudo: that the manager is asked, every reader of the lead may know.
        """
        if rule.effect != "approve":
            return False
        asked = self.sudo().funnel_approval_ids.filtered(
            lambda approval: (
                approval.state == "requested" and approval.stage_id.id == rule.stage_id
            )
        )[:1]
        if not asked:
            return False
        day = get_person_day(self.env, asked.create_date)
        return self.env._(
            "waiting for the manager, asked by %(who)s on %(day)s",
            who=asked.requester_id.name,
            day=format_date(self.env, day),
        )

    # ------------------------------------------------------------
    # PROOFS
    # ------------------------------------------------------------

    def _funnel_cite(self, rule):
        """Return what shows that a criterion is met, as the reader may see it.

        :return: ``[{text}]`` for values, ``[{text, model, id}]`` for records
        """
        if rule.kind == "fields":
            return [p for name in rule.names for p in self._funnel_cite_value(name)]
        proofs = {}
        for condition in Domain(rule.domain).iter_conditions():
            for proof in self._funnel_cite_condition(condition):
                proofs[proof["text"]] = proof
        return list(proofs.values())[:PROOFS_SHOWN]

    def _funnel_cite_condition(self, condition):
        """Sudo: whether a condition holds does not depend on the reader."""
        name, _dot, rest = condition.field_expr.partition(".")
        field = self._fields.get(name)
        if field is None:
            return []
        [lead] = self.sudo()._funnel_split_by_zone()
        if field.type not in LISTS:
            holds = lead.filtered_domain(condition)  # one of several with “or” may not
            return self._funnel_cite_value(name) if holds else []
        if condition.operator == "any":
            inner = Domain(condition.value)
        elif rest:
            inner = Domain(rest, condition.operator, condition.value)
        elif condition.operator in ("!=", "not in"):  # there is one at all
            inner = Domain.TRUE
        else:
            return []
        return self._funnel_cite_records(lead[name].filtered_domain(inner))

    def _funnel_cite_records(self, records):
        """Cite what the reader may see of the records; the first says what they are."""
        visible = records.with_env(self.env)._filtered_access("read")[:PROOFS_SHOWN]
        proofs = [self._funnel_cite_record(record) for record in visible]
        for proof in proofs[:1]:
            kind = self.env["ir.model"]._get(records._name).sudo().name
            proof["text"] = tell_of(self.env, kind, proof["text"])
        return proofs

    def _funnel_cite_record(self, record):
        return {
            "text": record.display_name,
            "model": record._name,
            "id": record._origin.id,
        }

    def _funnel_cite_value(self, name):
        """Cite a value, nothing where the reader sees neither field nor record."""
        field = self._fields[name]
        if not self._has_field_access(field, "read"):
            return []
        if field.relational and not self[name]._filtered_access("read"):
            return []
        label = self._funnel_get_label(name)
        return [{"text": tell_of(self.env, label, self._funnel_tell_value(name))}]

    def _funnel_tell_value(self, name):
        return self._funnel_tell_as(self._fields[name], self[name])

    def _funnel_tell_as(self, field, value):
        """Tell a value as those of a field are told."""
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.relational:
            names = value._filtered_access("read").mapped("display_name")
            return tell_list(self.env, names)[:VALUE_LENGTH]
        if field.type == "monetary":
            currency = self.company_currency or self.env.company.currency_id
            return format_amount(self.env, value, currency)
        if field.type in ("date", "datetime"):
            return format_date(self.env, value) if value else ""
        if field.type == "float":
            return f"{value:g}"
        return str(value)[:VALUE_LENGTH]
