import re

from odoo import models
from odoo.tools import SQL

from odoo.addons.base.models.ir_sequence import _update_nogap

MAX_DIGITS = 9  # of a counter; a longer number was mistyped and must not move it


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
        return [sequence.get_next_char(number) for number in numbers]

    def _funnel_move_past(self, codes):
        """Let the counter continue after the highest of these numbers."""
        sequence = self._funnel_get_sequence()
        prefix, suffix = map(re.escape, sequence._get_prefix_suffix())
        pattern = re.compile(rf"{prefix}([0-9]{{1,{MAX_DIGITS}}}){suffix}")
        matches = filter(None, map(pattern.fullmatch, codes))
        highest = max((int(match[1]) for match in matches), default=0)
        if not highest:
            return
        if sequence.implementation == "no_gap":
            self.number_next = max(self.number_next, highest + 1)
        else:
            self._funnel_set_past(highest)

    def _funnel_set_past(self, highest):
        """``setval`` takes no lock; if the transaction fails a gap remains, no more."""
        name = self._funnel_get_pg_name()
        self.env.cr.execute(
            SQL(
                """SELECT setval(%(name)s, %(highest)s)
                     FROM %(sequence)s
                    WHERE last_value < %(highest)s
                       OR (last_value = %(highest)s AND NOT is_called)""",
                name=name,
                highest=highest,
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
