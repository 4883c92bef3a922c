from collections import defaultdict

from odoo import models

from ...exceptions import FunnelGateError
from ..base.phrases import tell_list, tell_of

TOLD_AT_MOST = 20  # leads named in one message


def join_reasons(texts):
    """Write reasons in one line, without the full stops some of them have."""
    return "; ".join(text.rstrip(".。") for text in texts if text)


class CrmLead(models.Model):
    """What people are told of criteria that are not met: what to do, lead by lead."""

    _inherit = "crm.lead"

    def _funnel_explain_rule(self, lead, rule, unknown=None):
        """Say what is missing, and what the criterion says to do."""
        criterion = self.env["funnel.criterion"].sudo().browse(rule.id)
        parts = [criterion.message or criterion.name]
        if rule.kind == "fields":
            if unknown is None:
                unknown = lead._funnel_find_unknown_numbers([rule])
            missing = lead._funnel_get_missing(rule, unknown)
            labels = [f"“{lead._funnel_get_label(name)}”" for name in missing]
            parts.append(self.env._("missing: %s", tell_list(self.env, labels)))
        if rule.effect == "approve":
            parts.append(self.env._("needs the manager's approval"))
        return " – ".join(part for part in parts if part) or criterion.display_name

    def _funnel_tell_rule(self, lead, rule, stage, unknown=None):
        """Explain a rule on the way into a stage; name the stage if it is another."""
        text = self._funnel_explain_rule(lead, rule, unknown)
        if rule.stage_id == stage.id:
            return text
        return self._funnel_tell_skipped(rule.stage_id, text)

    def _funnel_tell_skipped(self, stage_id, text):
        skipped = self.env["crm.stage"].sudo().browse(stage_id).name
        return self.env._(
            "“%(stage)s”, which is skipped, asks: %(reason)s",
            stage=skipped,
            reason=text,
        )

    def _funnel_get_label(self, name):
        return self._fields[name]._description_string(self.env)

    def _funnel_describe(self, failures):
        """Return one line per lead with all its reasons."""
        lines = []
        told = dict(list(failures.items())[:TOLD_AT_MOST])
        rules = [f.rule for found in told.values() for f in found if f.rule]
        leads = self.sudo().browse(lead.id for lead in told)
        stages = self.env["crm.stage"].sudo()
        unknown = leads._funnel_find_unknown_numbers(rules)
        for lead, found in told.items():
            stage = stages.browse(found[-1].stage_id)
            reasons = lead._funnel_list_reasons(found, stage, unknown)
            move = f"{lead.display_name} → {stage.name or '—'}"
            lines.append(tell_of(self.env, move, reasons))
        more = len(failures) - TOLD_AT_MOST
        if more > 0:
            lines.append(self.env._("and %s more", more))
        return "\n".join(lines)

    def _funnel_list_reasons(self, failures, stage, unknown):
        """Return the reasons of one lead: of a stage, then stage by stage skipped."""
        by_stage = defaultdict(list)
        for failure in failures:
            rule = failure.rule
            text = failure.text or self._funnel_explain_rule(self, rule, unknown)
            by_stage[rule.stage_id if rule else stage.id].append(text)
        told = [join_reasons(by_stage.pop(stage.id, []))]
        for stage_id, texts in by_stage.items():
            told.append(self._funnel_tell_skipped(stage_id, join_reasons(texts)))
        return join_reasons(told)

    def _funnel_refuse(self, watch, stayed):
        """Return the error that says which leads stay where they are, and why."""
        lines = self._funnel_describe(stayed)
        single = next(iter(stayed)) if len(self) == 1 else self.browse()
        failure = stayed[single][-1] if single else None
        is_entering = failure and failure.is_entering
        # Not while it is asked, and nothing helps who restores or empties a stage.
        moved = is_entering and watch.has_left(single.id, failure.stage_id)
        asked = moved and failure.stage_id and not self._funnel_get_asked_stage()
        if not any(f.is_entering for found in stayed.values() for f in found):
            title = self.env._("The stage of this lead needs what you took away:")
        elif not any(watch.before[lead.id] for lead in stayed):
            title = self.env._("Not created. Still missing:")
        else:
            title = self.env._("Not moved. Still missing:")
        error = FunnelGateError(
            f"{title}\n{lines}",
            lead_id=asked and single.id,
            stage_id=asked and failure.stage_id,
            missing=single and self._funnel_get_marked(stayed[single]),
        )
        error.stayed_ids = [lead.id for lead in stayed]
        effects = {failure.effect for found in stayed.values() for failure in found}
        error.asks_only_approval = effects == {"approve"}
        return error

    def _funnel_notify(self, title, text, sticky=False):
        self.env.user._bus_send(
            "simple_notification",
            {"type": "warning", "title": title, "message": text, "sticky": sticky},
        )
