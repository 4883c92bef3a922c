from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...exceptions import FunnelApprovalError
from ..base.arguments import each_once
from ..base.door import with_path
from ..base.rights import is_manager, may_approve_own
from ..base.step import with_mark
from ..base.text import is_blank
from ..base.zones import get_person_day
from ..gates.policy import PASS_KEY, Pass

STATES = [
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]
TODO = "mail.mail_activity_data_todo"


class FunnelStageApproval(models.Model):
    """One request to let a lead into a stage, and the manager's answer (S1-39, S4-7).

    The lead stays where it is until the answer; approving moves it, and judges it
    anew. Row locks let one of two answers win and tell the other.
    """

    _name = "funnel.stage.approval"
    _description = "Approval of a stage"
    _inherit = ["funnel.guarded.child", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "lead_id"
    _step_key = "funnel_approval_step"
    _is_history = True
    _free_fields = frozenset(("reason", "note"))

    from_stage_id = fields.Many2one("crm.stage", readonly=True, ondelete="set null")
    stage_id = fields.Many2one(
        "crm.stage", string="Wanted stage", required=True, ondelete="cascade"
    )
    requester_id = fields.Many2one(
        "res.users",
        string="Requested by",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )
    note = fields.Text(string="Why now", help="What the manager should know.")
    state = fields.Selection(STATES, required=True, default="requested", readonly=True)
    reason = fields.Text(string="Manager's reason")
    answered_by_id = fields.Many2one("res.users", string="Answered by", readonly=True)
    answered_at = fields.Datetime(readonly=True)
    is_direct = fields.Boolean(
        string="Without request",
        readonly=True,
        help="The manager moved the lead without being asked.",
    )
    merged_lead_label = fields.Char(
        string="Merged lead",
        readonly=True,
        copy=False,
        help="Which lead was approved, where it was merged into this one. Its approval "
        "lets no other lead in.",
    )
    can_answer = fields.Boolean(compute="_compute_can_answer")

    _one_open = models.UniqueIndex(
        "(lead_id) WHERE state = 'requested'",
        "This lead waits for an approval already.",
    )

    @api.depends("state", "lead_id.user_id", "requester_id")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        for approval in self:
            may = not approval._find_objection()
            approval.can_answer = approval.state == "requested" and may

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Ask for approval; the manager gets an activity."""
        if self._is_step():
            return super().create(vals_list)
        self.flush_model(["state"])  # one open request a lead: see what was closed
        approvals = super().create([self._ask(vals) for vals in vals_list])
        for approval in approvals:
            approval._check_may_ask()
            manager = approval._get_manager()
            speaker = approval.lead_id._funnel_speaking_to(manager)
            approval._plan(manager, speaker.env._("Answer the stage approval"))
        return approvals

    def _ask(self, vals):
        """Return what a new request holds: only what is asked comes from the caller.

        The rest is given explicitly, because defaults can be sent by any caller.
        """
        self._funnel_check_links(vals)
        asked = {**self.default_get(["lead_id", "stage_id"]), **vals}
        asked = {name: asked.get(name) for name in ("lead_id", "stage_id", "note")}
        return {
            **asked,
            "from_stage_id": self.env["crm.lead"].browse(asked["lead_id"]).stage_id.id,
            "state": "requested",
            "requester_id": self.env.uid,
            "reason": False,
            "answered_by_id": False,
            "answered_at": False,
            "is_direct": False,
        }

    def _check_by_hand(self, vals):
        """Keep states and answers to the buttons, the reason to managers."""
        self._check_is_free(vals)
        if "reason" in vals:
            self._check_manager()
        for name in self._free_fields.intersection(vals):
            self._check_unanswered(name)

    def _guard_error(self):
        return FunnelApprovalError(
            self.env._("A request is answered by its buttons: approve, refuse, cancel.")
        )

    def _check_unanswered(self, name):
        """What was asked and why it was answered so stays as it was."""
        for approval in self:
            if approval.state != "requested":
                raise FunnelApprovalError(
                    self.env._(
                        "%(lead)s: “%(field)s” cannot be changed any more, the "
                        "request is closed.",
                        lead=approval.lead_id.display_name,
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    def _check_may_ask(self):
        """Refuse a request that could not be granted as the lead stands.

        :raise FunnelApprovalError: closed, there already, something else is missing,
            or nobody has to be asked
        """
        problem = self._find_overtaken()
        if problem:
            raise self._ask_error(problem)
        hurdles = self.lead_id._funnel_find_hurdles(self.stage_id)
        texts = [text for effect, text in hurdles if effect in ("block", "jump")]
        if texts:
            raise self._ask_error("; ".join(texts))
        if not self.env.su and not self._needs_approval():
            raise self._ask_error(self.env._("none is needed, so move the lead"))

    def _needs_approval(self):
        """Does the wanted stage ask for approval of the lead, as it stands?

        Who could let it in without a request may ask a colleague all the same.
        """
        lead, stage_id = self.lead_id, self.stage_id.id
        gates = self.env["funnel.criterion"]._get_gates()
        if lead._funnel_returns_to(gates, stage_id):
            return False
        rules = [r for r in gates.entry.get(stage_id, ()) if r.effect == "approve"]
        rules = lead._funnel_get_stopping_rules(rules)
        return bool(lead._funnel_find_unmet(rules))

    def _find_overtaken(self):
        """Return why the lead cannot take this way any more, else False.

        Sudo: compared only.
        """
        lead, stage = self.lead_id.sudo(), self.stage_id
        is_open = lead.type == "opportunity" and lead.won_status == "pending"
        if not is_open or not lead.active:
            return self.env._("it is no open opportunity")
        if lead.stage_id == stage:
            return self.env._("it is in this stage already")
        if lead.stage_id != self.from_stage_id:
            return self.env._("it is in another stage than when this was asked")
        gates = self.env["funnel.criterion"]._get_gates()
        if stage.id not in [step.id for step in gates.get_path(lead.team_id.id)]:
            return self.env._("its team does not work with this stage")
        return False

    def _check_not_overtaken(self):
        problem = self._find_overtaken()
        if problem:
            raise FunnelApprovalError(
                self.env._(
                    "%(lead)s cannot enter “%(stage)s” by this request: %(problem)s. "
                    "Cancel the request.",
                    lead=self.lead_id.display_name,
                    stage=self.stage_id.name,
                    problem=problem,
                )
            )

    def _ask_error(self, problem):
        return FunnelApprovalError(
            self.env._(
                "No approval to enter “%(stage)s” can be asked for %(lead)s: "
                "%(problem)s.",
                stage=self.stage_id.name,
                lead=self.lead_id.display_name,
                problem=problem,
            )
        )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @each_once
    def action_approve(self):
        """Let the leads in; each is judged as it stands now.

        :raise FunnelGateError: a lead changed meanwhile and may not enter any more
        """
        for approval in self:
            approval._start_answer()
            approval._check_not_overtaken()
            with self.env.cr.savepoint():
                approval._answer("approved", self.env._("Approved"))
                approval._move_lead()
        return True

    @each_once
    def action_refuse(self):
        for approval in self:
            approval._start_answer()
            if is_blank(approval.reason):
                raise FunnelApprovalError(
                    self.env._(
                        "%(lead)s: give the reason in “Manager's reason” before you "
                        "refuse.",
                        lead=approval.lead_id.display_name,
                    )
                )
            approval._answer("refused", self.env._("Refused"))
            told = approval._get_told()
            speaker = approval.lead_id._funnel_speaking_to(told)
            summary = speaker.env._("Approval refused: read the reason")
            approval._plan(told, summary)
        return True

    def _refuse_because(self, reason):
        """Refuse all of these with one reason."""
        for approval in self:
            approval._start_answer()
        self.write({"reason": reason})
        return self.action_refuse()

    @each_once
    def action_ask_refusal(self):
        """Return the dialog that asks the reason, and refuses with it."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse: %s", ", ".join(self.lead_id.mapped("name"))),
            "res_model": "funnel.approval.refusal",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_approval_ids": self.ids, "dialog_size": "medium"},
        }

    @each_once
    def action_cancel(self):
        for approval in self:
            if approval.requester_id != self.env.user:
                approval._check_manager()
            approval._lock_open()
            approval._answer("cancelled", self.env._("Cancelled"))
        return True

    @each_once
    def action_send(self):
        """Close the dialog in which the request was made; saving it was asking."""
        return {"type": "ir.actions.act_window_close", "infos": {"funnel_moved": True}}

    # ------------------------------------------------------------
    # STEPS
    # ------------------------------------------------------------

    def _start_answer(self):
        """Make sure that the user may answer, and is the only one who does."""
        self._check_manager()
        objection = self._find_objection()
        if objection:
            name = self.lead_id.display_name
            raise FunnelApprovalError(f"{name}: {objection}")
        self._lock_open()

    def _lock_open(self):
        """Lock the request; whoever comes second is told.

        :raise FunnelApprovalError: somebody answers or has answered it
        """
        self._hold("state", "answered_by_id")
        if self.state != "requested":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise FunnelApprovalError(
                self.env._(
                    "The request for %(lead)s is “%(state)s” already, by %(user)s.",
                    lead=self.lead_id.display_name,
                    state=states[self.state],
                    user=self.answered_by_id.name or self.env._("somebody else"),
                )
            )

    def _hold_error(self):
        return FunnelApprovalError(
            self.env._(
                "Somebody else is answering the request for %s right now. Reload "
                "the page.",
                self.lead_id.display_name,
            )
        )

    def _find_objection(self):
        """Return why the user may not answer, else False (four-eyes rule)."""
        if self.env.su:
            return False
        if not is_manager(self.env):
            return self.env._("Requests are answered by managers only.")
        involved = self.env.user in (self.lead_id.user_id, self.requester_id)
        if involved and not may_approve_own(self.env, self.lead_id):
            return self.env._(
                "This is your own lead: another manager answers the request."
            )
        return False

    def _answer(self, state, feedback):
        self._step().write(
            {
                "state": state,
                "answered_by_id": self.env.uid,
                "answered_at": self.env.cr.now(),
            }
        )
        # Sudo: the activity may be of a colleague who could have answered as well.
        self.sudo().activity_feedback([TODO], feedback=feedback)

    def _reparent(self, survivor):
        """Follow a merge; a lead waits for one approval at a time."""
        waiting = self.filtered(lambda approval: approval.state == "requested")
        has_one = survivor.sudo().funnel_approval_ids.filtered(
            lambda approval: approval.state == "requested"
        )
        for approval in waiting if has_one else waiting[1:]:
            approval._answer("cancelled", self.env._("The lead was merged"))
        self.flush_model(["state"])
        for approval in self._step():
            label = approval.merged_lead_label or approval.lead_id.display_name
            approval.write({"lead_id": survivor.id, "merged_lead_label": label})

    def _get_told(self):
        """Return who asked, the lead's owner where that one reads it no more."""
        if self._can_be_read_by(self.requester_id):
            return self.requester_id
        return self.lead_id.user_id.filtered("active")

    def _move_lead(self):
        lead = with_path(self.lead_id, "button")
        granted = Pass(lead.id, self.stage_id.id)
        with_mark(lead, PASS_KEY, granted).write({"stage_id": self.stage_id.id})

    def _get_manager(self):
        """The leader of the lead's team, else of the requester's, else nobody.

        Never one who may not answer, or who cannot see the lead.
        """
        leader = self.lead_id.team_id.user_id or self.requester_id.sale_team_id.user_id
        return leader.filtered(self._may_be_asked)

    def _may_be_asked(self, user):
        """Could this user answer, in one of the own companies?"""
        approval = self._as_seen_by(user)
        seen = approval.env["crm.lead"].browse(self.lead_id.id).has_access("read")
        return seen and not approval._find_objection()

    def _plan(self, user, summary):
        self.activity_schedule(
            TODO,
            date_deadline=get_person_day(self.env),
            summary=summary,
            user_id=user.id or False,
        )

    def _check_manager(self):
        if not is_manager(self.env):
            raise AccessError(self.env._("Requests are answered by managers only."))

    @api.model
    def _record_direct(self, let_in, from_ids):
        """Note that the user, a manager, let leads in that ask for approval.

        Not where that was the answer to a request.

        :param set let_in: ``{(lead id, stage id)}``
        :param dict from_ids: ``{lead id: stage id before}``

        Sudo: follows from a move that the user was allowed to make.
        """
        now = self.env.cr.now()
        answered = self.sudo().search(
            [
                ("lead_id", "in", [lead_id for lead_id, _stage_id in let_in]),
                ("answered_at", "=", now),
                ("state", "=", "approved"),
            ]
        )
        known = {(a.lead_id.id, a.stage_id.id) for a in answered}
        answer = {
            "requester_id": self.env.uid,
            "answered_by_id": self.env.uid,
            "answered_at": now,
            "state": "approved",
            "is_direct": True,
        }
        self.sudo()._step().with_context(tracking_disable=True).create(
            [
                {
                    "lead_id": lead_id,
                    "stage_id": stage_id,
                    "from_stage_id": from_ids.get(lead_id),
                    **answer,
                }
                for lead_id, stage_id in sorted(let_in - known)
            ]
        )

    @api.model
    def _close_overtaken(self, leads):
        """End the open requests of leads that went elsewhere, or are closed.

        Who may answer and moves the lead where it was to go, has approved it.
        """
        waiting = self.sudo().search(
            [("lead_id", "in", leads.ids), ("state", "=", "requested")]
        )
        for approval in waiting.filtered(lambda request: request._find_overtaken()):
            if approval.with_env(self.env)._is_granted_by_move():
                approval._answer("approved", self.env._("Approved"))
            else:
                approval._answer("cancelled", self.env._("The lead moved on"))

    def _is_granted_by_move(self):
        """Did a manager take the lead where the request wants it?"""
        lead = self.lead_id.sudo()
        is_there = lead.stage_id == self.stage_id and lead.won_status != "lost"
        return is_there and not self.env.su and not self._find_objection()

    @api.model
    def _close_unasked(self, stage_ids):
        """Cancel the open requests for other than these stages, which ask approval.

        Their leads may go, so neither they nor the managers wait any longer. Asked
        again, the stage starts with a clean slate.
        """
        waiting = self.sudo().search(
            [("state", "=", "requested"), ("stage_id", "not in", stage_ids)]
        )
        for approval in waiting:
            approval._answer("cancelled", self.env._("No approval is needed any more"))
