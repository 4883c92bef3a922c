from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..base.batches import try_again
from ..base.door import PATHS
from ..base.searching import yes_or_no

STATUSES = [("pending", "Ongoing"), ("won", "Won"), ("lost", "Lost")]


class FunnelStageMove(models.Model):
    """One birth, or one real change of stage or of won/lost, of one lead.

    Replaying the rows of a lead in the order of their ids gives its live stage
    and status, whatever path changed it (design rule 1; S1-17, S1-39).
    """

    _name = "funnel.stage.move"
    _description = "Stage move"
    _inherit = ["funnel.ledger.base"]

    from_stage_id = fields.Many2one(
        "crm.stage", readonly=True, ondelete="set null", help="Empty for a new lead."
    )
    to_stage_id = fields.Many2one(
        "crm.stage", string="To stage", readonly=True, ondelete="set null", index=True
    )
    from_status = fields.Selection(
        STATUSES, readonly=True, help="Empty for a new lead."
    )
    to_status = fields.Selection(STATUSES, readonly=True, required=True)
    path = fields.Selection(
        PATHS,
        readonly=True,
        required=True,
        default="server",
        help="How the change was made.",
    )
    rebuilt = fields.Boolean(
        readonly=True,
        help="Rebuilt from the chatter when the addon was installed.",
    )
    deleted_stage = fields.Char(
        readonly=True, help="Name of a stage of this move that no longer exists."
    )
    archived_at = fields.Datetime(
        string="Archived on",
        readonly=True,
        help="When the lead was archived after this move, neither won nor lost.",
    )
    merged_amount = fields.Float(
        string="Amount of the merged lead",
        readonly=True,
        help="Expected revenue of the lead when it was merged away.",
    )

    _lead_order_idx = models.Index("(lead_id, id)")
    _happened_idx = models.Index("(happened_at)")

    def _tell(self):
        """Return where this move led, in the user's words."""
        stage = self.to_stage_id.name or "—"
        if self.to_status in ("pending", self.from_status):
            return stage
        statuses = dict(self._fields["to_status"]._description_selection(self.env))
        return f"{stage} ({statuses[self.to_status]})"

    def _keep_facts(self):
        """What a lead was worth that was won once goes with it; without, that is 0.

        What was handed over before 19.0.1.4.0 has none, and counts for nothing.
        """
        return SQL(
            ", merged_amount = CASE WHEN ledger.lead_id = gone.id"
            " THEN COALESCE(gone.amount, 0) ELSE ledger.merged_amount END"
        )

    @api.depends("rebuilt")
    def _compute_told_late(self):
        """What the installation rebuilt nobody entered later."""
        rebuilt = self.filtered("rebuilt")
        rebuilt.told_late = False
        return super(FunnelStageMove, self - rebuilt)._compute_told_late()

    @yes_or_no
    def _search_told_late(self):
        late = super()._search_told_late("in", [True])
        return late & Domain("rebuilt", "=", False)

    def _search(self, domain, *args, **kwargs):
        # A change that only a recompute made may still wait to be flushed.
        self._flush_leads()
        return super()._search(domain, *args, **kwargs)

    def _flush_leads(self):
        """Write what waits on the leads, so that the ledger is up to date."""
        self.env["crm.lead"].flush_model(["active", "stage_id", "won_status"])

    def _reconcile(self, path, rebuilt=False):
        """Append what the ledger missed: raw SQL by others, or old leads.

        A lead without rows gets its birth, one whose last row differs from its live
        stage or status one more row. Returns the number of rows added.
        """
        self._flush_leads()
        now = self.env.cr.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO funnel_stage_move (
                    lead_id, from_stage_id, to_stage_id, from_status, to_status,
                    happened_at, recorded_at, user_id, path, rebuilt)
                SELECT lead.id, last.to_stage_id, lead.stage_id,
                       last.to_status, COALESCE(lead.won_status, 'pending'),
                       GREATEST(last.happened_at, LEAST(%(now)s, %(moment)s)),
                       %(now)s, NULL, %(path)s, %(rebuilt)s
                  FROM crm_lead lead
                  LEFT JOIN (
                       SELECT DISTINCT ON (lead_id)
                              lead_id, to_stage_id, to_status, happened_at
                         FROM funnel_stage_move
                        WHERE lead_id IS NOT NULL
                        ORDER BY lead_id, id DESC
                       ) last ON last.lead_id = lead.id
                 WHERE last.lead_id IS NULL
                    OR last.to_stage_id IS DISTINCT FROM lead.stage_id
                    OR last.to_status IS DISTINCT FROM
                       COALESCE(lead.won_status, 'pending')
                """,
                moment=self._guess_moment(now) if rebuilt else now,
                path=path,
                rebuilt=rebuilt,
                now=now,
            )
        )
        count = self.env.cr.rowcount + self._reconcile_archived()
        self.invalidate_model(flush=False)
        return count

    def _reconcile_archived(self):
        """Note what the ledger missed of leads being archived, or taken back.

        :return: number of leads
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE funnel_stage_move move
                   SET archived_at = CASE WHEN NOT lead.active
                       THEN GREATEST(move.happened_at,
                                     COALESCE(lead.date_closed, lead.write_date)) END
                  FROM crm_lead lead
                 WHERE COALESCE(lead.won_status, 'pending') = 'pending'
                   AND lead.active = (move.archived_at IS NOT NULL)
                   AND move.lead_id = lead.id
                   AND move.id = (SELECT max(id) FROM funnel_stage_move last
                                   WHERE last.lead_id = lead.id)
                """
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _note_archived(self, lead_ids, moment):
        """Note when leads were archived, where they stand: in the last row of each.

        What was noted stays. Without a moment they are active again.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE funnel_stage_move
                   SET archived_at = CASE WHEN %(is_archived)s THEN COALESCE(
                       archived_at, GREATEST(%(moment)s, happened_at)) END
                 WHERE id IN (SELECT max(id) FROM funnel_stage_move
                               WHERE lead_id = ANY(%(leads)s) GROUP BY lead_id)
                """,
                is_archived=bool(moment),
                moment=moment,
                leads=lead_ids,
            )
        )

    def _guess_moment(self, now):
        """Return the column of when an old lead came to where it is."""
        return SQL(
            """
            CASE WHEN lead.won_status IN ('won', 'lost')
                 THEN COALESCE(lead.date_closed, lead.write_date, %(now)s)
                 ELSE COALESCE(
                     CASE WHEN last.lead_id IS NOT NULL
                          THEN lead.date_last_stage_update END,
                     lead.create_date, %(now)s) END
            """,
            now=now,
        )

    def _cron_reconcile(self):
        """Nightly: catch stage changes that no code path announced."""
        try_again(self.env, partial(self._reconcile, "reconcile"))
        self.env["crm.lead"]._funnel_reconcile_clients()
