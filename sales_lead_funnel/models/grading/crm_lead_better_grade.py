from datetime import date
from itertools import takewhile

from odoo import models
from odoo.tools.date_utils import parse_date

from ..base.conditions import find_missing
from ..base.optional_number import NEVER_EMPTY

NUMBERS = (int, float)
SIGNS = {">": ">", "<": "<", ">=": "≥", "<=": "≤"}


class CrmLead(models.Model):
    """Why the score suggests no better grade although its points reach one."""

    _inherit = "crm.lead"

    def _funnel_explain_better_grade(self):
        """Say what keeps a lead from the next better grade that its points reach.

        :return: False where there is none, else ``{text, reasons}``; a reason has
            ``text`` and ``field``, the field to fill in or change, or False
        """
        suggested = self.funnel_suggested_grade_id
        rules = self.env["funnel.scorecard"]._get_grade_rules()
        higher = takewhile(lambda rule: rule[0] != suggested.id, rules)
        reached = [rule for rule in higher if rule[1] <= self.funnel_score]
        if not suggested or not reached:
            return False
        grade_id, _cut, domain = reached[-1]
        reasons = self._funnel_list_reasons_of_grade(domain)
        return bool(reasons) and {
            "text": self.env._(
                "%(suggested)s is suggested, not %(better)s:",
                suggested=suggested.name,
                better=self.env["funnel.grade"].browse(grade_id).name,
            ),
            "reasons": reasons,
        }

    def _funnel_list_reasons_of_grade(self, domain):
        """Return ``[{text, field}]`` of what does not meet a domain, each once."""
        [lead] = self._funnel_split_by_zone()
        missing = find_missing(lead, domain, lead._funnel_is_value_unknown)
        reasons = map(lead._funnel_tell_unmet, missing)
        return list({reason["text"]: reason for reason in reasons}.values())

    def _funnel_follow(self, path):
        """Return the records and the field in which a path of a condition ends."""
        records, *names = self, *path.split(".")
        for name in names[:-1]:
            records = records[name]
        return records, records._fields[names[-1]]

    def _funnel_is_value_unknown(self, condition):
        """Did nobody give what a condition asks? An honest 0 or No is known."""
        if not isinstance(condition.path, str):
            return False
        records, field = self._funnel_follow(condition.path)
        if not records:
            return True
        if hasattr(field, "is_unknown"):
            return all(map(field.is_unknown, records))
        can_be_empty = field.type not in NEVER_EMPTY
        return can_be_empty and not any(record[field.name] for record in records)

    def _funnel_tell_unmet(self, condition):
        """Return the ``{text, field}`` of a condition that does not hold."""
        path = condition.path
        if not isinstance(path, str) or path == "id":
            text = self.env._("its condition is never met: ask your administrator")
            return {"text": text, "field": False}
        name = path.split(".")[0]
        text = self._funnel_tell_unknown(condition) or self._funnel_tell_other(
            condition
        )
        return {"text": text, "field": self._funnel_get_range(name)[0]}

    def _funnel_tell_unknown(self, condition):
        """Say that a value is unknown, False where it is known."""
        if not self._funnel_is_value_unknown(condition):
            return False
        name = condition.path
        pair = self._funnel_get_range(name)
        others = (condition._replace(path=other) for other in pair)
        if len(pair) > 1 and all(map(self._funnel_is_value_unknown, others)):
            return self.env._("the budget is unknown")
        _records, field = self._funnel_follow(name)
        return self.env._("“%s” is unknown", field._description_string(self.env))

    def _funnel_tell_other(self, condition):
        """Say what a value is, and what it should be where few words say it."""
        path = condition.path
        records, field = self._funnel_follow(path)
        label = field._description_string(self.env)
        is_list = field.type in ("one2many", "many2many") or "." in path
        is_told = not is_list and not condition.is_negated
        if not is_told or not self.sudo(False)._has_field_access(field, "read"):
            return self.env._("“%s” does not meet it", label)
        values = {"field": label, "value": records._funnel_tell_value(path)}
        wanted = self._funnel_tell_wanted(field, condition)
        if not wanted:
            return self.env._("“%(field)s” is %(value)s", **values)
        return self.env._(
            "“%(field)s” is %(value)s, it should be %(wanted)s", **values, wanted=wanted
        )

    def _funnel_tell_wanted(self, field, condition):
        """Return in words what a condition asks, False where that takes many."""
        operator, wanted = condition.operator, condition.value
        if operator in SIGNS:
            return f"{SIGNS[operator]} {self._funnel_tell_limit(field, wanted)}"
        if field.type != "selection" or operator not in ("=", "in"):
            return False
        wanted = [wanted] if isinstance(wanted, str) else wanted or []
        labels = dict(field._description_selection(self.env))
        return " / ".join(labels.get(value, "—") for value in wanted)

    def _funnel_tell_limit(self, field, limit):
        """Tell what a value is compared with as the value is told.

        Administrators write days as text, also those that move: +3m, today.
        """
        if field.type in ("date", "datetime") and isinstance(limit, str):
            limit = parse_date(limit, self.env)
        is_number = field.type in ("float", "monetary") and isinstance(limit, NUMBERS)
        if is_number or isinstance(limit, date):
            return self._funnel_tell_as(field, limit)
        return limit
