from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ..base.door import current_path, get_door
from ..base.telling import (
    check_how_far,
    check_not_before,
    explicit_happened_at,
    get_told,
    is_late,
)

# Writing one of these changes the stage or the won/lost status at once …
TRIGGERS = {"stage_id", "active", "probability"}
# … and one of these through a recomputation of the stage.
LAZY_TRIGGERS = {"team_id", "type", "user_id"}
LEDGER_FIELDS = ["stage_id", "won_status"]
SUGGESTION = "funnel_suggested_grade_id"
WATCHED = [*LEDGER_FIELDS, SUGGESTION, "active"]
LEDGERED = frozenset(WATCHED)
LEDGERS = ("funnel.stage.move", "funnel.grade.change")


def _is_archived(_stage_id, status, _suggestion, active):
    return status == "pending" and not active


class CrmLead(models.Model):
    """Writes the ledgers of a lead, whatever path changes it (design rule 1).

    Every change of a stored value passes :meth:`_write_multi`, computed or not,
    tracked or not; that is where before and after are compared. A birth is
    recorded at the end of ``create``.
    """

    _inherit = "crm.lead"

    funnel_stage_move_ids = fields.One2many(
        "funnel.stage.move", "lead_id", string="Stage moves", readonly=True
    )
    funnel_grade_change_ids = fields.One2many(
        "funnel.grade.change", "lead_id", string="Grade changes", readonly=True
    )
    funnel_merged_move_ids = fields.One2many(
        "funnel.stage.move",
        "merged_into_id",
        string="Merged history",
        domain=[("lead_id", "=", False)],
        readonly=True,
    )
    funnel_merged_grade_ids = fields.One2many(
        "funnel.grade.change",
        "merged_into_id",
        string="Merged grade history",
        domain=[("lead_id", "=", False)],
        readonly=True,
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def _funnel_may_move(self, vals):
        """Tell whether the ledger must be written at once, while the door is known.

        Core's long loops (assignment) change teams lead by lead and compute all
        stages at the end, in one go; that stays so.
        """
        if not TRIGGERS.isdisjoint(vals):
            return True
        if get_door(self.env).is_loop:
            return False
        return not LAZY_TRIGGERS.isdisjoint(vals)

    def _funnel_flush_ledger(self):
        """Write a changed stage or status now, so that the ledger is never behind.

        Where neither changed nothing is flushed: core's batches stay as they are.
        """
        self._recompute_recordset(LEDGER_FIELDS)
        dirty = self.env._field_dirty
        for name in LEDGER_FIELDS:
            if not dirty.get(self._fields[name], set()).isdisjoint(self._ids):
                return self.flush_recordset()

    # ------------------------------------------------------------
    # DOORS
    # ------------------------------------------------------------

    def _funnel_get_screen(self, specification):
        """Tell form, board and list apart by a field only that view holds.

        What is born in neither is born in the quick create form of the board.
        """
        if "funnel_card_note" in specification:
            return "board"
        if "funnel_score_why" in specification:
            return "form"
        return "list" if self else "board"

    def _funnel_mark_merged(self, opportunities):
        """Note in the history of merged leads who survives."""
        for ledger in LEDGERS:
            self.env[ledger]._mark_merged(self, opportunities)

    def _funnel_hand_over_history(self):
        """Leads that were merged leave their history to the survivor."""
        self.check_access("unlink")
        if self:
            self.env["funnel.loss"]._hand_over(self)
        for ledger in LEDGERS if self else ():
            self.env[ledger]._hand_over(self)

    def _funnel_name_merged(self):
        """Return number and name, as histories call the lead once it is gone."""
        return " ".join(filter(None, [self.funnel_code, self.name]))

    @api.model
    def _funnel_name_merged_sql(self, alias):
        """The same in SQL."""
        names = (SQL.identifier(alias, name) for name in ("funnel_code", "name"))
        return SQL("concat_ws(' ', %s)", SQL(", ").join(names))

    # ------------------------------------------------------------
    # LEDGER
    # ------------------------------------------------------------

    def _funnel_get_changes(self, vals_list):
        """Compare what is about to be written with what the table holds.

        :return: ``[(id, last move's time, before, after)]`` with ``before`` and
            ``after`` as ``[stage id, status, suggested grade id, active]``; leads
            being born are left out, their birth row tells their first state
        """
        written = {
            lead.id: vals
            for lead, vals in zip(self, vals_list, strict=True)
            if not LEDGERED.isdisjoint(vals)
        }
        if not written:
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT lead.id, last.happened_at, lead.stage_id, lead.won_status,
                       lead.funnel_suggested_grade_id, lead.active
                  FROM crm_lead lead
                  JOIN LATERAL (
                       SELECT happened_at FROM funnel_stage_move move
                        WHERE move.lead_id = lead.id ORDER BY id DESC LIMIT 1
                       ) last ON TRUE
                 WHERE lead.id IN %s
                """,
                tuple(written),
            )
        )
        changes = []
        for lead_id, last_at, *before in self.env.cr.fetchall():
            vals = written[lead_id]
            after = [
                vals.get(name, old) for name, old in zip(WATCHED, before, strict=True)
            ]
            if before != after:
                changes.append((lead_id, last_at, before, after))
        return changes

    def _funnel_append_changes(self, changes):
        """Append one row per real change of stage or status, and of suggestion.

        Something told late cannot have happened before the lead's last move: people
        are told so, and what others tell is taken as happened then.
        """
        event = self._funnel_get_event()
        path = current_path(self.env)
        moves, suggestions = [], []
        for lead_id, last_at, before, after in changes:
            if before[:2] != after[:2]:
                self.browse(lead_id)._funnel_check_told(last_at)
                moves.append(
                    {
                        **event,
                        "lead_id": lead_id,
                        "from_stage_id": before[0],
                        "to_stage_id": after[0],
                        "from_status": before[1],
                        "to_status": after[1],
                        "happened_at": max(event["happened_at"], last_at),
                        "path": path,
                    }
                )
            if before[2] != after[2]:
                suggestions.append(
                    {
                        **event,
                        "lead_id": lead_id,
                        "from_grade_id": before[2],
                        "to_grade_id": after[2],
                        "kind": "suggested",
                    }
                )
        if moves or suggestions:
            self.env["funnel.stage.move"]._append(moves)
            self.env["funnel.grade.change"]._append(suggestions)
            self._funnel_forget_ledger()
        self._funnel_note_archived(changes, event["happened_at"])

    def _funnel_note_archived(self, changes, moment):
        """Note in the ledger since when leads are archived, neither won nor lost.

        Core's closing date tells it as well, until somebody edits the lead.
        """
        away = [id_ for id_, _last, _old, new in changes if _is_archived(*new)]
        back = [
            id_
            for id_, _last, old, new in changes
            if _is_archived(*old) and not _is_archived(*new)
        ]
        moves = self.env["funnel.stage.move"]
        if away:
            moves._note_archived(away, moment)
        if back:
            moves._note_archived(back, None)

    def _funnel_get_event(self):
        """Return who did it and when, as columns of a ledger row."""
        now = self.env.cr.now()
        return {
            "happened_at": explicit_happened_at(self.env) or now,
            "recorded_at": now,
            "user_id": self.env.uid,
        }

    def _funnel_record_birth(self):
        """Append the birth rows of new leads.

        A lead is born when it was obtained; one that is created won or lost
        already, when it was recorded.
        """
        if not self:
            return
        self._funnel_check_told()
        self.flush_recordset([*WATCHED, "funnel_obtained_at"])
        event = self._funnel_get_event()
        self._funnel_append_births(event)
        self.env["funnel.grade.change"]._append(
            {
                "lead_id": lead.id,
                "to_grade_id": lead[SUGGESTION].id,
                "kind": "suggested",
                **event,
            }
            for lead in self
            if lead[SUGGESTION]
        )
        self._funnel_forget_ledger()

    def _funnel_append_births(self, event):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO funnel_stage_move (
                    lead_id, to_stage_id, to_status, happened_at, recorded_at,
                    user_id, path, rebuilt, archived_at)
                SELECT id, stage_id, COALESCE(won_status, 'pending'),
                       COALESCE(%(explicit)s,
                                CASE WHEN won_status = 'pending'
                                     THEN LEAST(funnel_obtained_at, %(now)s) END,
                                %(now)s),
                       %(now)s, %(uid)s, %(path)s, FALSE,
                       CASE WHEN NOT active AND won_status = 'pending'
                            THEN COALESCE(%(explicit)s, %(now)s) END
                  FROM crm_lead
                 WHERE id IN %(ids)s
                 ORDER BY id
                """,
                explicit=explicit_happened_at(self.env),
                now=event["recorded_at"],
                uid=event["user_id"],
                path=current_path(self.env),
                ids=tuple(self.ids),
            )
        )

    def _funnel_forget_ledger(self):
        """Drop cached lists of rows, which were inserted by SQL."""
        self.invalidate_model(
            ["funnel_stage_move_ids", "funnel_grade_change_ids"], flush=False
        )

    # ------------------------------------------------------------
    # TOLD LATE
    # ------------------------------------------------------------

    def _funnel_check_told(self, last_at=None):
        """Check the moment that a person tells of a move of these leads.

        :param datetime last_at: the lead's last move
        :raise UserError: too long ago, or before the last move
        """
        told = get_told(self.env)
        if not told:
            return
        reason = self.env._("when the lead moved last. Tell a later moment.")
        for lead in self:
            check_how_far(lead, told)
            check_not_before(lead, told, last_at, reason)

    def _funnel_get_last_move(self):
        """Return the id of the ledger's last row, None where nothing is told late."""
        if not is_late(self.env, explicit_happened_at(self.env)):
            return None
        moves = self.env["funnel.stage.move"].sudo()
        return moves.search([], order="id desc", limit=1).id or 0

    def _funnel_note_told_late(self, last):
        """Note in the chatter which moves after the row ``last`` were told late."""
        if last is None:
            return
        moves = self.env["funnel.stage.move"].sudo()
        for move in moves.search([("id", ">", last), ("lead_id", "in", self.ids)]):
            self._funnel_note_late(move.lead_id, move._tell(), move.happened_at)

    def _funnel_note_late(self, lead, what, happened_at):
        """Say in the chatter who told what, and of when; its date says told when."""
        lead.with_env(self.env)._message_log(
            body=self.env._(
                "%(who)s added later: %(what)s on %(told)s",
                who=self.env.user.name,
                what=what,
                told=format_datetime(self.env, happened_at),
            )
        )
