from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import FunnelGradeError
from ..base.arguments import each_once, once, read_record, read_text
from ..base.door import DOORS, current_path, is_judged
from ..base.rights import is_manager, may_approve_own, may_approve_own_of_no_company
from ..base.searching import yes_or_no
from ..base.step import has_mark, with_mark
from ..base.telling import (
    check_how_far,
    check_not_before,
    explicit_happened_at,
    get_told,
    is_late,
)
from ..base.text import is_blank

STATES = [("none", "Not graded"), ("proposed", "To review"), ("reviewed", "Reviewed")]
NO_GRADE = {
    "funnel_grade_id": False,
    "funnel_grade_state": "none",
    "funnel_grade_reason": False,
    "funnel_proposed_at": False,
}
STEP_KEY = "funnel_grade_step"
NAMED_LEADS = 5  # leads that one message names


class CrmLead(models.Model):
    """The grade of a lead: proposed by its rep, reviewed by a manager (S0-13…16)."""

    _inherit = "crm.lead"

    funnel_grade_id = fields.Many2one(
        "funnel.grade",
        string="Grade",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Proposed by the rep, then confirmed or corrected by the manager.",
    )
    funnel_grade_state = fields.Selection(
        STATES, string="Grade review", copy=False, default="none"
    )
    funnel_is_pursued = fields.Boolean(related="funnel_grade_id.is_pursued")
    funnel_grade_color = fields.Integer(
        compute="_compute_funnel_grade_color", export_string_translation=False
    )
    funnel_grade_reason = fields.Text(
        string="Reason of the grade",
        copy=False,
        readonly=True,
        help="Reason given with the last proposal or review.",
    )
    funnel_proposed_at = fields.Datetime(
        string="Grade proposed at",
        copy=False,
        readonly=True,
        help="When the grade was last proposed; rules can count from here.",
    )
    funnel_can_review_grade = fields.Boolean(
        string="I may review the grade",
        compute="_compute_funnel_can_review_grade",
        search="_search_funnel_can_review_grade",
        help="A manager reviews what somebody else proposed.",
    )

    @api.depends("funnel_grade_id.color")
    def _compute_funnel_grade_color(self):
        """Set for all leads of a grade at once: a board shows hundreds of them."""
        for grade, leads in self.grouped("funnel_grade_id").items():
            leads.funnel_grade_color = grade.color

    # ------------------------------------------------------------
    # CRUD: a grade written directly is a proposal
    # ------------------------------------------------------------

    @api.model
    def _funnel_take_out_grades(self, vals_list):
        """Take a grade given at creation (import, RPC, default) as a proposal.

        The lead itself is born without a grade, whatever defaults a user has saved.

        :return: ``(values of each lead, (grade id or False, reason) of each)``
        """
        defaults = {
            name: self.env.context[f"default_{name}"]
            for name in NO_GRADE
            if f"default_{name}" in self.env.context
        }
        vals_list = [{**defaults, **vals} for vals in vals_list]
        proposals = [self._funnel_pop_grade(vals) for vals in vals_list]
        return [{**vals, **NO_GRADE} for vals in vals_list], proposals

    def _funnel_propose_new(self, proposals):
        """Propose the grades that new leads were given, each its own."""
        for (grade_id, reason), group in self._funnel_group(self, proposals):
            if grade_id:  # where that fails no lead is there to propose it for
                group._funnel_propose(grade_id, group._funnel_find_reason(reason))
            else:
                group._funnel_take_reason(reason)

    def _funnel_take_out_grade(self, vals):
        """Take a grade written directly (import, RPC) as a proposal.

        :return: ``(values, (grade id or False, reason))``
        """
        if has_mark(self.env, STEP_KEY):
            return vals, None
        vals = dict(vals)
        proposal = self._funnel_pop_grade(vals)
        return vals, proposal

    def _funnel_propose_given(self, grade_id, reason):
        """Propose a grade that was written, where it is another one."""
        changed = self.filtered(lambda lead: lead.funnel_grade_id.id != grade_id)
        if grade_id and changed:
            changed._funnel_propose(grade_id, reason)
        if reason:
            (self - changed if grade_id else self)._funnel_take_reason(reason)

    def _funnel_pop_grade(self, vals):
        """Take grade and reason out of ``vals``.

        :return: ``(grade id or False, reason)``
        :raise FunnelGradeError: somebody writes the state of the review, or
            empties a grade
        """
        state = vals.pop("funnel_grade_state", "none") or "none"
        grade_id = vals.pop("funnel_grade_id", None)
        reason = vals.pop("funnel_grade_reason", False)
        vals.pop("funnel_proposed_at", None)
        if state != "none" or (
            grade_id is False and any(self.mapped("funnel_grade_id"))
        ):
            raise FunnelGradeError(
                self.env._(
                    "“Grade review” follows from proposing and reviewing: use the "
                    "buttons “Propose grade” and “Review grade” of the lead."
                )
            )
        grade_id, reason = self._funnel_read_step(grade_id, reason)
        return grade_id, reason or False

    @api.model
    def _funnel_group(self, leads, proposals):
        """Group leads by grade and reason; those without both are left out."""
        groups = {}
        for lead, proposal in zip(leads, proposals, strict=True):
            if any(proposal):
                groups[proposal] = groups.get(proposal, leads.browse()) | lead
        return groups.items()

    # ------------------------------------------------------------
    # STEPS
    # ------------------------------------------------------------

    @each_once
    def funnel_propose_grade(self, grade_id=False, reason=False):
        """Propose a grade for these leads, for the manager to review (S0-13).

        :param int grade_id: the grade; by default what each lead's score suggests
        :param str reason: why, in the rep's words
        :raise FunnelGradeError: no reason, or nothing to propose
        :raise UserError: no such grade, or the reason is no text or too long
        """
        grade_id, reason = self._funnel_read_step(grade_id, reason)
        reason = self._funnel_find_reason(reason)
        for suggestion, leads in self.grouped("funnel_suggested_grade_id").items():
            chosen = grade_id or suggestion.id
            if not chosen:
                raise FunnelGradeError(
                    self.env._(
                        "%(lead)s has no suggested grade yet: answer a question of "
                        "its scorecard, or choose the “Grade” yourself.",
                        lead=leads[0].display_name,
                    )
                )
            leads._funnel_step("proposed", chosen, reason)
        return True

    def _funnel_propose(self, grade_id, reason):
        reason = self._funnel_find_reason(reason, grade_id)
        self._funnel_step("proposed", grade_id, reason)

    def _funnel_take_reason(self, reason):
        """Take another reason for the grade there is, while it waits for review.

        :raise FunnelGradeError: a person gives it for another grade, or for none
        """
        news = self.filtered(lambda lead: lead.funnel_grade_reason != reason)
        waiting = news.filtered(lambda lead: lead.funnel_grade_state == "proposed")
        for grade, leads in waiting.grouped("funnel_grade_id").items():
            leads._funnel_propose(grade.id, reason)
        settled = news - waiting
        if settled and not is_blank(reason) and is_judged(self.env):
            raise FunnelGradeError(
                self.env._(
                    "%(lead)s: “Reason of the grade” comes with another “Grade”. To "
                    "say more about the grade it has, use “Propose grade” of the lead.",
                    lead=settled[0].display_name,
                )
            )

    def _funnel_find_reason(self, reason, grade_id=False):
        """Return why a grade is proposed; background code names its door instead.

        :param int grade_id: the grade that was chosen for a lead, as on its board
        :raise FunnelGradeError: a person gives no reason
        """
        if not is_blank(reason):
            return reason
        if not is_judged(self.env):
            return self._funnel_name_door()
        raise FunnelGradeError(
            self.env._(
                "%(lead)s: a grade is proposed with a reason, but “Reason of the "
                "grade” is empty. Use “Propose grade” of the lead, or give “Reason of "
                "the grade” along with “Grade”.",
                lead=self[:1].display_name,
            ),
            lead_id=len(self) == 1 and self.id,
            grade_id=grade_id,
        )

    def _funnel_name_door(self):
        path = current_path(self.env)
        if path not in DOORS:
            path = "server"
        labels = self.env["funnel.stage.move"]._fields["path"]
        return dict(labels._description_selection(self.env))[path]

    @each_once
    def funnel_review_grade(self, grade_id=False, reason=False):
        """Confirm the proposed grade of these leads, or correct it (S0-14).

        :param int grade_id: the corrected grade; empty confirms each proposal
        :param str reason: why; required for a correction
        :raise AccessError: the user is no manager, or proposed one of the grades
        :raise FunnelGradeError: nothing was proposed, or no reason to correct
        :raise UserError: no such grade, or the reason is no text or too long
        """
        self._funnel_check_reviewer()
        grade_id, reason = self._funnel_read_step(grade_id, reason)
        for proposed, leads in self.grouped("funnel_grade_id").items():
            chosen = grade_id or proposed.id
            if not chosen:
                raise FunnelGradeError(
                    self.env._(
                        "%(lead)s has no grade to confirm: choose a “Grade”.",
                        lead=leads[0].display_name,
                    )
                )
            if chosen != proposed.id:
                leads._funnel_check_reason(reason)
            leads._funnel_step("reviewed", chosen, reason)
        return True

    def _funnel_read_step(self, grade_id, reason):
        """Return grade and reason as a caller gives them, checked."""
        grade = read_record(self.env["funnel.grade"], grade_id, self.env._("Grade"))
        reason = read_text(self.env, reason, self.env._("Reason"))
        return grade.id, self._funnel_fit_text("funnel_grade_reason", reason)

    def _funnel_check_reviewer(self):
        if not is_manager(self.env):
            raise AccessError(
                self.env._(
                    "Grades are reviewed by managers (“All Documents”). Propose the "
                    "grade instead; your manager will find it under “For review”."
                )
            )
        own = self.filtered(lambda lead: not lead.funnel_can_review_grade)
        if own:
            raise AccessError(
                self.env._(
                    "%(lead)s: you proposed this grade yourself, or graded your own "
                    "lead. Another manager reviews it, unless the settings let "
                    "managers approve own leads.",
                    lead=", ".join(own[:NAMED_LEADS].mapped("display_name")),
                )
            )

    @api.depends("funnel_grade_id", "funnel_grade_state", "user_id", "company_id")
    @api.depends_context("uid")
    def _compute_funnel_can_review_grade(self):
        is_reviewer = is_manager(self.env)
        proposers = self._funnel_get_proposers() if is_reviewer else {}
        for lead in self:
            lead.funnel_can_review_grade = is_reviewer and (
                self.env.su
                or lead._funnel_get_grader_id(proposers) != self.env.uid
                or may_approve_own(self.env, lead)
            )

    def _funnel_get_grader_id(self, proposers):
        """Return whose word the grade is: who proposed it, else who has the lead."""
        if self.funnel_grade_state == "proposed":
            return proposers.get(self._origin.id, self.user_id.id)
        return self.user_id.id

    def _funnel_get_proposers(self):
        """Return ``{lead id: id of who proposed last}`` of leads with a proposal."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (lead_id) lead_id, user_id
                  FROM funnel_grade_change
                 WHERE lead_id = ANY(%s) AND kind = 'proposed'
                 ORDER BY lead_id, id DESC
                """,
                self._origin.ids,
            )
        )
        return dict(self.env.cr.fetchall())

    @yes_or_no
    def _search_funnel_can_review_grade(self):
        """Find what is not the user's own, and own ones where companies allow that."""
        if not is_manager(self.env):
            return Domain.FALSE
        if self.env.su:
            return Domain.TRUE
        self.flush_model(["funnel_grade_state", "user_id"])
        allowed = Domain("company_id.funnel_self_approval", "=", True)
        if may_approve_own_of_no_company(self.env):
            allowed |= Domain("company_id", "=", False)
        return Domain.custom(to_sql=self._funnel_match_others) | allowed

    def _funnel_match_others(self, _model, alias, _query):
        """Return SQL: is the grade the word of somebody else than the user?"""
        return SQL(
            """
            COALESCE((SELECT COALESCE(change.user_id, 0) FROM funnel_grade_change change
                       WHERE %(lead)s.funnel_grade_state = 'proposed'
                         AND change.lead_id = %(lead)s.id AND change.kind = 'proposed'
                       ORDER BY change.id DESC LIMIT 1),
                     %(lead)s.user_id, 0) != %(uid)s
            """,
            lead=SQL.identifier(alias),
            uid=self.env.uid,
        )

    def _funnel_check_reason(self, reason):
        if is_blank(reason):
            raise FunnelGradeError(
                self.env._(
                    "%(lead)s: “Reason” is empty. Say in a few words why this grade.",
                    lead=self[:1].display_name,
                )
            )

    def _funnel_step(self, kind, grade_id, reason):
        """Take one step of grading, each lead once; what was said already is none."""
        leads = once(self).filtered(
            lambda lead: not lead._funnel_is_said(kind, grade_id, reason)
        )
        if leads:
            leads._funnel_write_step(kind, grade_id, reason)

    def _funnel_write_step(self, kind, grade_id, reason):
        """Write one step of grading and its row in the ledger.

        Confirming without a word leaves the reason of the proposal (S0-16).
        """
        before = {lead.id: lead.funnel_grade_id.id or None for lead in self}
        event = self._funnel_get_event()
        self._funnel_check_step_told(event)
        vals = {"funnel_grade_id": grade_id, "funnel_grade_state": kind}
        if reason or kind == "proposed":
            vals["funnel_grade_reason"] = reason or False
        if kind == "proposed":
            vals["funnel_proposed_at"] = fields.Datetime.now()
        with_mark(self, STEP_KEY).write(vals)
        self.env["funnel.grade.change"]._append(
            {
                "lead_id": lead.id,
                "from_grade_id": before[lead.id],
                "to_grade_id": grade_id,
                "kind": kind,
                "reason": reason or None,
                **event,
                "happened_at": max(event["happened_at"], lead._funnel_get_birth(event)),
            }
            for lead in self
        )
        self._funnel_forget_ledger()
        self.invalidate_recordset(["funnel_can_review_grade"], flush=False)
        self._funnel_end_reviews(kind)
        self._funnel_note_step_told_late(grade_id)

    def _funnel_check_step_told(self, event):
        """Check the moment that a person tells of a step of grading.

        :raise UserError: too long ago, or before the lead began
        """
        told = get_told(self.env)
        if not told:
            return
        reason = self.env._("when the lead was obtained. Tell a later moment.")
        for lead in self:
            check_how_far(lead, told)
            check_not_before(lead, told, lead._funnel_get_birth(event), reason)

    def _funnel_note_step_told_late(self, grade_id):
        told = explicit_happened_at(self.env)
        if not is_late(self.env, told):
            return
        grade = self.env["funnel.grade"].browse(grade_id)
        for lead in self:
            self._funnel_note_late(lead, self.env._("grade %s", grade.name), told)

    def _funnel_take_grade(self, merged):
        """Take the grade of a lead that merges into this one, where it counts for more.

        A reviewed grade goes before a proposed one, the own before another. What was
        said of it, by whom and when, goes into the own history.
        """
        ranks = [state for state, _label in STATES]
        source = max(self | merged, key=lambda lead: ranks.index(lead._funnel_state()))
        if source._funnel_state() == self._funnel_state():
            return
        before = self.funnel_grade_id.id or None
        vals = {name: source[name] for name in NO_GRADE}
        with_mark(self, STEP_KEY).write(
            {**vals, "funnel_grade_id": vals["funnel_grade_id"].id}
        )
        self.env["funnel.grade.change"]._append(source._funnel_copy_step(self, before))
        self._funnel_forget_ledger()
        if self._funnel_state() == "reviewed":
            self._funnel_get_open([("funnel_purpose", "=", "review")]).unlink()

    def _funnel_state(self):
        return self.funnel_grade_state or STATES[0][0]

    def _funnel_copy_step(self, survivor, before):
        """Return the last step that gave this lead its grade, as a row of another."""
        steps = self.env["funnel.grade.change"].sudo()
        step = steps.search(
            [("lead_id", "=", self.id), ("kind", "=", self.funnel_grade_state)], limit=1
        )
        now = self.env.cr.now()
        return [
            {
                "lead_id": survivor.id,
                "from_grade_id": before,
                "to_grade_id": self.funnel_grade_id.id,
                "kind": self.funnel_grade_state,
                "reason": step.reason or self.funnel_grade_reason or None,
                "user_id": step.user_id.id or None,
                "happened_at": step.happened_at or now,
                "recorded_at": now,
                "merged_lead_label": self._funnel_name_merged(),
            }
        ]

    def _funnel_is_said(self, kind, grade_id, reason):
        """Is this the proposal that waits for review already?"""
        known = (self.funnel_grade_id.id, self.funnel_grade_reason or False)
        waits = kind == "proposed" and self.funnel_grade_state == "proposed"
        return waits and known == (grade_id, reason or False)

    def _funnel_end_reviews(self, kind):
        """End the managers' activities: reviewed, or asked anew for a new proposal."""
        activities = self._funnel_get_open(Domain("funnel_purpose", "=", "review"))
        if kind == "reviewed":
            self._funnel_finish(activities, self.env.user)
        else:
            activities.unlink()

    def _funnel_get_birth(self, event):
        """Return when the lead began: no step of grading happened before."""
        births = self.sudo().funnel_stage_move_ids.mapped("happened_at")
        return min(births, default=event["happened_at"])

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @each_once
    def action_funnel_propose_grade(self):
        return self._funnel_open_grade_wizard("propose", self.env._("Propose grade"))

    @each_once
    def action_funnel_review_grade(self):
        self._funnel_check_reviewer()
        return self._funnel_open_grade_wizard("review", self.env._("Review grade"))

    def _funnel_open_grade_wizard(self, mode, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "funnel.grade.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_mode": mode, "default_lead_ids": self.ids},
        }
