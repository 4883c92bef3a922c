from odoo import api, models

from ...exceptions import FunnelFollowupError
from ..base.door import is_judged
from ..base.limits import cut
from ..base.phrases import tell_list, tell_of
from ..base.telling import check_how_far, check_not_before, is_told_by_people
from ..base.text import is_blank

# A log says something in one of these.
TEXTS = ("summary", "situation", "problem", "implication", "need_payoff", "feedback")
BRIEF = 160  # characters of a log that is told in one line


class FunnelFollowup(models.Model):
    """What makes a log of a contact one: it says something, and of a time that can be.

    Empty logs of before this rule stay as they are.
    """

    _inherit = "funnel.followup"

    def write(self, vals):
        if set(TEXTS).isdisjoint(vals):
            return super().write(vals)
        told = self.filtered(lambda log: not log._is_empty())
        result = super().write(vals)
        told._check_says_something()
        return result

    def _check_says_something(self):
        """Refuse empty logs of people; background code is not asked.

        :raise FunnelFollowupError: a log says nothing
        """
        for log in self if is_judged(self.env) else ():
            if log._is_empty():
                raise FunnelFollowupError(
                    f"{log.lead_id.display_name}: {self._empty_reason()}"
                )

    @api.model
    def _says_something(self, values):
        return not all(is_blank(values.get(name)) for name in TEXTS)

    def _is_empty(self):
        return all(is_blank(self[name]) for name in TEXTS)

    def _tell_briefly(self):
        """Return when, how, with whom and what was talked about, in one line."""
        said = next((self[name] for name in TEXTS if not is_blank(self[name])), "")
        contact = tell_list(
            self.env, [word for word in (self.display_name, self.contact) if word]
        )
        return cut(tell_of(self.env, contact, " ".join(said.split())), BRIEF)

    def _empty_reason(self):
        return self.env._(
            "this follow-up says nothing. Fill in “Summary”, a part of "
            "SPIN or “Feedback / pain”."
        )

    def _check_told(self):
        """Check the “When” that a person tells; imported logs keep what they say.

        A call of the day on which the lead was obtained may be older than its entry.

        :raise UserError: too long ago, or before the day on which the lead was obtained
        """
        if not is_told_by_people(self.env):
            return
        reason = self.env._(
            "when the lead was obtained. Correct “When”, or “Obtained at” of the lead."
        )
        for log in self:
            lead, moment = log.lead_id, log.happened_at
            check_how_far(lead, moment)
            start = lead.funnel_obtained_at
            day = lead._funnel_get_local_date
            if start and day(moment) < day(start):
                check_not_before(lead, moment, start, reason)
