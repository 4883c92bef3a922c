from datetime import timedelta

from odoo import api, models
from odoo.tools import format_amount, format_date

from ...tools.periods import bounds_utc
from ..base.limits import cut
from ..base.phrases import tell_list, tell_of
from ..base.zones import get_person_day, get_person_zone
from .funnel_my_day_lists import RECENT_DAYS, RISK_OVERDUE_DAYS

BUTTONS = {  # other lists of leads: log
    "to_review": ["review"],
    "to_propose": ["propose"],
    "dropout": ["lose", "keep"],
}
GRADED = ("to_propose", "to_review")  # lists where grades are thought about
SHOWN = {  # characters of a text that a row shows; a click opens the whole
    "title": 120,
    "client": 120,
    "stage": 60,
    "rep": 60,
    "alert": 200,
    "note": 200,
    "moved": 200,
    "blocker": 200,
    "next": 200,
}


class FunnelMyDay(models.AbstractModel):
    """The rows of My day, as plain data.

    Each row: ``id`` and ``model`` of the record a click opens, ``title``, ``client``,
    ``alert`` (what is wrong), ``note`` (what to do), ``lead_id`` and ``buttons`` to act
    on the lead at once; rows of leads also ``grade`` and ``stage``, and ``better``, why
    the score suggests no better grade, where grades are thought about.
    """

    _inherit = "funnel.my.day"

    def _get_rows(self, name, records):
        make = {
            "funnel.resource.request": self._request_row,
            "funnel.closing.step": self._step_row,
            "funnel.loss": self._loss_row,
            "funnel.stage.approval": self._approval_row,
            "mail.activity": self._activity_row,
        }
        if name == "meeting":
            rows = self._get_meeting_rows(records)
        elif records._name == "crm.lead":
            rows = self._get_lead_rows(name, records)
        else:
            rows = [make[records._name](record) for record in records]
        return [self._cut_row(row) for row in rows]

    def _cut_row(self, row):
        """Keep the screen small, however long the texts in the database are."""
        short = {name: cut(row[name], SHOWN[name]) for name in SHOWN if name in row}
        return {**row, **short}

    # ------------------------------------------------------------
    # LEADS
    # ------------------------------------------------------------

    def _get_lead_rows(self, name, leads):
        latest = self.env["funnel.followup"]._get_latest(leads)
        late_steps = self._get_late_steps(leads) if name == "risk" else {}
        rows = []
        for lead in leads:
            alert, note = "", ""
            if name == "risk":
                notes = self._get_risk_notes(lead, late_steps.get(lead.id))
                alert = tell_list(self.env, notes)
            elif name in ("due", "overdue"):
                alert = self._tell_overdue(lead.funnel_next_contact_date)
                note = self._get_next_step(lead, latest.get(lead.id))
            elif name == "to_propose":
                note = self.env._(
                    "score %(score)s suggests %(grade)s",
                    score=round(lead.funnel_score),
                    grade=lead.funnel_suggested_grade_id.name,
                )
            elif name == "dropout":
                alert = lead.funnel_dropout_reason or ""
            else:
                note = lead.funnel_grade_reason or ""
            row = self._lead_row(lead, BUTTONS.get(name), alert, note)
            if name in GRADED:
                row["better"] = lead.sudo()._funnel_explain_better_grade()
            rows.append(row)
        return rows

    def _lead_row(self, lead, buttons=None, alert="", note=""):
        grade = lead.funnel_grade_id
        client = lead.funnel_client or ""
        return {
            "id": lead.id,
            "model": "crm.lead",
            "lead_id": lead.id,
            "buttons": buttons or ["log"],
            "title": lead.name or "",
            "client": client if client != lead.name else "",
            "stage": lead.stage_id.name or "",
            "grade": self._get_badge(
                grade, is_open=lead.funnel_grade_state == "proposed"
            ),
            "alert": alert,
            "note": note,
        }

    @api.model
    def _get_badge(self, grade, *, is_open=False):
        """Return how the badge of a grade looks, False without one."""
        look = {"name": grade.name, "color": grade.color, "is_open": is_open}
        return bool(grade) and look

    def _tell_amount(self, amount, currency):
        return format_amount(self.env, amount, currency) if amount else ""

    def _tell_overdue(self, day):
        late = (get_person_day(self.env) - day).days
        return self.env._("%s d overdue", late) if late > 0 else ""

    def _get_next_step(self, lead, followup):
        """Return the action agreed on, else the gap that the coach names."""
        return (followup and followup.next_action) or self._get_gap(lead)

    def _get_gap(self, lead):
        gaps = dict(lead._fields["funnel_gap"]._description_selection(self.env))
        return gaps.get(lead.funnel_gap, "")

    def _get_risk_notes(self, lead, late_step):
        _ = self.env._
        due = lead.funnel_next_contact_date
        long_ago = get_person_day(self.env) - timedelta(days=RISK_OVERDUE_DAYS)
        notes = []
        if due and due < long_ago:
            notes.append(_("contact: %s", self._tell_overdue(due)))
        if late_step:
            notes.append(_("late: %s", late_step.name))
        if lead.funnel_gap == "silent":
            notes.append(_("decision maker silent"))
        if lead.is_rotting:
            notes.append(_("%s d in the stage", lead.rotting_days))
        return notes

    def _get_late_steps(self, leads):
        """Return ``{lead id: its step that is late for longest}``."""
        steps = self.env["funnel.closing.step"].search(
            [
                ("lead_id", "in", leads.ids),
                ("done_on", "=", False),
                ("date_due", "<", get_person_day(self.env)),
            ],
            order="date_due desc, id desc",
        )
        return {step.lead_id.id: step for step in steps}

    # ------------------------------------------------------------
    # OTHER RECORDS
    # ------------------------------------------------------------

    def _request_row(self, request):
        _ = self.env._
        if request.state == "refused":
            return self._child_row(request, request.answer)
        if request.state == "approved":
            day = request.planned_date
            note = _("planned for %s", format_date(self.env, day))
        else:
            day = request.wanted_date
            note = _(
                "%(who)s, wanted by %(day)s",
                who=request.requester_id.name,
                day=format_date(self.env, day),
            )
        return self._child_row(request, note, self._tell_overdue(day))

    def _approval_row(self, approval):
        """The lead, its amount, the way it is to go, and who says what about it."""
        stages = (approval.from_stage_id.name, approval.stage_id.name)
        way = " → ".join(name or "—" for name in stages)
        amount = self._tell_amount(approval.amount, approval.company_currency)
        facts = [approval.client, way, amount]
        return self._child_row(approval, self._tell_approval(approval)) | {
            "client": " · ".join(filter(None, facts)),
            "grade": self._get_badge(approval.grade_id),
            "buttons": ["approve", "refuse"] if approval.can_answer else [],
        }

    def _tell_approval(self, approval):
        _ = self.env._
        if approval.state == "refused":
            return approval.reason
        asked = get_person_day(self.env, approval.create_date)
        who = _(
            "%(who)s, since %(day)s",
            who=approval.requester_id.name,
            day=format_date(self.env, asked),
        )
        told = tell_of(self.env, who, approval.note) if approval.note else who
        return " · ".join([*(approval.criteria_text or "").splitlines(), told])

    def _loss_row(self, loss):
        """The lead, where it was lost and why, and when to try again."""
        _ = self.env._
        alert = self._tell_overdue(loss.retry_date) if loss.retry_date else ""
        lost = get_person_day(self.env, loss.lost_at)
        note = _("lost on %s", format_date(self.env, lost))
        row = self._child_row(loss, note, alert)
        reason = [loss.stage_id.name, loss.lost_reason_id.name]
        return row | {"client": " · ".join(filter(None, reason))}

    def _step_row(self, step):
        row = self._child_row(step, "", self._tell_overdue(step.date_due))
        return row | {
            "id": step.lead_id.id,
            "model": "crm.lead",
            "lead_id": step.lead_id.id,
            "buttons": ["log"],
        }

    def _child_row(self, record, note, alert=""):
        """Sudo: who is assigned to a request may know the name of its lead."""
        return {
            "id": record.id,
            "model": record._name,
            "lead_id": False,
            "buttons": [],
            "title": record.display_name,
            "client": record.sudo().lead_id.name or "",
            "alert": alert,
            "note": note or "",
        }

    def _activity_row(self, activity):
        return {
            "id": activity.res_id,
            "model": activity.res_model,
            "lead_id": activity.res_id,
            "buttons": ["log"],
            "title": activity.summary or activity.activity_type_id.name or "",
            "client": activity.res_name or "",
            "alert": self._tell_overdue(activity.date_deadline),
            "note": "",
        }

    # ------------------------------------------------------------
    # MEETING
    # ------------------------------------------------------------

    def _get_meeting_rows(self, leads):
        moved = self._get_moved(leads)
        latest = self.env["funnel.followup"]._get_latest(leads)
        objected = self.env["funnel.followup"]._get_latest(leads, with_objection=True)
        today = get_person_day(self.env)
        rows = []
        for lead in leads:
            due = lead.funnel_next_contact_date
            followup = latest.get(lead.id)
            action = followup and followup.next_action
            amount = lead.expected_revenue
            rows.append(
                self._lead_row(lead)
                | {
                    "rep": lead.user_id.name or "",
                    "amount": self._tell_amount(amount, lead.company_currency),
                    "moved": moved.get(lead.id, ""),
                    "blocker": self._get_blocker(lead, objected.get(lead.id)),
                    "next": action or "",
                    "next_date": self._tell_next_date(lead),
                    "next_alert": not due or due < today,
                }
            )
        return rows

    def _tell_next_date(self, lead):
        if lead.funnel_resume_date:
            return lead._funnel_get_due_note()
        due = lead.funnel_next_contact_date
        return format_date(self.env, due) if due else ""

    def _get_blocker(self, lead, followup):
        """Return the latest objection, else the gap that the coach names."""
        if followup:
            return followup.objection_id.name
        if not lead.funnel_last_contact_at:
            return self.env._("no contact yet")
        return self._get_gap(lead)

    def _get_moved(self, leads):
        """Return ``{lead id: what happened since last week}``: moves, contacts."""
        day = get_person_day(self.env) - timedelta(days=RECENT_DAYS)
        since, _end = bounds_utc(day, day, get_person_zone(self.env))
        recent = [("lead_id", "in", leads.ids), ("happened_at", ">=", since)]
        moves = self.env["funnel.stage.move"].search_fetch(
            recent,
            ["lead_id", "from_stage_id", "to_stage_id", "from_status"],
            order="lead_id, id",
        )
        contacts = dict(
            self.env["funnel.followup"]._read_group(recent, ["lead_id"], ["__count"])
        )
        moves_by_lead = moves.grouped("lead_id")
        told = {}
        for lead in leads:
            parts = self._tell_moves(moves_by_lead.get(lead))
            if lead in contacts:
                parts.append(self.env._("follow-ups: %s", contacts[lead]))
            told[lead.id] = " · ".join(parts)
        return told

    def _tell_moves(self, moves):
        """Return from where to where these moves of one lead went, as a list."""
        if not moves:
            return []
        if not moves[0].from_status:
            start = self.env._("New")
        else:
            start = moves[0].from_stage_id.name
        return [f"{start or '—'} → {moves[-1].to_stage_id.name or '—'}"]
