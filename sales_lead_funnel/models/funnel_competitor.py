from odoo import api, fields, models
from odoo.tools import escape_psql


class FunnelCompetitor(models.Model):
    """Who else is in: what they are good at, what we answer, how often we win (S3-10).

    The win rate counts the decided leads in which the competitor was met.
    """

    _name = "funnel.competitor"
    _description = "Competitor"
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
        counts = self._count_decided()
        for competitor in self:
            won = counts.get((competitor, "won"), 0)
            lost = counts.get((competitor, "lost"), 0)
            competitor.won_count, competitor.lost_count = won, lost
            decided = won + lost
            rate = f"{won / decided:.0%} ({won}/{decided})" if decided else "—"
            competitor.win_rate_label = rate

    def _count_decided(self):
        leads = self.env["crm.lead"].with_context(active_test=False)
        rows = leads._read_group(
            [
                ("funnel_competitor_ids", "in", self.ids),
                ("won_status", "in", ["won", "lost"]),
            ],
            ["funnel_competitor_ids", "won_status"],
            ["__count"],
        )
        return {(competitor, status): count for competitor, status, count in rows}

    def action_show_leads(self):
        self.ensure_one()
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
        """A name typed twice in other letters is the same competitor."""
        known = self.search([("name", "=ilike", escape_psql(name.strip()))], limit=1)
        if known:
            return known.id, known.display_name
        return super().name_create(name.strip())
