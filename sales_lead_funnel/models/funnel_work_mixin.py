from odoo import api, fields, models


class FunnelWorkMixin(models.AbstractModel):
    """The working papers of a lead: chain, evaluations, closing plan, requests."""

    _name = "funnel.work.mixin"
    _description = "Working papers of a lead"

    funnel_stakeholder_ids = fields.One2many(
        "funnel.stakeholder", "lead_id", string="Decision chain"
    )
    funnel_stakeholder_count = fields.Integer(
        string="People in the chain", compute="_compute_funnel_stakeholder_count"
    )
    funnel_decider_unknown = fields.Boolean(
        string="Who decides is unknown", compute="_compute_funnel_decider_unknown"
    )
    funnel_evaluation_ids = fields.One2many(
        "funnel.evaluation", "lead_id", string="Evaluations"
    )
    funnel_latest_line_ids = fields.Many2many(
        "funnel.evaluation.line",
        string="Latest scores",
        compute="_compute_funnel_latest_line_ids",
    )
    funnel_evaluation_score = fields.Float(
        string="Latest evaluation", readonly=True, copy=False, digits=(4, 1)
    )
    funnel_complexity = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")],
        string="Decision complexity",
        readonly=True,
        copy=False,
    )
    funnel_closing_step_ids = fields.One2many(
        "funnel.closing.step", "lead_id", string="Closing plan"
    )
    funnel_request_ids = fields.One2many(
        "funnel.resource.request", "lead_id", string="Resource requests"
    )
    funnel_request_count = fields.Integer(
        string="Requests", compute="_compute_funnel_request_count"
    )

    @api.depends("funnel_stakeholder_ids")
    def _compute_funnel_stakeholder_count(self):
        for lead in self:
            lead.funnel_stakeholder_count = len(lead.funnel_stakeholder_ids)

    @api.depends("funnel_stakeholder_ids.role", "won_status")
    def _compute_funnel_decider_unknown(self):
        for lead in self:
            roles = lead.funnel_stakeholder_ids.mapped("role")
            lead.funnel_decider_unknown = (
                lead.won_status == "pending" and "decides" not in roles
            )

    @api.depends("funnel_request_ids")
    def _compute_funnel_request_count(self):
        for lead in self:
            lead.funnel_request_count = len(lead.funnel_request_ids)

    @api.depends("funnel_evaluation_ids.date")
    def _compute_funnel_latest_line_ids(self):
        for lead in self:
            lead.funnel_latest_line_ids = lead._funnel_get_latest_evaluation().line_ids

    def _funnel_get_latest_evaluation(self):
        return self.funnel_evaluation_ids.sorted(
            lambda evaluation: (evaluation.date, evaluation._origin.id), reverse=True
        )[:1]

    def _funnel_take_latest_evaluation(self):
        """Show the latest evaluation on the lead, where a scorecard can read it.

        Sudo: follows from an evaluation that the user could write.
        """
        for lead in self.sudo():
            latest = lead._funnel_get_latest_evaluation()
            known = (lead.funnel_evaluation_score, lead.funnel_complexity)
            if known != (latest.score, latest.complexity):
                lead.write(
                    {
                        "funnel_evaluation_score": latest.score,
                        "funnel_complexity": latest.complexity,
                    }
                )

    def unlink(self):
        """Delete requests as records, with the chatter that no cascade takes along."""
        self.check_access("unlink")
        requests = self.env["funnel.resource.request"].sudo()
        requests.search([("lead_id", "in", self.ids)])._go_with_lead()
        return super().unlink()

    def _merge_dependences(self, opportunities):
        for name in (
            "funnel.stakeholder",
            "funnel.followup",
            "funnel.evaluation",
            "funnel.closing.step",
            "funnel.resource.request",
        ):
            self.env[name]._follow_merge(self, opportunities)
        self._funnel_refresh_contacts()
        self._funnel_take_latest_evaluation()
        result = super()._merge_dependences(opportunities)
        self._funnel_drop_double_plans()
        return result

    def action_funnel_open_chain(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_lead_funnel.funnel_stakeholder_action"
        )
        return action | {
            "name": self.env._("Decision chain of %s", self.name),
            "domain": [("lead_id", "=", self.id)],
            "context": {"default_lead_id": self.id},
        }

    def action_funnel_request_resource(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request a resource"),
            "res_model": "funnel.resource.request",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_id": self.id},
        }
