import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

BATCH = 500  # leads per transaction


class FunnelGatePlan(models.AbstractModel):
    """What gates and losses do by themselves; one cron or rule calls one method.

    Every method can be run again at any moment.
    """

    _name = "funnel.gate.plan"
    _description = "Automations of gates and losses"

    @api.model
    def prove_stages(self):
        """Find anew what open leads prove: rules change, and days pass."""
        names = ["funnel_proven_stage_id", "funnel_stage_gap"]
        domain = Domain("type", "=", "opportunity")
        if not self.env["funnel.criterion"]._get_gates().entry:
            domain &= Domain(names[0], "!=", False) | Domain(names[1], "!=", 0)
        else:
            domain &= Domain("won_status", "=", "pending")

        def prove(leads):
            for name in names:
                self.env.add_to_compute(leads._fields[name], leads)
            leads.flush_recordset(names)

        return self._in_batches("crm.lead", domain, prove)

    @api.model
    def reconcile_losses(self):
        """Nightly: give every lost lead its loss, also those that no code announced."""
        return self.env["funnel.loss"].sudo()._reconcile()

    def _in_batches(self, model, domain, step):
        """Run a step on batches of records, each in a transaction of its own.

        Sudo: crons work for all salespeople. A batch that fails is logged.

        :return: number of records done
        """
        records = self.env[model].sudo().with_context(active_test=False)
        records = records.search(domain, order="id")
        progress = self.env["ir.cron"]._commit_progress
        done, remaining = 0, len(records)
        for batch in split_every(BATCH, records.ids, records.browse):
            try:
                with self.env.cr.savepoint():
                    step(batch)
                done += len(batch)
            except Exception:
                _logger.exception("%s: automation of the funnel failed", batch)
            remaining -= len(batch)
            if not progress(len(batch), remaining=remaining):
                break
        return done
