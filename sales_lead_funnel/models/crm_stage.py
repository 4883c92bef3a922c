from odoo import api, fields, models
from odoo.tools import SQL


class CrmStage(models.Model):
    _inherit = "crm.stage"

    funnel_quote_out = fields.Boolean(
        string="Quotation is out",
        help="In this stage the client has our quotation: the coach warns when the "
        "decision maker falls silent.",
    )

    @api.ondelete(at_uninstall=False)
    def _keep_name_in_ledger(self):
        """Note the name of a stage that goes, in the history that passed it."""
        for stage in self:
            self.env.cr.execute(
                SQL(
                    "UPDATE funnel_stage_move SET deleted_stage = %s"
                    " WHERE to_stage_id = %s",
                    stage.name,
                    stage.id,
                )
            )
        self.env["funnel.stage.move"].invalidate_model(["deleted_stage"], flush=False)
