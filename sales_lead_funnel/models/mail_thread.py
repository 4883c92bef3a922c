from odoo import api, models

from .funnel_gate_watch import MOVERS


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, custom_values=None, *args, **kwargs):
        """Leave the place in the funnel to aliases: core trusts whatever a caller says.

        A gateway may call this as a user; its mail is not judged.
        """
        if custom_values and model == "crm.lead" and not self.env.su:
            custom_values = {
                name: value
                for name, value in custom_values.items()
                if name not in MOVERS
            }
        return super().message_process(model, message, custom_values, *args, **kwargs)
