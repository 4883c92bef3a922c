from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...exceptions import FunnelFollowupError
from ..base.arguments import each_once
from ..base.mail_activity import TODO
from ..base.rights import is_manager
from ..base.text import is_blank

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
ASKED_STATES = ("draft", "refused")  # the request can be worded
WORK_FIELDS = {"assignee_id", "planned_date"}
STEP_FIELDS = {"state", "answered_by_id"}  # follow from the buttons
ANSWER_FIELDS = {*WORK_FIELDS, "answer"}  # managers only
FIXED_FIELDS = {"lead_id", "requester_id"}  # as asked, except for merges
ASKED_FIELDS = {"name", "kind", "description", "wanted_date"}
ANSWER_WITHIN = timedelta(days=2)  # a request is answered well before it is wanted


class FunnelResourceRequest(models.Model):
    """A rep asks for help on a deal; the manager answers (S0-27, 资源申请表).

    Whoever asked keeps seeing the request when the lead goes to another rep. Whoever
    is assigned sees it too, may finish it, and sees nothing of the lead but its name.
    """

    _name = "funnel.resource.request"
    _description = "Resource request"
    _inherit = [
        "funnel.guarded.child",
        "funnel.activity.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "wanted_date, id desc"
    _step_key = "funnel_request_step"
    _mail_post_access = "read"  # the assignee may answer in the chatter

    name = fields.Char(string="What is needed", required=True)
    kind = fields.Selection(KINDS, required=True, default="tech")
    description = fields.Text()
    wanted_date = fields.Date(string="Wanted by", required=True)
    requester_id = fields.Many2one(
        "res.users",
        string="Requested by",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self.env.uid,
    )
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, tracking=True
    )
    assignee_id = fields.Many2one(
        "res.users", string="Assigned to", copy=False, index="btree_not_null"
    )
    planned_date = fields.Date(string="Planned for", copy=False)
    answer = fields.Text(string="Manager's answer", copy=False)
    answered_by_id = fields.Many2one(
        "res.users", string="Answered by", readonly=True, copy=False
    )
    can_ask = fields.Boolean(compute="_compute_can")
    can_answer = fields.Boolean(compute="_compute_can")
    can_assign = fields.Boolean(compute="_compute_can")
    can_finish = fields.Boolean(compute="_compute_can")
    can_cancel = fields.Boolean(compute="_compute_can")

    @api.depends("state", "assignee_id", "requester_id")
    @api.depends_context("uid")
    def _compute_can(self):
        """What the user may do now: one rule for the screen and for the refusals."""
        may_answer = is_manager(self.env)
        writable = self._origin._filtered_access("write")
        for request in self:
            state = request.state
            is_own = not request._origin or request._origin in writable
            is_assigned = request.assignee_id == self.env.user
            request.can_ask = is_own and state in ASKED_STATES
            request.can_answer = may_answer and state == "submitted"
            request.can_assign = may_answer and state in ("submitted", "approved")
            request.can_finish = state == "approved" and (is_own or is_assigned)
            request.can_cancel = is_own and state in TRANSITIONS["cancelled"]

    @api.constrains("assignee_id")
    def _check_assignee_can_come(self):
        """Sudo: only whether the person can be asked, whatever the user sees."""
        for request in self.sudo().filtered("assignee_id"):
            if not request._funnel_can_ask(request.assignee_id):
                raise FunnelFollowupError(
                    self.env._(
                        "%(request)s: “Assigned to” cannot be %(who)s, who is "
                        "archived, external or not of the lead's company.",
                        request=request.display_name,
                        who=request.assignee_id.name,
                    )
                )

    @api.constrains("assignee_id", "planned_date")
    def _check_approved_stays_planned(self):
        self.filtered(lambda request: request.state == "approved")._check_is_planned()

    def _check_is_planned(self):
        for request in self:
            if not request.assignee_id or not request.planned_date:
                raise FunnelFollowupError(
                    self.env._(
                        "%(request)s: fill in “Assigned to” and “Planned for” before "
                        "you approve.",
                        request=request.display_name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._check_birth()
        return requests

    def write(self, vals):
        """Ask whoever is to come now, and on the day it is now."""
        result = super().write(vals)
        if not self._is_step() and not WORK_FIELDS.isdisjoint(vals):
            self.filtered(lambda request: request.state == "approved")._plan_work()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if self._is_step():
            return
        for request in self:
            if request.state not in ("draft", "cancelled"):
                raise FunnelFollowupError(
                    self.env._(
                        "%s: only a draft or cancelled resource request can be "
                        "deleted. Cancel it first.",
                        request.display_name,
                    )
                )

    def _check_birth(self):
        """Judge new requests as they are, whatever defaults went into them."""
        for request in self:
            if request.state != "draft" or request.answered_by_id:
                raise request._guard_error()
            if any(request[name] for name in ANSWER_FIELDS):
                request._check_manager()
            is_own = request.requester_id == self.env.user
            if not is_own and not is_manager(self.env):
                raise request._fixed_error()

    def _check_by_hand(self, vals):
        """Keep the states to the buttons, the answer to managers, the rest as asked."""
        self.check_access("write")
        for request in self:
            if not STEP_FIELDS.isdisjoint(vals):
                raise request._guard_error()
            if not ANSWER_FIELDS.isdisjoint(vals):
                request._check_manager()
            if not self.env.su and not FIXED_FIELDS.isdisjoint(vals):
                raise request._fixed_error()
            is_closed = request.state not in ASKED_STATES
            if is_closed and not ASKED_FIELDS.isdisjoint(vals):
                request._check_manager()

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @each_once
    def action_submit(self):
        self.check_access("write")
        self._go_to("submitted", answered_by_id=False)
        for request in self:
            request._end_activities()
            manager = request._get_manager()
            speaker = request._funnel_speaking_to(manager)
            summary = speaker.env._("Answer the request")
            soon = speaker._funnel_get_today() + ANSWER_WITHIN
            request._plan(manager, min(request.wanted_date, soon), summary)
        return True

    @each_once
    def action_approve(self):
        self._check_manager()
        self._check_is_planned()
        self._go_to("approved", answered_by_id=self.env.uid)
        self._end_activities()
        self._plan_work()
        return True

    @each_once
    def action_refuse(self):
        self._check_manager()
        for request in self:
            if is_blank(request.answer):
                raise FunnelFollowupError(
                    self.env._(
                        "%(request)s: give the reason in “Manager's answer” before you "
                        "refuse.",
                        request=request.display_name,
                    )
                )
        self._go_to("refused", answered_by_id=self.env.uid)
        for request in self:
            request._end_activities()
            speaker = request._funnel_speaking_to(request.requester_id)
            summary = speaker.env._("Request refused: read the reason")
            request._plan(request.requester_id, speaker._funnel_get_today(), summary)
        return True

    @each_once
    def action_done(self):
        for request in self:
            if request.state == "approved" and not request.can_finish:
                raise AccessError(
                    self.env._(
                        "%(request)s: only who is assigned, who asked, or a manager "
                        "can say that it is done.",
                        request=request.display_name,
                    )
                )
        self._go_to("done")
        self._end_activities()
        return True

    @each_once
    def action_cancel(self):
        self.check_access("write")
        self._go_to("cancelled")
        self._get_activities().unlink()
        return True

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _go_to(self, state, **values):
        """Change the state, once: of two people who answer, one is told.

        Sudo: the actions checked who may take the step; assignees write nothing else.

        :raise FunnelFollowupError: not from this state, or somebody else is at it
        """
        self.check_access("read")
        self._hold("state")
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
        self.sudo()._step().write({"state": state, **values})

    def _get_manager(self):
        """The leader of the lead's team, else of the requester's, else nobody.

        Sudo: the requester may not see the lead any more.
        """
        request = self.sudo()
        return self._funnel_pick_manager(
            request.lead_id.team_id.user_id, request.requester_id.sale_team_id.user_id
        )

    def _plan_work(self):
        """Ask the assignees, and them only, on the day that was planned."""
        for request in self:
            others = request._get_activities().filtered(
                lambda activity, request=request: (
                    activity.user_id != request.assignee_id
                )
            )
            others.unlink()
            request._plan(request.assignee_id, request.planned_date, request.name)

    def _plan(self, user, day, summary):
        today = self._funnel_speaking_to(user)._funnel_get_today()
        self._funnel_schedule("request", TODO, max(day or today, today), summary, user)

    def _get_activities(self):
        return self._funnel_get_open([("funnel_purpose", "=", "request")])

    def _end_activities(self):
        """An answered state ends what was to do before, in the user's name."""
        self._funnel_finish(self._get_activities(), self.env.user)

    def _check_manager(self):
        if not is_manager(self.env):
            raise AccessError(
                self.env._(
                    "%s: resource requests are answered by managers only, and stay as "
                    "they were submitted.",
                    ", ".join(self.mapped("display_name")),
                )
            )
        self.check_access("write")

    def _hold_error(self):
        return FunnelFollowupError(
            self.env._(
                "%s: somebody else is answering at this moment. Reload the page.",
                ", ".join(self.mapped("display_name")),
            )
        )

    def _guard_error(self):
        return FunnelFollowupError(
            self.env._(
                "%s: the state of a resource request follows from its buttons: submit, "
                "approve, refuse, done, cancel.",
                self.display_name,
            )
        )

    def _fixed_error(self):
        return FunnelFollowupError(
            self.env._(
                "%s: “Lead” and “Requested by” stay as they were asked. Cancel the "
                "request and make another one.",
                self.display_name,
            )
        )
