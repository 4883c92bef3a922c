from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..base.arguments import one_record
from ..base.derived import with_step
from ..base.door import current_path
from ..base.step import Mark, get_mark
from .funnel_evaluation import COMPLEXITIES

PAPERS = (  # models of what belongs to a lead; people first, others point at them
    "funnel.stakeholder",
    "funnel.followup",
    "funnel.evaluation",
    "funnel.closing.step",
    "funnel.resource.request",
    "funnel.stage.approval",
)
DISCUSSED = (  # those with a chatter and activities, which no cascade takes along
    "funnel.resource.request",
    "funnel.stage.approval",
    "funnel.loss",
)
MERGE_KEY = "funnel_merge"
ACTIVITIES = "mail.activity"
COMPETITORS = "funnel.competitor"
FIELDS_READ = {
    ACTIVITIES: ["res_id", "res_model", "funnel_purpose"],
    COMPETITORS: [],  # who was met stands in the table between them and the leads
}


class Merge(Mark):
    """Tells what the merged leads held to who settles it once the survivor stands."""

    __slots__ = ("found",)

    def __init__(self):
        self.found = set()


class CrmLead(models.Model):
    """The working papers of a lead: chain, evaluations, closing plan, requests."""

    _inherit = "crm.lead"

    funnel_stakeholder_ids = fields.One2many(
        "funnel.stakeholder", "lead_id", string="Decision chain"
    )
    funnel_stakeholder_count = fields.Integer(
        string="People in the chain", compute="_compute_funnel_stakeholder_count"
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
        COMPLEXITIES,
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

    @api.depends("funnel_stakeholder_ids")
    def _compute_funnel_stakeholder_count(self):
        for lead in self:
            lead.funnel_stakeholder_count = len(lead.funnel_stakeholder_ids)

    @api.depends("funnel_evaluation_ids.date")
    def _compute_funnel_latest_line_ids(self):
        for lead in self:
            lead.funnel_latest_line_ids = lead._funnel_get_latest_evaluation().line_ids

    def _funnel_get_latest_evaluation(self):
        return self.funnel_evaluation_ids.sorted(
            lambda record: (record.date or date.min, record._origin.id or 0),
            reverse=True,
        )[:1]

    def _funnel_take_latest_evaluation(self):
        """Show the latest evaluation on the lead, where a scorecard can read it.

        Sudo: follows from an evaluation that the user could write.
        """
        for lead in self.sudo():
            latest = lead._funnel_get_latest_evaluation()
            known = (lead.funnel_evaluation_score, lead.funnel_complexity)
            if known != (latest.score, latest.complexity):
                with_step(lead).write(
                    {
                        "funnel_evaluation_score": latest.score,
                        "funnel_complexity": latest.complexity,
                    }
                )

    # ------------------------------------------------------------
    # DELETING AND MERGING
    # ------------------------------------------------------------

    def _funnel_delete_papers(self):
        """Delete what was discussed as records, with the chatter and the activities.

        Merging has handed it over before it deletes.
        """
        if not self or current_path(self.env) == "merge":
            return
        for name in self._funnel_find_papers(DISCUSSED):
            papers = self.env[name].sudo().with_context(active_test=False)
            papers.search([("lead_id", "in", self.ids)])._go_with_lead()

    def _funnel_settle_papers(self, merge, left):
        """Make one truth of what the survivor took over.

        :param Merge merge: what the merged leads held
        :param left: the leads that stay beside it
        """
        self._funnel_take_authority()
        if not merge.found.isdisjoint((ACTIVITIES, "funnel.followup")):
            self._funnel_speaking_to(self.user_id)._funnel_settle_plans()
        left._funnel_go_on_bare()

    def _funnel_go_on_bare(self):
        """Leads that stay beside the survivor have none of its papers any more."""
        contacted = self.filtered("funnel_last_contact_at")
        if contacted:
            contacted._funnel_refresh_contacts()
        self.filtered("funnel_evaluation_score")._funnel_take_latest_evaluation()

    def _funnel_take_papers(self, opportunities):
        """Take over what merged leads hold."""
        found = opportunities._funnel_find_papers([*PAPERS, ACTIVITIES, COMPETITORS])
        get_mark(self.env, MERGE_KEY).found |= found
        for name in filter(found.__contains__, PAPERS):
            self.env[name]._follow_merge(self, opportunities)
        if "funnel.evaluation" in found:
            self._funnel_take_latest_evaluation()
        if COMPETITORS in found:
            self._funnel_take_competitors(opportunities)
        self._funnel_take_grade(opportunities)
        self._funnel_note_pauses(opportunities)

    def _funnel_find_papers(self, names):
        """Return those of the models that hold something of these leads.

        One query: core merges many leads in a row.
        """
        queries = []
        for name in names:
            fields_read = FIELDS_READ.get(name, ["lead_id"])
            self.env[name].flush_model(fields_read)
            queries.append(
                SQL("SELECT %s WHERE EXISTS (%s)", name, self._funnel_ask_for(name))
            )
        return {
            name for (name,) in self.env.execute_query(SQL(" UNION ALL ").join(queries))
        }

    def _funnel_ask_for(self, name):
        """Return the query for what a model holds of these leads."""
        if name == ACTIVITIES:
            return SQL(
                "SELECT FROM mail_activity WHERE res_model = 'crm.lead'"
                " AND res_id = ANY(%s) AND funnel_purpose IS NOT NULL",
                self.ids,
            )
        if name == COMPETITORS:
            rel = self._fields["funnel_competitor_ids"]
            return SQL(
                "SELECT FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(rel.relation),
                SQL.identifier(rel.column1),
                self.ids,
            )
        table = SQL.identifier(self.env[name]._table)
        return SQL("SELECT FROM %s WHERE lead_id = ANY(%s)", table, self.ids)

    def _funnel_note_pauses(self, opportunities):
        """Tell of pauses that end by merging: the survivor goes on as it was."""
        for lead in opportunities.filtered("funnel_resume_date"):
            self._message_log(
                body=self.env._(
                    "%(lead)s was paused until %(day)s: %(reason)s",
                    lead=lead.name,
                    day=format_date(self.env, lead.funnel_resume_date),
                    reason=lead.funnel_pause_reason,
                )
            )

    @one_record
    def action_funnel_open_chain(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_lead_funnel.funnel_stakeholder_action"
        )
        return action | {
            "name": self.env._("Decision chain of %s", self.name),
            "domain": [("lead_id", "=", self.id)],
            "context": {"default_lead_id": self.id},
        }

    @one_record
    def action_funnel_evaluate(self):
        view = self.env.ref("sales_lead_funnel.funnel_evaluation_view_form_dialog")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Evaluate: %s", self.name),
            "res_model": "funnel.evaluation",
            "views": [(view.id, "form")],
            "target": "new",
            "context": {"default_lead_id": self.id, "dialog_size": "large"},
        }

    @one_record
    def action_funnel_request_resource(self):
        view = self.env.ref("sales_lead_funnel.funnel_resource_request_view_form_ask")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request a resource: %s", self.name),
            "res_model": "funnel.resource.request",
            "views": [[view.id, "form"]],
            "target": "new",
            "context": {"default_lead_id": self.id, "dialog_size": "medium"},
        }
