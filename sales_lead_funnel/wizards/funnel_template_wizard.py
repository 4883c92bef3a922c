from collections import Counter, defaultdict
from fractions import Fraction
from math import lcm

from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..exceptions import FunnelCriterionError
from ..models.base.arguments import one_record
from ..models.base.derived import with_step

CORE_STAGES = 6  # S1-5: 4–6 core stages, never more
# Texts of a stage, and where the template has them.
TEXTS = {"name": "name", "funnel_goal": "goal", "funnel_owner_role": "owner"}
OUTCOMES = [
    ("new", "New stage"),
    ("extended", "Extended"),
    ("unchanged", "Unchanged"),
]


class FunnelTemplateWizard(models.TransientModel):
    """Applies a handbook's funnel to a team; shows the difference first.

    What is there stays: existing stages are mapped, criteria of the template are added
    once. Applying it again changes nothing.
    """

    _name = "funnel.template.wizard"
    _description = "Apply a funnel template"

    code = fields.Selection(
        lambda self: self.env["funnel.template"]._get_labels(),
        string="Template",
        required=True,
        default="s1",
    )
    team_id = fields.Many2one(
        "crm.team",
        required=True,
        default=lambda self: self.env["crm.team"]._get_default_team_id(),
    )
    line_ids = fields.One2many(
        "funnel.template.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        string="Stages",
    )
    stage_count = fields.Integer(string="Stages in all", compute="_compute_stage_count")
    is_too_many = fields.Boolean(compute="_compute_stage_count")
    other_stages = fields.Char(
        string="Other stages kept", compute="_compute_stage_count"
    )
    summary = fields.Char(compute="_compute_summary", export_string_translation=False)

    @api.depends("code", "team_id")
    def _compute_line_ids(self):
        """Map each stage of the template to the one that is called so, if any."""
        for wizard in self:
            lines = [Command.clear()]
            free = wizard._get_team_stages()
            for stage in self.env["funnel.template"]._get_stages(wizard.code):
                found = wizard._find_stage(stage, free)
                free -= found
                lines.append(Command.create({"key": stage.key, "stage_id": found.id}))
            wizard.line_ids = lines if wizard.team_id else [Command.clear()]

    @api.depends("line_ids.stage_id", "team_id", "code")
    def _compute_stage_count(self):
        """Count the stages leads of the team will pass, won among them."""
        for wizard in self:
            others = wizard._get_team_stages() - wizard.line_ids.stage_id
            wizard.stage_count = len(wizard.line_ids) + len(others)
            wizard.is_too_many = wizard.stage_count > CORE_STAGES
            wizard.other_stages = ", ".join(others.mapped("name"))

    @api.depends("line_ids.outcome")
    def _compute_summary(self):
        for wizard in self:
            counts = Counter(wizard.line_ids.mapped("outcome"))
            wizard.summary = self.env._(
                "New stages: %(new)s. Extended: %(extended)s. Unchanged: "
                "%(unchanged)s.",
                **{outcome: counts[outcome] for outcome, _label in OUTCOMES},
            )

    def _get_team_stages(self):
        team = Domain("team_ids", "=", False) | Domain(
            "team_ids", "in", self.team_id.ids
        )
        return self.env["crm.stage"].search(team)

    def _find_stage(self, template, stages):
        """Return the stage that came from the template, is called so, or is won too."""
        by_key = stages.filtered(lambda s: template.key in s._funnel_list_keys())
        same_kind = stages.filtered(lambda stage: stage.is_won == template.is_won)
        named = same_kind._funnel_find_by_name(template.name)
        won = same_kind if template.is_won else stages.browse()
        return (by_key or named or won)[:1]

    def _get_last_beside(self):
        """Return the last open stage that stays beside the template.

        What the template adds comes after it, so that coming from there is an advance.
        """
        others = self._get_team_stages() - self.line_ids.stage_id
        return others.filtered(lambda stage: not stage.is_won)[-1:]

    def _plan_sequences(self):
        """Return ``{line: sequence}`` that puts the template's stages in its order.

        Fractions stand between two stages that have no number left between them.
        """
        planned, previous = {}, None
        for number, line in enumerate(self.line_ids, 1):
            limit = self._find_limit(self.line_ids[number:], previous)
            planned[line] = previous = line._plan_sequence(previous, limit)
        return planned

    def _find_limit(self, following, previous):
        """Return the sequence of the next stage that stays where it is, or None."""
        fixed = following.filtered(lambda line: line.stage_id and line._is_shared())
        sequences = fixed.stage_id.mapped("sequence")
        return next((n for n in sequences if previous is None or n > previous), None)

    def _make_room(self, plan):
        """Return the plan in whole numbers; all stages keep their order."""
        factor = lcm(*(Fraction(sequence).denominator for sequence in plan.values()))
        if factor > 1:
            for stage in self.env["funnel.criterion"]._get_stages():
                stage.sequence *= factor
        return {line: int(sequence * factor) for line, sequence in plan.items()}

    @one_record
    def action_apply(self):
        self._check_each_stage_is_mapped_once()
        told = f"{self.team_id.name}: {self.summary}"  # as planned, before it is done
        plan = self._make_room(self._plan_sequences())
        with self.env["funnel.criterion"]._renewing_once() as criteria:
            for line, sequence in plan.items():
                line.with_env(criteria.env)._apply(sequence)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Template applied"),
                "message": told,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check_each_stage_is_mapped_once(self):
        """:raise FunnelCriterionError: a stage would become two of the template"""
        for stage, lines in self.line_ids.grouped("stage_id").items():
            if stage and len(lines) > 1:
                raise FunnelCriterionError(
                    self.env._(
                        "“%(stage)s” cannot become several stages of the template: "
                        "%(lines)s. Choose another existing stage for all but one of "
                        "them, or none.",
                        stage=stage.name,
                        lines=", ".join(lines.mapped("name")),
                    )
                )


