from odoo import api, fields, models, tools
from odoo.fields import Domain

from ...exceptions import FunnelCriterionError
from ..base.funnel_rules_mixin import GATE_FIELDS_PARAMETER
from ..base.lead_domain import check_lead_domain, parse_domain
from ..base.optional_number import NEVER_EMPTY
from .rules import Gates

DIRECTIONS = [("entry", "Entry"), ("dropout", "Drop-out")]
KINDS = [("fields", "Required fields"), ("domain", "Condition")]
EFFECTS = [
    ("block", "Block"),
    ("warn", "Warn"),
    ("approve", "Needs the manager's approval"),
]
# What follows from the gates, which no criterion may therefore ask.
OUTPUTS = [
    "funnel_proven_stage_id",
    "funnel_stage_gap",
    "funnel_checklist",
    "funnel_asked_checklist",
    "funnel_is_dropout",
    "funnel_dropout_reason",
    "funnel_waiting_stage_id",
    "funnel_card_note",
    "funnel_claim_note",
    "funnel_claim_alert",
]
# What nobody fills in, and the form therefore does not offer as a required field;
# criteria that have them stay.
NOT_OFFERED = [
    "active",
    "color",
    "funnel_code",
    "funnel_grade_state",
    "funnel_keep_until",
    "funnel_loss_ids",
    "iap_enrich_done",
    "lead_mining_request_id",
    "lead_properties",
    "lost_reason_id",
    "probability",
    "reveal_id",
    "stage_id",
    "type",
    "website_message_ids",
]
ANSWERS = [
    ("model", "=", "crm.lead"),
    ("store", "=", True),
    ("readonly", "=", False),
    ("name", "not in", NOT_OFFERED),
    ("name", "not =like", "message_%"),
    ("name", "not =like", "activity_%"),
]


