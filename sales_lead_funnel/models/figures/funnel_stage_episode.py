from odoo import fields, models
from odoo.tools import SQL

OUTCOMES = [
    ("open", "Still there"),
    ("advanced", "Advanced"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("returned", "Moved back"),
    ("moved", "Moved to a stage that is gone"),
    ("archived", "Archived"),
]


class FunnelStageEpisode(models.Model):
    """One stay of a lead in a stage, read from the ledger (M4).

    A stay begins when a pending lead enters the stage and ends when it leaves it or
    is closed. Unlike core's stage clock it also knows stays that are over.
    """

    _name = "funnel.stage.episode"
    _description = "Stay in a stage"
    _auto = False
    _order = "entered_at desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "funnel.stage.move": [
            "lead_id",
            "to_stage_id",
            "to_status",
            "happened_at",
            "archived_at",
        ],
        # the ledger follows stage, status and archiving that wait to be flushed
        "crm.lead": [
            "stage_id",
            "user_id",
            "team_id",
            "company_id",
            "active",
            "won_status",
        ],
        "crm.stage": ["sequence"],
    }

    lead_id = fields.Many2one("crm.lead", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    next_stage_id = fields.Many2one("crm.stage", string="Next stage", readonly=True)
    entered_at = fields.Datetime(string="Entered", readonly=True)
    left_at = fields.Datetime(string="Left", readonly=True, help="Empty: still there.")
    days = fields.Float(readonly=True, aggregator="avg", help="So far, if still there.")
    outcome = fields.Selection(OUTCOMES, readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    def _select(self):
        return SQL(
            """
            SELECT move.id, move.lead_id, move.to_stage_id AS stage_id,
                   move.next_stage_id, move.happened_at AS entered_at, move.left_at,
                   EXTRACT(EPOCH FROM COALESCE(
                       move.left_at, now() AT TIME ZONE 'UTC') - move.happened_at
                   ) / 86400 AS days,
                   CASE WHEN move.left_at IS NULL THEN 'open'
                        WHEN move.next_status IS NULL OR move.left_at < move.next_at
                          OR (move.archived_at IS NOT NULL
                              AND move.next_status = 'pending')
                        THEN 'archived'
                        WHEN move.next_status != 'pending' THEN move.next_status
                        WHEN after.sequence > stage.sequence
                          OR (after.sequence = stage.sequence AND after.id > stage.id)
                        THEN 'advanced'
                        WHEN after.id IS NULL OR stage.id IS NULL THEN 'moved'
                        ELSE 'returned' END AS outcome,
                   move.user_id, move.team_id, move.company_id
            """
        )

    def _from(self):
        """Each row of the ledger beside the one that follows it.

        An archived lead that is neither won nor lost left when it was archived (D11),
        whatever was edited since.
        """
        return SQL(
            """
            FROM (
                SELECT row.id, row.lead_id, row.to_stage_id, row.to_status,
                       row.happened_at, row.archived_at,
                       lead.user_id, lead.team_id, lead.company_id,
                       lead(row.to_stage_id) OVER following AS next_stage_id,
                       lead(row.to_status) OVER following AS next_status,
                       lead(row.happened_at) OVER following AS next_at,
                       LEAST(row.archived_at, lead(row.happened_at) OVER following)
                           AS left_at
                  FROM funnel_stage_move row
                  JOIN crm_lead lead ON lead.id = row.lead_id
                WINDOW following AS (PARTITION BY row.lead_id ORDER BY row.id)
            ) move
            LEFT JOIN crm_stage stage ON stage.id = move.to_stage_id
            LEFT JOIN crm_stage after ON after.id = move.next_stage_id
            """
        )

    def _where(self):
        return SQL("WHERE move.to_status = 'pending'")
