from odoo import api, fields, models


class CrmLead(models.Model):
    """A lead that stands above its proof, told in one line: how far, what is missing.

    All leads of a board are told at once; those that stand where their proof is cost
    nothing.
    """

    _inherit = "crm.lead"

    funnel_claim_note = fields.Char(
        compute="_compute_funnel_claim", export_string_translation=False
    )
    funnel_claim_alert = fields.Boolean(
        compute="_compute_funnel_claim", export_string_translation=False
    )

    @api.depends("funnel_stage_gap", "funnel_proven_stage_id", "won_status")
    @api.depends_context("lang")
    def _compute_funnel_claim(self):
        """It is an alert where more is missing than what the gates only warn of."""
        self.funnel_claim_note = False
        self.funnel_claim_alert = False
        above = self.filtered(
            lambda lead: lead.funnel_stage_gap and lead.won_status == "pending"
        )
        lacking = above._funnel_find_lacking()
        first = [rules[0].id for rules in lacking.values() if rules]
        criteria = self.env["funnel.criterion"].sudo().browse(first)
        for lead in above:
            rules = lacking.get(lead, [])
            missing = criteria.browse(rule.id for rule in rules[:1])
            missing = missing.with_prefetch(criteria._prefetch_ids)
            lead.funnel_claim_note = lead._funnel_tell_claim(missing)
            lead.funnel_claim_alert = any(rule.effect != "warn" for rule in rules)

    def _funnel_tell_claim(self, criterion):
        """Return the line, with the first criterion that is not met."""
        stage = self.funnel_proven_stage_id.name or self.env._("no stage")
        if not criterion:
            return self.env._("Evidence supports only “%s”", stage)
        return self.env._(
            "Evidence supports only “%(stage)s”, missing: %(criterion)s",
            stage=stage,
            criterion=criterion.display_name,
        )

    def _funnel_find_lacking(self):
        """Return ``{lead: [rule]}``: what it lacks up to its stage, in their order."""
        gates = self.env["funnel.criterion"]._get_gates()
        lacking = {}
        for team, leads in self.grouped("team_id").items():
            path = gates.get_path(team.id)
            order = {step.id: index for index, step in enumerate(path)}
            for stage_id in order:
                beyond = leads._funnel_filter_claimed(order, stage_id)
                for lead, rules in beyond._funnel_find_open_rules(stage_id).items():
                    lacking.setdefault(lead, []).extend(rules)
        return lacking

    def _funnel_filter_claimed(self, order, stage_id):
        """Return the leads that claim a stage, and have not proven it."""
        return self.filtered(
            lambda lead: (
                order.get(lead.funnel_proven_stage_id.id, -1)
                < order[stage_id]
                <= order.get(lead.stage_id.id, -1)
            )
        )

    def _funnel_find_open_rules(self, stage_id):
        """Return ``{lead: [rule]}`` of one stage, without approvals that were given.

        Sudo: whether one was given does not depend on the reader.
        """
        rules = self.env["funnel.criterion"]._get_gates().entry.get(stage_id)
        if not self or not rules:
            return {}
        return {
            lead: [
                rule
                for rule in unmet
                if rule.effect != "approve"
                or not lead.sudo()._funnel_get_approval(stage_id)
            ]
            for lead, unmet in self._funnel_find_unmet(rules).items()
        }
