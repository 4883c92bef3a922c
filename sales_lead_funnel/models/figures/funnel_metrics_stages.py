from types import SimpleNamespace

from odoo import models
from odoo.tools import SQL

from ...tools import figures
from ...tools.figures import Figure
from ...tools.survival import Stay, summarise
from .funnel_metrics_base import Spec

LOSS_DAYS = 30  # exposure is told per 30 days in the stage (M8)


class FunnelMetrics(models.AbstractModel):
    """Figures of stages, all read from stays (``funnel.stage.episode``)."""

    _inherit = "funnel.metrics"

    def _get_stage_specs(self):
        return {
            **self._get_flow_specs(),
            **self._get_stage_loss_specs(),
            **self._get_dwell_specs(),
        }

    def _get_flow_specs(self):
        _ = self.env._
        return {
            "stage_entered": Spec(
                _("Entered"),
                "_read_stays",
                _entered,
                _("stays in the stage that began in the period"),
            ),
            "stage_open": Spec(
                _("There at the end"),
                "_read_stays",
                _open,
                _("leads in the stage when the period ended"),
            ),
            "stage_conversion": Spec(
                _("Conversion"),
                "_read_stays",
                _conversion,
                _(
                    "advanced ÷ (advanced + lost), of the leads that left the stage in "
                    "the period"
                ),
            ),
            "stage_flow": Spec(
                _("Flow"),
                "_read_stays",
                _flow,
                _("advanced ÷ entered in the period; can exceed 1"),
            ),
            "stage_returned": Spec(
                _("Moved back"),
                "_read_stays",
                _returned,
                _("leads that went back to an earlier stage in the period"),
            ),
        }

    def _get_stage_loss_specs(self):
        _ = self.env._
        return {
            "stage_loss_count": Spec(
                _("Lost"),
                "_read_stays",
                _lost,
                _("leads lost from the stage in the period"),
            ),
            "stage_loss_exposure": Spec(
                _("Losses per 30 days"),
                "_read_stays",
                _loss_exposure,
                _("losses ÷ days that leads spent in the stage in the period × 30"),
            ),
            "stage_loss_rate": Spec(
                _("Loss rate"),
                "_read_stay_cohort",
                _loss_rate,
                _(
                    "lost within the horizon ÷ stays that began in the period; told "
                    "once all are that old"
                ),
            ),
        }

    def _get_dwell_specs(self):
        _ = self.env._
        return {
            "stage_dwell_days": Spec(
                _("Average stay (days)"),
                "_read_stays",
                _dwell_mean,
                _(
                    "mean stay with the open ones counted (restricted mean of the "
                    "survival curve)"
                ),
            ),
            "stage_dwell_median": Spec(
                _("Median stay (days)"),
                "_read_stays",
                _dwell_median,
                _("days after which half of the stays have ended, open ones counted"),
            ),
            "stage_dwell_p80": Spec(
                _("80 % within (days)"),
                "_read_stays",
                _dwell_p80,
                _("days after which 80 % of the stays have ended, open ones counted"),
            ),
            "stage_dwell_days_finished": Spec(
                _("Finished stays (days)"),
                "_read_stays",
                _dwell_finished,
                _(
                    "mean of the stays that ended in the period: the usual “average”, "
                    "too low while many are open"
                ),
            ),
        }

    def _get_stays_sql(self, domain, groupby):
        """Return a FROM item of all stays of the leads that count, with their key."""
        by_stage = groupby == "stage_id"
        return SQL(
            """
            (SELECT %(key)s AS key, stay.stage_id, stay.entered_at, stay.left_at,
                    stay.outcome
               FROM (%(stays)s) stay
               JOIN (%(leads)s) leads ON leads.id = stay.lead_id) stay
            """,
            key=SQL("stay.stage_id") if by_stage else SQL("leads.key"),
            stays=self.env["funnel.stage.episode"]._table_query,
            leads=self._get_leads_sql(domain, groupby, own_keys=("stage_id",)),
        )

    def _read_stays(self, start, end, domain, groupby):
        """Stays that touch the period, each with what the period sees of it.

        :return: ``{key: SimpleNamespace(entered, open, exits, exposure, stays)}``;
            exits counts outcomes in the period, exposure is in days, stays are
            ``Stay`` with the age at which the period began to see them (M4)
        """
        if start > min(end, self.env.cr.now()):
            return {}  # nothing can be seen yet
        rows = self._read_rows(self._get_stay_rows_sql(start, end, domain, groupby))
        result = {}
        for key, began, ended, outcome, age_seen, age_left in rows:
            data = result.setdefault(
                key,
                SimpleNamespace(entered=0, open=0, exits={}, exposure=0.0, stays=[]),
            )
            data.entered += began
            data.open += not ended
            if ended:
                data.exits[outcome] = data.exits.get(outcome, 0) + 1
            stay = Stay(age_seen, age_left, ended and outcome != "archived")
            data.exposure += stay.exit - stay.entry
            data.stays.append(stay)
        for data in result.values():
            data.dwell = summarise(data.stays)
        return result

    def _get_stay_rows_sql(self, start, end, domain, groupby):
        """Return the query: key, began and ended in it, outcome, ages in days."""
        return SQL(
            """
            SELECT stay.key, stay.entered_at >= %(start)s,
                   COALESCE(stay.left_at < %(end)s, FALSE), stay.outcome,
                   (EXTRACT(EPOCH FROM GREATEST(%(start)s, stay.entered_at)
                       - stay.entered_at) / 86400)::float,
                   (EXTRACT(EPOCH FROM CASE WHEN stay.left_at < %(end)s
                       THEN stay.left_at ELSE %(now)s END
                       - stay.entered_at) / 86400)::float
              FROM %(stays)s
             WHERE stay.entered_at < %(end)s
               AND (stay.left_at IS NULL OR stay.left_at >= %(start)s)
            """,
            stays=self._get_stays_sql(domain, groupby),
            end=end,
            start=start,
            now=min(end, self.env.cr.now()),
        )

    def _read_stay_cohort(self, start, end, domain, groupby):
        """Stays begun in the period, and those lost within the horizon (M8).

        :return: ``{key: SimpleNamespace(stays, lost, mature)}``
        """
        rows = self._read_rows(
            SQL(
                """
                SELECT stay.key, count(*),
                       count(*) FILTER (WHERE stay.outcome = 'lost'
                           AND stay.left_at <= stay.entered_at + %(horizon)s),
                       max(stay.entered_at) + %(horizon)s <= %(now)s
                  FROM %(stays)s
                 WHERE stay.entered_at >= %(start)s AND stay.entered_at < %(end)s
                 GROUP BY stay.key
                """,
                stays=self._get_stays_sql(domain, groupby),
                horizon=SQL(
                    "make_interval(days => %s)", self.env.company.funnel_stage_horizon
                ),
                start=start,
                end=end,
                now=self.env.cr.now(),
            )
        )
        return {
            key: SimpleNamespace(stays=stays, lost=lost, mature=mature)
            for key, stays, lost, mature in rows
        }


