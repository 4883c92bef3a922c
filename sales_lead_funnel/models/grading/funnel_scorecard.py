from odoo import api, fields, models, tools
from odoo.fields import Domain

from ...exceptions import FunnelScorecardError
from ...tools.scoring import Dimension, Scorer, grade_for
from ..base.funnel_rules_mixin import SCORE_FIELDS_PARAMETER
from ..base.lead_domain import LEAD, check_lead_domain, get_usable_domain, lead_fields


class CompiledCard:
    """A scorecard as plain values, fit for the registry's cache.

    ``bands`` is ``[(criterion id, [(domain, points)])]`` in the order of
    ``scorer.criteria``, the highest points of a criterion first.
    """

    __slots__ = ("bands", "company_id", "domain", "id", "scorer")

    def __init__(self, card):
        self.id = card.id
        self.company_id = card.company_id.id
        self.domain = get_usable_domain(card.env, card.domain, card)
        criteria = card.dimension_ids.criterion_ids
        self.scorer = Scorer(
            [
                Dimension(dim.id, dim.weight, tuple(dim.criterion_ids.ids))
                for dim in card.dimension_ids
                if dim.criterion_ids
            ]
        )
        by_id = {criterion.id: criterion for criterion in criteria}
        self.bands = [
            (key, by_id[key].band_ids._get_rules()) for key in self.scorer.criteria
        ]

    def get_domain(self):
        """Return the domain of the leads this card is for."""
        domain = Domain(self.domain)
        if self.company_id:
            domain &= Domain("company_id", "in", [self.company_id, False])
        return domain

    def judge(self, points, grades, fits):
        """Return what the lead's score fields become.

        :param tuple points: points or None per criterion of the card
        :param grades: ``[(grade id, cut, domain)]``, highest cut first
        :param tuple fits: per grade, whether the lead meets its domain
        """
        score = self.scorer.score(points)
        candidates = [
            (grade, cut, fit)
            for (grade, cut, _domain), fit in zip(grades, fits, strict=True)
        ]
        return {
            "funnel_score": score.total or 0.0,
            "funnel_score_coverage": score.coverage,
            "funnel_suggested_grade_id": grade_for(
                score.total, score.coverage, candidates
            ),
        }


class FunnelScorecard(models.Model):
    """A way to score leads 0 to 100 (D1; S2-5…8).

    The first card, by sequence, whose domain a lead meets is the lead's card.
    """

    _name = "funnel.scorecard"
    _description = "Scorecard"
    _inherit = ["funnel.rules.mixin"]
    _order = "sequence, id"
    _rules_cron = "sales_lead_funnel.ir_cron_regrade"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    domain = fields.Char(
        string="For leads that",
        default="[]",
        required=True,
        help="The leads this scorecard is for. The first scorecard that fits a lead "
        "is used.",
    )
    dimension_ids = fields.One2many(
        "funnel.scorecard.dimension", "scorecard_id", string="Dimensions", copy=True
    )

    @api.constrains("domain")
    def _check_domain_can_be_evaluated(self):
        for card in self:
            check_lead_domain(
                self.env,
                card.domain,
                record=self.env._("Scorecard %s", card.name),
                field=self.env._("For leads that"),
            )

    @api.constrains("dimension_ids")
    def _check_some_weight(self):
        for card in self.filtered("dimension_ids"):
            if not sum(card.dimension_ids.mapped("weight")):
                raise FunnelScorecardError(
                    self.env._(
                        "Scorecard %(card)s: the “Weight” of all its dimensions is 0. "
                        "Give at least one dimension a weight above 0.",
                        card=card.name,
                    )
                )

    # ------------------------------------------------------------
    # CHANGES OF RULES
    # ------------------------------------------------------------

    def _watch_fields(self):
        """Make the score follow the fields of scorecards, their parts and grades."""
        paths = {path for domain in self._get_all_domains() for path in domain}
        outputs = self.env[LEAD]._funnel_score_outputs()
        self._watch(SCORE_FIELDS_PARAMETER, paths.difference(outputs))

    def _get_all_domains(self):
        """Yield, per rule in force, the lead field paths it reads."""
        for card in self._get_compiled():
            yield list(lead_fields(self.env, card.get_domain()))
            for _criterion, bands in card.bands:
                for domain, _points in bands:
                    yield list(lead_fields(self.env, domain))
        for _grade, _cut, domain in self._get_grade_rules():
            yield list(lead_fields(self.env, domain))

    # ------------------------------------------------------------
    # SCORING
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_compiled(self):
        """Return the active cards in order, as :class:`CompiledCard`."""
        cards = self.sudo().search([("active", "=", True)])
        compiled = [CompiledCard(card) for card in cards if card.dimension_ids]
        return [card for card in compiled if card.domain is not None]

    @api.model
    @tools.ormcache()
    def _get_grade_rules(self):
        """Return ``[(grade id, cut, domain)]``, highest cut first."""
        return self.env["funnel.grade"]._get_rules()
