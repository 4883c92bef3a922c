from odoo import fields, models
from odoo.http import request

from ..models.forms.base_import import FORMS
from ..models.forms.lead_twins import LeadTwins
from ..models.funnel_import_mixin import TWINS_KEY
from ..models.funnel_mark import with_mark
from .import_messages import RowMessages


def _has_errors(result):
    return any(message["type"] == "error" for message in result["messages"])


class BaseImport(models.TransientModel):
    _inherit = "base_import.import"

    funnel_told = fields.Char(
        export_string_translation=False,
        help="Digest of the rows of which was said that they are there already.",
    )

    def execute_import(self, fields, columns, options, dryrun=False):
        """Import our forms wholly or not at all, also when a file goes in batches.

        The dialog sends large files in batches, each saved on its own; one bad row
        in a later batch would leave half a form behind. So before the first
        batch the whole file is tried.
        """
        if self.res_model not in FORMS:
            return super().execute_import(fields, columns, options, dryrun=dryrun)
        mapping = (fields, columns)
        skipped = options.get("skip") or 0
        if dryrun or not self._funnel_is_first_batch(options):
            result, _stops = self._funnel_execute(
                *mapping, options, dryrun=dryrun, looks=dryrun or not skipped
            )
        else:
            whole = {**options, "limit": None}
            result, stops = self._funnel_execute(*mapping, whole, dryrun=True)
            result |= {"ids": False, "nextrow": 0}
            if not stops:
                result, _stops = self._funnel_execute(*mapping, options, looks=False)
        messages = RowMessages(self.env, skipped)
        return {**result, "messages": messages.tell(result["messages"])}

    def _funnel_execute(self, fields, columns, options, *, dryrun=False, looks=True):
        """Let core import.

        Leads that are there already are told before they are saved, to a person who
        can import once more. A program that calls cannot; it is told as well.

        :param bool looks: look for leads that are there already
        :return: (its result, is anything told that must be read before it is saved?)
        """
        twins = LeadTwins(self.funnel_told, asks=bool(request) and not dryrun)
        wizard = with_mark(self, TWINS_KEY, twins) if looks else self
        result = super(BaseImport, wizard).execute_import(
            fields, columns, options, dryrun=dryrun
        )
        stops = _has_errors(result) or twins.is_news
        if twins.is_news:
            self.funnel_told = twins.get_digest()
        return result, stops

    def _funnel_is_first_batch(self, options):
        """Tell the first of several batches of a form from all other imports."""
        limit = options.get("limit")
        return limit and not options.get("skip") and self._funnel_count_rows() > limit

    def _funnel_count_rows(self):
        """Return an upper bound of the rows, cheaply; workbooks count as many."""
        if self.file_type in ("text/csv", "text/plain", "application/csv"):
            return (self.file or b"").count(b"\n")
        return float("inf")
