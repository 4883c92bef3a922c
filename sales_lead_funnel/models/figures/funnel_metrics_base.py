from collections import defaultdict
from typing import NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..base.zones import get_sql_day


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


class Amounts:
    """Amounts of leads, converted only when somebody asks for their sum.

    Rates are looked up per day, which counts and shares must not pay for.
    """

    __slots__ = ("_convert", "_parts")

    def __init__(self, convert):
        """:param convert: function of (amount, company id, day)"""
        self._convert = convert
        self._parts = defaultdict(float)

    def add(self, amount, company_id, day):
        self._parts[company_id, day] += amount

    def total(self):
        return sum(self._convert(sum_, *key) for key, sum_ in self._parts.items())


class FunnelMetrics(models.AbstractModel):
    """What the producers of figures share: the leads that count, and their keys."""

    _inherit = "funnel.metrics"

    def _get_leads_sql(self, domain, groupby, own_keys=()):
        """Return a SELECT of the leads the reader may see, with their group key.

        Columns: id, key. Grouped by a many2many field a lead is there once for each of
        its values, and so counts under each: such groups add up to more than the
        whole. ``own_keys`` are groupings that a producer makes itself.
        """
        lead_model = self.env["crm.lead"].with_context(active_test=False)
        self.env["funnel.stage.move"]._flush_leads()
        lead_model.flush_model()
        query = lead_model._search(Domain(domain or []))
        key = SQL("NULL::integer")
        if groupby and groupby not in own_keys:
            key = self._get_key_sql(lead_model, groupby, query)
        return query.select(
            SQL("%s AS id", SQL.identifier(lead_model._table, "id")),
            SQL("%s AS key", key),
        )

    def _get_key_sql(self, leads, groupby, query):
        """Return the column of a field of the lead, joined to ``query`` if need be."""
        field = leads._fields.get(groupby)
        if field and field.type == "many2many":
            return leads._read_group_groupby(leads._table, groupby, query)
        return leads._field_to_sql(leads._table, groupby, query)

    def _read_rows(self, sql):
        """Run a query whose first column is the key: yield ``(key, *columns)``.

        A missing key is False.
        """
        for key, *columns in self.env.execute_query(sql):
            yield (False if key is None else key, *columns)

    def _local_day(self, moment):
        """Return the column of a UTC datetime as the day it was where the company is.

        :param SQL moment: the column
        """
        return get_sql_day(self.env.company._funnel_get_tz(), moment)

    def _to_company_currency(self, amount, company_id, day):
        """Convert an amount of a lead at the rate of a day.

        :param company_id: the lead's; None for a lead of all companies
        """
        company = (
            self.env["res.company"].sudo().browse(company_id or self.env.company.id)
        )
        target = self.env.company.currency_id
        if company.currency_id == target:
            return amount
        return company.currency_id._convert(amount, target, self.env.company, day)
