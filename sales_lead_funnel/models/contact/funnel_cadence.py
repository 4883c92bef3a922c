from odoo import api, fields, models, tools
from odoo.fields import Domain

from ...exceptions import FunnelScorecardError
from ..base.phrases import tell_list
from .funnel_followup import CHANNELS


class FunnelCadence(models.Model):
    """How often to contact leads of a grade in a phase, and how (D7; S0-17, S2-9).

    The phase is a stage, or any. A line without a grade is for leads that are not
    graded yet: the time to the first contact.
    """

    _name = "funnel.cadence"
    _description = "Follow-up cadence"
    _inherit = ["funnel.rules.mixin"]
    _order = "grade_id, stage_id, id"
    _rec_name = "grade_id"
    _rules_cron = "sales_lead_funnel.ir_cron_plan_contacts"

    grade_id = fields.Many2one(
        "funnel.grade", ondelete="cascade", help="Empty: not graded yet."
    )
    stage_id = fields.Many2one(
        "crm.stage", string="Phase", ondelete="cascade", help="Empty: every stage."
    )
    days = fields.Integer(
        string="Every (days)",
        required=True,
        help="Days between contacts. 0: leads like these are not followed up.",
    )
    channel = fields.Selection(CHANNELS, required=True, default="call")

    _one_per_phase = models.UniqueIndex(
        "(COALESCE(grade_id, 0), COALESCE(stage_id, 0))",
        "There is a cadence for this grade and phase already.",
    )

    @api.depends("grade_id.name", "stage_id.name")
    def _compute_display_name(self):
        for cadence in self:
            cadence.display_name = self._tell_whom(cadence.grade_id, cadence.stage_id)

    @api.model
    def _tell_whom(self, grade, stage):
        """Say in words for which leads a line is."""
        who = grade.name or self.env._("Not graded yet")
        where = stage.name or self.env._("every stage")
        return tell_list(self.env, [who, where])

    @api.constrains("days")
    def _check_days(self):
        for cadence in self.filtered(lambda line: line.days < 0):
            raise FunnelScorecardError(
                self.env._(
                    "Cadence of “%(line)s”: “Every (days)” is %(days)s; it "
                    "must be 0 or more.",
                    line=cadence.display_name,
                    days=cadence.days,
                )
            )

    @api.model
    def _rules_changed(self):
        """Also while modules load, when the presets are made."""
        self._renew_rules()

    @api.model
    @tools.ormcache()
    def _get_table(self):
        """Return ``{(grade id or False, stage id or False): (days, channel)}``."""
        return {
            (line.grade_id.id, line.stage_id.id): (line.days, line.channel)
            for line in self.sudo().search(Domain.TRUE)
        }

    @api.model
    def _get_days(self, grade_id, stage_id):
        """Return days and channel, ``(0, False)`` where nothing is planned.

        The line of the very stage comes before the one for every stage.
        """
        table = self._get_table()
        return table.get((grade_id, stage_id)) or table.get(
            (grade_id, False), (0, False)
        )
