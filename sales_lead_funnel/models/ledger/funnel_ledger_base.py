"""What both ledgers have in common: rows are appended and never changed."""

from itertools import islice

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import FunnelLedgerError
from ..base.searching import yes_or_no
from ..base.telling import LATE

INSERT_BATCH = 1000  # rows per INSERT; keeps a statement below a few hundred kB


class FunnelLedgerBase(models.AbstractModel):
    """Append-only rows about one lead (design rule 1).

    Rows are added by :meth:`_append`. Nobody changes them afterwards, not even
    a superuser through the ORM; few things happen to a row by SQL: a merge marks it
    (``merged_into_id``), deleting its lead deletes it, or hands it over if the lead was
    merged, and the last move of a lead notes that it was archived.
    """

    _name = "funnel.ledger.base"
    _description = "Append-only ledger"
    _log_access = False
    _order = "id desc"
    _rec_name = "id"

    lead_id = fields.Many2one(
        "crm.lead",
        index=True,
        readonly=True,
        ondelete="cascade",
        help="Empty once the lead was merged into another one and is gone.",
    )
    happened_at = fields.Datetime(
        required=True,
        readonly=True,
        default=lambda self: self.env.cr.now(),
        help="When it happened in reality.",
    )
    recorded_at = fields.Datetime(
        required=True,
        readonly=True,
        default=lambda self: self.env.cr.now(),
        help="When the system learnt of it.",
    )
    told_late = fields.Boolean(
        string="Added later",
        compute="_compute_told_late",
        search="_search_told_late",
        help="Recorded more than a day after it happened.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        readonly=True,
        ondelete="set null",
        default=lambda self: self.env.uid,
    )
    merged_into_id = fields.Many2one(
        "crm.lead",
        string="Merged into",
        index="btree_not_null",
        readonly=True,
        ondelete="cascade",
        help="The surviving lead, when the lead of this row was merged.",
    )
    merged_lead_label = fields.Char(
        string="Merged lead",
        readonly=True,
        help="Number and name of the lead that was merged away.",
    )

    @api.depends("happened_at", "recorded_at")
    def _compute_told_late(self):
        for row in self:
            row.told_late = row.recorded_at - row.happened_at > LATE

    @yes_or_no
    def _search_told_late(self):
        late = SQL(
            "(SELECT id FROM %s WHERE recorded_at - happened_at > %s)",
            SQL.identifier(self._table),
            LATE,
        )
        return Domain("id", "in", late)

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse()

    def _refuse(self):
        """Refuse a change by hand; nobody is exempt.

        :raise FunnelLedgerError: always
        """
        raise FunnelLedgerError(
            self.env._(
                "“%(ledger)s” is an append-only history: its rows cannot be added, "
                "changed or deleted by hand. Change the lead itself, the history "
                "follows.",
                ledger=self._description,
            )
        )

    @api.model
    def _append(self, rows):
        """Insert ledger rows in batches.

        :param rows: iterable of ``{column: value}``, all with the same columns
        """
        rows = iter(rows)
        while batch := list(islice(rows, INSERT_BATCH)):
            columns = list(batch[0])
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %s (%s) VALUES %s",
                    SQL.identifier(self._table),
                    SQL(", ").join(map(SQL.identifier, columns)),
                    SQL(", ").join(
                        tuple(row[column] for column in columns) for row in batch
                    ),
                )
            )

    @api.model
    def _mark_merged(self, survivor, merged):
        """Note whose history the rows of ``merged`` leads become once these are gone.

        As long as such a lead is there, it keeps its rows. What merged into it before,
        and is still there, goes on to the new survivor as well.
        """
        merged.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s ledger
                   SET merged_into_id = %(survivor)s,
                       merged_lead_label = %(label)s
                  FROM crm_lead lead
                 WHERE ledger.id IN (%(rows)s) AND lead.id = ledger.lead_id
                """,
                table=SQL.identifier(self._table),
                survivor=survivor.id,
                label=merged._funnel_name_merged_sql("lead"),
                rows=self._select_rows_of(merged),
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _hand_over(self, leads):
        """Hand the rows of leads that are about to go over to those they merged into.

        With the rows that they had inherited themselves. Their closings go on to count,
        nothing else does, because figures read ``lead_id``. Rows of leads that stay
        forget a survivor that goes.
        """
        leads.flush_recordset(["expected_revenue", "funnel_code", "name"])
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (%(gone)s)
                UPDATE %(table)s ledger
                   SET merged_into_id = gone.survivor,
                       lead_id = CASE WHEN ledger.lead_id = gone.id
                                       AND gone.survivor IS NOT NULL
                                      THEN NULL ELSE ledger.lead_id END,
                       merged_lead_label = CASE WHEN gone.survivor IS NOT NULL
                            THEN COALESCE(ledger.merged_lead_label, gone.label) END
                       %(facts)s
                  FROM gone
                 WHERE ledger.id IN (%(rows)s)
                   AND ((ledger.lead_id = gone.id AND gone.survivor IS NOT NULL)
                        OR (ledger.merged_into_id = gone.id
                            AND (gone.survivor IS NOT NULL
                                 OR ledger.lead_id IS NOT NULL)))
                """,
                table=SQL.identifier(self._table),
                gone=self._select_gone(leads),
                rows=self._select_rows_of(leads),
                facts=self._keep_facts(),
            )
        )
        self.invalidate_model(flush=False)

    def _select_gone(self, leads):
        """Return a SELECT of leads that go: id, survivor or NULL, label, amount."""
        return SQL(
            """
            SELECT id,
                   (SELECT merged_into_id FROM %(table)s row
                     WHERE row.lead_id = lead.id AND merged_into_id != ALL(%(leads)s)
                     ORDER BY id DESC LIMIT 1) AS survivor,
                   %(label)s AS label,
                   expected_revenue AS amount
              FROM crm_lead lead
             WHERE id = ANY(%(leads)s)
            """,
            table=SQL.identifier(self._table),
            label=leads._funnel_name_merged_sql("lead"),
            leads=leads.ids,
        )

    def _keep_facts(self):
        """Return more columns to set from ``gone``. Override to keep more of it."""
        return SQL()

    def _select_rows_of(self, leads):
        """Return the query for the rows of leads, own and inherited, by the indexes."""
        return SQL(
            """SELECT id FROM %(table)s WHERE lead_id = ANY(%(leads)s)
                UNION SELECT id FROM %(table)s WHERE merged_into_id = ANY(%(leads)s)""",
            table=SQL.identifier(self._table),
            leads=leads.ids,
        )