class FunnelTemplateWizardLine(models.TransientModel):
    """One stage of the template, and what becomes of it."""

    _name = "funnel.template.wizard.line"
    _description = "Stage of a funnel template"
    _inherit = ["funnel.intake.mixin"]

    wizard_id = fields.Many2one(
        "funnel.template.wizard", required=True, index=True, ondelete="cascade"
    )
    key = fields.Char(required=True)
    name = fields.Char(string="Stage of the template", compute="_compute_change")
    stage_id = fields.Many2one(
        "crm.stage", string="Existing stage", help="Empty: a new stage is made."
    )
    outcome = fields.Selection(OUTCOMES, compute="_compute_change")
    change = fields.Text(string="What changes", compute="_compute_change")
    is_shared = fields.Boolean(compute="_compute_change")

    @api.depends("key", "stage_id", "wizard_id.team_id", "wizard_id.line_ids.stage_id")
    def _compute_change(self):
        for wizard, lines in self.grouped("wizard_id").items():
            sequences = wizard._plan_sequences()
            for line in lines:
                template = line._get_template()
                line.name = template.name if template else False
                line.is_shared = line._is_shared()
                sequence = sequences.get(line)
                changes = line._list_changes(template, sequence) if template else []
                line.change = "\n".join(changes + line._list_notes(sequence))
                line.outcome = line._get_outcome(changes)

    def _get_outcome(self, changes):
        if not self.stage_id:
            return "new"
        return "extended" if changes else "unchanged"

    def _is_shared(self):
        """Tell whether other teams pass this stage as well.

        Sudo: teams of all companies count.
        """
        stage, team = self.stage_id.sudo(), self.wizard_id.team_id
        if not stage or stage.team_ids:
            return bool(stage.team_ids - team)
        others = self.env["crm.team"].sudo().search([("id", "!=", team.id)], limit=1)
        return bool(others)

    def _is_moved(self, sequence):
        return bool(self.stage_id) and sequence not in (None, self.stage_id.sequence)

    def _get_template(self):
        code = (self.key or "").split(".")[0]
        stages = self.env["funnel.template"]._get_stages(code) if code else []
        return next((stage for stage in stages if stage.key == self.key), None)

    def _list_changes(self, template, sequence):
        _ = self.env._
        asks = [ask.name for ask in self._get_new_asks(template)]
        parts = []
        if self.stage_id and self._prepare_texts():
            parts.append(_("goal and owner role"))
        if asks:
            parts.append(_("criteria: %s", ", ".join(asks)))
        if self._is_moved(sequence) and not self._is_shared():
            parts.append(_("order"))
        return parts

    def _list_notes(self, sequence):
        """Return what is worth knowing though it changes nothing."""
        if self._is_moved(sequence) and self._is_shared():
            return [self.env._("not its order, other teams use it")]
        return []

    def _get_new_asks(self, template):
        """Return what nobody asks in this stage, by whatever template or hand."""
        criteria = self.env["funnel.criterion"].with_context(active_test=False)
        known = criteria.search([("stage_id", "in", self.stage_id.ids)])
        keys = set(known.mapped("template_key"))
        asked = {self._get_essence(criterion) for criterion in known}
        return [
            ask
            for ask in template.asks
            if f"{self.key}.{ask.key}" not in keys
            and (ask.direction, ask.effect, ask.domain, frozenset(ask.fields))
            not in asked
        ]

    def _get_essence(self, criterion):
        """Return what makes two criteria of a stage the same, whatever their names."""
        is_domain = criterion.kind == "domain"
        return (
            criterion.direction,
            criterion.effect,
            criterion.domain if is_domain else "",
            frozenset(() if is_domain else criterion.field_ids.mapped("name")),
        )

    def _prepare_texts(self):
        """Return what the stage lacks; what somebody wrote stays.

        :return: ``{field: {language: text}}``; a new stage lacks its name as well
        """
        texts = {}
        for lang, template in self._get_translations():
            stage = self.stage_id.with_context(lang=lang)
            for name, part in TEXTS.items():
                if not stage[name]:
                    texts.setdefault(name, {})[lang] = getattr(template, part)
        return texts

    # ------------------------------------------------------------
    # APPLYING
    # ------------------------------------------------------------

    def _plan_sequence(self, previous, limit):
        """Return the sequence that puts the stage between its neighbours.

        :param previous: sequence of the stage before, None for the first
        :param limit: that of the next stage which stays, None without
        """
        if self.stage_id and self._is_between(previous, limit):
            return self.stage_id.sequence
        if previous is None:
            previous = self.wizard_id._get_last_beside().sequence
            previous = previous if limit is None else min(previous, limit - 1)
        if limit is None or previous + 1 < limit:
            return previous + 1
        return Fraction(previous + limit) / 2

    def _is_between(self, previous, limit):
        sequence = self.stage_id.sequence
        is_before = limit is None or sequence < limit or self._is_shared()
        return is_before and (previous is None or sequence > previous)

    def _apply(self, sequence):
        """Make or complete the stage and its criteria."""
        template = self._get_template()
        texts, asks = self._prepare_texts(), self._get_new_asks(template)
        if not self.stage_id:
            self.stage_id = self._create_stage(template, sequence)
        vals = self._prepare_stage_vals(sequence)
        if vals:
            with_step(self.stage_id).write(vals)
        self._translate(self.stage_id, texts)
        if asks:
            self._create_criteria(asks)

    def _create_stage(self, template, sequence):
        return self.env["crm.stage"].create(
            {
                "name": template.name,
                "team_ids": [Command.link(self.wizard_id.team_id.id)],
                "is_won": template.is_won,
                "sequence": sequence,
            }
        )

    def _prepare_stage_vals(self, sequence):
        """A stage that other teams use stays where it is in their funnels."""
        vals, keys = {}, self.stage_id._funnel_list_keys()
        if self.key not in keys:
            vals["funnel_template_key"] = " ".join([*keys, self.key])
        if self._is_moved(sequence) and not self._is_shared():
            vals["sequence"] = sequence
        return vals

    def _create_criteria(self, asks):
        criteria = with_step(self.env["funnel.criterion"]).create(
            [self._prepare_criterion_vals(*numbered) for numbered in enumerate(asks)]
        )
        texts = self._get_criterion_texts()
        for criterion, ask in zip(criteria, asks, strict=True):
            self._translate(criterion, texts[ask.key])

    def _get_criterion_texts(self):
        """Return ``{key of the criterion: {field: {language: text}}}``."""
        texts = defaultdict(lambda: defaultdict(dict))
        for lang, template in self._get_translations():
            for ask in template.asks:
                for name in filter(ask._asdict().get, ("name", "message")):
                    texts[ask.key][name][lang] = getattr(ask, name)
        return texts

    def _prepare_criterion_vals(self, number, ask):
        lead_fields = self.env["ir.model.fields"].sudo()
        ids = [lead_fields._get("crm.lead", name).id for name in ask.fields]
        return {
            "stage_id": self.stage_id.id,
            "template_key": f"{self.key}.{ask.key}",
            "name": ask.name,
            "message": ask.message or False,
            "direction": ask.direction,
            "kind": "fields" if ask.fields else "domain",
            "field_ids": [Command.set(ids)],
            "domain": ask.domain or "[]",
            "effect": ask.effect,
            "sequence": 10 * (number + 1),
        }

    def _translate(self, record, texts):
        """Write ``{field: {language: text}}``; no change that the chatter tells."""
        for name, by_lang in texts.items():
            record.update_field_translations(name, by_lang)

    def _get_translations(self):
        """Yield the stage of the template in each language that is installed."""
        for lang, _name in self.env["res.lang"].get_installed():
            yield lang, self.with_context(lang=lang)._get_template()
