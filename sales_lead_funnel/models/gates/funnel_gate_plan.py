import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..base.batches import attempt, get_version, run_in_batches
from ..base.mail_activity import STAGE_DATA

_logger = logging.getLogger(__name__)

BATCH = 500  # leads per transaction
ENTRY_WINDOW = 7  # days back that leads which entered a stage are looked for


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
