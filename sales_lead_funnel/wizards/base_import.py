from odoo import models

from .import_messages import RowMessages

WHOLE_FILES = {"crm.lead", "funnel.followup", "funnel.evaluation"}


def _has_errors(result):
    return any(message["type"] == "error" for message in result["messages"])


class BaseImport(models.TransientModel):
    _inherit = "base_import.import"

    def execute_import(self, fields, columns, options, dryrun=False):
        """Import our forms wholly or not at all, also when a file goes in batches.

        The dialog sends large files in batches, each saved on its own; one bad row
        in a later batch would leave half a form behind. So before the first
        batch the whole file is tried.
        """
        if self.res_model not in WHOLE_FILES:
            return super().execute_import(fields, columns, options, dryrun=dryrun)
        result = None
        if self._funnel_is_first_batch(options) and not dryrun:
            whole = {**options, "limit": None}
            result = super().execute_import(fields, columns, whole, dryrun=True)
            result |= {"ids": False, "nextrow": 0}
        if not result or not _has_errors(result):
            result = super().execute_import(fields, columns, options, dryrun=dryrun)
        messages = RowMessages(self.env, options.get("skip") or 0)
        return {**result, "messages": messages.tell(result["messages"])}

    def _funnel_is_first_batch(self, options):
        """Tell the first of several batches of a form from all other imports."""
        limit = options.get("limit")
        return limit and not options.get("skip") and self._funnel_count_rows() > limit

    def _funnel_count_rows(self):
        """Return an upper bound of the rows, cheaply; workbooks count as many."""
        if self.file_type in ("text/csv", "text/plain", "application/csv"):
            return (self.file or b"").count(b"\n")
        return float("inf")
