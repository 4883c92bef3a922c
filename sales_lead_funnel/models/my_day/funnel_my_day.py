from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..base.rights import REVIEWER_GROUP
from ..base.zones import get_person_day

LIST_LIMIT = 10  # rows of one list; a button opens all of them
MEETING_LIMIT = 40  # rows of the meeting's list, which is read from top to bottom
ORDERS = {  # what is late for longest comes first
    "crm.lead": "funnel_next_contact_date, priority desc, id desc",
    "funnel.closing.step": "date_due, id",
    "funnel.loss": "retry_date, lost_at, id",
    "funnel.stage.approval": "create_date, id",
    "mail.activity": "date_deadline, id",
}
LEAD_SEARCH = "crm.view_crm_case_opportunities_filter"
LIST_VIEWS = {  # views that an opened list, or those of a model, show first
    "crm.lead": ("crm.crm_case_tree_view_oppor", LEAD_SEARCH),
    "dropout": ("sales_lead_funnel.crm_lead_view_list_dropout", LEAD_SEARCH),
    **dict.fromkeys(
        ("overdue", "due", "risk", "meeting"),
        ("sales_lead_funnel.crm_lead_view_list_day", LEAD_SEARCH),
    ),
}


class FunnelMyDay(models.AbstractModel):
    """One screen for the rep's day and one for the manager's.

    Everything is read as the user; nothing here is a figure, only counts of lists.
    """

    _name = "funnel.my.day"
    _description = "My day"

    @api.model
    @api.readonly
    def get_day(self, screen=False):
        """Return all that the screen shows, in a number of queries that is fixed.

        :param str screen: ``own`` or ``team``; by default what fits the role. Only
            managers have ``team``.
        """
        is_manager = self.env.user.has_group(REVIEWER_GROUP)
        screen = "own" if screen == "own" or not is_manager else "team"
        day = {
            "screen": screen,
            "is_manager": is_manager,
            "today": format_date(
                self.env, get_person_day(self.env), date_format="full"
            ),
        }
        if screen == "team":
            return day | {
                "sections": self._get_team_sections(),
                "team": self._get_team(),
                "meeting": self._get_meeting(),
            }
        return day | {
            "sections": self._get_own_sections(),
            "team": False,
            "meeting": False,
        }

    # ------------------------------------------------------------
    # SECTIONS
    # ------------------------------------------------------------

    def _get_own_sections(self):
        _ = self.env._
        domains = self._get_lead_domains()
        mine = Domain("user_id", "=", self.env.uid)
        return [
            self._section(
                "overdue",
                _("Overdue"),
                _("No contact is overdue. Well done."),
                [self._part("overdue", "", "crm.lead", mine & domains["overdue"])],
            ),
            self._section(
                "due",
                _("Due today"),
                _("No contact is due today. Look at the leads at risk, or plan ahead."),
                [self._part("due", "", "crm.lead", mine & domains["due"])],
            ),
            self._section(
                "waiting",
                _("Waiting for me"),
                _("All clear."),
                self._get_waiting_parts(),
            ),
            self._section(
                "risk",
                _("At risk"),
                _("None of your leads is at risk."),
                [self._part("risk", "", "crm.lead", mine & domains["risk"])],
            ),
        ]

    def _get_waiting_parts(self):
        _ = self.env._
        titles = {
            "refused": _("Requests refused"),
            "refused_stages": _("Stage approvals refused in the last 7 days"),
            "assigned": _("Requests assigned to me"),
            "steps": _("Closing steps late"),
            "corrected": _("Grades corrected in the last 7 days"),
            "activities": _("Activities due"),
            "to_propose": _("Grades to propose"),
            "dropout": _("Drop-out candidates"),
            "losses": _("Losses to analyse"),
            "retries": _("To be tried again"),
        }
        return [
            self._part(name, titles[name], model, domain)
            for name, (model, domain) in self._get_waiting_domains().items()
        ]

    def _get_team_sections(self):
        _ = self.env._
        submitted = Domain("state", "=", "submitted")
        to_review = self._get_lead_domains()["to_review"]
        return [
            self._section(
                "requests",
                _("Requests to review"),
                _("No request waits for your review."),
                [self._part("requests", "", "funnel.resource.request", submitted)],
            ),
            *self._get_approval_sections(),
            self._section(
                "reviews",
                _("Grades to review"),
                _("No grade waits for your review."),
                [self._part("to_review", "", "crm.lead", to_review)],
            ),
        ]

    def _get_approval_sections(self):
        """Return the requests to let leads in, nothing where no stage needs one."""
        if not self._get_gates().asks_approval:
            return []
        _ = self.env._
        waiting = self._get_approval_domain()
        return [
            self._section(
                "approvals",
                _("Stage approvals to review"),
                _("No lead waits for your approval."),
                [self._part("approvals", "", "funnel.stage.approval", waiting)],
            )
        ]

    @api.model
    def _section(self, name, title, empty, parts):
        parts = [part for part in parts if part["count"]]
        for part in parts:
            part["action"]["name"] = part["title"] or title
        return {
            "name": name,
            "title": title,
            "empty": empty,
            "count": sum(part["count"] for part in parts),
            "parts": parts,
        }

    def _part(self, name, title, model, domain):
        """Return rows and total of one list, and the action that opens all of it."""
        records, count = self._fetch(name, model, domain)
        return {
            "name": name,
            "title": title,
            "count": count,
            "rows": self._get_rows(name, records),
            "action": self._get_list_action(title, model, domain, name),
        }

    def _fetch(self, name, model, domain):
        domain = self._trusting(domain)
        is_meeting = name == "meeting"
        limit = MEETING_LIMIT if is_meeting else LIST_LIMIT
        order = "expected_revenue desc, id desc" if is_meeting else ORDERS.get(model)
        records = self.env[model].search(domain, limit=limit + 1, order=order)
        count = len(records)
        if count > limit:
            count = self.env[model].search_count(domain)
        return records[:limit], count

    def _get_list_action(self, title, model, domain, name=""):
        lookup = self.env["ir.model.data"]._xmlid_to_res_id
        views = LIST_VIEWS.get(name) or LIST_VIEWS.get(model, (False, False))
        list_view, search_view = (lookup(xmlid) if xmlid else False for xmlid in views)
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "views": [[list_view, "list"], [False, "form"]],
            "search_view_id": [search_view, "search"],
            "domain": self._to_list(domain),
        }

    # ------------------------------------------------------------
    # THE MANAGER'S TABLES
    # ------------------------------------------------------------

    def _get_team(self):
        """Count each rep's leads, those without a rep last."""
        _ = self.env._
        titles = {
            "overdue": _("Overdue"),
            "due": _("Due today"),
            "risk": _("At risk"),
            "dropout": _("Drop-out candidates"),
        }
        domains = self._get_lead_domains()
        titles = {name: title for name, title in titles.items() if name in domains}
        counts = {name: self._count_by_user(domains[name]) for name in titles}
        return {
            "empty": _("No contact is due or overdue, and no lead at risk."),
            "columns": [
                {
                    "name": name,
                    "title": title,
                    "action": self._get_list_action(
                        title, "crm.lead", domains[name], name
                    ),
                    "count": sum(counts[name].values()),
                }
                for name, title in titles.items()
            ],
            "rows": self._get_team_rows(counts),
        }

    def _count_by_user(self, domain):
        """Return ``{user: number of leads}``, the empty user for nobody's."""
        leads = self.env["crm.lead"]
        groups = leads._read_group(self._trusting(domain), ["user_id"], ["__count"])
        return dict(groups)

    def _get_team_rows(self, counts):
        """Return a row per user, who is most behind first.

        :param dict counts: ``{column: {user: number of leads}}``
        """
        users = self.env["res.users"].union(
            *(user for c in counts.values() for user in c)
        )
        rows = [
            {
                "id": user.id,
                "name": user.name or self.env._("Unassigned"),
                "counts": {name: found.get(user, 0) for name, found in counts.items()},
            }
            for user in [*users, users.browse()]
        ]
        rows = [row for row in rows if any(row["counts"].values())]
        rows.sort(
            key=lambda row: (not row["id"], -row["counts"]["overdue"], row["name"])
        )
        return rows

    def _get_meeting(self):
        """Return the A list: what moved, what blocks, what comes next (S1-15)."""
        grade = self._get_top_grade()
        domain = self._get_lead_domains()["meeting"]
        title = self.env._("%s list for the weekly meeting", grade.name or "A")
        records, count = self._fetch("meeting", "crm.lead", domain)
        return {
            "title": title,
            "empty": self.env._(
                "No open lead has the grade %s. Review grades to fill this list.",
                grade.name or "A",
            ),
            "count": count,
            "rows": self._get_rows("meeting", records),
            "action": self._get_list_action(title, "crm.lead", domain, "meeting"),
        }
