from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..base.arguments import each_once
from ..base.derived import with_step
from ..base.optional_number import NEVER_EMPTY
from ..base.phrases import tell_list
from ..base.searching import yes_or_no
from ..base.zones import get_person_day

KEEP_DAYS = 30  # days a candidate is left alone once its owner keeps it


class CrmLead(models.Model):
    """Leads that meet a drop-out criterion of their stage (S1-8…11, D10).

    They are listed, no more: the owner loses them with a reason, or keeps them.
    """

    _inherit = "crm.lead"

    funnel_is_dropout = fields.Boolean(
        string="Drop-out candidate",
        compute="_compute_funnel_dropout",
        search="_search_funnel_is_dropout",
    )
    funnel_dropout_reason = fields.Char(
        string="Drop-out reason", compute="_compute_funnel_dropout"
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
        for leads in self.sudo()._funnel_split_by_zone():
            judged = leads.filtered_domain(leads._funnel_get_judged_domain())
            for stage, group in judged.grouped("stage_id").items():
                group._funnel_tell_dropout(gates.dropout.get(stage.id, ()))

    @yes_or_no
    def _search_funnel_is_dropout(self):
        """Sudo: what the criteria read, not every reader may see.

        The leads are found as a subquery, which is not run here; the reader's rules
        decide which of them are listed.
        """
        rules = self.env["funnel.criterion"]._get_gates().dropout
        return Domain.OR(
            theirs & leads._funnel_get_judged_domain() & leads._funnel_meet(rules)
            for leads, theirs in self.sudo()._funnel_split_all_by_zone()
        )

    def _funnel_meet(self, rules):
        """Return the domain of the leads that meet one of these rules of stages."""
        meets = Domain.OR(
            Domain("stage_id", "=", stage_id) & self._funnel_get_dropout_domain(rule)
            for stage_id, stage_rules in rules.items()
            for rule in stage_rules
        )
        return Domain("id", "in", self._search(meets, active_test=False))

    def _funnel_get_judged_domain(self):
        """Open leads that nobody decided to keep; today is the company's."""
        kept = Domain("funnel_keep_until", ">=", get_person_day(self.env))
        is_open = Domain("type", "=", "opportunity")
        return is_open & Domain("won_status", "=", "pending") & ~kept

    def _funnel_tell_dropout(self, rules):
        """Set the reasons of these leads, which are in one stage."""
        reasons = {}
        for rule in rules:
            label = self.env["funnel.criterion"].sudo().browse(rule.id).display_name
            domain = self._funnel_get_dropout_domain(rule)
            for id_ in self.filtered_domain(domain)._ids:
                reasons.setdefault(id_, []).append(label)
        for lead in self:
            if lead.id in reasons:
                lead.funnel_is_dropout = True
                lead.funnel_dropout_reason = tell_list(self.env, reasons[lead.id])

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
        for leads in self._funnel_split_by_zone():
            day = get_person_day(leads.env) + timedelta(days=KEEP_DAYS)
            with_step(leads).write({"funnel_keep_until": day})
        return True
