from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime

from ...exceptions import FunnelRegisterError
from ..base.calendar import CLOCK_TOLERANCE
from ..base.door import current_path
from ..base.rights import is_manager
from ..base.telling import is_told_by_people
from ..base.text import is_blank

FREE_TIME = timedelta(hours=24)  # the owner may correct the day for so long
REGISTER_YEARS = 10  # years back that old registers are entered from
RIGHTS = [
    ("free", "May be changed"),
    ("reason", "Needs a reason"),
    ("closed", "Changed by managers only"),
]


class CrmLead(models.Model):
    """When a lead was obtained: who may still change it, and that it is noted."""

    _inherit = "crm.lead"

    funnel_obtained_reason = fields.Char(
        string="Reason for the new time",
        store=False,
        help="More than 24 hours after a lead was entered, managers give a reason to "
        "change “Obtained at”; it is noted in the chatter.",
    )
    funnel_obtained_right = fields.Selection(
        RIGHTS,
        compute="_compute_funnel_obtained_right",
        export_string_translation=False,
    )

    @api.depends("create_date", "funnel_obtained_at", "user_id")
    @api.depends_context("uid")
    def _compute_funnel_obtained_right(self):
        for lead in self:
            known = lead._origin
            right = known._funnel_get_obtained_right() if known else "free"
            is_same = lead.funnel_obtained_at == known.funnel_obtained_at
            lead.funnel_obtained_right = (
                "free" if right == "reason" and is_same else right
            )

    def _funnel_get_obtained_right(self):
        """Return what the user needs to change the moment, one of ``RIGHTS``."""
        if not is_told_by_people(self.env):
            return "free"
        entered = self.create_date  # other programs leave it empty
        is_fresh = bool(entered) and entered >= self.env.cr.now() - FREE_TIME
        if is_manager(self.env):
            return "free" if is_fresh else "reason"
        is_own = self.user_id <= self.env.user
        return "free" if is_fresh and is_own else "closed"

    def _funnel_check_obtained(self):
        """Refuse from people what lies further back than old registers, or after entry.

        :raise FunnelRegisterError: names the lead
        """
        if not is_told_by_people(self.env):
            return
        start = self.env.cr.now() - relativedelta(years=REGISTER_YEARS)
        for lead in self.filtered("funnel_obtained_at"):
            entered = lead.create_date
            if entered and lead.funnel_obtained_at > entered + CLOCK_TOLERANCE:
                raise FunnelRegisterError(
                    self.env._(
                        "%(lead)s: “Obtained at” %(date)s is after %(entered)s, when "
                        "the lead was entered. Enter when the lead was obtained.",
                        lead=lead.display_name,
                        date=format_datetime(self.env, lead.funnel_obtained_at),
                        entered=format_datetime(self.env, entered),
                    )
                )
            if lead.funnel_obtained_at < start:
                raise FunnelRegisterError(
                    self.env._(
                        "%(lead)s: “Obtained at” %(date)s is more than %(years)s years "
                        "ago. Enter when the lead was obtained.",
                        lead=lead.display_name,
                        date=format_datetime(self.env, lead.funnel_obtained_at),
                        years=REGISTER_YEARS,
                    )
                )

    def _funnel_change_obtained(self, vals, reason):
        """Check and note that leads are to be obtained at another time.

        Called before the values are written.

        :param str reason: why, in the manager's words
        :raise AccessError: it is too late for the user
        :raise FunnelRegisterError: the reason is missing
        """
        field = self._fields["funnel_obtained_at"]
        moment = field.convert_to_cache(vals["funnel_obtained_at"], self) or False
        changed = self.filtered(lambda lead: lead.funnel_obtained_at != moment)
        is_told = is_told_by_people(self.env)
        for lead in changed if is_told else ():
            lead._funnel_check_obtained_right(reason)
        # A merge takes the earliest: nobody is refused, but everybody sees it.
        for lead in changed if is_told or current_path(self.env) == "merge" else ():
            lead._funnel_note_obtained(moment, reason)
        return changed

    def _funnel_check_obtained_right(self, reason):
        right = self._funnel_get_obtained_right()
        if right == "closed":
            raise AccessError(
                self.env._(
                    "%s: “Obtained at” is changed by the owner within 24 hours of "
                    "entering the lead, and by managers. Ask your manager.",
                    self.display_name,
                )
            )
        if right == "reason" and is_blank(reason):
            raise FunnelRegisterError(
                self.env._(
                    "%s was entered more than 24 hours ago: to change “Obtained at”, "
                    "fill in “Reason for the new time”.",
                    self.display_name,
                )
            )

    def _funnel_note_obtained(self, moment, reason):
        """Note in the chatter who changed the moment, from what to what, and why."""
        old, new = (
            format_datetime(self.env, value) if value else "—"
            for value in (self.funnel_obtained_at, moment)
        )
        note = self.env._(
            "%(who)s changed “Obtained at”: %(old)s → %(new)s",
            who=self.env.user.name,
            old=old,
            new=new,
        )
        self._message_log(body=note if is_blank(reason) else f"{note} ({reason})")
