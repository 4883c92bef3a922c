from odoo import api, models

from ...tools.periods import bounds_utc


class FunnelMetrics(models.AbstractModel):
    """The only producer of figures (metrics.md): boards, reviews and workbooks ask it.

    Leads that the reader may not see are left out, as record rules demand. To add a
    figure, extend :meth:`_get_specs`.
    """

    _name = "funnel.metrics"
    _description = "Funnel figures"

    @api.model
    def _get_specs(self):
        """Return ``{code: Spec}`` of all figures. Override to add some."""
        return {
            **self._get_lead_specs(),
            **self._get_stage_specs(),
            **self._get_loss_specs(),
        }

    @api.model
    def _get_figures(self, codes, date_from, date_to, domain=None, groupby=None):
        """Return figures of a period.

        :param codes: iterable of codes, see :meth:`_get_specs`
        :param date_from: first day (in the company's time zone) or instant (UTC);
            None: since ever
        :param date_to: the day or instant after the last one: half-open; None: until
            now
        :param domain: which leads; archived and lost ones are always in
        :param str groupby: a stored field of the lead, with many2many a lead counts
            under each value; ``stage_id`` groups stage figures by the stage stayed in,
            ``funnel_grade_id`` groups the win rate per grade by the first reviewed
            grade (D12); figures of losses are grouped by what the loss kept
        :return: ``{code: Figure}``, with groupby ``{code: {key: Figure}}`` where a
            key is the value or record id, or False for none
        :raise ValueError: an unknown code
        """
        specs, codes = self._get_specs(), list(codes)
        unknown = [code for code in codes if code not in specs]
        if unknown:
            raise ValueError(f"unknown figures {unknown}; known: {sorted(specs)}")
        period = bounds_utc(date_from, date_to, self.env.company._funnel_get_tz())
        raw = {}
        for read in {specs[code].read for code in codes}:
            raw[read] = getattr(self, read)(*period, domain, groupby)
        figures = {}
        for code in codes:
            spec, data = specs[code], raw[specs[code].read]
            if groupby:
                figures[code] = {key: spec.make(data[key]) for key in data}
            else:
                figures[code] = spec.make(data.get(False))
        return figures
