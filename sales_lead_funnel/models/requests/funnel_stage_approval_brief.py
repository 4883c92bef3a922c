from odoo import api, fields, models


class FunnelStageApproval(models.Model):
    """What the manager weighs before answering, and whom the rep asks (S1-39)."""

    _inherit = "funnel.stage.approval"

    client = fields.Char(string="Client company", compute="_compute_brief")
    amount = fields.Monetary(
        string="Expected revenue",
        compute="_compute_brief",
        currency_field="company_currency",
    )
    company_currency = fields.Many2one("res.currency", compute="_compute_brief")
    grade_id = fields.Many2one("funnel.grade", compute="_compute_brief")
    last_talk = fields.Char(string="Last talk", compute="_compute_brief")
    criteria_text = fields.Text(
        string="To confirm",
        compute="_compute_criteria_text",
        help="What the stage asks the manager to confirm, in its criteria's words.",
    )
    checklist = fields.Json(
        compute="_compute_checklist", export_string_translation=False
    )
    asked_name = fields.Char(
        string="Asked",
        compute="_compute_asked_name",
        help="The leader of the sales team; without one who may answer, any manager.",
    )

    @api.depends("lead_id")
    def _compute_brief(self):
        """Nothing of a lead that the user may not read."""
        leads = self.lead_id._filtered_access("read")
        latest = self.env["funnel.followup"]._get_latest(leads)
        for approval in self:
            lead = approval.lead_id & leads
            log = latest.get(lead.id)
            approval.client = lead.funnel_client
            approval.amount = lead.expected_revenue
            approval.company_currency = lead.company_currency
            approval.grade_id = lead.funnel_grade_id
            approval.last_talk = log and log._tell_briefly()

    @api.depends("lead_id", "stage_id", "state")
    @api.depends_context("lang")
    def _compute_criteria_text(self):
        """Say what the manager is asked to confirm, stage by stage for all leads.

        Of an answered request, whatever the stage asks.
        """
        gates = self.env["funnel.criterion"]._get_gates()
        for stage, approvals in self.grouped("stage_id").items():
            rules = gates.entry.get(stage.id, ())
            rules = [rule for rule in rules if rule.effect == "approve"]
            unmet = approvals.lead_id._funnel_find_unmet(rules)
            for approval in approvals:
                is_open = approval.state == "requested"
                asking = unmet.get(approval.lead_id, ()) if is_open else rules
                approval.criteria_text = self._tell_criteria(asking)

    @api.model
    def _tell_criteria(self, rules):
        """Sudo: what a stage asks, everybody may know."""
        criteria = self.env["funnel.criterion"].sudo()
        criteria = criteria.browse(rule.id for rule in rules)
        return "\n".join(c.message or c.display_name for c in criteria)

    @api.depends("lead_id", "stage_id", "state")
    @api.depends_context("lang")
    def _compute_checklist(self):
        for approval in self:
            lead = approval.lead_id._filtered_access("read")
            is_open = lead and approval.stage_id and approval.state == "requested"
            approval.checklist = is_open and approval._list_proof(lead)

    def _list_proof(self, lead):
        """Return what the lead's stage asks, then the way to the wanted one."""
        here = lead._funnel_list_criteria(lead.stage_id.id)
        part = lead._funnel_make_part(lead.stage_id.id, here, claimed=True)
        return [*([part] if here else []), *lead._funnel_list_way(self.stage_id)]

    @api.depends("lead_id", "state", "activity_ids.user_id")
    @api.depends_context("lang")
    def _compute_asked_name(self):
        """Of an open request, whose activity it is. Sudo: names of colleagues only."""
        for approval in self:
            asked = approval.sudo().activity_ids.user_id
            if approval.lead_id and not approval._origin:
                asked = approval._get_manager()
            is_open = approval.lead_id and approval.state == "requested"
            names = ", ".join(asked.sudo().mapped("name"))
            approval.asked_name = is_open and (names or self.env._("Any manager"))
