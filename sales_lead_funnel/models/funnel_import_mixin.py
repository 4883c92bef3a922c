import re

from odoo import api, models

from .funnel_path import with_path

TAG_SEPARATOR = re.compile("[,，、]")  # as people type lists in one cell
# Vocabularies of the register: a value that is new is added, not refused.
OPEN_VOCABULARIES = ("source_id", "funnel_industry_id", "tag_ids")


class FunnelImportMixin(models.AbstractModel):
    """Core's importer takes the register (F1) as it stands."""

    _name = "funnel.import.mixin"
    _description = "Import of the lead register"

    @api.model
    def load(self, fields, data):
        """Let new channels, industries and tags be created by an import.

        They are taken back when nothing is imported.
        """
        model = with_path(self, "import")
        if not self.env.context.get("import_file"):
            return super(FunnelImportMixin, model).load(fields, data)
        savepoint = self.env.cr.savepoint()
        data = self._funnel_tidy_tags(fields, data)
        for name in OPEN_VOCABULARIES:
            if name in fields:
                column = fields.index(name)
                self._funnel_add_words(name, {row[column] for row in data})
        result = super(FunnelImportMixin, model).load(fields, data)
        savepoint.close(rollback=not result["ids"])
        return result

    @api.model
    def _funnel_tidy_tags(self, fields, data):
        """Return the rows with tags as core reads them: commas without spaces."""
        if "tag_ids" not in fields:
            return data
        column = fields.index("tag_ids")
        rows = [list(row) for row in data]
        for row in rows:
            words = map(str.strip, TAG_SEPARATOR.split(row[column] or ""))
            row[column] = ",".join(filter(None, words))
        return rows

    @api.model
    def _funnel_add_words(self, field_name, cells):
        """Add words to a vocabulary that are not in it.

        Sudo: who may enter leads may use new words, but core lets only the contacts'
        administrators add industries.

        :param set cells: of the column; tags are separated by commas
        """
        field = self._fields[field_name]
        vocabulary = self.env[field.comodel_name].sudo()
        words = {
            word.strip()
            for cell in cells
            for word in (cell.split(",") if field.type == "many2many" else [cell])
        }
        for word in sorted(filter(None, words)):
            if not vocabulary.name_search(word, operator="="):
                vocabulary.name_create(word)