class FunnelCriterion(models.Model):
    """One entry or drop-out rule of a stage (S1-7…15, D10).

    *Required fields* asks answers: 0 and No are answers, a number is missing while
    nobody ever gave one (NULL), a text while it is blank. The 0 that forms of new leads
    send for numbers nobody touched is not stored. *Condition* asks what the
    lead and its records must meet. A drop-out rule makes a lead that meets it (or
    whose required fields are all empty; none of them a number or a Yes/No) a candidate
    to be dropped, no more.
    """

    _name = "funnel.criterion"
    _description = "Criterion of a stage"
    _inherit = ["funnel.rules.mixin", "mail.thread"]
    _order = "stage_id, direction desc, sequence, id"
    _rules_cron = "sales_lead_funnel.ir_cron_prove"
    _rule_fields = frozenset(
        (
            "active",
            "direction",
            "domain",
            "effect",
            "field_ids",
            "group_ids",
            "kind",
            "sequence",
            "stage_id",
        )
    )
    _mail_post_access = "read"  # reps co-write the criteria by comments (S1-37)

    name = fields.Char(
        translate=True,
        help="In a few words, as on the checklist; empty: the fields it requires.",
    )
    stage_id = fields.Many2one(
        "crm.stage", required=True, index=True, ondelete="cascade", tracking=True
    )
    direction = fields.Selection(
        DIRECTIONS, required=True, default="entry", tracking=True
    )
    kind = fields.Selection(KINDS, required=True, default="fields", tracking=True)
    field_ids = fields.Many2many(
        "ir.model.fields",
        string="Required fields",
        groups="sales_team.group_sale_salesman_all_leads",  # who may read the list
        domain=str(ANSWERS),  # as text it narrows the choice, not what is read
        tracking=True,
        help="0 and No are answers. A number that nobody gave is missing, and a 0 "
        "typed while the lead is created counts only once it is saved again. Expected "
        "Revenue is 0 from the start: ask for more than 0 by a condition.",
    )
    domain = fields.Char(string="Condition", default="[]", tracking=True)
    effect = fields.Selection(
        EFFECTS,
        required=True,
        default="block",
        tracking=True,
        help="“Needs the manager's approval”: leads that meet the condition go without "
        "it; an empty condition asks for every lead.",
    )
    message = fields.Text(
        translate=True, tracking=True, help="Says what to do, to whom is stopped."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    group_ids = fields.Many2many(
        "res.groups",
        string="Who may pass it",
        tracking=True,
        help="People of these groups are not stopped by it.",
    )
    template_key = fields.Char(
        copy=False, readonly=True, export_string_translation=False
    )

    @api.depends("name", "message", "field_ids")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Sudo: people may not read the list of fields, only be told their labels."""
        for criterion in self.sudo():
            labels = ", ".join(criterion.field_ids.mapped("field_description"))
            told = (criterion.message or "").strip().split("\n")[0]
            criterion.display_name = (
                criterion.name or told or labels or criterion._get_nameless()
            )

    def _get_nameless(self):
        if self._origin:
            return self.env._("Condition")
        return self.env._("New criterion")

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    @api.constrains("domain", "kind")
    def _check_domain_can_be_evaluated(self):
        for criterion in self.filtered(lambda record: record.kind == "domain"):
            check_lead_domain(
                self.env,
                criterion.domain,
                record=self.env._("Criterion %s", criterion.display_name),
                field=self.env._("Condition"),
                outputs=OUTPUTS,
                error_class=FunnelCriterionError,
            )

    @api.constrains("field_ids", "kind")
    def _check_fields_are_of_the_lead(self):
        for criterion in self.filtered(lambda record: record.kind == "fields"):
            names = criterion.sudo().field_ids
            if not names:
                raise criterion._field_error(self.env._("choose at least one field"))
            for field in names:
                if field.model != "crm.lead" or not field.store:
                    problem = self.env._(
                        "“%s” is no stored field of the lead", field.field_description
                    )
                    raise criterion._field_error(problem)

    @api.constrains("field_ids", "kind", "direction")
    def _check_dropout_fields_can_be_empty(self):
        """An explicit 0 or No is an answer, and no reason to drop a lead."""
        for criterion in self.filtered(lambda record: record.kind == "fields"):
            names = criterion.sudo().field_ids if criterion._is_dropout() else []
            for field in names:
                if field.ttype in NEVER_EMPTY:
                    raise criterion._field_error(
                        self.env._(
                            "“%s” is never empty, because 0 and No are answers. Say "
                            "which leads may be dropped by a “Condition” instead",
                            field.field_description,
                        )
                    )

    def _is_dropout(self):
        return self.direction == "dropout"

    @api.constrains("domain", "kind", "direction", "effect")
    def _check_condition_asks_something(self):
        """Only approval is asked of every lead, by an empty condition."""
        for criterion in self.filtered(lambda record: record._is_condition_empty()):
            name = criterion.display_name
            if criterion._is_dropout():
                problem = self.env._(
                    "Criterion %s: an empty “Condition” would drop every lead of "
                    "the stage. Say which ones.",
                    name,
                )
            elif criterion.effect != "approve":
                problem = self.env._(
                    "Criterion %s: an empty “Condition” asks nothing. Describe "
                    "what leads must meet to enter the stage.",
                    name,
                )
            else:
                continue
            raise FunnelCriterionError(problem)

    def _is_condition_empty(self):
        """An unreadable condition is none of this; another check refuses it."""
        try:
            return self.kind == "domain" and not parse_domain(self.domain)
        except ValueError:
            return False

    def _field_error(self, problem):
        return FunnelCriterionError(
            self.env._(
                "Criterion %(name)s, “Required fields”: %(problem)s.",
                name=self.display_name,
                problem=problem,
            )
        )

    # ------------------------------------------------------------
    # CHANGES OF RULES
    # ------------------------------------------------------------

    @api.model
    def _stages_changed(self):
        """Forget the order of stages; where criteria are, prove the leads anew."""
        if self.pool.ready and not self._is_held():
            self._apply_rules()
            if self._get_gates().entry:
                self._trigger_cron()

    @api.model
    def _stages_renamed(self):
        """Names decide the order of stages that have one sequence."""
        if not self.pool.ready:
            return
        order = [step.id for step in self._get_gates().steps]
        if order != self._get_stages().ids:
            self._stages_changed()

    def _renew_rules(self):
        """Cancel what is asked of managers and no stage asks any more."""
        renewed = super()._renew_rules()
        if renewed:
            asking = [
                stage_id
                for stage_id, rules in self._get_gates().entry.items()
                if any(rule.effect == "approve" for rule in rules)
            ]
            self.env["funnel.stage.approval"]._close_unasked(asking)
        return renewed

    def _watch_fields(self):
        """Make the proven stage follow the fields that entry criteria read."""
        entry = self._get_gates().entry.values()
        paths = {path for rules in entry for rule in rules for path in rule.paths}
        self._watch(GATE_FIELDS_PARAMETER, paths)

    # ------------------------------------------------------------
    # RULES
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_gates(self):
        """Return the rules in force as :class:`Gates`; one cached lookup."""
        criteria = self.sudo().search([("active", "=", True)])
        return Gates(self._get_stages(), criteria)

    def _get_stages(self):
        """Return the stages of all teams, in order."""
        return self.env["crm.stage"].sudo().search(Domain.TRUE)
