from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.wording import BUDGET_UNIT, read_budget, read_complexity, write_budget

URGENCY_AXIS = "sales_lead_funnel.axis_urgency"
LEAD_COLUMNS = {  # column of the form: field of the lead
    "opportunity": "name",
    "stage_id": "stage_id",
    "date_deadline": "date_deadline",
}


class FunnelEvaluation(models.Model):
    """Evaluation and stage (F3): an evaluation beside what its lead holds."""

    _name = "funnel.evaluation"
    _inherit = ["funnel.form.import", "funnel.evaluation"]

    next_action = fields.Char(string="Next action")
    opportunity = fields.Char(
        string="Opportunity name",
        compute="_compute_lead_columns",
        inverse="_inverse_lead_columns",
    )
    stage_id = fields.Many2one(
        "crm.stage", compute="_compute_lead_columns", inverse="_inverse_lead_columns"
    )
    budget = fields.Char(
        string="Budget (10k)",
        compute="_compute_lead_columns",
        inverse="_inverse_lead_columns",
        help="In ten thousands: 15-20, 15, ≥15 or ≤15.",
    )
    date_deadline = fields.Date(
        string="Expected close",
        compute="_compute_lead_columns",
        inverse="_inverse_lead_columns",
    )
    urgency = fields.Integer(
        string="Urgency of the need (1-10)",
        compute="_compute_urgency",
        inverse="_inverse_urgency",
    )
    decision = fields.Char(
        string="Decision complexity in words",
        help="As written in an imported form; people and approvals are read from it.",
    )

    # ------------------------------------------------------------
    # COLUMNS
    # ------------------------------------------------------------

    @api.depends(
        "lead_id.name",
        "lead_id.stage_id",
        "lead_id.date_deadline",
        "lead_id.funnel_budget_min",
        "lead_id.funnel_budget_max",
    )
    def _compute_lead_columns(self):
        for evaluation in self:
            lead = evaluation.lead_id
            for column, name in LEAD_COLUMNS.items():
                evaluation[column] = lead[name]
            evaluation.budget = write_budget(
                lead.funnel_budget_min, lead.funnel_budget_max
            )

    def _inverse_lead_columns(self):
        """Write what the form says of the lead, in one go; empty says nothing."""
        for evaluation in self:
            lead = evaluation.lead_id
            values = {
                name: lead._fields[name].convert_to_write(
                    evaluation[column], evaluation
                )
                for column, name in LEAD_COLUMNS.items()
                if evaluation[column] and evaluation[column] != lead[name]
            }
            if evaluation.budget:
                low, high = read_budget(evaluation.budget)
                if (low, high) != (lead.funnel_budget_min, lead.funnel_budget_max):
                    values |= {"funnel_budget_min": low, "funnel_budget_max": high}
            if values:
                lead.write(values)

    @api.depends("line_ids.score", "line_ids.axis_id")
    def _compute_urgency(self):
        axis = self.env.ref(URGENCY_AXIS, raise_if_not_found=False)
        for evaluation in self:
            lines = evaluation.line_ids.filtered(lambda line: line.axis_id == axis)
            evaluation.urgency = lines[:1].score

    def _inverse_urgency(self):
        axis = self.env.ref(URGENCY_AXIS)
        for evaluation in self.filtered("urgency"):
            lines = evaluation.line_ids.filtered(lambda line: line.axis_id == axis)
            score = {"score": evaluation.urgency}
            if lines:
                lines.write(score)
            else:
                new = fields.Command.create({"axis_id": axis.id, **score})
                evaluation.line_ids = [new]

    # ------------------------------------------------------------
    # IMPORT
    # ------------------------------------------------------------

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Evaluation and stage (F3)"),
                "template": "/sales_lead_funnel/static/xls/evaluation_and_stage.xlsx",
            }
        ]

    @api.model
    def _funnel_get_readers(self, records):
        stages = self.env["crm.stage"].search(Domain.TRUE)
        return super()._funnel_get_readers(records) | {
            "stage_id": partial(self._funnel_read_stage, stages),
            "urgency": self._funnel_read_urgency,
            "budget": self._funnel_read_budget,
            "decision": self._funnel_read_decision,
        }

    @api.model
    def _funnel_read_stage(self, stages, text, values):
        """Return a stage that the lead's team uses, by its name or another name.

        Where several fit, the stage the lead is in comes first, then the team's own.
        """
        if not text:
            return {}
        lead = self.env["crm.lead"].browse(values.get("lead_id"))
        team = lead.team_id
        usable = stages.filtered(
            lambda stage: not stage.team_ids or team in stage.team_ids
        )
        fitting = usable._funnel_find_by_name(text)
        own = fitting.filtered("team_ids")
        fitting = (fitting & lead.stage_id) or own or fitting
        if len(fitting) == 1:
            return {"stage_id": fitting.id}
        if fitting:
            reason = self.env._(
                "“%(text)s” fits several stages: %(stages)s. Write the name of one.",
                text=text,
                stages=", ".join(fitting.mapped("name")),
            )
        else:
            reason = self.env._(
                "There is no stage “%(text)s”. Write one of: %(stages)s; or add the "
                "name to “Also called” of a stage.",
                text=text,
                stages=", ".join(usable.mapped("name")),
            )
        raise ValueError(reason)

    @api.model
    def _funnel_read_urgency(self, text, values):
        if not text:
            return {}
        if not self.env.ref(URGENCY_AXIS, raise_if_not_found=False):
            raise ValueError(
                self.env._(
                    "The axis “Urgency of the need” was deleted. Leave this column out."
                )
            )
        if not text.removesuffix(".0").isdecimal() or not 1 <= float(text) <= 10:
            raise ValueError(
                self.env._("“%s” is not a score. Write a whole number, 1 to 10.", text)
            )
        return {"urgency": int(float(text))}

    @api.model
    def _funnel_read_budget(self, text, values):
        if not text:
            return {}
        try:
            return {"budget": write_budget(*read_budget(text))}
        except ValueError:
            raise ValueError(
                self.env._(
                    "“%(text)s” is not a budget. Write it in units of %(unit)s, the "
                    "lower end first: 15-20, 15, ≥15 or ≤15.",
                    text=text,
                    unit=f"{BUDGET_UNIT:,}",
                )
            ) from None

    @api.model
    def _funnel_read_decision(self, text, values):
        """Count people and approvals: the label follows from them, not from words."""
        people, approvals = read_complexity(text)
        return {"decision": text, "people_count": people, "approval_count": approvals}
