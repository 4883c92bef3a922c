from odoo import api, fields, models
from odoo.fields import Domain

from ...exceptions import FunnelScorecardError
from ...tools.band_sweep import first_overlap
from ..base.lead_domain import check_lead_domain, get_usable_domain, parse_domain
from ..base.zones import get_person_day

MAX_BANDS = 50  # of one criterion


class FunnelScorecardPart(models.AbstractModel):
    """Part of a scorecard: changing one changes the rules."""

    _name = "funnel.scorecard.part"
    _description = "Part of a scorecard"
    _inherit = ["funnel.rules.mixin"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10)

    @api.model
    def _rules_changed(self):
        self.env["funnel.scorecard"]._rules_changed()


class FunnelScorecardDimension(models.Model):
    """One weighted part of a scorecard, e.g. value 60 and potential 40 (S2-8)."""

    _name = "funnel.scorecard.dimension"
    _description = "Scorecard dimension"
    _inherit = ["funnel.scorecard.part"]

    scorecard_id = fields.Many2one(
        "funnel.scorecard", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    weight = fields.Float(
        required=True,
        default=1.0,
        help="Share of this dimension in the total, in the same unit for all "
        "dimensions of the scorecard (e.g. 60 and 40).",
    )
    criterion_ids = fields.One2many(
        "funnel.scorecard.criterion", "dimension_id", string="Criteria", copy=True
    )

    @api.constrains("weight", "scorecard_id")
    def _check_weight(self):
        for dimension in self.filtered(lambda d: d.weight < 0):
            raise FunnelScorecardError(
                self.env._(
                    "Scorecard %(card)s, dimension %(dimension)s: “Weight” is "
                    "%(weight)s; it must be 0 or more.",
                    card=dimension.scorecard_id.name,
                    dimension=dimension.name,
                    weight=dimension.weight,
                )
            )
        self.scorecard_id._check_some_weight()

    @api.ondelete(at_uninstall=False)
    def _unlink_keeps_some_weight(self):
        for card, gone in self.grouped("scorecard_id").items():
            rest = card.dimension_ids - gone
            if rest and not sum(rest.mapped("weight")):
                raise FunnelScorecardError(
                    self.env._(
                        "Scorecard %(card)s: without %(dimension)s the “Weight” of "
                        "all its dimensions would be 0. Give another one a weight "
                        "first.",
                        card=card.name,
                        dimension=gone[:1].name,
                    )
                )


class FunnelScorecardCriterion(models.Model):
    """One question of a dimension; its bands are the possible answers.

    A lead that no band matches has not answered: unknown, never zero (D1).
    """

    _name = "funnel.scorecard.criterion"
    _description = "Scorecard criterion"
    _inherit = ["funnel.scorecard.part"]

    dimension_id = fields.Many2one(
        "funnel.scorecard.dimension", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    band_ids = fields.One2many(
        "funnel.scorecard.band", "criterion_id", string="Bands", copy=True
    )

    def _check_bands_do_not_overlap(self):
        """Called once for all bands that change together."""
        today = get_person_day(self.env)
        for criterion in self:
            bands = criterion.band_ids
            domains = [parse_domain(band.domain) for band in bands]
            overlapping = first_overlap(domains, today)
            if overlapping:
                one, two = (bands[position] for position in overlapping)
                raise criterion._overlap_error(one, two)

    def _check_band_count(self):
        for criterion in self:
            count = len(criterion.band_ids)
            if count > MAX_BANDS:
                raise FunnelScorecardError(
                    self.env._(
                        "Scorecard %(card)s, criterion %(criterion)s: it would have "
                        "%(count)s bands; at most %(limit)s are possible. Join some "
                        "of them, or delete those you do not need.",
                        card=criterion.dimension_id.scorecard_id.name,
                        criterion=criterion.name,
                        count=count,
                        limit=MAX_BANDS,
                    )
                )

    def _overlap_error(self, one, two):
        return FunnelScorecardError(
            self.env._(
                "Scorecard %(card)s, criterion %(criterion)s: the bands "
                "%(one)s and %(two)s overlap, a lead could meet both. "
                "Change the “Condition” of one of them.",
                card=self.dimension_id.scorecard_id.name,
                criterion=self.name,
                one=one.display_name,
                two=two.display_name,
            )
        )


class FunnelScorecardBand(models.Model):
    """One answer to a criterion: a condition on the lead and its points, 0–10."""

    _name = "funnel.scorecard.band"
    _description = "Scorecard band"
    _inherit = ["funnel.scorecard.part"]
    _order = "points desc, id"

    criterion_id = fields.Many2one(
        "funnel.scorecard.criterion", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    domain = fields.Char(string="Condition", required=True, default="[]")
    points = fields.Float(
        required=True, default=0.0, digits=(4, 2), help="0 (worst) to 10 (best)."
    )

    @api.constrains("points")
    def _check_points(self):
        for band in self.filtered(lambda b: not 0 <= b.points <= 10):
            raise FunnelScorecardError(
                self.env._(
                    "%(band)s: “Points” is %(points)s; it must lie between 0 and 10.",
                    band=band._describe(),
                    points=band.points,
                )
            )

    @api.constrains("domain", "criterion_id")
    def _check_domain(self):
        self.criterion_id._check_band_count()  # before each is tried on leads
        for band in self:
            check_lead_domain(
                self.env,
                band.domain,
                record=band._describe(),
                field=self.env._("Condition"),
            )
        self.criterion_id._check_bands_do_not_overlap()

    def _describe(self):
        """Name the band in an error message, from the scorecard down."""
        criterion = self.criterion_id
        return self.env._(
            "Scorecard %(card)s, criterion %(criterion)s, band %(band)s",
            card=criterion.dimension_id.scorecard_id.name,
            criterion=criterion.name,
            band=self.name,
        )

    def _get_domain(self):
        domain = get_usable_domain(self.env, self.domain, self)
        return Domain.FALSE if domain is None else Domain(domain)

    def _get_rules(self):
        """Return ``[(domain, points)]`` of usable bands, most points first."""
        rules = [
            (get_usable_domain(band.env, band.domain, band), band.points)
            for band in self
        ]
        return [rule for rule in rules if rule[0] is not None]
