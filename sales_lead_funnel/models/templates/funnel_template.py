from odoo import api, fields, models


class FunnelTemplate(models.Model):
    """A funnel that teams can take over: its stages and what they ask (S1-6…15).

    Those of the handbooks come with the addon (S0-23, S1-6, S2-13, S4-2).
    """

    _name = "funnel.template"
    _description = "Funnel template"
    _inherit = ["funnel.intake.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Short and lasting: by it a stage knows which template it came from.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    stage_ids = fields.One2many("funnel.template.stage", "template_id", string="Stages")

    _code_once = models.UniqueIndex("(code)", "This code is taken by another template.")

    @api.model
    def _get_labels(self):
        """Return ``[(code, label)]`` in the reader's language.

        Sudo: who may describe a form may not read the templates.
        """
        return [(template.code, template.name) for template in self.sudo().search([])]

    @api.model
    def _get_stages(self, code):
        """Return the stages of a template, in order."""
        return self.search([("code", "=", code)]).stage_ids
