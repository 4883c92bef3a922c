from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.base.zones import get_sql_time
from ..models.forms.funnel_evaluation import URGENCY_AXIS
from .lead_rows import LeadColumns


class ChildColumns:
    """Builds the columns of one query on records of leads, and of their leads."""

    def __init__(self, records, query):
        self.records = records
        self.query = query
        alias = query.left_join(records._table, "lead_id", "crm_lead", "id", "lead_id")
        self.lead = LeadColumns(records.env["crm.lead"], query, alias)

    def field(self, name):
        return self.records._field_to_sql(self.records._table, name, self.query)

    def amount(self, name):
        return SQL("NULLIF(%s, 0)", self.field(name))

    def text(self, *names):
        """The texts of these fields that are there, one under the other."""
        texts = [SQL("NULLIF(%s, '')", self.field(name)) for name in names]
        return SQL("NULLIF(concat_ws(E'\\n', %s), '')", SQL(", ").join(texts))

    def related(self, name, other="name"):
        comodel = self.records[name]
        alias = self.query.left_join(
            self.records._table, name, comodel._table, "id", name
        )
        return comodel._field_to_sql(alias, other, self.query)

    def user(self, name):
        users = self.records[name]
        alias = self.query.left_join(
            self.records._table, name, users._table, "id", name
        )
        partners = users.partner_id
        alias = self.query.left_join(
            alias, "partner_id", partners._table, "id", "partner_id"
        )
        return partners._field_to_sql(alias, "name", self.query)

    def local_time(self, name):
        """A UTC datetime as the clock showed it where the company is."""
        zone = self.records.env.company._funnel_get_tz()
        return get_sql_time(zone, self.field(name))

    def stage_then(self):
        """The stage as written in the log, else by the ledger, else that of today."""
        stages = self.records.env["crm.stage"]
        then = SQL(
            """(SELECT COALESCE(%(name)s, move.deleted_stage)
                  FROM funnel_stage_move move
                  LEFT JOIN crm_stage ON crm_stage.id = move.to_stage_id
                 WHERE move.lead_id = %(lead)s AND move.happened_at <= %(moment)s
                 ORDER BY move.happened_at DESC, move.id DESC LIMIT 1)""",
            name=stages._field_to_sql("crm_stage", "name", self.query),
            lead=self.field("lead_id"),
            moment=self.field("happened_at"),
        )
        return SQL(
            "COALESCE(NULLIF(%s, ''), %s, %s)",
            self.field("stage_name"),
            then,
            self.lead.related("stage_id"),
        )

    def urgency(self):
        """The score of the axis of urgency, NULL where it was not judged."""
        data = self.records.env["ir.model.data"]
        axis_id = data._xmlid_to_res_id(URGENCY_AXIS, raise_if_not_found=False)
        return SQL(
            """(SELECT NULLIF(line.score, 0) FROM funnel_evaluation_line line
                 WHERE line.evaluation_id = %s AND line.axis_id = %s)""",
            self.field("id"),
            axis_id or 0,
        )


def latest_action(lead_id, name="next_action"):
    """What the latest follow-up of a lead says comes next."""
    return SQL(
        """(SELECT %s FROM funnel_followup log WHERE log.lead_id = %s
             ORDER BY log.happened_at DESC, log.id DESC LIMIT 1)""",
        SQL.identifier("log", name),
        lead_id,
    )


