from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date, format_datetime

from ..base.derived import has_step, with_step
from ..base.rights import is_manager
from .funnel_followup import CONTENT

CORRECTION_TIME = timedelta(hours=24)  # a rep may correct the own log for so long
FIXED_FIELDS = {"lead_id"}


class FunnelFollowup(models.Model):
    """Who may correct a log and until when; what it said before is kept."""

    _inherit = "funnel.followup"

    can_correct = fields.Boolean(compute="_compute_can_correct")
    revision_ids = fields.One2many(
        "funnel.followup.revision", "followup_id", string="Earlier versions"
    )

    @api.depends("user_id", "recorded_at")
    @api.depends_context("uid")
    def _compute_can_correct(self):
        """One rule for button and refusal: own log for 24 h, a manager always."""
        may_always = is_manager(self.env)
        limit = self.env.cr.now() - CORRECTION_TIME
        for followup in self:
            is_fresh = not followup.recorded_at or followup.recorded_at >= limit
            is_own = followup.user_id == self.env.user
            followup.can_correct = may_always or (is_own and is_fresh)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        self._funnel_check_links(vals)
        if not self.env.su:
            self._check_is_fixed(vals)
        changes = {log: log._get_changed(vals) for log in self}
        changes = {log: names for log, names in changes.items() if names}
        for log in changes:
            log._check_may_correct()
        self._keep_old_text(changes)
        result = super().write(vals)
        moved = [log.id for log, names in changes.items() if "happened_at" in names]
        self.browse(moved)._check_told()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(
            self.env._(
                "A follow-up is never deleted. Correct it, or log another one that "
                "puts it right."
            )
        )

    def _check_is_fixed(self, vals):
        """A log stays with its lead; only merging moves it."""
        for name in FIXED_FIELDS.intersection(vals):
            if any(log._is_changed(name, vals) for log in self):
                raise AccessError(
                    self.env._(
                        "“%(field)s” of a follow-up cannot be changed. Log another "
                        "one where it belongs.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    def _get_changed(self, vals):
        """Return the parts of the content that ``vals`` really changes."""
        return [
            name for name in CONTENT if name in vals and self._is_changed(name, vals)
        ]

    def _is_changed(self, name, vals):
        field = self._fields[name]
        value = field.convert_to_record(field.convert_to_cache(vals[name], self), self)
        return self[name] != value

    def _check_may_correct(self):
        if not self.can_correct:
            raise AccessError(
                self.env._(
                    "%(followup)s of %(lead)s was logged more than 24 hours ago or by "
                    "somebody else. Log another follow-up, or ask your manager to "
                    "correct it.",
                    followup=self.display_name,
                    lead=self.lead_id.display_name,
                )
            )

    # ------------------------------------------------------------
    # EARLIER VERSIONS
    # ------------------------------------------------------------

    def _keep_old_text(self, changes):
        """Note what a correction is about to replace.

        Sudo: nobody may write revisions, and the right to correct was checked.

        :param changes: ``{follow-up: names of what changes}``
        """
        with_step(self.env["funnel.followup.revision"].sudo()).create(
            [
                {"followup_id": log.id, "old_text": log._tell(names, empty="—")}
                for log, names in changes.items()
            ]
        )

    def _tell(self, names, empty=""):
        """Return ``names`` and their values as lines of text.

        :param empty: what to say where there is no value; "" leaves the line out
        """
        lines = []
        for name in names:
            field = self._fields[name]
            value = self._tell_value(field) or empty
            if value:
                lines.append(f"{field._description_string(self.env)}: {value}")
        return "\n".join(lines)

    def _tell_value(self, field):
        """Return the value of a field as the user reads it on a screen."""
        value = self[field.name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value)
        if field.type == "datetime":
            return format_datetime(self.env, value, dt_format="short")
        if field.type == "date":
            return format_date(self.env, value)
        return field.convert_to_display_name(value, self)


class FunnelFollowupRevision(models.Model):
    """What a follow-up said before it was corrected."""

    _name = "funnel.followup.revision"
    _description = "Earlier version of a follow-up"
    _inherit = ["funnel.intake.mixin"]
    _order = "id desc"

    followup_id = fields.Many2one(
        "funnel.followup", required=True, index=True, ondelete="cascade", readonly=True
    )
    old_text = fields.Text(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not has_step(self):
            self._refuse()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse()

    def _refuse(self):
        raise AccessError(
            self.env._("An earlier version of a follow-up stays as it is.")
        )
