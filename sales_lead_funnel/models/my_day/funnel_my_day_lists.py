from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..base.mail_activity import LOGGED_CATEGORIES
from ..base.rights import may_approve_own_of_no_company
from ..base.zones import get_person_day
from ..contact.crm_lead_coach import SILENT_DAYS
from ..losses.funnel_loss import OPEN
from ..losses.funnel_loss_plan import LOSS_WINDOW

RISK_OVERDUE_DAYS = 7  # days a contact is overdue until its lead is at risk
RECENT_DAYS = 7  # days a corrected grade or refused approval stays listed; also
# “since last week”


class FunnelMyDay(models.AbstractModel):
    """The named domains of My day: count, rows and opened list read the same one.

    Domains are plain lists, so that the screen can hand them back to a list view.
    """

    _inherit = "funnel.my.day"

    def _get_lead_domains(self):
        """Return ``{name: domain}`` on leads of whomever the user may see."""
        today = get_person_day(self.env)
        pending = Domain("won_status", "=", "pending")
        due = Domain("funnel_next_contact_date", "=", str(today))
        overdue = Domain("funnel_next_contact_date", "<", str(today))
        return {
            "due": pending & due,
            "overdue": pending & overdue,
            "risk": pending
            & Domain("funnel_resume_date", "=", False)
            & Domain.OR(self._get_risks(today).values()),
            "to_propose": pending
            & Domain("funnel_grade_id", "=", False)
            & Domain("funnel_suggested_grade_id", "!=", False),
            "to_review": pending
            & Domain("funnel_grade_state", "=", "proposed")
            & Domain("funnel_can_review_grade", "=", True),
            "meeting": pending
            & Domain("funnel_grade_id", "=", self._get_top_grade().id),
            **self._get_dropout_domains(),
        }

    def _get_gates(self):
        return self.env["funnel.criterion"]._get_gates()

    def _get_dropout_domains(self):
        """Return the candidates to be dropped, nothing where no stage knows any."""
        if not self._get_gates().dropout:
            return {}
        return {"dropout": Domain("funnel_is_dropout", "=", True)}

    def _get_risks(self, today):
        """Return ``{risk: domain}``. Override to add others."""
        long_ago = today - timedelta(days=RISK_OVERDUE_DAYS)
        late = Domain("done_on", "=", False) & Domain("date_due", "<", str(today))
        return {
            "overdue": Domain("funnel_next_contact_date", "<", str(long_ago)),
            "step": Domain("funnel_closing_step_ids", "any", late),
            "silent": self._get_silent_domain(),
            "rotting": self._get_rotting_domain(),
        }

    def _get_silent_domain(self):
        """Leads whose gap is “silent”, as the coach finds it (one test compares)."""
        limit = fields.Datetime.now() - timedelta(days=SILENT_DAYS)
        decides = Domain("role", "=", "decides")
        heard = decides & Domain("last_contact_at", ">=", str(limit))
        met = decides & Domain("last_contact_at", "!=", False)
        people = "funnel_stakeholder_ids"
        return (
            Domain("stage_id.funnel_quote_out", "=", True)
            & Domain("funnel_last_contact_at", "!=", False)
            & Domain(people, "any", decides)
            & Domain(people, "not any", heard)
            & (
                Domain(people, "any", met)
                | Domain("funnel_last_contact_at", "<", str(limit))
            )
        )

    def _get_rotting_domain(self):
        """Leads core calls rotting; its own search would list all their ids."""
        now = fields.Datetime.now()
        stages = self.env["crm.stage"].search_fetch(
            [("rotting_threshold_days", ">", 0)], ["rotting_threshold_days"]
        )
        return Domain("type", "=", "opportunity") & Domain.OR(
            Domain("stage_id", "=", stage.id)
            & Domain(
                "date_last_stage_update",
                "<",
                str(now - timedelta(days=stage.rotting_threshold_days)),
            )
            for stage in stages
        )

    def _get_top_grade(self):
        grades = self.env["funnel.grade"]
        return grades.search([("is_pursued", "=", True)], order="cut desc", limit=1)

    def _get_waiting_domains(self):
        """Return ``{name: (model, domain)}`` of what waits for the user."""
        today = str(get_person_day(self.env))
        me = self.env.uid
        mine = Domain("user_id", "=", me)
        leads = self._get_lead_domains()
        return {
            "refused": (
                "funnel.resource.request",
                Domain("requester_id", "=", me) & Domain("state", "=", "refused"),
            ),
            **self._get_refused_stages(),
            "assigned": (
                "funnel.resource.request",
                Domain("assignee_id", "=", me) & Domain("state", "=", "approved"),
            ),
            "steps": (
                "funnel.closing.step",
                mine
                & Domain("done_on", "=", False)
                & Domain("date_due", "<", today)
                & Domain("lead_id.won_status", "=", "pending"),
            ),
            "corrected": ("crm.lead", Domain("id", "in", self._get_corrected_ids())),
            "activities": ("mail.activity", self._get_activity_domain(today)),
            **{
                name: ("crm.lead", mine & leads[name])
                for name in ("to_propose", "dropout")
                if name in leads
            },
            **self._get_loss_domains(today),
        }

    def _get_refused_stages(self):
        """Return what managers refused of late, while the lead still could go there.

        It is told to who asked, and to who has the lead by now.
        """
        if not self._get_gates().asks_approval:
            return {}
        since = fields.Datetime.now() - timedelta(days=RECENT_DAYS)
        me = self.env.uid
        refused = (
            (Domain("requester_id", "=", me) | Domain("lead_id.user_id", "=", me))
            & Domain("state", "=", "refused")
            & Domain("answered_at", ">=", str(since))
            & Domain("lead_id", "any", [("won_status", "=", "pending")])
        )
        return {"refused_stages": ("funnel.stage.approval", refused)}

    def _get_approval_domain(self):
        """Requests that the user, a manager, may answer (one test compares)."""
        me = self.env.uid
        lets = Domain("company_id.funnel_self_approval", "=", True)
        if may_approve_own_of_no_company(self.env):
            lets |= Domain("company_id", "=", False)
        others = Domain("user_id", "!=", me)
        foreign = Domain("requester_id", "!=", me) & Domain("lead_id", "any", others)
        return Domain("state", "=", "requested") & (
            foreign | Domain("lead_id", "any", lets)
        )

    def _get_loss_domains(self, today):
        """Return the losses that ask something of the user.

        Activities remind of them too, but those of leads only are listed here.
        """
        mine = self._get_asked_domain()
        since = fields.Datetime.now() - timedelta(days=LOSS_WINDOW)
        todo = Domain("state", "=", "todo") & Domain("lost_at", ">=", str(since))
        due = Domain("retry_date", "<=", today) & Domain("state", "in", OPEN)
        fresh = Domain("retry_lead_id", "=", False)
        return {
            "losses": ("funnel.loss", mine & todo),
            "retries": ("funnel.loss", mine & due & fresh),
        }

    def _get_asked_domain(self):
        """Losses of the user's leads, and own ones of leads that nobody has any more.

        As their activities ask (one test compares).
        """
        me = self.env.uid
        left = Domain("user_id", "=", False) | Domain("user_id.active", "=", False)
        had = Domain("user_id", "=", me) & Domain("lead_id", "any", left)
        return Domain("lead_id.user_id", "=", me) | had

    def _get_activity_domain(self, today):
        """Activities due, but no call of a lead that is listed as due anyway.

        Core shows people their activities on leads that they no longer see.
        """
        mine = Domain("user_id", "=", self.env.uid)
        visible = self.env["crm.lead"].search_fetch(
            [("my_activity_date_deadline", "<=", today)],
            ["user_id", "won_status", "funnel_next_contact_date"],
        )
        domains = self._get_lead_domains()
        listed = visible.filtered(mine & (domains["due"] | domains["overdue"]))
        calls = Domain("activity_type_id.category", "in", LOGGED_CATEGORIES)
        return (
            mine
            & Domain("res_model", "=", "crm.lead")
            & Domain("res_id", "in", visible.ids)
            & Domain("date_deadline", "<=", today)
            & ~(calls & Domain("res_id", "in", listed.ids))
        )

    def _get_corrected_ids(self):
        """Return the user's leads whose grade somebody corrected of late."""
        since = fields.Datetime.now() - timedelta(days=RECENT_DAYS)
        changes = self.env["funnel.grade.change"].search_fetch(
            [
                ("kind", "=", "reviewed"),
                ("happened_at", ">=", since),
                ("user_id", "!=", self.env.uid),
                ("lead_id.user_id", "=", self.env.uid),
            ],
            ["lead_id", "from_grade_id", "to_grade_id"],
        )
        corrected = changes.filtered(
            lambda change: (
                change.from_grade_id and change.from_grade_id != change.to_grade_id
            )
        )
        return sorted(corrected.lead_id.ids)

    @api.model
    def _trusting(self, domain):
        """Return a domain that asks no rules about a lead's own papers.

        The leads themselves are read as the user, and their papers have the very rules
        of leads (one test compares): asking twice doubles the time on many leads.
        """

        def trust(condition):
            if condition.operator not in ("any", "not any"):
                return condition
            return Domain(
                condition.field_expr, f"{condition.operator}!", condition.value
            )

        return Domain(domain).map_conditions(trust)

    def _to_list(self, domain):
        """Return a domain as nested plain lists, ready for JSON."""
        plain = []
        for term in Domain(domain):
            if isinstance(term, str):
                plain.append(term)
                continue
            name, operator, value = term
            if isinstance(value, Domain):
                value = self._to_list(value)
            elif not isinstance(value, str | int | float | bool | None):
                value = list(value)
            plain.append([name, operator, value])
        return plain
