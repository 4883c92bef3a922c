from types import SimpleNamespace

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import figures
from ..losses.funnel_loss import HOLDS
from .funnel_metrics_base import Amounts, Spec

# Groupings by what the loss has kept of that moment, not by what the lead is now.
LOSS_KEYS = {
    "stage_id": "stage_id",
    "lost_reason_id": "lost_reason_id",
    "competitor_id": "competitor_id",
    "funnel_grade_id": "grade_id",
    "user_id": "user_id",
    "team_id": "team_id",
}
AMOUNT = "amount"  # grouping by the amount's number of digits


class FunnelMetrics(models.AbstractModel):
    """Figures of losses, read from their records (``funnel.loss``).

    They know what the ledger does not: the reason, the competitor, the amount then.
    Counted are the losses of the period that were not reopened since, also where the
    lead was merged into another one after it was lost. ``lost_count``
    reads the ledger and counts the leads that were lost when the period ended, so it
    still holds those that were restored (or won) after its end, also if they were lost
    again since. For a period in which nobody came back the two are the same number.
    """

    _inherit = "funnel.metrics"

    def _get_loss_specs(self):
        _ = self.env._
        return {
            "loss_count": Spec(
                _("Losses"),
                "_read_losses",
                _loss_count,
                _("losses of the period that were not reopened since"),
            ),
            "loss_share": Spec(
                _("Share of losses"),
                "_read_losses",
                _loss_share,
                _("losses of the group ÷ all losses of the period"),
            ),
            "loss_amount": Spec(
                _("Lost amount"),
                "_read_losses",
                _loss_amount,
                _(
                    "expected revenue of the losses as it was then, at the rate of the "
                    "day of the loss"
                ),
            ),
        }

    def _read_losses(self, start, end, domain, groupby):
        """Losses of the period that were not reopened since (S0-24).

        Stage, reason, grade, owner and team are those of the loss, whatever became of
        the lead; ``competitor_id`` is who won it, ``funnel_competitor_ids`` who was in.
        ``amount`` groups by size in the lead's currency: key 4 is 10 000 to 99 999.

        :return: ``{key: SimpleNamespace(losses, of, amounts)}``; ``of`` counts the
            losses of all groups, each once
        """
        rows = self._read_rows(self._get_loss_rows_sql(start, end, domain, groupby))
        result = {}
        for key, company_id, day, losses, amount, of in rows:
            if key not in result:
                amounts = Amounts(self._to_company_currency)
                result[key] = SimpleNamespace(losses=0, of=of, amounts=amounts)
            data = result[key]
            data.losses += losses
            data.amounts.add(amount, company_id, day)
        return result

    def _get_loss_rows_sql(self, start, end, domain, groupby):
        """Return the query: key, company, day, losses, amount, losses of all keys."""
        return SQL(
            """
            WITH loss AS (
                SELECT %(key)s AS key, loss.id, loss.amount, lead.company_id,
                       %(day)s AS day
                  FROM (%(leads)s) leads
                  JOIN crm_lead lead ON lead.id = leads.id
                  JOIN funnel_loss loss ON loss.lead_id = leads.id
                 WHERE loss.id IN %(losses)s
            )
            SELECT key, company_id, day, count(*),
                   COALESCE(sum(amount), 0)::float,
                   (SELECT count(DISTINCT id) FROM loss)
              FROM loss
             GROUP BY key, company_id, day
            """,
            key=self._get_loss_key(groupby),
            day=self._local_day(SQL("loss.lost_at")),
            leads=self._get_leads_sql(domain, groupby, own_keys=(*LOSS_KEYS, AMOUNT)),
            losses=self._get_losses_sql(start, end),
        )

    def _get_loss_key(self, groupby):
        if groupby in LOSS_KEYS:
            return SQL.identifier("loss", LOSS_KEYS[groupby])
        if groupby == AMOUNT:
            return SQL(
                "CASE WHEN loss.amount >= 1 THEN floor(log(loss.amount))::int END"
            )
        return SQL("leads.key")

    def _get_losses_sql(self, start, end):
        """Return a subselect of the losses that count and the reader may see."""
        losses = self.env["funnel.loss"]
        losses.flush_model()
        lost = Domain("lost_at", ">=", start) & Domain("lost_at", "<", end)
        return losses._search(lost & HOLDS).subselect()


# Each turns the data of one key, or None, into a Figure.


def _loss_count(data):
    return figures.count(data.losses if data else 0)


def _loss_share(data):
    return figures.rate(data.losses, data.of) if data else figures.rate(0, 0)


def _loss_amount(data):
    return figures.money(
        data.amounts.total() if data else 0.0, data.losses if data else 0
    )
