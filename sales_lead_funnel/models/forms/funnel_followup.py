from functools import partial

from odoo import api, fields, models

from ...tools.wording import CHANNEL_WORDS, MOOD_WORDS

# Two logs that agree in all of these are one, imported twice.
IDENTITY = ["lead_id", "user_id", "happened_at", "channel", "summary", "feedback"]


class FunnelFollowup(models.Model):
    """The follow-up logs of the handbooks, F2 and F5, as files."""

    _name = "funnel.followup"
    _inherit = ["funnel.form.import", "funnel.followup"]

    stage_name = fields.Char(
        string="Stage at the time",
        help="As written in an imported log. A log does not move the lead.",
    )

    @api.model
    def get_import_templates(self):
        folder = "/sales_lead_funnel/static/xls"
        return [
            {
                "label": self.env._("Follow-up log (F2)"),
                "template": f"{folder}/follow_up_log.xlsx",
            },
            {
                "label": self.env._("Client follow-ups (F5)"),
                "template": f"{folder}/client_follow_ups.xlsx",
            },
        ]

    @api.model
    def _funnel_get_required(self):
        return [*super()._funnel_get_required(), ("happened_at",)]

    @api.model
    def _funnel_refuse_empty(self, rows, refuse):
        """Refuse new rows that say nothing, beside the column that should."""
        for values, info in rows:
            if not self._says_something(values):
                column = "feedback" if "feedback" in values else "summary"
                refuse(info, column, self._empty_reason())

    @api.model
    def _funnel_get_readers(self, records):
        return super()._funnel_get_readers(records) | {
            "channel": self._funnel_read_channel,
            "mood": self._funnel_read_mood,
        }

    @api.model
    def _funnel_read_channel(self, text, values):
        read = partial(self._funnel_read_word, "channel", CHANNEL_WORDS, within=True)
        return {"channel": read(text) if text else "other"}

    @api.model
    def _funnel_read_mood(self, text, values):
        read = partial(self._funnel_read_word, "mood", MOOD_WORDS)
        return {"mood": read(text) if text else False}

    @api.model
    def _funnel_check_rows(self, prepared, refuse):
        """Refuse logs that are there already: they could never be deleted."""
        result = super()._funnel_check_rows(prepared, refuse)
        new = [
            (values, info) for dbid, xid, values, info in prepared if not (dbid or xid)
        ]
        self._funnel_refuse_empty(new, refuse)
        new = [
            (values, info)
            for values, info in new
            if values.get("lead_id") and values.get("happened_at")
        ]
        seen = self._funnel_list_logged([values for values, _info in new])
        for values, info in new:
            identity = self._funnel_identify(values)
            if identity in seen:
                reason = self.env._(
                    "This follow-up is logged already: the same lead, time, person and "
                    "content. Take the row out."
                )
                refuse(info, "happened_at", reason)
            seen.add(identity)
        return result

    @api.model
    def _funnel_list_logged(self, rows):
        """Return the identities of follow-ups with these leads at these times."""
        moments = {values["happened_at"] for values in rows}
        leads = {values["lead_id"] for values in rows}
        logged = self.search_fetch(
            [("lead_id", "in", list(leads)), ("happened_at", "in", list(moments))],
            IDENTITY,
        )
        return {self._funnel_identify(log) for log in logged.read(IDENTITY, load=None)}

    @api.model
    def _funnel_identify(self, values):
        """Return what makes a log this log; a file may leave columns out."""
        moment = fields.Datetime.to_datetime(values["happened_at"])
        texts = [(values.get(name) or "").strip() for name in IDENTITY[3:]]
        user = values.get("user_id") or self.env.uid
        return values["lead_id"], user, moment, *texts
