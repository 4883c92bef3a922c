import re

from odoo import models
from odoo.tools import SQL

from odoo.addons.base.models.ir_sequence import _update_nogap

from ...tools.names import number_key

MAX_DIGITS = 9  # of a counter; a longer number was mistyped


class FunnelNumberCounter(models.AbstractModel):
    """Draws lead numbers in batches from a sequence or one of its subsequences."""

    _name = "funnel.number.counter"
    _description = "Counter of lead numbers"

    def _funnel_draw(self, count):
        """Draw ``count`` numbers, in one query unless gaps are forbidden."""
        sequence = self._funnel_get_sequence()
        if sequence.implementation == "no_gap":
            step = sequence.number_increment
            numbers = [_update_nogap(self, step) for _number in range(count)]
        else:
            query = SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                self._funnel_get_pg_name(),
                count,
            )
            numbers = [number for (number,) in self.env.execute_query(query)]
        prefix, suffix = sequence._get_prefix_suffix()  # spelled once, with its dates
        digits = sequence.padding
        return [number_key(f"{prefix}{n:0{digits}d}{suffix}") for n in numbers]

    def _funnel_move_past(self, codes, step=10**MAX_DIGITS):
        """Let the counter continue after the highest of these numbers.

        :param int step: how far at most; a number further ahead was mistyped
        """
        sequence = self._funnel_get_sequence()
        affixes = map(number_key, sequence._get_prefix_suffix())
        prefix, suffix = map(re.escape, affixes)
        pattern = re.compile(rf"{prefix}([0-9]{{1,{MAX_DIGITS}}}){suffix}")
        matches = filter(None, map(pattern.fullmatch, codes))
        numbers = [number for match in matches if (number := int(match[1]))]
        if not numbers:
            return
        if sequence.implementation == "no_gap":
            self._funnel_write_past(numbers, step)
        else:
            self._funnel_set_past(numbers, step)

    def _funnel_write_past(self, numbers, step):
        near = [number for number in numbers if number < self.number_next + step]
        self.number_next = max([self.number_next, *(number + 1 for number in near)])

    def _funnel_set_past(self, numbers, step):
        """``setval`` takes no lock; if the transaction fails a gap remains, no more."""
        name = self._funnel_get_pg_name()
        self.env.cr.execute(
            SQL(
                """SELECT setval(%(name)s, max(number))
                     FROM unnest(%(numbers)s) AS number, %(sequence)s
                    WHERE number <= last_value + %(step)s
                      AND (number > last_value
                           OR (number = last_value AND NOT is_called))
                   HAVING max(number) IS NOT NULL""",
                name=name,
                numbers=numbers,
                step=step,
                sequence=SQL.identifier(name),
            )
        )

    def _funnel_get_sequence(self):
        """Return the sequence that spells the numbers, on the counter's date."""
        return self

    def _funnel_get_pg_name(self):
        """Name of the database sequence behind the counter, as core names it."""
        return f"ir_sequence_{self.id:03d}"


class IrSequence(models.Model):
    _name = "ir.sequence"
    _inherit = ["ir.sequence", "funnel.number.counter"]


class IrSequenceDateRange(models.Model):
    _name = "ir.sequence.date_range"
    _inherit = ["ir.sequence.date_range", "funnel.number.counter"]

    def _funnel_get_sequence(self):
        return self.sequence_id.with_context(ir_sequence_date_range=self.date_from)

    def _funnel_get_pg_name(self):
        return f"ir_sequence_{self.sequence_id.id:03d}_{self.id:03d}"
