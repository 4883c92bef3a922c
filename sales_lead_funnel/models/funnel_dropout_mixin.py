from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

KEEP_DAYS = 30  # days a candidate is left alone once its owner keeps it


class FunnelDropoutMixin(models.AbstractModel):
    """Leads that meet a drop-out criterion of their stage (S1-8…11, D10).

    They are listed, no more: the owner loses them with a reason, or keeps them.
    """

    _name = "funnel.dropout.mixin"
    _description = "Candidates to be dropped"

    funnel_is_dropout = fields.Boolean(
        string="Drop-out candidate",
        compute="_compute_funnel_dropout",
        search="_search_funnel_is_dropout",
    )
    funnel_dropout_reason = fields.Char(
        string="May be dropped because", compute="_compute_funnel_dropout"
    )
    funnel_keep_until = fields.Date(
        string="Kept until",
        copy=False,
        help="The owner decided to go on; until then it is no candidate to be dropped.",
    )

    @api.depends(
        "stage_id", "type", "won_status", "funnel_keep_until", "funnel_resume_date"
    )
    @api.depends_context("lang")
    def _compute_funnel_dropout(self):
        gates = self.env["funnel.criterion"]._get_gates()
        self.funnel_is_dropout = False
        self.funnel_dropout_reason = False
        if not gates.dropout:
            return
        for stage, leads in self._funnel_filter_judged().grouped("stage_id").items():
            leads._funnel_tell_dropout(gates.dropout.get(stage.id, ()))

    def _funnel_filter_judged(self):
        today = fields.Date.context_today(self)
        return self.filtered(
            lambda lead: (
                lead.type == "opportunity"
                and lead.won_status == "pending"
                and not (lead.funnel_keep_until and lead.funnel_keep_until >= today)
                and not lead.funnel_resume_date
            )
        )

    def _funnel_tell_dropout(self, rules):
        """Set the reasons of these leads, which are in one stage."""
        reasons = {}
        leads = self.sudo()._funnel_in_company_time(rules)
        for rule in rules:
            label = self.env["funnel.criterion"].sudo().browse(rule.id).display_name
            for id_ in leads.filtered_domain(
                self._funnel_get_dropout_domain(rule)
            )._ids:
                reasons.setdefault(id_, []).append(label)
        for lead in self:
            if lead.id in reasons:
                lead.funnel_is_dropout = True
                lead.funnel_dropout_reason = ", ".join(reasons[lead.id])

    @api.model
    def _funnel_get_dropout_domain(self, rule):
        """The condition, or all required fields empty."""
        if rule.kind == "domain":
            return Domain(rule.domain)
        return Domain.AND(Domain(name, "=", False) for name in rule.names)

    def _search_funnel_is_dropout(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        gates = self.env["funnel.criterion"]._get_gates()
        meets = Domain.OR(
            Domain("stage_id", "=", stage_id) & self._funnel_get_dropout_domain(rule)
            for stage_id, rules in gates.dropout.items()
            for rule in rules
        )
        is_open = Domain("type", "=", "opportunity")
        is_open &= Domain("won_status", "=", "pending")
        is_open &= Domain("funnel_resume_date", "=", False)
        kept = Domain("funnel_keep_until", ">=", today)
        return meets & is_open & ~kept

    def action_funnel_lose(self):
        """Ask the reason; core's dialog marks the leads as lost."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm.crm_lead_lost_action"
        )
        asked = {"dialog_size": "medium", "default_lead_ids": self.ids}
        return {**action, "context": asked}

    def action_funnel_keep(self):
        """Go on with these leads; they come back on the list later."""
        day = fields.Date.context_today(self) + timedelta(days=KEEP_DAYS)
        self.write({"funnel_keep_until": day})
        return True
