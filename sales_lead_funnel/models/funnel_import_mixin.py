from odoo import api, models

from .funnel_path import with_path

# Vocabularies of the register: a value that is new is added, not refused.
OPEN_VOCABULARIES = ("source_id", "funnel_industry_id", "tag_ids")


class FunnelImportMixin(models.AbstractModel):
    """Core's importer takes the register (F1) as it stands."""

    _name = "funnel.import.mixin"
    _description = "Import of the lead register"

    @api.model
    def load(self, fields, data):
        """Let new channels, industries and tags be created by an import."""
        if self.env.context.get("import_file"):
            enabled = dict.fromkeys(OPEN_VOCABULARIES, True)
            enabled |= self.env.context.get("name_create_enabled_fields") or {}
            self = self.with_context(name_create_enabled_fields=enabled)
        model = with_path(self, "import")
        return super(FunnelImportMixin, model).load(fields, data)
