import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.periods import bounds_utc
from .funnel_batches import attempt, get_version, run_in_batches, try_again
from .funnel_loss import OPEN
from .funnel_plan import EARLIEST_ZONE
from .mail_activity import STAGE_DATA

_logger = logging.getLogger(__name__)

BATCH = 500  # leads per transaction
ENTRY_WINDOW = 7  # days back that leads which entered a stage are looked for
LOSS_WINDOW = 60  # days after which a loss is not asked for any more
ANALYSE_WITHIN = 2  # days the owner has for the analysis of a loss
LOSS = "sales_lead_funnel.mail_activity_type_loss"
RETRY = "sales_lead_funnel.mail_activity_type_retry"


class FunnelGatePlan(models.AbstractModel):
    """What gates and losses do by themselves; one cron or rule calls one method.

    Every method can be run again at any moment.
    """

    _name = "funnel.gate.plan"
    _description = "Automations of gates and losses"

    @api.model
    @api.private
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

        return self._in_batches(
            "prove_stages",
            "crm.lead",
            domain,
            prove,
            version=get_version(self.env["funnel.criterion"], self.env["crm.stage"]),
        )

    # ------------------------------------------------------------
    # STAGE ENTERED (S1-17)
    # ------------------------------------------------------------

    @api.model
    @api.private
    def ask_stage_data(self):
        """Stage entered without its data: the owner has 24 hours to complete it.

        The activity closes itself when nothing is missing any more. An owner who left
        is asked nothing: managers find the lead under “To complete”.
        """
        closed = self._close_complete()
        since = fields.Datetime.now() - timedelta(days=ENTRY_WINDOW)
        entry = self.env["funnel.criterion"]._get_gates().entry
        domain = Domain("type", "=", "opportunity") & Domain("stage_id", "in", [*entry])
        domain &= Domain("won_status", "=", "pending") & Domain("user_id", "!=", False)
        domain &= Domain("funnel_stage_move_ids", "any", [("happened_at", ">=", since)])
        return closed + self._in_batches(
            "ask_stage_data", "crm.lead", domain, self._ask_data_of
        )

    def _ask_data_of(self, leads):
        able = leads.filtered(lambda lead: lead._funnel_can_ask(lead.user_id))
        for lead in self._find_incomplete(able):
            entered = lead.funnel_stage_move_ids[:1].happened_at
            lead = lead._funnel_speaking_to(lead.user_id)
            summary = lead.env._("Complete the data of “%s”", lead.stage_id.name)
            day = lead._funnel_get_local_date(entered + timedelta(days=1))
            self._schedule(lead, STAGE_DATA, summary, day, lead.user_id, entered)

    def _close_complete(self):
        """End what was asked: done where the data is there, else taken back.

        Nobody is asked any more about a lead that is closed, or that left the stage.
        """
        activities = self.env["mail.activity"].sudo()
        kind = self.env.ref(STAGE_DATA)
        planned = activities.search(
            [("activity_type_id", "=", kind.id), ("res_model", "=", "crm.lead")]
        )
        leads = self.env["crm.lead"].sudo().browse(set(planned.mapped("res_id")))

        def close(leads):
            known = {lead.id: lead for lead in leads}
            asked = planned.filtered(lambda activity: activity.res_id in known)
            over = asked.filtered(lambda act: self._is_over(act, known[act.res_id]))
            complete = set((leads - self._find_incomplete(leads))._ids)
            done = (asked - over).filtered(lambda act: act.res_id in complete)
            over.unlink()
            done.action_feedback(feedback=self.env._("Complete"))

        return attempt(self.env, close, leads.exists(), _logger)

    def _is_over(self, activity, lead):
        """Is the lead closed, or did it leave the stage since this was asked?"""
        is_open = lead.active and lead.won_status == "pending"
        moves = lead.funnel_stage_move_ids.filtered(
            lambda move: move.from_stage_id != move.to_stage_id
        )
        moved = moves[:1].recorded_at
        return not is_open or bool(moved and moved > activity.create_date)

    def _find_incomplete(self, leads):
        """Return the leads that do not meet what the stage they are in asks."""
        entry = self.env["funnel.criterion"]._get_gates().entry
        missing = leads.browse()
        for stage, group in leads.grouped("stage_id").items():
            rules = [r for r in entry.get(stage.id, ()) if r.effect != "approve"]
            missing |= missing.union(*group._funnel_find_unmet(rules))
        return missing

    # ------------------------------------------------------------
    # LOST
    # ------------------------------------------------------------

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

    # ------------------------------------------------------------
    # PARTS
    # ------------------------------------------------------------

    def _schedule(self, record, kind, summary, day, user, since):
        """Plan an activity once for what happened at a moment.

        What is open already, or was planned since then and is done, is not planned
        again.
        """
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        same = Domain("res_model", "=", record._name) & Domain("res_id", "=", record.id)
        same &= Domain("activity_type_id", "=", self.env.ref(kind).id)
        is_open = Domain("active", "=", True) & Domain("summary", "=", summary)
        is_known = is_open | Domain("create_date", ">=", since)
        if not activities.search_count(same & is_known, limit=1):
            record.with_context(
                mail_activity_quick_update=True, lang=user.lang or self.env.lang
            ).activity_schedule(
                kind, date_deadline=day, summary=summary, user_id=user.id
            )

    def _in_batches(self, job, model, domain, step, **options):
        """Run a step on batches of records, each in a transaction of its own.

        Sudo: crons work for all salespeople. A record that fails is logged and left
        out; the others of its batch are done.

        :return: number of records done
        """
        records = self.env[model].sudo().with_context(active_test=False)
        return run_in_batches(
            records, job, BATCH, (domain, step), logger=_logger, **options
        )