# Each turns the data of one key, or None, into a Figure.


def _exits(data, *outcomes):
    return sum(data.exits.get(outcome, 0) for outcome in outcomes) if data else 0


def _entered(data):
    return figures.count(data.entered if data else 0)


def _open(data):
    return figures.count(data.open if data else 0)


def _conversion(data):
    advanced = _exits(data, "advanced", "won")
    return figures.rate(advanced, advanced + _exits(data, "lost"))


def _flow(data):
    entered = data.entered if data else 0
    return figures.ratio(_exits(data, "advanced", "won"), entered, "ratio", entered)


def _returned(data):
    return figures.count(_exits(data, "returned"))


def _lost(data):
    return figures.count(_exits(data, "lost"))


def _loss_exposure(data):
    months = data.exposure / LOSS_DAYS if data else 0.0
    n = len(data.stays) if data else 0
    return figures.ratio(_exits(data, "lost"), months, "ratio", n)


def _loss_rate(data):
    if not data:
        return figures.rate(0, 0)
    return figures.rate(data.lost, data.stays, value=data.mature)


def _dwell(data, name):
    if not data:
        return Figure(None, 0, 0, 0, "days")
    n = len(data.stays)
    return Figure(getattr(data.dwell, name), data.dwell.n_finished, n, n, "days")


def _dwell_mean(data):
    return _dwell(data, "restricted_mean")


def _dwell_median(data):
    return _dwell(data, "median")


def _dwell_p80(data):
    return _dwell(data, "p80")


def _dwell_finished(data):
    finished = [stay.exit for stay in data.stays if stay.event] if data else []
    return figures.mean(finished, "days")
