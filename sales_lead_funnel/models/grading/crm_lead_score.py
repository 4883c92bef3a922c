from odoo import api, fields, models
from odoo.fields import Domain

from ..base.funnel_rules_mixin import SCORE_FIELDS_PARAMETER, follow_deletions


class CrmLead(models.Model):
    """Score, coverage and suggested grade of a lead (D1; S0-9…12, S2-5…8, S3-3…5).

    The three follow every field that a band, card or grade reads. One lead at a
    time is judged in memory; all open leads, by the cron, in one SQL statement
    (``funnel.regrade``). Both give the same result: a test compares them.
    """

    _inherit = "crm.lead"

    funnel_score = fields.Float(
        string="Score",
        compute="_compute_funnel_score",
        store=True,
        copy=False,
        digits=(5, 2),
        aggregator="avg",
        help="0 to 100, from the scorecard that fits this lead. Empty facts are "
        "unknown, never 0; see the coverage.",
    )
    funnel_score_coverage = fields.Float(
        string="Coverage",
        compute="_compute_funnel_score",
        store=True,
        copy=False,
        digits=(5, 2),
        aggregator="avg",
        help="Share of the scorecard's weight that has been answered, in %.",
    )
    funnel_suggested_grade_id = fields.Many2one(
        "funnel.grade",
        string="Suggested grade",
        compute="_compute_funnel_score",
        store=True,
        copy=False,
        ondelete="restrict",
        help="The grade that the score and the conditions of the grades give.",
    )
    funnel_score_why = fields.Json(
        string="Why",
        compute="_compute_funnel_score_why",
        export_string_translation=False,
    )

    # ------------------------------------------------------------
    # SCORING
    # ------------------------------------------------------------

    @api.model
    def _funnel_score_outputs(self):
        """Fields that scoring writes, which no rule may therefore follow."""
        return ["funnel_score", "funnel_score_coverage", "funnel_suggested_grade_id"]

    def _funnel_score_inputs(self):
        """Return the field paths that the rules in force read."""
        return self._funnel_get_followed(SCORE_FIELDS_PARAMETER)

    def _funnel_get_followed(self, parameter, outputs=()):
        """Return the paths that a parameter lists, and what tells of deletions there.

        :param outputs: what follows from the rules, which they therefore cannot follow
        """
        paths = self.env["ir.config_parameter"].sudo().get_param(parameter, "")
        paths = [path for path in paths.split(",") if path and path not in outputs]
        known = [path for path in paths if self._funnel_path_exists(path)]
        return follow_deletions(self, known)

    def _funnel_path_exists(self, path):
        model = self
        for name in path.split("."):
            field = model._fields.get(name) if model is not None else None
            if field is None:
                return False
            model = self.env.get(field.comodel_name) if field.relational else None
        return True

    @api.depends(lambda self: ["company_id", *self._funnel_score_inputs()])
    def _compute_funnel_score(self):
        for leads in self._funnel_split_by_zone():
            leads._funnel_score_all()

    def _funnel_score_all(self):
        """Score these leads, in the time in which they are."""
        cards = self.env["funnel.scorecard"]
        grades, rest = cards._get_grade_rules(), self
        for card in cards._get_compiled():
            leads = rest.filtered_domain(card.get_domain())
            rest -= leads
            points = leads._funnel_get_points(card)
            fits = leads._funnel_get_fitting_grades(grades)
            for lead in leads:
                lead.update(card.judge(points[lead], grades, fits[lead]))
        rest.update(dict.fromkeys(self._funnel_score_outputs(), False))

    def _funnel_get_points(self, card):
        """Return ``{lead: (points or None per criterion of the card)}``."""
        columns = []
        for _criterion, bands in card.bands:
            found = {}
            for domain, points in reversed(bands):
                found |= dict.fromkeys(self.filtered_domain(Domain(domain)), points)
            columns.append(found)
        return {lead: tuple(column.get(lead) for column in columns) for lead in self}

    def _funnel_get_fitting_grades(self, grades):
        """Return ``{lead: (does it meet the domain, per grade)}``."""
        columns = [
            self if not domain else self.filtered_domain(Domain(domain))
            for _grade, _cut, domain in grades
        ]
        sets = [set(column) for column in columns]
        return {lead: tuple(lead in fitting for fitting in sets) for lead in self}

    @api.depends(lambda self: ["company_id", *self._funnel_score_inputs()])
    @api.depends_context("lang", "uid")
    def _compute_funnel_score_why(self):
        for leads in self.sudo()._funnel_split_by_zone():
            for lead in leads:
                why = lead._funnel_explain_score()
                lead.with_env(self.env).funnel_score_why = why

    def _funnel_explain_score(self):
        """Say how the score came about.

        :return: False without a scorecard, else ``{card, lines, better}``; a line has
            ``dimension``, ``criterion``, ``answer`` (band or False), ``answered``,
            ``points`` (0–10 or False) and ``weight`` (% of the total); ``better`` says
            why the score suggests no better grade
        """
        cards = self.env["funnel.scorecard"]
        card = next(
            (c for c in cards._get_compiled() if self.filtered_domain(c.get_domain())),
            None,
        )
        if card is None:
            return False
        points = self._funnel_get_points(card)[self]
        parts = card.scorer.score(points).parts
        # Browsed together, so that they are read together.
        criteria = self.env["funnel.scorecard.criterion"].browse(
            part.criterion for part in parts
        )
        return {
            "card": cards.browse(card.id).name,
            "lines": list(map(self._funnel_explain_part, parts, criteria)),
            "better": self._funnel_explain_better_grade(),
        }

    def _funnel_explain_part(self, part, criterion):
        bands = criterion.band_ids.filtered(lambda band: band.points == part.points)
        band = bands.filtered(lambda band: self.filtered_domain(band._get_domain()))
        return {
            "dimension": criterion.dimension_id.name,
            "criterion": criterion.name,
            "answered": part.answered,
            "answer": band[:1].name if part.answered else False,
            "points": part.points if part.answered else False,
            "weight": round(part.weight, 1),
        }
