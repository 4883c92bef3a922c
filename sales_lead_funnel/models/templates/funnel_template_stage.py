from odoo import fields, models

from ...tools.wording import split_names


class FunnelTemplateStage(models.Model):
    """A stage of a template."""

    _name = "funnel.template.stage"
    _description = "Stage of a template"
    _inherit = ["funnel.intake.mixin"]
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "funnel.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    key = fields.Char(
        required=True,
        help="Short and lasting, such as “s1.mql”: by it the stage of a team knows "
        "which one it came from.",
    )
    name = fields.Char(string="Stage", required=True, translate=True)
    aliases = fields.Char(
        string="Also called",
        help="Other names of this stage in files to be imported, with commas between.",
    )
    goal = fields.Text(string="Goal of the stage", translate=True)
    owner_role = fields.Char(string="Owner role", translate=True)
    is_won = fields.Boolean(string="Won")
    criterion_ids = fields.One2many(
        "funnel.template.criterion", "stage_id", string="Criteria"
    )

    _key_once = models.UniqueIndex("(key)", "This key is taken by another stage.")

    @property
    def asks(self):
        """The criteria that can be used here: of one key, the first."""
        usable = self.criterion_ids.filtered(lambda ask: ask._is_usable())
        first = [asks[0] for asks in usable.grouped("key").values()]
        return self.env["funnel.template.criterion"].union(*first)

    def _list_aliases(self):
        return split_names(self.aliases)
