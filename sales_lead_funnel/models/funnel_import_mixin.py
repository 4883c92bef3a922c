import re

from odoo import api, models
from odoo.exceptions import UserError

from .funnel_mark import Mark, get_mark, with_mark
from .funnel_path import with_path
from .funnel_row_import import tell_more
from .gates.watch import MOVERS

TAG_SEPARATOR = re.compile("[,，、]")  # as people type lists in one cell
# Vocabularies of the register: a value that is new is added, not refused.
OPEN_VOCABULARIES = ("source_id", "funnel_industry_id", "tag_ids")
REFUSED_KEY = "funnel_refused_rows"
EXPLAINED_AT_MOST = 20  # rows of an import; each costs a few queries


class RefusedRows(Mark):
    """Notes rows that the gates refuse."""

    __slots__ = ("is_cut", "messages", "reasons")

    def __init__(self):
        self.is_cut = False  # were rows left out, because too many are refused?
        self.reasons = {}  # {lead id: text}
        self.messages = []  # as core's importer returns them

    def get_room(self):
        """Return how many rows may still be explained."""
        return max(EXPLAINED_AT_MOST - len(self.messages), 0)

    def note(self, info, text):
        self.messages.append({**info, "type": "error", "message": text})

    def add_to(self, result, env):
        """Return the result of an import with these rows: nothing is imported."""
        if not self.messages:
            return result
        messages = result["messages"] + self.messages
        if self.is_cut:
            text = env._("Too many rows are refused. The others were not looked at.")
            messages.append({"type": "warning", "message": text})
        return {**result, "ids": False, "messages": messages}


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
        refused = RefusedRows()
        model = with_mark(model, REFUSED_KEY, refused)
        savepoint = self.env.cr.savepoint()
        data = self._funnel_tidy_tags(fields, data)
        for name in OPEN_VOCABULARIES:
            if name in fields:
                column = fields.index(name)
                self._funnel_add_words(name, {row[column] for row in data})
        result = super(FunnelImportMixin, model).load(fields, data)
        result = refused.add_to(result, self.env)
        savepoint.close(rollback=not result["ids"])
        return result

    @api.model
    def _load_records(self, data_list, update=False):
        """Judge all rows of an import at once, and note those that are refused.

        Core would save all of them again, one by one, to find these.
        """
        refused = get_mark(self.env, REFUSED_KEY)
        if refused is None:
            return super()._load_records(data_list, update)
        try:
            with self.env.cr.savepoint(), self._funnel_watch(MOVERS) as (_watch, leads):
                return super(FunnelImportMixin, leads)._load_records(data_list, update)
        except UserError as error:
            if not self._funnel_note_stayed(refused, data_list, error):
                self._funnel_find_refused(refused, data_list, update, error)
            return self.browse()

    @api.model
    def _funnel_note_stayed(self, refused, data_list, error):
        """Note each row the gates refuse; False if it is another kind of error."""
        stayed = getattr(error, "stayed_ids", ())
        rows = {d["record"].id: d["info"] for d in data_list if "record" in d}
        if not stayed or not rows.keys() >= set(stayed):
            return False
        for lead_id in stayed:
            text = refused.reasons.get(lead_id) or tell_more(self.env)
            refused.note(rows[lead_id], text)
        return True

    @api.model
    def _funnel_find_refused(self, refused, data_list, update, error):
        """Find the rows that cannot be saved, by saving half of them at a time."""
        if len(data_list) == 1:
            refused.note(data_list[0]["info"], str(error))
            return
        middle = len(data_list) // 2
        for half in (data_list[:middle], data_list[middle:]):
            if refused.get_room():
                self._load_records(half, update)
            else:
                refused.is_cut = True

    def _funnel_refuse(self, watch, stayed):
        """Explain the rows of an import apart, while what they hold is still there."""
        refused = get_mark(self.env, REFUSED_KEY)
        if refused is not None:
            for lead in list(stayed)[: refused.get_room()]:
                text = self._funnel_describe({lead: stayed[lead]})
                refused.reasons[lead.id] = text
        return super()._funnel_refuse(watch, stayed)

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
