from urllib.parse import parse_qsl, urlencode

from lxml import etree

from odoo import api, fields, models
from odoo.fields import Domain

from ...exceptions import FunnelGateError
from ..base.arguments import is_id, one_record, read_record
from ..base.rights import may_approve

ASK_KEY = "funnel_gate_stage_id"  # the stage that was wanted; a number, no privilege
ANSWERS_KEY = "funnel_gate_view_ref"  # fields to ask; reaches views by this ending
ASK_VIEW = "sales_lead_funnel.crm_lead_view_form_ask"
INLINE = {"funnel_stakeholder_ids", "funnel_closing_step_ids"}  # lists of short rows
RANGES = (("funnel_budget_min", "funnel_budget_max"),)  # asked together, in one row
NOT_ASKED = {"stage_id", "team_id", "user_id", "type", "active", "probability"}
MOVED = {"type": "ir.actions.act_window_close", "infos": {"funnel_moved": True}}


def _get_equals(domain):
    """Return ``{field: text}`` of what a domain wants fields to be."""
    equals = {}
    for condition in domain.iter_conditions():
        values = condition.value if condition.operator == "in" else [condition.value]
        if condition.operator in ("=", "in") and len(values) == 1:
            [value] = values
            if isinstance(value, str):
                equals[condition.field_expr] = value
    return equals


