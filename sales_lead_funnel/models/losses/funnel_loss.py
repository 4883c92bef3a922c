import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import FunnelGateError, FunnelLossError
from ..base.arguments import each_once, one_record
from ..base.batches import attempt
from ..base.door import PATHS, current_path
from ..base.telling import explicit_happened_at

_logger = logging.getLogger(__name__)

STATES = [
    ("todo", "To analyse"),
    ("done", "Analysed"),
    ("reopened", "Reopened"),
]
OPEN = ["todo", "done"]
MERGED = ("merged", "Merged")  # how people see what was merged while it was lost
# Count as lost: open ones, and those that were open when their lead was merged away.
HOLDS = Domain("state", "in", OPEN) | Domain("merged_lead_label", "!=", False)
ACTIVITIES = [
    "sales_lead_funnel.mail_activity_type_loss",
    "sales_lead_funnel.mail_activity_type_retry",
]


class FunnelLoss(models.Model):
    """Why one lead was lost, at which stage, to whom, what was learnt (S0-24, S3-10).

    Written whenever a lead becomes lost, by whatever path. Losing it again after a
    restore is another record. What nobody has analysed is “to analyse”.
    """

    _name = "funnel.loss"
    _description = "Loss"
    _inherit = [
        "funnel.guarded.child",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "lost_at desc, id desc"
    _rec_name = "lead_id"
    _step_key = "funnel_loss_step"
    _is_history = True
    # What people tell of a loss; the rest is as it was at that moment.
    _free_fields = frozenset(
        ("lost_reason_id", "competitor_id", "lesson", "retry_date")
    )

    state = fields.Selection(STATES, required=True, default="todo", readonly=True)
    lost_at = fields.Datetime(
        string="Lost on", required=True, readonly=True, index=True
    )
    stage_id = fields.Many2one(
        "crm.stage", string="Lost in stage", readonly=True, ondelete="set null"
    )
    deleted_stage = fields.Char(
        readonly=True, help="Name of the stage, where it no longer exists."
    )
    amount = fields.Monetary(readonly=True, currency_field="company_currency")
    company_currency = fields.Many2one(related="lead_id.company_currency")
    user_id = fields.Many2one(
        "res.users", string="Owner at loss", readonly=True, ondelete="set null"
    )
    team_id = fields.Many2one("crm.team", readonly=True, ondelete="set null")
    grade_id = fields.Many2one(
        "funnel.grade", string="Grade at loss", readonly=True, ondelete="set null"
    )
    path = fields.Selection(PATHS, readonly=True, help="How it was lost.")
    lost_reason_id = fields.Many2one(
        "crm.lost.reason",
        string="Lost reason",
        index="btree_not_null",
        ondelete="restrict",
    )
    lost_reason_answer = fields.Text(related="lost_reason_id.funnel_answer")
    competitor_id = fields.Many2one(
        "funnel.competitor",
        string="Lost to",
        index="btree_not_null",
        ondelete="restrict",
    )
    lesson = fields.Text(string="What was learnt")
    shown_state = fields.Selection(
        [*STATES, MERGED],
        string="Shown as",
        compute="_compute_shown_state",
    )
    retry_date = fields.Date(string="Try again on")
    retry_lead_id = fields.Many2one(
        "crm.lead", string="Tried again with", readonly=True, ondelete="set null"
    )
    reopened_at = fields.Datetime(readonly=True)
    merged_lead_label = fields.Char(
        string="Merged lead",
        readonly=True,
        help="Number and name of the lead that was lost, and later merged into this "
        "one. Its loss counts as before.",
    )

    _one_open = models.UniqueIndex(
        "(lead_id) WHERE state IN ('todo', 'done')", "A lost lead has one open loss."
    )

    @api.depends("state", "merged_lead_label")
    def _compute_shown_state(self):
        for loss in self:
            loss.shown_state = MERGED[0] if loss.merged_lead_label else loss.state

    def _field_to_sql(self, alias, field_expr, query=None):
        """Sum amounts by the lead's currency, which core reads from the lead's own
        table only and not where leads are joined to something else.
        """
        if field_expr != "company_currency":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            """COALESCE((SELECT company.currency_id FROM crm_lead lead
                           JOIN res_company company ON company.id = lead.company_id
                          WHERE lead.id = %s), %s)""",
            SQL.identifier(alias, "lead_id"),
            self.env.company.currency_id.id,
        )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """A loss follows from losing its lead; nobody makes one by hand."""
        if not self._is_step():
            raise self._guard_error()
        return super().create(vals_list)

    def write(self, vals):
        """Let the lead follow what is told of its loss."""
        result = super().write(vals)
        if "competitor_id" in vals:
            self._note_competitor()
        if "lost_reason_id" in vals and not self._is_step():
            self._pass_reason_on()
            self._ask_anew()
        return result

    def _check_by_hand(self, vals):
        """What was told of a loss that the lead came back from is history."""
        told = self._free_fields.intersection(vals)
        for loss in self.filtered_domain(~HOLDS) if told else ():
            raise FunnelLossError(
                self.env._(
                    "%s: this loss is closed, the lead came back. What was told of it "
                    "stays as it was.",
                    loss.lead_id.display_name,
                )
            )
        return super()._check_by_hand(vals)

    def _guard_error(self):
        return FunnelLossError(
            self.env._(
                "A loss keeps what was at that moment: only reason, competitor, "
                "lesson and the date to try again can be told."
            )
        )

    def _note_competitor(self):
        """Who won was in the lead. Sudo: follows from the loss just written."""
        for competitor, losses in self.sudo().grouped("competitor_id").items():
            if competitor:
                losses.lead_id._funnel_add_competitor(competitor)

    def _pass_reason_on(self):
        """Core shows the reason on the lead."""
        for reason, losses in self.grouped("lost_reason_id").items():
            leads = losses.filtered(lambda loss: loss.state in OPEN).lead_id
            leads.write({"lost_reason_id": reason.id})

    def _ask_anew(self):
        """Without its reason, a loss is no more analysed."""
        untold = self.filtered(
            lambda loss: loss.state == "done" and not loss.lost_reason_id
        )
        if untold:
            untold._step().write({"state": "todo"})

    def _get_asked_user(self):
        """Return the lead's owner, else the owner then who may still read the loss."""
        owner = self.lead_id.user_id.sudo()
        if owner.active:
            return owner
        return self.user_id.filtered(self._can_be_read_by)

    # ------------------------------------------------------------
    # FOLLOWING THE LEAD
    # ------------------------------------------------------------

    @api.model
    def _open_for(self, leads):
        """Record that these leads are lost now; state “to analyse”.

        Sudo: follows from losing a lead, which the user was allowed to do.
        """
        losses = self.sudo().with_context(mail_create_nosubscribe=True)
        known = losses.search([("lead_id", "in", leads.ids), ("state", "in", OPEN)])
        lost = leads.sudo() - known.lead_id
        path, moments = current_path(self.env), losses._get_moments(lost)
        losses._step().with_context(tracking_disable=True).create(
            [
                {
                    **lead._funnel_prepare_loss_vals(),
                    "path": path,
                    "lost_at": moments[lead.id],
                }
                for lead in lost
            ]
        )

    @api.model
    def _get_moments(self, leads):
        """Return ``{lead id: when it was lost}``.

        As in the ledger, what is told late cannot have been before the last move.
        """
        told = explicit_happened_at(self.env)
        moments = dict.fromkeys(leads._ids, told or self.env.cr.now())
        if told:
            moves = self.env["funnel.stage.move"]._read_group(
                [("lead_id", "in", leads.ids)], ["lead_id"], ["happened_at:max"]
            )
            moments |= {lead.id: max(told, last) for lead, last in moves}
        return moments

    @api.model
    def _close_for(self, leads):
        """The leads live again: their losses are kept as reopened."""
        losses = self._find_open(leads)
        if losses:
            losses._step().write(
                {"state": "reopened", "reopened_at": self.env.cr.now()}
            )
            losses.activity_unlink(ACTIVITIES)

    @api.model
    def _sync_reason(self, leads):
        """Take over the reason that was written on lost leads."""
        for loss in self._find_open(leads):
            reason = loss.lead_id.lost_reason_id
            if loss.lost_reason_id != reason:
                vals = {"lost_reason_id": reason.id}
                if not reason:
                    vals["state"] = "todo"
                loss._step().write(vals)

    @api.model
    def _find_open(self, leads):
        """Sudo: losses follow their lead, whoever changes it."""
        domain = [("lead_id", "in", leads.ids), ("state", "in", OPEN)]
        return self.sudo().search(domain)

    @api.model
    def _hand_over(self, leads):
        """Losses of merged leads that are about to go follow them to the survivor.

        Sudo: whoever may merge the leads may keep what belongs to them.
        """
        self.flush_model(["lead_id"])
        self.env["crm.lead"].flush_model(["funnel_code", "name"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT loss.id, merged.survivor
                  FROM funnel_loss loss
                  JOIN LATERAL (
                       SELECT merged_into_id AS survivor FROM funnel_stage_move
                        WHERE lead_id = loss.lead_id
                          AND merged_into_id != ALL(%(leads)s)
                        ORDER BY id DESC LIMIT 1) merged ON TRUE
                 WHERE loss.lead_id = ANY(%(leads)s)
                """,
                leads=leads.ids,
            )
        )
        losses = self.sudo()
        for loss_id, survivor_id in rows:
            losses.browse(loss_id)._go_to(survivor_id)

    def _go_to(self, survivor_id):
        """Follow a merge. A loss that holds goes on to count, but asks no more."""
        vals = {"lead_id": survivor_id}
        if self.state in OPEN:
            label = self.lead_id._funnel_name_merged()
            vals |= {"state": "reopened", "merged_lead_label": label}
            self.activity_unlink(ACTIVITIES)
        self._step().write(vals)

    def _reconcile(self):
        """Let losses follow leads that changed without telling.

        For leads lost before the addon was there, and for raw SQL by others.

        :return: number of losses added or closed
        """
        self.env["crm.lead"].flush_model()
        self.flush_model()
        alive = self.sudo().search(
            [("state", "in", OPEN), ("lead_id.won_status", "!=", "lost")]
        )
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        lost = leads.search(
            [
                ("won_status", "=", "lost"),
                ("funnel_loss_ids", "not any", [("state", "in", OPEN)]),
            ]
        )
        count = attempt(self.env, self._close_for, alive.lead_id, _logger)
        count += attempt(self.env, self._open_missing, lost, _logger)
        self.invalidate_model(flush=False)
        return count

    def _open_missing(self, lost):
        """Give lost leads without an open loss one, in one statement.

        Those with a reason count as analysed. Another transaction may be losing the
        same lead at this moment.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO funnel_loss (
                    lead_id, stage_id, lost_reason_id, amount, user_id, team_id,
                    grade_id, state, lost_at, path,
                    create_uid, create_date, write_uid, write_date)
                SELECT lead.id, lead.stage_id, lead.lost_reason_id,
                       lead.expected_revenue, lead.user_id, lead.team_id,
                       lead.funnel_grade_id,
                       CASE WHEN lead.lost_reason_id IS NULL
                            THEN 'todo' ELSE 'done' END,
                       COALESCE(lead.date_closed, lead.write_date, %(now)s),
                       'reconcile', 1, %(now)s, 1, %(now)s
                  FROM crm_lead lead
                 WHERE lead.id = ANY(%(ids)s)
                ON CONFLICT DO NOTHING
                """,
                now=self.env.cr.now(),
                ids=lost.ids,
            )
        )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @each_once
    def action_complete(self):
        """The owner has analysed the loss."""
        todo = self.filtered(lambda loss: loss.state == "todo")
        untold = todo.filtered(lambda loss: not loss.lost_reason_id)
        if untold:
            raise FunnelLossError(
                self.env._(
                    "%(leads)s: choose the “Lost reason” before it counts as analysed.",
                    leads=", ".join(untold.lead_id.mapped("display_name")),
                )
            )
        todo._step().write({"state": "done"})
        # Sudo: the activity may be of a colleague.
        todo.sudo().activity_feedback(ACTIVITIES[:1])
        return True

    @one_record
    def action_retry_restore(self):
        """Try again with the same lead, where it was lost."""
        lead = self.lead_id
        lead.action_restore()
        self._step().write({"retry_lead_id": lead.id})
        return lead.redirect_lead_opportunity_view()

    @one_record
    def action_retry_fresh(self):
        """Try again with a fresh lead of the same client; the lost one stays lost.

        Asked twice, it shows the one that is there.
        """
        if self.retry_lead_id:
            return self.retry_lead_id.redirect_lead_opportunity_view()
        fresh = self._make_fresh()
        self._step().write({"retry_lead_id": fresh.id})
        self.sudo().activity_feedback(ACTIVITIES[1:])
        return fresh.redirect_lead_opportunity_view()

    def _make_fresh(self):
        """Copy the lead with what it answers; its lists stay with the lost one.

        :raise FunnelLossError: the stage in which it begins asks for more
        """
        try:
            return self.lead_id.copy(
                {"active": True, "lost_reason_id": False, "date_deadline": False}
            )
        except FunnelGateError as error:
            raise FunnelLossError(
                self.env._(
                    "No fresh lead can be made of %(lead)s yet. Fill in on the lost "
                    "lead what is missing, the fresh one takes over its answers; or "
                    "restore the lost lead.\n%(problem)s",
                    lead=self.lead_id.display_name,
                    problem=error,
                )
            ) from error
