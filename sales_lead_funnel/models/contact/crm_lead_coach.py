from datetime import timedelta

from odoo import api, fields, models

SILENT_DAYS = 12  # days without a word from the decider once the quotation is out
SHOWN_QUESTIONS = 3
SPIN = [
    ("situation", "S"),
    ("problem", "P"),
    ("implication", "I"),
    ("need_payoff", "N"),
]


class CrmLead(models.Model):
    """Names the next gap in what is known of a lead, and questions to close it.

    Rules only: what the follow-ups answered along SPIN, who is in the decision chain.
    """

    _inherit = "crm.lead"

    funnel_gap = fields.Selection(
        [
            ("situation", "Ask about the situation"),
            ("problem", "No pain found yet"),
            ("implication", "Impact of the pain unknown"),
            ("need_payoff", "Client value unclear"),
            ("decider", "Who decides is unknown"),
            ("approver", "Who approves is unknown"),
            ("silent", "Quotation is out, decision maker silent"),
        ],
        string="Next gap",
        compute="_compute_funnel_gap",
    )
    funnel_gap_questions = fields.Text(
        string="Ask", compute="_compute_funnel_gap_questions"
    )

    @api.depends(
        "funnel_followup_ids.situation",
        "funnel_followup_ids.problem",
        "funnel_followup_ids.implication",
        "funnel_followup_ids.need_payoff",
        "funnel_stakeholder_ids.role",
        "funnel_authority",
        "stage_id",
        "funnel_grade_id",
        "funnel_last_contact_at",
        "won_status",
    )
    def _compute_funnel_gap(self):
        contacted = self.filtered("funnel_last_contact_at")
        said = contacted._funnel_get_said()
        people = contacted._funnel_get_people()
        self.funnel_gap = False
        for lead in contacted:
            lead.funnel_gap = lead._funnel_find_gap(
                said.get(lead._origin.id, set()), people.get(lead._origin.id, {})
            )

    def _funnel_get_said(self):
        """Return ``{lead id: {SPIN parts some follow-up has answered}}``, one query."""
        aggregates = [f"{name}:count" for name, _letter in SPIN]
        rows = (
            self.env["funnel.followup"]
            .sudo()
            ._read_group([("lead_id", "in", self._origin.ids)], ["lead_id"], aggregates)
        )
        return {
            lead.id: {
                name
                for (name, _letter), count in zip(SPIN, counts, strict=True)
                if count
            }
            for lead, *counts in rows
        }

    def _funnel_get_people(self):
        """Return ``{lead id: {role: last contact or False}}``, one query."""
        rows = (
            self.env["funnel.stakeholder"]
            .sudo()
            ._read_group(
                [("lead_id", "in", self._origin.ids)],
                ["lead_id", "role"],
                ["last_contact_at:max"],
            )
        )
        people = {}
        for lead, role, last in rows:
            people.setdefault(lead.id, {})[role] = last
        return people

    def _funnel_find_gap(self, said, people):
        """Return the code of the first gap, or False. Override to add rules."""
        is_pursued = self.funnel_is_pursued or not self.funnel_grade_id
        if self.won_status != "pending" or not is_pursued:
            return False
        if self.stage_id.funnel_quote_out and "decides" in people:
            limit = fields.Datetime.now() - timedelta(days=SILENT_DAYS)
            last = people["decides"]
            if (last or self.funnel_last_contact_at) < limit:
                return "silent"
        for name, _letter in SPIN[:3]:
            if name not in said:
                return name
        if "decides" not in people and self.funnel_authority != "decides":
            return "decider"
        if "need_payoff" not in said:
            return "need_payoff"
        return False if "approves" in people else "approver"

    @api.depends("funnel_gap", "funnel_industry_id")
    def _compute_funnel_gap_questions(self):
        gaps = self.mapped("funnel_gap")
        questions = self.env["funnel.spin.question"].search([("topic", "in", gaps)])
        questions = questions.grouped("topic")
        for lead in self:
            fitting = lead._funnel_choose_questions(questions.get(lead.funnel_gap))
            lead.funnel_gap_questions = "\n".join(fitting.mapped("name"))

    def _funnel_choose_questions(self, questions):
        """Return a few questions that fit the lead, those of its industry first."""
        if not questions:
            return self.env["funnel.spin.question"]
        own = questions.filtered(
            lambda q: q.industry_id and q.industry_id == self.funnel_industry_id
        )
        general = questions.filtered(lambda q: not q.industry_id)
        return (own + general)[:SHOWN_QUESTIONS]
