from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .base.arguments import each_once
from .base.derived import with_step
from .funnel_criterion import NEVER_EMPTY

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
    @api.depends_context("lang", "company")
    def _compute_funnel_dropout(self):
        gates = self.env["funnel.criterion"]._get_gates()
        self.funnel_is_dropout = False
        self.funnel_dropout_reason = False
        if not gates.dropout:
            return
        judged = self.filtered_domain(self._funnel_get_judged_domain())
        for stage, leads in judged.grouped("stage_id").items():
            leads._funnel_tell_dropout(gates.dropout.get(stage.id, ()))

    def _search_funnel_is_dropout(self, operator, value):
        """Sudo: what the criteria read, not every reader may see.

        The leads are found as a subquery, which is not run here; the reader's rules
        decide which of them are listed.
        """
        if operator != "in":
            return NotImplemented
        gates = self.env["funnel.criterion"]._get_gates()
        leads = self._funnel_as_company()
        meets = Domain.OR(
            Domain("stage_id", "=", stage_id) & leads._funnel_get_dropout_domain(rule)
            for stage_id, rules in gates.dropout.items()
            for rule in rules
        )
        judged = self._funnel_get_judged_domain()
        return judged & Domain("id", "in", leads._search(meets, active_test=False))

    @api.model
    def _funnel_get_judged_domain(self):
        """Open leads that nobody decided to keep."""
        kept = Domain("funnel_keep_until", ">=", self._funnel_get_dropout_day())
        is_open = Domain("type", "=", "opportunity")
        return is_open & Domain("won_status", "=", "pending") & ~kept

    def _funnel_tell_dropout(self, rules):
        """Set the reasons of these leads, which are in one stage."""
        reasons = {}
        leads = self._funnel_as_company()
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
        """The condition, or all required fields empty.

        A paused lead is left alone by all rules but those that ask about the pause.
        """
        if rule.kind == "domain":
            meets = Domain(rule.domain)
        elif any(self._fields[name].type in NEVER_EMPTY for name in rule.names):
            return Domain.FALSE  # saved before such fields were refused
        else:
            meets = Domain.AND(Domain(name, "=", False) for name in rule.names)
        if "funnel_resume_date" in rule.paths:
            return meets
        return meets & Domain("funnel_resume_date", "=", False)

    def _funnel_as_company(self):
        """Judge alike whoever looks, with the company's rights and in its time."""
        zone = self.env.company._funnel_get_tz()
        return self.sudo().with_context(active_test=True, tz=zone)

    @api.model
    def _funnel_get_dropout_day(self):
        """Today, as the company counts days: compute and search mean the same."""
        return fields.Date.context_today(self._funnel_as_company())

    @each_once
    def action_funnel_lose(self):
        """Ask the reason; core's dialog marks the leads as lost."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm.crm_lead_lost_action"
        )
        asked = {"dialog_size": "medium", "default_lead_ids": self.ids}
        return {**action, "context": asked}

    @each_once
    def action_funnel_keep(self):
        """Go on with these leads; they come back on the list later."""
        day = self._funnel_get_dropout_day() + timedelta(days=KEEP_DAYS)
        with_step(self).write({"funnel_keep_until": day})
        return True
