from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..exceptions import FunnelFollowupError
from .funnel_grade_mixin import REVIEWER_GROUP

KINDS = [
    ("tech", "Technical support"),
    ("demo", "Product demo"),
    ("executive", "Executive visit"),
    ("other", "Other"),
]
STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
# state → states from which it can be reached
TRANSITIONS = {
    "submitted": {"draft", "refused"},
    "approved": {"submitted"},
    "refused": {"submitted"},
    "done": {"approved"},
    "cancelled": {"draft", "submitted", "approved"},
}
ANSWER_FIELDS = {"assignee_id", "planned_date", "answer", "answered_by_id"}


class FunnelResourceRequest(models.Model):
    """A rep asks for help on a deal; the manager answers (S0-27, 资源申请表)."""

    _name = "funnel.resource.request"
    _description = "Resource request"
    _inherit = ["funnel.lead.child", "mail.thread", "mail.activity.mixin"]
    _order = "wanted_date, id desc"

    name = fields.Char(string="What is needed", required=True)
    kind = fields.Selection(KINDS, required=True, default="tech")
    description = fields.Text()
    wanted_date = fields.Date(string="Wanted by", required=True)
    requester_id = fields.Many2one(
        "res.users",
        string="Requested by",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )
    state = fields.Selection(STATES, required=True, default="draft", readonly=True)
    assignee_id = fields.Many2one("res.users", string="Assigned to")
    planned_date = fields.Date(string="Planned for")
    answer = fields.Text(string="Manager's answer")
    answered_by_id = fields.Many2one("res.users", string="Answered by", readonly=True)
    can_answer = fields.Boolean(compute="_compute_can_answer")

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        is_manager = self.env.user.has_group(REVIEWER_GROUP)
        for request in self:
            request.can_answer = request.state == "submitted" and is_manager

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "draft") != "draft":
                raise self._state_error()
        return super().create(vals_list)

    def write(self, vals):
        """Keep the states to the buttons and the answer to managers."""
        if not isinstance(self.env.context.get(STEP_KEY), RequestStep):
            if "state" in vals:
                raise self._state_error()
            if not ANSWER_FIELDS.isdisjoint(vals):
                self._check_manager()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if self.filtered(lambda request: request.state not in ("draft", "cancelled")):
            raise FunnelFollowupError(
                self.env._(
                    "Only a draft or cancelled resource request can be deleted. Cancel "
                    "it first."
                )
            )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_submit(self):
        self._go_to("submitted")
        for request in self:
            manager = request._get_manager()
            request._plan(
                manager, request.wanted_date, self.env._("Answer the request")
            )
        return True

    def action_approve(self):
        self._check_manager()
        for request in self:
            if not request.assignee_id or not request.planned_date:
                raise FunnelFollowupError(
                    self.env._(
                        "%(request)s: fill in “Assigned to” and “Planned for” before "
                        "you approve.",
                        request=request.display_name,
                    )
                )
        self._go_to("approved", answered_by_id=self.env.uid)
        for request in self:
            request._close_activities(self.env._("Approved"))
            request._plan(request.assignee_id, request.planned_date, request.name)
        return True

    def action_refuse(self):
        self._check_manager()
        for request in self:
            if not (request.answer or "").strip():
                raise FunnelFollowupError(
                    self.env._(
                        "%(request)s: give the reason in “Manager's answer” before you "
                        "refuse.",
                        request=request.display_name,
                    )
                )
        self._go_to("refused", answered_by_id=self.env.uid)
        for request in self:
            request._close_activities(self.env._("Refused"))
            request._plan(
                request.requester_id,
                fields.Date.context_today(self),
                self.env._("Request refused: read the reason"),
            )
        return True

    def action_done(self):
        self._go_to("done")
        for request in self:
            request._close_activities(self.env._("Done"))
        return True

    def action_cancel(self):
        self._go_to("cancelled")
        self.activity_ids.unlink()
        return True

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _go_to(self, state, **values):
        for request in self:
            if request.state not in TRANSITIONS[state]:
                names = dict(self._fields["state"]._description_selection(self.env))
                raise FunnelFollowupError(
                    self.env._(
                        "%(request)s is “%(now)s” and cannot become “%(next)s”. Reload "
                        "the page: somebody else may have answered it.",
                        request=request.display_name,
                        now=names[request.state],
                        next=names[state],
                    )
                )
        step = self.with_context(**{STEP_KEY: RequestStep()})
        step.write({"state": state, **values})

    def _get_manager(self):
        """The leader of the lead's team, else of the requester's, else nobody."""
        leader = self.lead_id.team_id.user_id or self.requester_id.sale_team_id.user_id
        return leader.filtered(lambda user: user.has_group(REVIEWER_GROUP))

    def _plan(self, user, day, summary):
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=max(day, fields.Date.context_today(self)),
            summary=summary,
            user_id=user.id or False,
        )

    def _close_activities(self, feedback):
        self.activity_feedback(["mail.mail_activity_data_todo"], feedback=feedback)

    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(REVIEWER_GROUP):
            raise AccessError(
                self.env._("Resource requests are answered by managers only.")
            )

    def _state_error(self):
        return FunnelFollowupError(
            self.env._(
                "The state of a resource request follows from its buttons: submit, "
                "approve, refuse, done, cancel."
            )
        )


STEP_KEY = "funnel_request_step"


class RequestStep:
    """Marks a write as a step of the request's own buttons; cannot be forged."""

    __slots__ = ()