class CrmLead(models.Model):
    """A refused move asks: a form with exactly the missing answers, or a request."""

    _inherit = "crm.lead"

    funnel_approval_ids = fields.One2many(
        "funnel.stage.approval", "lead_id", string="Approvals", readonly=True
    )
    funnel_waiting_stage_id = fields.Many2one(
        "crm.stage",
        string="Waits for approval of",
        compute="_compute_funnel_waiting_stage_id",
    )
    funnel_asked_checklist = fields.Json(
        compute="_compute_funnel_asked_checklist", export_string_translation=False
    )

    @api.depends("funnel_approval_ids.state")
    def _compute_funnel_waiting_stage_id(self):
        """Nothing is read where no criterion asks for approval."""
        if not self.env["funnel.criterion"]._get_gates().asks_approval:
            self.funnel_waiting_stage_id = False
            return
        for lead in self:
            waiting = lead.funnel_approval_ids.filtered(
                lambda approval: approval.state == "requested"
            )
            lead.funnel_waiting_stage_id = waiting[:1].stage_id

    @api.depends(lambda self: ["stage_id", *self._funnel_gate_inputs()])
    @api.depends_context(ASK_KEY, "lang")
    def _compute_funnel_asked_checklist(self):
        stage = self._funnel_get_asked_stage()
        for lead in self:
            lead.funnel_asked_checklist = lead._funnel_list_way(stage)

    def _funnel_list_way(self, stage):
        """Return what the stages jumped over lack, and all that the stage asks."""
        gates = self.env["funnel.criterion"]._get_gates()
        jumped = gates.get_jumped(self.team_id.id, self.stage_id.id, stage.id)
        parts = []
        for stage_id in jumped:
            items = self._funnel_list_criteria(stage_id)
            missing = [item for item in items if not item["done"]]
            if missing:
                parts.append(self._funnel_make_part(stage_id, missing))
        items = self._funnel_list_criteria(stage.id)
        return [*parts, self._funnel_make_part(stage.id, items)]

    def _funnel_get_asked_stage(self):
        key = self.env.context.get(ASK_KEY)
        stages = self.env["crm.stage"]
        return stages.browse(key).exists() if is_id(key) else stages

    # ------------------------------------------------------------
    # VIEW
    # ------------------------------------------------------------

    def _funnel_add_answers(self, arch, view):
        """Add what the context asks to the form that asks it."""
        asked = self.env.context.get(ANSWERS_KEY)
        if not asked or view != self.env.ref(ASK_VIEW, False):
            return
        [group] = arch.xpath("//group[@name='funnel_answers']")
        parts = [part.partition("?") for part in str(asked).split(",")]
        asked = {
            name: dict(parse_qsl(wanted))
            for name, _mark, wanted in parts
            if name in self._fields
        }
        group.extend(self._funnel_make_answer_nodes(asked))

    def _funnel_make_answer_nodes(self, asked):
        """Return the nodes that ask for fields; the two of a range share a row.

        :param dict asked: ``{name: {field: value}}`` that new records of it begin with
        """
        starts = {low: high for low, high in RANGES if {low, high} <= set(asked)}
        nodes = []
        for name, wanted in asked.items():
            if name in starts:
                nodes += self._funnel_make_range_nodes(name, starts[name])
            elif name not in starts.values():
                nodes += self._funnel_make_field_nodes(name, wanted)
        return nodes

    def _funnel_make_field_nodes(self, name, defaults):
        """A list takes the whole width, below its title."""
        kind = self._fields[name].type
        if kind == "many2many":
            return [etree.Element("field", name=name, widget="many2many_tags")]
        if kind != "one2many":
            return [etree.Element("field", name=name)]
        rows = etree.Element(
            "field",
            name=name,
            nolabel="1",
            colspan="2",
            context=str({f"default_{key}": defaults[key] for key in defaults}),
        )
        if name in INLINE:
            rows.append(self._funnel_make_inline_list(name))
        title = etree.Element("separator", string=self._funnel_get_label(name))
        return [title, rows]

    def _funnel_make_inline_list(self, name):
        """Return the list of a model with rows that are filled in where they are."""
        lines = self.env[self._fields[name].comodel_name]
        arch, _view = lines._get_view(view_type="list")
        arch.set("editable", "bottom")
        return arch

    def _funnel_make_range_nodes(self, low, high):
        title, to = self.env._("Budget"), self.env._("to")
        row = etree.Element("div", {"class": "o_row"})
        row.append(etree.Element("field", {"name": low, "class": "oe_inline"}))
        etree.SubElement(row, "span").text = to
        row.append(etree.Element("field", {"name": high, "class": "oe_inline"}))
        return [etree.Element("label", {"for": low, "string": title}), row]

    # ------------------------------------------------------------
    # DIALOG
    # ------------------------------------------------------------

    @one_record
    def action_funnel_gate_ask(self, stage_id):
        """Return the dialog that asks what a stage needs, False where nothing helps.

        :param int stage_id: where the lead was to go
        """
        self.check_access("write")
        stage = read_record(self.env["crm.stage"], stage_id, self.env._("Stage"))
        rules = self._funnel_find_stopping(stage)
        effects = {self._funnel_get_effect(rule, stage.id) for rule in rules}
        if not effects or "jump" in effects or self._funnel_find_jump_to(stage):
            return False
        names = self._funnel_get_asked_fields(rules)
        if names or "block" in effects:
            return self._funnel_open_ask(stage, rules, names)
        if "approve" not in effects:
            return False
        if self.funnel_waiting_stage_id:
            return self._funnel_tell_waiting_stage()
        return self._funnel_open_approval(stage)

    def _funnel_tell_waiting_stage(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%(lead)s waits for the manager's approval to enter “%(stage)s” "
                    "already.",
                    lead=self.display_name,
                    stage=self.funnel_waiting_stage_id.name,
                ),
            },
        }

    def _funnel_open_ask(self, stage, rules, names):
        wanted = self._funnel_get_wanted_values(rules)
        asked = [f"{n}?{urlencode(wanted[n])}" if n in wanted else n for n in names]
        has_list = any(self._fields[name].type == "one2many" for name in names)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(lead)s → “%(stage)s”: still missing",
                lead=self.name,
                stage=stage.name,
            ),
            "res_model": "crm.lead",
            "res_id": self.id,
            "views": [[self.env.ref(ASK_VIEW).id, "form"]],
            "target": "new",
            "context": {
                ASK_KEY: stage.id,
                ANSWERS_KEY: ",".join(asked),
                "dialog_size": "large" if has_list else "medium",
            },
        }

    def _funnel_open_approval(self, stage):
        view = self.env.ref("sales_lead_funnel.funnel_stage_approval_view_form_ask")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(lead)s → “%(stage)s”: needs the manager's approval",
                lead=self.name,
                stage=stage.name,
            ),
            "res_model": "funnel.stage.approval",
            "views": [[view.id, "form"]],
            "target": "new",
            "context": {
                "default_lead_id": self.id,
                "default_stage_id": stage.id,
                "dialog_size": "medium",
            },
        }

    @one_record
    def action_funnel_gate_move(self):
        """Close the dialog: saving it moved the lead, or it goes on to approval."""
        stage = self._funnel_get_asked_stage()
        if stage and self.stage_id != stage:
            try:
                self.write({"stage_id": stage.id})
            except FunnelGateError as error:
                if not error.asks_only_approval:
                    raise
                return self._funnel_open_approval(stage)
        return MOVED

    # ------------------------------------------------------------
    # HURDLES
    # ------------------------------------------------------------

    def _funnel_find_hurdles(self, stage):
        """Return ``[(effect, text)]`` of what keeps this lead out of a stage."""
        hurdles = [
            (
                self._funnel_get_effect(rule, stage.id),
                self._funnel_tell_rule(self.sudo(), rule, stage),
            )
            for rule in self._funnel_find_stopping(stage)
        ]
        jump = self._funnel_find_jump_to(stage)
        return hurdles + ([("jump", jump)] if jump else [])

    def _funnel_find_jump_to(self, stage):
        """Return why the way to a stage is closed to the user, or False."""
        gates = self.env["funnel.criterion"]._get_gates()
        way = (self.team_id.id, self.stage_id.id, stage.id)
        return self._funnel_find_jump(gates, *way)

    def _funnel_find_stopping(self, stage):
        """Return the rules on the way to a stage that would stop the user."""
        gates = self.env["funnel.criterion"]._get_gates()
        if self._funnel_returns_to(gates, stage.id):
            return []
        rules = self._funnel_get_stopping_rules(
            gates.get_rules_of_way(self.team_id.id, self.stage_id.id, stage.id)
        )
        if may_approve(self.env, self, self.user_id.id):
            rules = [rule for rule in rules if rule.effect != "approve"]
        unmet = self._funnel_find_unmet(rules).get(self, [])
        return [rule for rule in unmet if not self._funnel_is_approved(rule, stage.id)]

    def _funnel_is_approved(self, rule, stage_id):
        """Was this lead let into a stage before that it now jumps over?"""
        if rule.effect != "approve" or rule.stage_id == stage_id:
            return False
        return bool(self.sudo()._funnel_get_approval(rule.stage_id))

    def _funnel_get_effect(self, rule, stage_id):
        """No request for a stage covers the approval of one that is jumped over."""
        if rule.effect == "approve" and rule.stage_id != stage_id:
            return "jump"
        return rule.effect

    def _funnel_returns_to(self, gates, stage_id):
        """Would this lead go back to a stage where it really was?"""
        way = (self.id, self.team_id.id, self.stage_id.id, stage_id)
        return bool(self._funnel_find_returns(gates, [way]))

    def _funnel_find_returns(self, gates, ways):
        """Return ``{(lead id, stage id)}`` of the ways back to where leads really were.

        Going back is honest: nothing is asked but whether it is allowed. Without a
        move back along the path of the lead's team nothing is queried.

        :param ways: ``[(lead id, team id, stage it comes from, stage)]``
        """
        back = {
            (lead_id, to_id)
            for lead_id, team_id, from_id, to_id in ways
            if gates.is_return(team_id, from_id, to_id)
        }
        been = self.browse({lead_id for lead_id, _stage in back})._funnel_find_been()
        return back & been

    def _funnel_find_been(self):
        """Return ``{(lead id, stage id)}`` of the stages these leads left while open.

        Being lost is no way of being in a stage, but for one that was entered so: it
        was asked then. What was there before the addon counts. Sudo: compared only.
        """
        if not self:
            return set()
        rows = self.env["funnel.stage.move"].sudo()
        rows = rows.search(
            Domain("lead_id", "in", self.ids)
            & (Domain("from_status", "!=", False) | Domain("rebuilt", "=", True))
        )
        been = set()
        for row in rows:
            if row.from_status in ("pending", "won") or row.rebuilt:
                been.add((row.lead_id.id, row.from_stage_id.id))
            if row.rebuilt or row.from_status == row.to_status == "lost":
                been.add((row.lead_id.id, row.to_stage_id.id))
        return been

    def _funnel_get_asked_fields(self, rules):
        """Return the fields in which the missing answers can be given."""
        names = []
        for rule in rules:
            names += self.sudo()._funnel_get_asked_names(rule)
        names = [other for name in names for other in self._funnel_get_range(name)]
        return [n for n in dict.fromkeys(names) if self._funnel_can_be_asked(n)]

    def _funnel_get_marked(self, failures):
        """Return the fields that the dialog marks; nothing where none is open."""
        if not self._funnel_get_asked_stage():
            return []
        rules = [failure.rule for failure in failures if failure.rule]
        return self._funnel_get_asked_fields(rules)

    def _funnel_get_wanted_values(self, rules):
        """Return ``{list: {field: value}}`` that its new records should have.

        Read from conditions such as “somebody of the decision chain decides”.
        """
        wanted = {}
        for rule in rules:
            for condition in Domain(rule.domain or []).iter_conditions():
                name, operator = condition.field_expr, condition.operator
                if operator == "any":
                    equals = _get_equals(Domain(condition.value))
                    wanted.setdefault(name, {}).update(equals)
        return wanted

    def _funnel_get_range(self, name):
        """Return the fields that are asked together with one, itself among them."""
        return next((pair for pair in RANGES if name in pair), (name,))

    def _funnel_get_asked_names(self, rule):
        if rule.kind == "fields":
            unknown = self._funnel_find_unknown_numbers([rule])
            return self._funnel_get_missing(rule, unknown)
        return [path.split(".")[0] for path in rule.paths]

    def _funnel_can_be_asked(self, name):
        field = self._fields.get(name)
        if field is None or name in NOT_ASKED or field.readonly:
            return False
        if (field.comodel_name or "").startswith("mail."):
            return False
        return self._has_field_access(field, "write")
