from odoo import api, models

from ..base.handed_in import LEAD, OURS, without_handed_in, without_reach
from .watch import MOVERS


class HandedIn(dict):
    """Values that came with the mail from whoever called, not from an alias."""


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, custom_values=None, *args, **kwargs):
        """Note which values are a caller's: routes mix them with those of aliases."""
        if custom_values and not self.env.su:
            custom_values = HandedIn(custom_values)
        return super().message_process(model, message, custom_values, *args, **kwargs)

    def _message_route_process(self, message, message_dict, routes):
        """Clean what routes hand to the superuser who makes records of mail.

        Aliases may say everything core lets them say of a lead, a caller of the gateway
        only what is not the lead's place in the funnel. Neither reaches leads or
        records of ours by way of lists.
        """
        routes = [self._funnel_clean_route(*route) for route in routes or ()]
        thread = self if self.env.su else without_handed_in(self)
        return super(MailThread, thread)._message_route_process(
            message, message_dict, routes
        )

    def _funnel_clean_route(self, model, thread_id, values, user_id, alias):
        """Return the route with values that may be trusted.

        :raise ValueError: the mail would make a record of ours, which no mail does
        """
        if model and not thread_id and model.startswith(OURS):
            raise ValueError(f"Undeliverable mail: {model} does not accept new mail")
        is_callers = isinstance(values, HandedIn)
        if model and isinstance(values, dict):
            values = without_reach(self.env[model], values)
            if model == LEAD and is_callers:
                values = self._funnel_clean_handed_in(values)
        return model, thread_id, values, user_id, alias

    def _funnel_clean_handed_in(self, values):
        """Return what a caller may say of a lead: nothing without the right to make it.

        Neither its place in the funnel, nor whose it is, nor since when, nor lists.
        """
        leads = self.env[LEAD]
        if not leads.has_access("create"):
            return {}
        return {
            name: value
            for name, value in values.items()
            if name not in MOVERS
            and name != "funnel_obtained_at"
            and not name.startswith("funnel_grade")
            and not isinstance(value, (list, tuple, dict))
        }
