from odoo import api, fields, models, tools
from odoo.fields import Domain

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..exceptions import FunnelScorecardError
from ..tools.scoring import Dimension, Scorer, grade_for
from .funnel_domain import check_lead_domain, get_usable_domain, lead_fields

FIELDS_PARAMETER = "sales_lead_funnel.score_fields"


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
    _order = "sequence, id"

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

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        self._rules_changed()
        return cards

    def write(self, vals):
        result = super().write(vals)
        self._rules_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._rules_changed()
        return result

    @api.model
    def _rules_changed(self):
        """Forget compiled rules, watch the fields they read, score all leads anew.

        Called after every change of a scorecard, its parts, or a grade. The open
        leads are scored by the cron right after the change is saved.
        """
        if not self.pool.ready or self.env.context.get(MODULE_UNINSTALL_FLAG):
            return  # the installation hook does it once for all presets
        self._apply_rules()
        cron = self.env.ref("sales_lead_funnel.ir_cron_regrade", False)
        if cron:
            cron.sudo()._trigger()

    def _apply_rules(self):
        self.env.flush_all()
        self.env.registry.clear_cache()
        self._watch_fields()

    def _watch_fields(self):
        """Make the score follow exactly the fields that some rule reads.

        As for core's predictive scoring, the list is a system parameter that the
        lead's ``@api.depends`` reads when the model is set up.
        """
        lead = self.env["crm.lead"]
        paths = {path for domain in self._get_all_domains() for path in domain}
        paths = ",".join(sorted(paths - set(lead._funnel_score_outputs())))
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param(FIELDS_PARAMETER, "") == paths:
            return
        parameters.set_param(FIELDS_PARAMETER, paths)
        self.env.flush_all()
        self.env.registry._setup_models__(self.env.cr, [lead._name])

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
