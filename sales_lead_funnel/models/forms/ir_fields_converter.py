from odoo import api, models

from ..base.step import get_mark
from .import_rows import WORDS_KEY


class IrFieldsConverter(models.AbstractModel):
    _inherit = "ir.fields.converter"

    @api.model
    def db_id_for(self, model, field, subfield, value, savepoint):
        """Let a form that is imported name a word that was archived since."""
        words, converter = get_mark(self.env, WORDS_KEY), self
        if words and subfield is None and (field.comodel_name, value) in words.archived:
            converter = self.with_context(active_test=False)
        return super(IrFieldsConverter, converter).db_id_for(
            model, field, subfield, value, savepoint
        )
