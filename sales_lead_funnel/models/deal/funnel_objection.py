from odoo import api, fields, models

from ..base.batches import try_again


class FunnelObjection(models.Model):
    """What clients object, and the answers that worked (S0-26, S3-10)."""

    _name = "funnel.objection"
    _description = "Objection"
    _inherit = ["funnel.intake.mixin"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    industry_id = fields.Many2one("res.partner.industry")
    answer_ids = fields.One2many(
        "funnel.objection.answer", "objection_id", string="Answers"
    )
    followup_count = fields.Integer(
        string="Raised", compute="_compute_followup_count", help="Follow-ups with it."
    )

    @api.depends_context("uid")
    def _compute_followup_count(self):
        """Count what the user may see, and for nobody else."""
        counts = dict(
            self.env["funnel.followup"]._read_group(
                [("objection_id", "in", self.ids)], ["objection_id"], ["__count"]
            )
        )
        for objection in self:
            objection.followup_count = counts.get(objection, 0)


class FunnelObjectionAnswer(models.Model):
    """One answer to an objection; those of won deals come first.

    The library is everybody's, and so are its two numbers: on how many leads of the
    whole company an answer was given and won, as of last night. They name no lead and
    no salesperson. What was objected on which lead follows the rules of the leads, and
    so does the number of follow-ups that an objection shows.
    """

    _name = "funnel.objection.answer"
    _description = "Answer to an objection"
    _inherit = ["funnel.intake.mixin"]
    _order = "won_count desc, used_count desc, id"

    objection_id = fields.Many2one(
        "funnel.objection", required=True, index=True, ondelete="cascade"
    )
    name = fields.Text(string="Answer", required=True, translate=True)
    active = fields.Boolean(default=True)
    used_count = fields.Integer(
        string="Leads",
        readonly=True,
        copy=False,
        help="Leads to which it was given.",
    )
    won_count = fields.Integer(
        string="Won",
        readonly=True,
        copy=False,
        help="Of these, leads that were won.",
    )

    @api.model
    def _cron_count_uses(self):
        """Nightly: count on how many leads each answer was given and won."""
        try_again(self.env, self._count_uses)

    def _count_uses(self):
        self.env["funnel.followup"].flush_model()
        self.env["crm.lead"].flush_model(["won_status"])
        self.env.cr.execute(
            """
            UPDATE funnel_objection_answer answer
               SET used_count = uses.used, won_count = uses.won
              FROM (SELECT every.id,
                           count(DISTINCT lead.id) AS used,
                           count(DISTINCT lead.id) FILTER (
                               WHERE lead.won_status = 'won') AS won
                      FROM funnel_objection_answer every
                      LEFT JOIN funnel_followup log ON log.answer_id = every.id
                      LEFT JOIN crm_lead lead ON lead.id = log.lead_id
                     GROUP BY every.id) uses
             WHERE uses.id = answer.id
               AND (answer.used_count, answer.won_count)
                   IS DISTINCT FROM (uses.used, uses.won)
            """
        )
        self.invalidate_model(flush=False)
