from odoo import api, fields, models

RULE_FIELDS = {  # what a Step has; criteria tell of their changes themselves
    "sequence",
    "is_won",
    "team_ids",
    "funnel_allow_skip",
    "funnel_allow_back",
}
PROOF = ("funnel_proven_stage_id", "funnel_stage_gap")


class CrmStage(models.Model):
    """What a stage is for and how leads may come into it (S1-7, F4)."""

    _inherit = "crm.stage"

    funnel_goal = fields.Text(
        string="Goal of the stage", translate=True, help="What is reached in it."
    )
    funnel_owner_role = fields.Char(
        string="Owner role",
        translate=True,
        help="Who is responsible in this stage, e.g. sales representative.",
    )
    funnel_allow_skip = fields.Boolean(
        string="May be entered by skipping",
        default=True,
        help="Off: leads come only from the stage before. Managers may always jump.",
    )
    funnel_allow_back = fields.Boolean(
        string="May be entered going back",
        default=True,
        help="Off: leads do not come back from later stages. Managers may always jump.",
    )
    funnel_criterion_ids = fields.One2many(
        "funnel.criterion",
        "stage_id",
        string="Entry criteria",
        domain=[("direction", "=", "entry")],
        context={"default_direction": "entry"},
    )
    funnel_dropout_ids = fields.One2many(
        "funnel.criterion",
        "stage_id",
        string="Drop-out criteria",
        domain=[("direction", "=", "dropout")],
        context={"default_direction": "dropout"},
    )
    # The stages of templates it has become, with spaces between.
    funnel_template_key = fields.Char(
        copy=False, readonly=True, export_string_translation=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        self.env["funnel.criterion"]._stages_changed()
        return stages

    def write(self, vals):
        result = super().write(vals)
        if not RULE_FIELDS.isdisjoint(vals):
            self.env["funnel.criterion"]._stages_changed()
        elif "name" in vals:
            self.env["funnel.criterion"]._stages_renamed()
        return result

    def unlink(self):
        criteria = self.env["funnel.criterion"].with_context(active_test=False)
        # Sudo: the criteria of a stage go with it; here, so that the rules follow.
        criteria.sudo().search([("stage_id", "in", self.ids)]).unlink()
        proven = self._funnel_find_proven()
        result = super().unlink()
        self.env["funnel.criterion"]._stages_changed()
        for name in PROOF:
            self.env.add_to_compute(proven._fields[name], proven)
        return result

    def _funnel_find_proven(self):
        """Return the leads that prove one of these stages, which may go.

        Sudo: proof follows from the stages, whoever changes them.
        """
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        return leads.search([("funnel_proven_stage_id", "in", self.ids)])

    def _funnel_list_keys(self):
        return (self.funnel_template_key or "").split()
