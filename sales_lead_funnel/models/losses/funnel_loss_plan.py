from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.periods import bounds_utc
from ..base.batches import try_again
from ..contact.funnel_plan import EARLIEST_ZONE
from .funnel_loss import OPEN

LOSS_WINDOW = 60  # days after which a loss is not asked for any more
ANALYSE_WITHIN = 2  # days the owner has for the analysis of a loss
LOSS = "sales_lead_funnel.mail_activity_type_loss"
RETRY = "sales_lead_funnel.mail_activity_type_retry"


class FunnelGatePlan(models.AbstractModel):
    """What is asked about losses."""

    _inherit = "funnel.gate.plan"

    @api.model
    @api.private
    def ask_loss_analyses(self):
        """Lost in the background: its owner analyses the loss."""
        since = fields.Datetime.now() - timedelta(days=LOSS_WINDOW)
        domain = Domain("state", "=", "todo") & self._get_owned_domain()
        domain &= Domain("lost_at", ">=", since)
        return self._in_batches(
            "ask_loss_analyses", "funnel.loss", domain, self._ask_to_analyse
        )

    def _get_owned_domain(self):
        """Losses that somebody could be asked about."""
        return Domain("user_id", "!=", False) | Domain("lead_id.user_id", "!=", False)

    def _ask_to_analyse(self, losses):
        for loss in losses:
            user = loss._get_asked_user()
            lead = loss.lead_id._funnel_speaking_to(user)
            summary = lead.env._("Analyse the loss")
            due = lead._funnel_get_today() + timedelta(days=ANALYSE_WITHIN)
            self._ask_about(loss, LOSS, summary, due, user, loss.lost_at)

    @api.model
    @api.private
    def retry_lost(self):
        """Try-again date reached: the owner takes a fresh lead or the restored one."""
        latest_day = (fields.Datetime.now() + EARLIEST_ZONE).date()
        domain = Domain("retry_date", "<=", latest_day)
        domain &= Domain("retry_lead_id", "=", False) & self._get_owned_domain()
        domain &= Domain("state", "in", OPEN)

        def ask(losses):
            for loss in losses:
                self._ask_to_retry(loss)

        return self._in_batches("retry_lost", "funnel.loss", domain, ask)

    def _ask_to_retry(self, loss):
        """Ask once per date: one that is put off is asked for again."""
        user = loss._get_asked_user()
        lead = loss.lead_id._funnel_speaking_to(user)
        today = lead._funnel_get_today()
        if loss.retry_date <= today:
            summary = lead.env._("Try again: restore the lead or start a fresh one")
            since, _end = bounds_utc(loss.retry_date, loss.retry_date, lead.env.tz)
            self._ask_about(loss, RETRY, summary, today, user, since)

    def _ask_about(self, loss, kind, summary, day, user, since):
        """Ask whom a loss asks now, also where somebody was asked who left it."""
        if not user:
            return
        kind_id = self.env.ref(kind).id
        lost_sight = loss.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id.id == kind_id
                and activity.user_id not in (user, self.env["res.users"])
                and not loss._can_be_read_by(activity.user_id)
            )
        )
        if lost_sight:
            lost_sight.with_context(mail_activity_quick_update=True).write(
                {"user_id": user.id, "summary": summary}
            )
        self._schedule(loss, kind, summary, day, user, since)

    @api.model
    @api.private
    def reconcile_losses(self):
        """Nightly: give every lost lead its loss, also those that no code announced."""
        return try_again(self.env, self.env["funnel.loss"].sudo()._reconcile)