class FunnelMonthlyWorkbook(models.AbstractModel):
    """Reads the work on leads as rows of forms, in one query per form.

    Record rules apply: the records come from the ORM's own search.
    """

    _inherit = "funnel.monthly.workbook"

    def _read_followup_log(self, domain):
        """Return rows of F2, oldest first.

        Columns: number, when (local), channel, by, talked to, feedback or pain, about
        the decider, mood, next action.
        """
        columns = self._open_work("funnel.followup", domain, "happened_at, id")
        contact = SQL(
            "COALESCE(NULLIF(%s, ''), %s)",
            columns.field("contact"),
            columns.related("stakeholder_id"),
        )
        told = SQL(
            "COALESCE(%s, %s)",
            columns.text("feedback", "problem"),
            columns.text("summary"),
        )
        return self._fetch(
            columns,
            columns.lead.field("funnel_code"),
            columns.local_time("happened_at"),
            columns.field("channel"),
            columns.user("user_id"),
            contact,
            told,
            columns.field("decider_info"),
            columns.field("mood"),
            columns.field("next_action"),
        )

    def _read_evaluations(self, domain):
        """Return rows of F3, oldest first.

        Columns: number, opportunity, stage, urgency, budget from, budget to,
        competition, complexity, people, approvals, complexity in words, owner, expected
        close, next action.
        """
        columns = self._open_work("funnel.evaluation", domain, "date, id")
        lead = columns.lead
        action = SQL(
            "COALESCE(NULLIF(%s, ''), %s)",
            columns.field("next_action"),
            latest_action(columns.field("lead_id")),
        )
        return self._fetch(
            columns,
            lead.field("funnel_code"),
            lead.field("name"),
            lead.related("stage_id"),
            columns.urgency(),
            lead.field("funnel_budget_min"),
            lead.field("funnel_budget_max"),
            columns.field("competition"),
            columns.field("complexity"),
            columns.field("people_count"),
            columns.field("approval_count"),
            columns.field("decision"),
            lead.owner(),
            lead.field("date_deadline"),
            action,
        )

    def _read_client_log(self, domain):
        """Return rows of F5, oldest first.

        Columns: client, stage at the time, when (local), channel, content, next action,
        by.
        """
        columns = self._open_work("funnel.followup", domain, "happened_at, id")
        spin = columns.text("situation", "problem", "implication", "need_payoff")
        told = columns.text("feedback", "decider_info")
        return self._fetch(
            columns,
            columns.lead.client(),
            columns.stage_then(),
            columns.local_time("happened_at"),
            columns.field("channel"),
            SQL("COALESCE(%s, %s, %s)", columns.text("summary"), spin, told),
            columns.field("next_action"),
            columns.user("user_id"),
        )

    def _read_client_card(self, domain):
        """Return rows of F7, oldest first.

        Columns: client's reference or lead's number, client, industry, contact,
        phone and mail, client type, stage, when (local date), channel, summary,
        feedback, next date, next action, grade, resume date, won status, owner.
        """
        columns = self._open_work("funnel.followup", domain, "happened_at, id")
        lead = columns.lead
        number = SQL(
            "COALESCE(NULLIF(%s, ''), %s)",
            lead.related("partner_id", "ref"),
            lead.field("funnel_code"),
        )
        person = SQL(
            "COALESCE(NULLIF(%s, ''), NULLIF(%s, ''))",
            lead.field("contact_name"),
            columns.field("contact"),
        )
        return self._fetch(
            columns,
            number,
            lead.client(),
            lead.related("funnel_industry_id"),
            person,
            lead.contact(),
            lead.field("funnel_client_type"),
            lead.related("stage_id"),
            SQL("%s::date", columns.local_time("happened_at")),
            columns.field("channel"),
            columns.text("summary", "situation"),
            columns.text("feedback", "problem", "implication", "need_payoff"),
            columns.field("next_date"),
            columns.field("next_action"),
            lead.field("funnel_grade_id"),
            lead.field("funnel_resume_date"),
            lead.field("won_status"),
            lead.owner(),
        )

    def _read_contact_plan(self, domain):
        """Return open leads as rows of the follow-up plan, the most urgent first.

        Columns: number, client, grade, stage, owner, last contact (local date), next
        due, grade id, stage id, next action, paused because, resume date.
        """
        leads = self.env["crm.lead"]
        self.env.flush_all()
        query = leads._search(domain, order="funnel_next_contact_date, id")
        columns = LeadColumns(leads, query)
        return self._fetch(
            columns,
            columns.field("funnel_code"),
            columns.client(),
            columns.related("funnel_grade_id"),
            columns.related("stage_id"),
            columns.owner(),
            columns.local_date(columns.field("funnel_last_contact_at")),
            columns.field("funnel_next_contact_date"),
            columns.field("funnel_grade_id"),
            columns.field("stage_id"),
            latest_action(columns.field("id")),
            columns.field("funnel_pause_reason"),
            columns.field("funnel_resume_date"),
        )

    def _read_requests(self, domain):
        """Return rows of the resource requests, the first wanted first.

        Columns: requested on (local date), number, client, kind, what, description,
        wanted by, requested by, state, assigned to, planned for, answer, answered by.
        """
        columns = self._open_work("funnel.resource.request", domain, "wanted_date, id")
        return self._fetch(
            columns,
            SQL("%s::date", columns.local_time("create_date")),
            columns.lead.field("funnel_code"),
            columns.lead.client(),
            columns.field("kind"),
            columns.field("name"),
            columns.field("description"),
            columns.field("wanted_date"),
            columns.user("requester_id"),
            columns.field("state"),
            columns.user("assignee_id"),
            columns.field("planned_date"),
            columns.field("answer"),
            columns.user("answered_by_id"),
        )

    def _read_closing_plan(self, domain):
        """Return rows of the closing plan, the first due first.

        Columns: number, client, opportunity, grade, amount, step, due on, owner of the
        step, done on, remark.
        """
        columns = self._open_work(
            "funnel.closing.step", domain, "date_due, sequence, id"
        )
        return self._fetch(
            columns,
            columns.lead.field("funnel_code"),
            columns.lead.client(),
            columns.lead.field("name"),
            columns.lead.related("funnel_grade_id"),
            columns.lead.amount("expected_revenue"),
            columns.field("name"),
            columns.field("date_due"),
            columns.user("user_id"),
            columns.field("done_on"),
            columns.field("note"),
        )

    def _open_work(self, model, domain, order):
        records = self.env[model].with_context(active_test=False)
        self.env.flush_all()
        return ChildColumns(records, records._search(Domain(domain), order=order))
