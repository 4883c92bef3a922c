from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import escape_psql

from ..base.arguments import one_record, read_text


class FunnelCompetitor(models.Model):
    """Who else is in: what they are good at, what we answer, how often we win (S3-10).

    The win rate counts the decided leads in which the competitor was met.
    """

    _name = "funnel.competitor"
    _description = "Competitor"
    _inherit = ["funnel.intake.mixin"]
    _order = "name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    strengths = fields.Text()
    weaknesses = fields.Text()
    answers = fields.Text(string="Our answers", help="What we say when they are in.")
    website = fields.Char()
    won_count = fields.Integer(string="Won against", compute="_compute_win_rate")
    lost_count = fields.Integer(string="Lost with it in", compute="_compute_win_rate")
    win_rate_label = fields.Char(
        string="Win rate",
        compute="_compute_win_rate",
        help="Won ÷ (won + lost) of the leads you may see; “—” while none is decided.",
    )

    _name_once = models.UniqueIndex(
        "(lower(name))", "This competitor is there already."
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_win_rate(self):
        figures = self._get_figures()
        for competitor in self:
            won, lost, rate = (found[competitor.id] for found in figures)
            competitor.won_count, competitor.lost_count = won.value, lost.value
            competitor.win_rate_label = self._write_rate(rate)

    def _get_figures(self):
        """Return won, lost and win rate of all time, each ``{id: Figure}``."""
        codes = ("won_count", "lost_count", "win_rate")
        metrics = self.env["funnel.metrics"]
        met = Domain("funnel_competitor_ids", "in", self.ids)
        found = metrics._get_figures(codes, None, None, met, "funnel_competitor_ids")
        specs = metrics._get_specs()
        return [
            defaultdict(lambda make=specs[code].make: make(None), found[code])
            for code in codes
        ]

    def _write_rate(self, rate):
        if rate.value is None:
            return "—"
        return f"{rate.value:.0%} ({rate.numerator}/{rate.denominator})"

    @one_record
    def action_show_leads(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm.crm_lead_opportunities"
        )
        return action | {
            "name": self.env._("Leads with %s", self.name),
            "domain": [("funnel_competitor_ids", "in", self.ids)],
            "context": {"active_test": False},
        }

    @api.model
    def name_create(self, name):
        """A name typed in other letters is the same competitor, archived or not."""
        name = read_text(self.env, name, self.env._("Name")).strip()
        every = self.with_context(active_test=False)
        known = every.search([("name", "=ilike", escape_psql(name))], limit=1)
        if known:
            return known.id, known.display_name
        return super().name_create(name)
