from collections import Counter
from fractions import Fraction
from math import lcm

from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..exceptions import FunnelCriterionError
from ..models.base.arguments import one_record
from ..models.base.derived import with_step
from ..tools.wording import stage_key

CORE_STAGES = 6  # S1-5: 4–6 core stages, never more
STANDARD = "s1"  # the template that is offered first
# Texts of a stage, and where the template has them.
TEXTS = {"name": "name", "funnel_goal": "goal", "funnel_owner_role": "owner_role"}
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
        default=lambda self: self._get_default_code(),
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

    @api.model
    def _get_default_code(self):
        codes = [code for code, _label in self.env["funnel.template"]._get_labels()]
        return STANDARD if STANDARD in codes else next(iter(codes), False)

    @api.depends("code", "team_id")
    def _compute_line_ids(self):
        """Map each stage of the template to the one that is called so, if any."""
        for wizard in self:
            lines = [Command.clear()]
            free = wizard._get_team_stages()
            for stage in self.env["funnel.template"]._get_stages(wizard.code):
                found = wizard._find_stage(stage, free)
                free -= found
                lines.append(
                    Command.create(
                        {"template_stage_id": stage.id, "stage_id": found.id}
                    )
                )
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
        key = template.key
        by_key = stages.filtered(lambda stage: key in stage._funnel_list_keys())
        same_kind = stages.filtered(lambda stage: stage.is_won == template.is_won)
        won = same_kind if template.is_won else stages.browse()
        return (by_key or self._find_by_name(template, same_kind) or won)[:1]

    def _find_by_name(self, template, stages):
        """Return the stages called as the template's is, else by its other names."""
        names = [template.name, *template._list_aliases()]
        found = (stages._funnel_find_by_name(name) for name in names)
        return next(filter(None, found), stages.browse())

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
            lines = self.line_ids.with_env(criteria.env)
            new = lines._find_new_asks()  # while a new stage is not one yet
            for line in lines:
                line._apply_stage(plan[line])
            lines._create_criteria(new)
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
    template_stage_id = fields.Many2one("funnel.template.stage", ondelete="cascade")
    name = fields.Char(string="Stage of the template", compute="_compute_change")
    stage_id = fields.Many2one(
        "crm.stage", string="Existing stage", help="Empty: a new stage is made."
    )
    outcome = fields.Selection(OUTCOMES, compute="_compute_change")
    change = fields.Text(string="What changes", compute="_compute_change")
    is_shared = fields.Boolean(compute="_compute_change")

    @api.depends(
        "template_stage_id",
        "stage_id",
        "wizard_id.team_id",
        "wizard_id.line_ids.stage_id",
    )
    def _compute_change(self):
        new_asks = self._find_new_asks()
        for wizard, lines in self.grouped("wizard_id").items():
            sequences = wizard._plan_sequences()
            for line in lines:
                line.name = line.template_stage_id.name
                line.is_shared = line._is_shared()
                sequence = sequences.get(line)
                changes = line._list_changes(new_asks[line], sequence)
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

    def _list_changes(self, asks, sequence):
        _ = self.env._
        parts = []
        if self.stage_id and self._prepare_texts():
            parts.append(_("goal and owner role"))
        if self.stage_id and self._get_missing_aliases():
            parts.append(_("other names"))
        if asks:
            parts.append(_("criteria: %s", ", ".join(asks.mapped("name"))))
        if self._is_moved(sequence) and not self._is_shared():
            parts.append(_("order"))
        return parts

    def _list_notes(self, sequence):
        """Return what is worth knowing though it changes nothing."""
        if self._is_moved(sequence) and self._is_shared():
            return [self.env._("not its order, other teams use it")]
        return []

    def _find_new_asks(self):
        """Return ``{line: what nobody asks in its stage yet}``.

        By whatever template or hand, and whatever it is called.
        """
        criteria = self.env["funnel.criterion"].with_context(active_test=False)
        known = criteria.search([("stage_id", "in", self.stage_id.ids)])
        by_stage = known.grouped("stage_id")
        return {
            line: line._leave_new(by_stage.get(line.stage_id._origin, criteria))
            for line in self
        }

    def _leave_new(self, criteria):
        """Return what the template asks beyond these criteria."""
        keys = set(criteria.mapped("template_key"))
        asked = {self._get_essence(criterion) for criterion in criteria}
        return self.template_stage_id.asks.filtered(
            lambda ask: (
                ask._get_full_key() not in keys and self._get_essence(ask) not in asked
            )
        )

    def _get_essence(self, criterion):
        """Return what makes two criteria of a stage the same, whatever their names."""
        is_domain = criterion.kind == "domain"
        return (
            criterion.direction,
            criterion.effect,
            criterion.domain if is_domain else "",
            frozenset(() if is_domain else criterion.field_ids.ids),
        )

    def _get_missing_aliases(self):
        """Return the template's other names that its stage is told once."""
        stage, template = self.stage_id, self.template_stage_id
        if template.key in stage._funnel_list_keys():
            return []
        known = set(map(stage_key, stage._funnel_list_aliases()))
        return [n for n in template._list_aliases() if stage_key(n) not in known]

    def _prepare_texts(self):
        """Return what the stage lacks; what somebody wrote stays.

        :return: ``{field: {language: text}}``; a new stage lacks its name as well
        """
        texts = {}
        for lang, _name in self.env["res.lang"].get_installed():
            line = self.with_context(lang=lang)
            for name, part in TEXTS.items():
                if not line.stage_id[name]:
                    text = line.template_stage_id[part]
                    texts.setdefault(name, {})[lang] = text
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

    def _apply_stage(self, sequence):
        """Make or complete the stage."""
        texts = self._prepare_texts()
        if not self.stage_id:
            self.stage_id = self._create_stage(sequence)
        vals = self._prepare_stage_vals(sequence)
        if vals:
            with_step(self.stage_id).write(vals)
        for name, by_lang in texts.items():
            self.stage_id.update_field_translations(name, by_lang)

    def _create_stage(self, sequence):
        template = self.template_stage_id
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
        vals, stage = {}, self.stage_id
        keys, key = stage._funnel_list_keys(), self.template_stage_id.key
        if key not in keys:
            vals["funnel_template_key"] = " ".join([*keys, key])
        if aliases := self._get_missing_aliases():
            known = filter(None, [stage.funnel_aliases])
            vals["funnel_aliases"] = ", ".join([*known, *aliases])
        if self._is_moved(sequence) and not self._is_shared():
            vals["sequence"] = sequence
        return vals

    def _create_criteria(self, new_asks):
        """Create what stages of these lines are not asked yet, in every language."""
        pairs = [(line, ask) for line in self for ask in new_asks[line]]
        if not pairs:
            return
        criteria = with_step(self.env["funnel.criterion"]).create(
            [line._prepare_criterion_vals(ask) for line, ask in pairs]
        )
        for lang, _name in self.env["res.lang"].get_installed():
            # No change that the chatter tells.
            told = criteria.with_context(lang=lang, tracking_disable=True)
            for criterion, (_line, ask) in zip(told, pairs, strict=True):
                words = ask.with_context(lang=lang)
                criterion.write({"name": words.name, "message": words.message})

    def _prepare_criterion_vals(self, ask):
        return {
            "stage_id": self.stage_id.id,
            "template_key": ask._get_full_key(),
            "name": ask.name,
            "message": ask.message,
            "direction": ask.direction,
            "kind": ask.kind,
            "field_ids": [Command.set(ask.field_ids.ids)],
            "domain": ask.domain,
            "effect": ask.effect,
            "sequence": ask.sequence,
        }
