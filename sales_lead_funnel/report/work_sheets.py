from odoo import models
from odoo.fields import Domain

from ..models.base.zones import get_company_day
from ..tools.periods import bounds_utc
from ..tools.wording import write_budget
from ..tools.workbook import Column, Sheet, Table

IS_OPEN = Domain("won_status", "=", "pending") & Domain("active", "=", True)


class FunnelMonthlyWorkbook(models.AbstractModel):
    """Layout of the forms about the work on leads (F2, F3, F5, F7 and our plans).

    Logs, evaluations and requests are those of the period, plans those of open leads.
    """

    _inherit = "funnel.monthly.workbook"

    def _get_work_sheets(self, scope):
        """Yield the forms of the work in order."""
        yield self._get_followup_log(scope)
        yield self._get_evaluations(scope)
        yield self._get_client_log(scope)
        yield self._get_client_card(scope)
        yield self._get_contact_plan(scope)
        yield self._get_requests(scope)
        yield self._get_closing_plan(scope)

    # ------------------------------------------------------------
    # LOGS
    # ------------------------------------------------------------

    def _get_followup_log(self, scope):
        """F2, the follow-ups of the month."""
        _ = self.env._
        channels = self._get_labels("funnel.followup", "channel")
        moods = self._get_labels("funnel.followup", "mood")
        rows = self._read_followup_log(self._get_log_domain(scope))
        return self._make_sheet(
            _("Follow-up log"),
            [
                Column(_("Lead no."), width=14),
                Column(_("When"), "datetime"),
                Column(_("Channel"), width=12),
                Column(_("Followed up by"), width=14),
                Column(_("Person contacted"), width=18),
                Column(_("Feedback / pain"), width=40),
                Column(_("About the decision maker"), width=24),
                Column(_("Mood"), width=12),
                Column(_("Next action"), width=30),
            ],
            (
                (*row[:2], channels.get(row[2]), *row[3:7], moods.get(row[7]), row[8])
                for row in rows
            ),
        )

    def _get_client_log(self, scope):
        """F5, the follow-ups of the month as the clients' history."""
        _ = self.env._
        channels = self._get_labels("funnel.followup", "channel")
        rows = self._read_client_log(self._get_log_domain(scope))
        return self._make_sheet(
            _("Client follow-ups"),
            [
                Column(_("Client name"), width=32),
                Column(_("Stage"), width=14),
                Column(_("When"), "datetime"),
                Column(_("Channel"), width=12),
                Column(_("Summary"), width=44),
                Column(_("Next action"), width=34),
                Column(_("Owner"), width=14),
            ],
            ((*row[:3], channels.get(row[3]), *row[4:]) for row in rows),
        )

    def _get_client_card(self, scope):
        """F7, the follow-ups of the month beside what is known of the client."""
        _ = self.env._
        rows = self._read_client_card(self._get_log_domain(scope))
        return self._make_sheet(
            _("Client follow-ups (S2)"),
            [
                Column(_("Client no."), width=14),
                Column(_("Client / industry"), width=36),
                Column(_("Contact person"), width=14),
                Column(_("Contact information"), width=36),
                Column(_("Client type (new / existing)"), width=14),
                Column(
                    _(
                        "Current stage (first contact / needs analysis / proposal / "
                        "negotiation / closing)"
                    ),
                    width=30,
                ),
                Column(_("Followed up on"), "date"),
                Column(_("Channel (call / visit / e-mail / online meeting)"), width=18),
                Column(_("Summary of the follow-up"), width=40),
                Column(_("Feedback and changed needs"), width=34),
                Column(_("Next contact and plan"), width=30),
                Column(_("Status (to follow up / key / on hold)"), width=16),
                Column(_("Owner"), width=14),
            ],
            map(self._get_card_reader(), rows),
        )

    def _get_card_reader(self):
        """Return the function that makes a row of F7 of what was read."""
        channels = self._get_labels("funnel.followup", "channel")
        types = self._get_labels("crm.lead", "funnel_client_type")
        outcomes = self._get_labels("crm.lead", "won_status")
        key_grade = self.env["funnel.grade"].search([], limit=1).id
        on_hold, key = self.env._("On hold"), self.env._("Key client")
        to_do = self.env._("To follow up")

        def read(row):
            grade, resumes, outcome, owner = row[13:]
            status = key if grade == key_grade else to_do
            if outcome in ("won", "lost"):
                status = outcomes[outcome]
            elif resumes:
                status = on_hold
            client = " / ".join(filter(None, row[1:3]))
            plan = " ".join(str(part) for part in row[11:13] if part)
            known = (row[0], client, *row[3:5], types.get(row[5]), *row[6:8])
            return (*known, channels.get(row[8]), *row[9:11], plan, status, owner)

        return read

    # ------------------------------------------------------------
    # EVALUATION
    # ------------------------------------------------------------

    def _get_evaluations(self, scope):
        """F3, the evaluations of the month beside stage and budget of their leads."""
        _ = self.env._
        domain = Domain("lead_id", "any", scope.domain)
        domain &= Domain("date", ">=", scope.period.date_from)
        domain &= Domain("date", "<", scope.period.date_to)
        return self._make_sheet(
            _("Evaluation and stage"),
            [
                Column(_("Lead no."), width=14),
                Column(_("Opportunity name"), width=28),
                Column(_("Stage"), width=14),
                Column(_("Urgency of the need (1-10)"), "integer", width=14),
                Column(_("Budget (10k)"), width=14),
                Column(_("Competition"), width=20),
                Column(_("Decision complexity"), width=20),
                Column(_("Owner"), width=14),
                Column(_("Expected close"), "date"),
                Column(_("Next action"), width=34),
            ],
            map(self._read_evaluation, self._read_evaluations(domain)),
        )

    def _read_evaluation(self, row):
        """Make a row of F3 of what was read; importing it gives the same."""
        low, high, competition, complexity, people, approvals, words = row[4:11]
        budget = write_budget(float(low or 0), float(high or 0))
        decision = self.env["funnel.evaluation"]._tell_decision(
            complexity, people, approvals
        )
        return (*row[:4], budget, competition, decision or words, *row[11:])

    # ------------------------------------------------------------
    # PLANS
    # ------------------------------------------------------------

    def _get_contact_plan(self, scope):
        """The follow-up plan: all open leads, the most urgent first (S2-11)."""
        _ = self.env._
        return self._make_sheet(
            _("Client follow-up plan"),
            [
                Column(_("Lead no."), width=14),
                Column(_("Client name"), width=32),
                Column(_("Grade")),
                Column(_("Stage"), width=14),
                Column(_("Owner"), width=14),
                Column(_("Last contact"), "date"),
                Column(_("Next contact due"), "date"),
                Column(_("Days overdue"), "integer", dash=True),
                Column(_("Planned channel"), width=12),
                Column(_("Next action"), width=34),
                Column(_("Paused because"), width=24),
                Column(_("Resume on"), "date"),
            ],
            map(
                self._get_plan_reader(),
                self._read_contact_plan(scope.domain & IS_OPEN),
            ),
        )

    def _get_plan_reader(self):
        """Return the function that makes a row of the plan of what was read."""
        today = self._get_today()
        cadence = self.env["funnel.cadence"]
        channels = self._get_labels("funnel.followup", "channel")

        def read(row):
            due, grade, stage = row[6:9]
            overdue = (today - due).days if due and due < today else None
            _days, channel = cadence._get_days(grade or False, stage or False)
            return (*row[:7], overdue, channels.get(channel), *row[9:])

        return read

    def _get_requests(self, scope):
        """Requests of the month, and earlier ones that still wait (S0-27)."""
        _ = self.env._
        start, end = self._get_bounds(scope)
        of_month = Domain("create_date", ">=", start) & Domain("create_date", "<", end)
        waits = Domain("state", "in", ["submitted", "approved"])
        waits &= Domain("create_date", "<", end)
        domain = Domain("lead_id", "any", scope.domain) & (of_month | waits)
        domain &= Domain("state", "!=", "draft")
        kinds = self._get_labels("funnel.resource.request", "kind")
        states = self._get_labels("funnel.resource.request", "state")
        return self._make_sheet(
            _("Resource request form"),
            [
                Column(_("Requested on"), "date"),
                Column(_("Lead no."), width=14),
                Column(_("Client name"), width=32),
                Column(_("Kind of resource"), width=14),
                Column(_("What is needed"), width=30),
                Column(_("Description"), width=34),
                Column(_("Wanted by"), "date"),
                Column(_("Requested by"), width=14),
                Column(_("State"), width=12),
                Column(_("Assigned to"), width=14),
                Column(_("Planned for"), "date"),
                Column(_("Manager's answer"), width=30),
                Column(_("Answered by"), width=14),
            ],
            (
                (*row[:3], kinds.get(row[3]), *row[4:8], states.get(row[8]), *row[9:])
                for row in self._read_requests(domain)
            ),
        )

    def _get_closing_plan(self, scope):
        """The closing plan: all dated steps of open leads (S0-28)."""
        _ = self.env._
        today = self._get_today()
        states = self._get_labels("funnel.closing.step", "state")
        domain = Domain("lead_id", "any", scope.domain & IS_OPEN)

        def read(row):
            due, owner, done = row[6:9]
            state = "done" if done else "late" if due < today else "planned"
            return (*row[:7], owner, states[state], done, row[9])

        return self._make_sheet(
            _("Closing plan"),
            [
                Column(_("Lead no."), width=14),
                Column(_("Client name"), width=32),
                Column(_("Opportunity name"), width=28),
                Column(_("Grade")),
                Column(_("Expected amount"), "money"),
                Column(_("Closing step"), width=30),
                Column(_("Due on"), "date"),
                Column(_("Owner"), width=14),
                Column(_("State"), width=10),
                Column(_("Done on"), "date"),
                Column(_("Remark"), width=30),
            ],
            map(read, self._read_closing_plan(domain)),
        )

    # ------------------------------------------------------------
    # PARTS
    # ------------------------------------------------------------

    def _make_sheet(self, name, columns, rows):
        return Sheet(name, [Table(columns, rows)])

    def _get_log_domain(self, scope):
        start, end = self._get_bounds(scope)
        happened = Domain("happened_at", ">=", start) & Domain("happened_at", "<", end)
        return Domain("lead_id", "any", scope.domain) & happened

    def _get_bounds(self, scope):
        """Return first and end of the period in UTC, as the company's days begin."""
        zone = self.env.company._funnel_get_tz()
        return bounds_utc(scope.period.date_from, scope.period.date_to, zone)

    def _get_today(self):
        """Return today where the company is, whoever writes the workbook."""
        return get_company_day(self.env.company)

    def _get_labels(self, model, field):
        """Return ``{key: label}`` of a selection, in the reader's language."""
        return dict(self.env[model]._fields[field]._description_selection(self.env))
