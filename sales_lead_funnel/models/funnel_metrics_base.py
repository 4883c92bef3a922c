from typing import NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class Spec(NamedTuple):
    """How one figure is made.

    ``read`` names the method that reads its raw data, ``{key: data}``; ``make`` turns
    the data of one key, or None, into a ``Figure``. Figures with the same ``read``
    share one query. ``definition`` is printed where the figure is.
    """

    label: str
    read: str
    make: object
    definition: str


class FunnelMetricsBase(models.AbstractModel):
    """What the producers of figures share: the leads that count, and their keys."""

    _name = "funnel.metrics.base"
    _description = "Funnel figures: leads that count"

    def _get_leads_sql(self, domain, groupby, own_keys=()):
        """Return a SELECT of the leads the reader may see, with their group key.

        Columns: id, key. ``own_keys`` are groupings that a producer makes itself.
        """
        lead_model = self.env["crm.lead"].with_context(active_test=False)
        self.env["funnel.stage.move"]._flush_leads()
        lead_model.flush_model()
        query = lead_model._search(Domain(domain or []))
        key = SQL("NULL::integer")
        if groupby and groupby not in own_keys:
            key = lead_model._field_to_sql(lead_model._table, groupby, query)
        return query.select(
            SQL("%s AS id", SQL.identifier(lead_model._table, "id")),
            SQL("%s AS key", key),
        )

    def _read_rows(self, sql):
        """Run a query whose first column is the key: yield ``(key, *columns)``.

        A missing key is False.
        """
        for key, *columns in self.env.execute_query(sql):
            yield (False if key is None else key, *columns)
