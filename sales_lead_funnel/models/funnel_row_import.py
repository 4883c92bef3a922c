from odoo import api, models
from odoo.exceptions import UserError


class BatchRefusedError(Exception):
    """Rows cannot be saved together; the importer goes on row by row."""


def tell_more(env):
    """Return what is said of refused rows that are not explained one by one."""
    return env._("These rows are refused as well. Correct the others first.")


class FunnelRowImport(models.AbstractModel):
    """Core's importer tells of each refused row its own reason only."""

    _name = "funnel.row.import"
    _description = "Import that tells rows apart"

    @api.model
    def _load_records(self, data_list, update=False):
        """Keep core from giving the first row the reasons of all rows.

        It does so when saving all rows at once raises a UserError.
        """
        is_batch = len(data_list) > 1 and self.env.context.get("import_file")
        try:
            return super()._load_records(data_list, update)
        except UserError as error:
            if is_batch:
                raise BatchRefusedError from error
            raise
