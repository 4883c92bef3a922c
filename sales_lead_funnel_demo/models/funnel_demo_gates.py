from datetime import timedelta

from odoo import models
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.sales_lead_funnel.models.base.derived import with_step
from odoo.addons.sales_lead_funnel.models.base.zones import get_company_day

from ..plan import gates

SHARE_OF_AMOUNT = (0.8, 1.2)  # budget of core's own leads, from and to


class FunnelDemoGates(models.AbstractModel):
    """Sets the stages' criteria up, and tells what they and the losses led to.

    Last of all, so that nothing of the months before is refused.
    """

    _name = "funnel.demo.gates"
    _description = "Demo data of gates and losses"

    def _add_gates(self, leads):
        self._add_competitors(leads)
        self._tell_losses(leads)
        self._set_standards()
        self._add_criteria()
        self._prove()
        self._record_approvals(leads)
        self._ask_approvals(leads)
        self._keep_candidate(leads)

    def _write_chinese(self, record, vals):
        if "zh_CN" in dict(self.env["res.lang"].get_installed()):
            record.with_context(lang="zh_CN").write(vals)

    # ------------------------------------------------------------
    # LOSSES
    # ------------------------------------------------------------

    def _add_competitors(self, leads):
        names = ("name", "strengths", "weaknesses", "answers")
        competitors = self.env["funnel.competitor"].create(
            [dict(zip(names, row, strict=True)) for row in gates.COMPETITORS.values()]
        )
        ids = dict(zip(gates.COMPETITORS, competitors.ids, strict=True))
        for plan, lead in leads.items():
            if plan.rivals:
                links = [Command.link(ids[key]) for key in plan.rivals]
                self._as(lead, None).write({"funnel_competitor_ids": links})

    def _tell_losses(self, leads):
        """What the owners told of their losses; some are still to be analysed."""
        for plan, lead in leads.items():
            losses = self._speaking(lead, plan.owner).funnel_loss_ids
            if not plan.lost_for or not losses or not plan.is_analysed:
                continue
            told = dict(plan.loss)
            if len(lead.funnel_competitor_ids) == 1:
                told["competitor_id"] = lead.funnel_competitor_ids.id
            lead.with_env(losses.env)._funnel_tell_loss(told)

    # ------------------------------------------------------------
    # CRITERIA
    # ------------------------------------------------------------

    def _set_standards(self):
        for name, (goal, role) in gates.STANDARDS.items():
            stage = self.env["crm.stage"].browse(self._stage_id(name))
            stage.write({"funnel_goal": goal[0], "funnel_owner_role": role[0]})
            told = {"funnel_goal": goal[1], "funnel_owner_role": role[1]}
            self._write_chinese(stage, told)

    def _add_criteria(self):
        """Rules follow only once modules are loaded; here they are needed at once."""
        for number, row in enumerate(gates.CRITERIA):
            stage, key, direction, effect, name, message, names, domain = row
            field_ids = [self._get_lead_field(field).id for field in names]
            criterion = with_step(self.env["funnel.criterion"]).create(
                {
                    "stage_id": self._stage_id(stage),
                    "template_key": key,
                    "direction": direction,
                    "effect": effect,
                    "name": name[0],
                    "message": message and message[0],
                    "kind": "fields" if names else "domain",
                    "field_ids": [Command.set(field_ids)],
                    "domain": domain or "[]",
                    "sequence": 10 * (number + 1),
                }
            )
            told = {"name": name[1], "message": message and message[1]}
            self._write_chinese(criterion, told)
        self.env.flush_all()
        self.env.registry.clear_cache()
        self.env["funnel.criterion"]._watch_fields()

    def _get_lead_field(self, name):
        return self.env["ir.model.fields"]._get("crm.lead", name)

    def _prove(self):
        """Find what open leads prove, those of core included."""
        pending = self.env["crm.lead"].search([("won_status", "=", "pending")])
        for name in ("funnel_proven_stage_id", "funnel_stage_gap"):
            self.env.add_to_compute(pending._fields[name], pending)
        pending.flush_recordset()

    # ------------------------------------------------------------
    # APPROVALS
    # ------------------------------------------------------------

    def _record_approvals(self, leads):
        """Wins by the manager lately were asked for, all but one.

        They are history: the requests are noted with the win's time, moving nothing.
        """
        since = self.env.cr.now() - timedelta(days=gates.APPROVED_DAYS)
        won = [
            (plan, lead)
            for plan, lead in leads.items()
            if plan.events
            and plan.events[-1].kind == "won"
            and plan.events[-1].who == "manager" != plan.owner
            and plan.last_at > since
        ]
        for number, (plan, lead) in enumerate(won):
            self._record_approval(plan, lead, is_direct=not number and len(won) > 1)

    def _record_approval(self, plan, lead, *, is_direct):
        asked_by = self._user("manager" if is_direct else plan.owner)
        requests = self.env["funnel.stage.approval"].with_user(asked_by).sudo()
        approval = requests._step().create(
            {
                "lead_id": lead.id,
                "from_stage_id": self._stage_id("proposition"),
                "stage_id": self._stage_id("won"),
                "requester_id": asked_by.id,
                "state": "approved",
                "answered_by_id": self._user("manager").id,
                "answered_at": plan.last_at,
                "reason": not is_direct and gates.Gates.confirm(plan),
                "is_direct": is_direct,
            }
        )
        self._set_asked_at(approval, plan.last_at - timedelta(hours=3))

    def _ask_approvals(self, leads):
        """Requests of reps: the manager has refused one and is to answer the rest."""
        for plan, lead in leads.items():
            if not plan.approval:
                continue
            state, asked_at, note, reason = plan.approval
            approval = self._speaking(self.env["funnel.stage.approval"], plan.owner)
            approval = approval.create(
                {
                    "lead_id": lead.id,
                    "stage_id": self._stage_id("won"),
                    "note": note,
                }
            )
            self._set_asked_at(approval, asked_at)
            if state == "refused":
                approval = self._speaking(approval, "manager")
                approval.reason = reason
                approval.action_refuse()

    def _set_asked_at(self, approval, moment):
        """Date a request back. SQL: the ORM keeps the date of creation."""
        approval.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE funnel_stage_approval SET create_date = %s WHERE id = %s",
                moment,
                approval.id,
            )
        )
        approval.invalidate_recordset(["create_date"])

    # ------------------------------------------------------------
    # DROP-OUT
    # ------------------------------------------------------------

    def _keep_candidate(self, leads):
        """One owner goes on with a lead that stands still."""
        for plan, lead in leads.items():
            candidate = self._speaking(lead, plan.owner)
            if plan.owner == "rep" and candidate.funnel_is_dropout:
                candidate.action_funnel_keep()
                return

    # ------------------------------------------------------------
    # CORE'S LEADS
    # ------------------------------------------------------------

    def _qualify_core_leads(self, leads):
        """Core's own demo leads meet the criteria as well, all but one."""
        today = get_company_day(self.env.company)
        beyond = leads.filtered(
            lambda lead: (
                lead.type == "opportunity"
                and lead.won_status == "pending"
                and lead.stage_id.id != self._stage_id("new")
            )
        )
        for number, lead in enumerate(beyond):
            low, high = (
                round(lead.expected_revenue * share, -3) for share in SHARE_OF_AMOUNT
            )
            lead.write(
                {
                    "funnel_budget_min": low or False,
                    "funnel_budget_max": max(high, 1000),
                    "funnel_purchase_date": today + timedelta(days=30 + 9 * number),
                }
            )
        known = beyond.filtered(
            lambda lead: lead.stage_id.id == self._stage_id("proposition")
        )
        self.env["funnel.stakeholder"].create(
            [
                {
                    "lead_id": lead.id,
                    "name": lead.contact_name or "Purchasing manager",
                    "role": "decides",
                    "power": "high",
                    "stance": "neutral",
                }
                for lead in known[1:]
            ]
        )
