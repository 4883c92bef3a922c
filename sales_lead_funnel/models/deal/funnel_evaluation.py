from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...exceptions import FunnelFollowupError
from ..base.rights import is_manager
from ..base.step import has_mark, with_mark
from ..base.zones import get_person_day

MAX_SCORE = 10
COMPLEXITIES = [("low", "Low"), ("medium", "Medium"), ("high", "High")]
BIRTH_KEY = "funnel_evaluation_birth"  # its author is judged when all of it is there
SIMPLE_STEPS, COMPLEX_STEPS = 2, 5  # people + approvals: up to low, from high (D9)


class FunnelEvaluationAxis(models.Model):
    """A side on which opportunities are judged, with its weight (S0-21)."""

    _name = "funnel.evaluation.axis"
    _description = "Axis of the evaluation"
    _inherit = ["funnel.intake.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    question = fields.Char(translate=True, help="What to ask, e.g. is it dated?")
    sequence = fields.Integer(default=10)
    weight = fields.Float(default=1.0, required=True)
    active = fields.Boolean(default=True)

    _weight_positive = models.Constraint(
        "CHECK (weight >= 0)", "The “Weight” of an axis must be 0 or more."
    )


class FunnelEvaluation(models.Model):
    """One dated scoring of an opportunity, 1 to 10 per axis (S0-21, S0-22, F3)."""

    _name = "funnel.evaluation"
    _description = "Opportunity evaluation"
    _inherit = ["funnel.lead.child"]
    _order = "date desc, id desc"
    _rec_name = "date"

    date = fields.Date(required=True, default=lambda self: get_person_day(self.env))
    user_id = fields.Many2one(
        "res.users",
        string="Evaluated by",
        required=True,
        default=lambda self: self.env.uid,
    )
    line_ids = fields.One2many(
        "funnel.evaluation.line",
        "evaluation_id",
        string="Scores",
        default=lambda self: self._default_line_ids(),
    )
    score = fields.Float(
        compute="_compute_score",
        store=True,
        digits=(4, 1),
        aggregator="avg",
        help="Weighted mean of the axes that were scored, 1 to 10.",
    )
    competition = fields.Char(help="Who else is in, and how far.")
    people_count = fields.Integer(string="People in the decision")
    approval_count = fields.Integer(string="Approvals")
    complexity = fields.Selection(
        COMPLEXITIES,
        string="Decision complexity",
        compute="_compute_complexity",
        store=True,
        help="From people and approvals; high is hard for us.",
    )
    note = fields.Text()

    def _default_line_ids(self):
        axes = self.env["funnel.evaluation.axis"].search([("active", "=", True)])
        return [fields.Command.create({"axis_id": axis.id}) for axis in axes]

    @api.onchange("lead_id")
    def _onchange_lead_id(self):
        """Offer the people of the decision chain, and how many of them approve."""
        people = self.lead_id.funnel_stakeholder_ids
        if people and not self._origin:
            self.people_count = len(people)
            approvers = people.filtered(lambda person: person.role == "approves")
            self.approval_count = len(approvers)

    @api.depends("line_ids.score", "line_ids.weight")
    def _compute_score(self):
        for evaluation in self:
            lines = evaluation.line_ids.filtered("score")
            weight = sum(lines.mapped("weight"))
            total = sum(line.score * line.weight for line in lines)
            evaluation.score = total / weight if weight else 0.0

    @api.depends("people_count", "approval_count")
    def _compute_complexity(self):
        for evaluation in self:
            steps = evaluation.people_count + evaluation.approval_count
            if not steps:
                evaluation.complexity = False
            elif steps <= SIMPLE_STEPS:
                evaluation.complexity = "low"
            else:
                evaluation.complexity = "high" if steps >= COMPLEX_STEPS else "medium"

    @api.model
    def _tell_decision(self, complexity, people, approvals):
        """Say people and approvals in words that an import reads the same.

        :return: text, or None where nothing is known
        """
        parts = []
        if people:
            parts.append(self.env._("%s people decide", people))
        if approvals:
            parts.append(self.env._("%s approvals", approvals))
        labels = dict(self._fields["complexity"]._description_selection(self.env))
        return f"{labels[complexity]} ({', '.join(parts)})" if parts else None

    @api.constrains("date")
    def _check_date(self):
        """An evaluation of the future would be the latest for good."""
        self._check_not_ahead("date")

    @api.constrains("people_count", "approval_count")
    def _check_counts(self):
        for evaluation in self:
            if evaluation.people_count < 0 or evaluation.approval_count < 0:
                raise FunnelFollowupError(
                    self.env._(
                        "%(lead)s: “People in the decision” and “Approvals” cannot be "
                        "negative.",
                        lead=evaluation.lead_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        model = super(FunnelEvaluation, with_mark(self, BIRTH_KEY))
        evaluations = model.create(vals_list).with_env(self.env)
        evaluations._check_author()  # of an import too: a score is its author's word
        evaluations.lead_id._funnel_take_latest_evaluation()
        return evaluations

    def write(self, vals):
        self._check_is_own()
        leads = self.lead_id
        result = super().write(vals)
        if "user_id" in vals:
            self._check_author()
        (leads | self.lead_id)._funnel_take_latest_evaluation()
        return result

    def unlink(self):
        leads = self.lead_id
        result = super().unlink()
        leads._funnel_take_latest_evaluation()
        return result

    def _check_is_own(self):
        """What others judged is history; a rep adds a new evaluation."""
        if self.user_id <= self.env.user:
            return
        if not is_manager(self.env):
            raise AccessError(
                self.env._(
                    "%s: only who evaluated, or a manager, changes an evaluation. Add "
                    "a new one with today's date.",
                    self.lead_id[:1].display_name,
                )
            )


class FunnelEvaluationLine(models.Model):
    """The score of one axis."""

    _name = "funnel.evaluation.line"
    _description = "Score of an axis"
    _inherit = ["funnel.intake.mixin"]
    _order = "sequence, id"

    evaluation_id = fields.Many2one(
        "funnel.evaluation", required=True, index=True, ondelete="cascade"
    )
    axis_id = fields.Many2one("funnel.evaluation.axis", required=True)
    sequence = fields.Integer(related="axis_id.sequence", store=True)
    question = fields.Char(related="axis_id.question")
    weight = fields.Float(
        compute="_compute_weight",
        store=True,
        precompute=True,
        help="The axis's when it was judged: other weights later change no history.",
    )
    score = fields.Integer(string="Score (1-10)", help="0 or empty: not judged.")
    max_score = fields.Integer(
        compute="_compute_max_score", export_string_translation=False
    )

    _axis_once = models.UniqueIndex(
        "(evaluation_id, axis_id)", "An axis is scored once in an evaluation."
    )

    @api.depends("axis_id")
    def _compute_weight(self):
        for line in self:
            line.weight = line.axis_id.weight

    def _compute_max_score(self):
        """The end of the bar that draws the score."""
        self.max_score = MAX_SCORE

    @api.constrains("score")
    def _check_score(self):
        for line in self.filtered(lambda record: not 0 <= record.score <= MAX_SCORE):
            raise FunnelFollowupError(
                self.env._(
                    "%(lead)s, %(axis)s: “Score” is %(score)s; it must lie between 1 "
                    "and 10.",
                    lead=line.evaluation_id.lead_id.display_name,
                    axis=line.axis_id.name,
                    score=line.score,
                )
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not has_mark(self.env, BIRTH_KEY):
            lines.evaluation_id._check_is_own()
        lines._refresh_lead()
        return lines

    def write(self, vals):
        self.evaluation_id._check_is_own()
        result = super().write(vals)
        if "evaluation_id" in vals:
            self.check_access("write")  # judges the lead they are on now
        self._refresh_lead()
        return result

    def unlink(self):
        leads = self.evaluation_id.lead_id
        result = super().unlink()
        leads._funnel_take_latest_evaluation()
        return result

    def _refresh_lead(self):
        self.evaluation_id.lead_id._funnel_take_latest_evaluation()
