from odoo import api, fields, models
from odoo.fields import Domain

from ..models.base.arguments import one_record

FIRST, A, B, C = False, "grade_a", "grade_b", "grade_c"
QUOTED = "quoted"  # stages in which the quotation is out: the client decides
# preset → (grade, phase, days between contacts, channel)
PRESETS = {
    "tracking": [  # S0-17: A once or twice a week, B every two weeks, C not
        (FIRST, None, 1, "call"),
        (A, None, 5, "visit"),
        (B, None, 14, "call"),
        (C, None, 0, "email"),
    ],
    "value": [  # S2-9: A weekly in depth, B every two weeks, C a touch a month
        (FIRST, None, 1, "call"),
        (A, None, 7, "visit"),
        (B, None, 14, "call"),
        (C, None, 30, "chat"),
    ],
    "pace": [  # S3-8: about weekly, every two or three days while deciding
        (FIRST, None, 1, "call"),
        (A, None, 7, "visit"),
        (A, QUOTED, 3, "call"),
        (B, None, 7, "call"),
        (B, QUOTED, 3, "call"),
        (C, None, 0, "email"),
    ],
}


class FunnelCadencePreset(models.TransientModel):
    """Replace the cadence by one of the handbooks' (D7)."""

    _name = "funnel.cadence.preset"
    _description = "Preset of the follow-up cadence"

    preset = fields.Selection(
        [
            ("tracking", "A once or twice a week, B every two weeks, C not pursued"),
            ("value", "A weekly in depth, B every two weeks, C once a month"),
            ("pace", "Weekly, and every three days once the quotation is out"),
        ],
        required=True,
        default="tracking",
    )
    preview = fields.Text(compute="_compute_preview")

    @api.depends("preset")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = "\n".join(map(wizard._tell, wizard._get_lines()))

    def _tell(self, line):
        """Say one line in words."""
        cadences = self.env["funnel.cadence"]
        channels = dict(cadences._fields["channel"]._description_selection(self.env))
        who = cadences._tell_whom(
            self.env["funnel.grade"].browse(line["grade_id"]),
            self.env["crm.stage"].browse(line["stage_id"]),
        )
        if not line["days"]:
            return self.env._("%s: not followed up", who)
        return self.env._(
            "%(who)s: every %(days)s days, %(channel)s",
            who=who,
            days=line["days"],
            channel=channels[line["channel"]],
        )

    def _get_lines(self):
        """Return the values of the lines, for the grades and stages there are."""
        return [
            {
                "grade_id": grade.id,
                "stage_id": stage.id,
                "days": days,
                "channel": channel,
            }
            for name, phase, days, channel in PRESETS[self.preset]
            for grade in self._find_grades(name)
            for stage in self._find_stages(phase)
        ]

    def _find_grades(self, name):
        """Return the grade as a list; no grade at all stands for not graded yet."""
        if not name:
            return [self.env["funnel.grade"]]
        return self.env.ref(f"sales_lead_funnel.{name}", False) or []

    def _find_stages(self, phase):
        """Return the stages of a phase; no stage at all stands for every stage."""
        stages = self.env["crm.stage"]
        if phase == QUOTED:
            return stages.search([("funnel_quote_out", "=", True)])
        return [stages]

    @api.model
    def _start(self):
        """Give a company without any cadence that of the handbook."""
        cadences = self.env["funnel.cadence"]
        if not cadences.search_count(Domain.TRUE, limit=1):
            cadences.create(self.new({"preset": "tracking"})._get_lines())

    @one_record
    def action_apply(self):
        cadences = self.env["funnel.cadence"]
        cadences.search(Domain.TRUE).unlink()
        cadences.create(self._get_lines())
        return {"type": "ir.actions.client", "tag": "soft_reload"}
