from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.cells import clean_line, clean_text
from ..base.optional_number import NUMBERS, OptionalNumber
from ..base.rights import is_manager
from ..base.step import get_mark, with_mark
from ..gates.policy import ROWS_KEY
from .cell_reader import OPEN_VOCABULARIES, CellReader
from .import_rows import WORDS_KEY, ImportRows
from .lead_twins import TWINS_KEY
from .row_messages import tell_more


class CrmLead(models.Model):
    """Core's importer takes the register (F1) as it stands."""

    _inherit = "crm.lead"

    @api.model
    def _funnel_load_file(self, fields, data, load):
        """Let new channels, industries and tags be created by an import.

        They are taken back when nothing is imported.

        :param load: function (model, fields, data), core's own import
        """
        rows = ImportRows()
        model = with_mark(with_mark(self, ROWS_KEY, rows), WORDS_KEY, rows)
        savepoint = self.env.cr.savepoint()
        data = CellReader(model, fields, rows).read_rows(data)
        for name in OPEN_VOCABULARIES:
            if name in fields:
                column = fields.index(name)
                self._funnel_add_words(name, {row[column] for row in data})
        result = load(model, fields, data)
        result = rows.add_to(self._funnel_tell_twins(result), self.env)
        savepoint.close(rollback=not result["ids"])
        return result

    def _funnel_tell_twins(self, result):
        """Tell of rows that are there already; once, before they are imported."""
        twins = get_mark(self.env, TWINS_KEY)
        if not twins or not twins.is_news:
            return result
        text = self.env._(
            "Some rows are there already. Take them out of the file, or import once "
            "more to take them all the same."
        )
        head = {"type": "warning", "message": text}
        messages = [*result["messages"], head, *twins.messages]
        ids = False if twins.asks else result["ids"]
        return {**result, "ids": ids, "messages": messages}

    @api.model
    def _funnel_save_rows(self, refused, data_list, update, save):
        """Judge all rows of an import at once, and note those that are refused.

        Core would save all of them again, one by one, to find these.

        :param ImportRows refused: what is told of rows
        :param save: function (model, data_list, update), core's own saving
        """
        twins = get_mark(self.env, TWINS_KEY)
        if twins and twins.looks:
            twins.look(self, data_list)
        try:
            with self.env.cr.savepoint(), self._funnel_watch() as (_watch, leads):
                return save(leads, data_list, update)
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
            text = self._funnel_tell_others(data_list[0], error) or str(error)
            refused.note(data_list[0]["info"], text)
            return
        middle = len(data_list) // 2
        for half in (data_list[:middle], data_list[middle:]):
            if refused.get_room():
                self._load_records(half, update)
            else:
                refused.is_cut = True

    @api.model
    def _funnel_tell_others(self, row, error):
        """Say why a row about a lead of somebody else is refused, else False."""
        if not isinstance(error, AccessError):
            return False
        if is_manager(self.env):
            return False
        record = row.get("record")
        if record and not record.sudo(False)._filtered_access("write"):
            return self.env._(
                "You may change your own leads only. Take the row out, or ask a "
                "manager to import it."
            )
        owner = self.env["res.users"].browse(row["values"].get("user_id") or [])
        if not owner or owner == self.env.user:
            return False
        return self.env._(
            "You may import your own leads only. Leave “%(field)s” empty, or ask a "
            "manager to import the leads of %(name)s.",
            field=self._fields["user_id"]._description_string(self.env),
            name=owner.name,
        )

    # ------------------------------------------------------------
    # VALUES
    # ------------------------------------------------------------

    @api.model
    def _funnel_leave_blank(self, vals_list):
        """A blank cell of a number is no answer: 0 would be one.

        And a salesperson's blank cell of the salesperson is no colleague's lead.
        """
        blank = {n for n, f in self._fields.items() if f.type in NUMBERS}
        blank |= self._funnel_get_blank_owner()
        return [
            {
                name: value
                for name, value in vals.items()
                if value is not False or name not in blank
            }
            for vals in vals_list
        ]

    @api.model
    def _funnel_get_blank_owner(self):
        """Return the owner's column where blank says nothing: managers mean nobody."""
        return set() if is_manager(self.env) else {"user_id"}

    def _funnel_leave_same(self, values):
        """Return what a row changes; the rest may come from an export."""
        changed = {
            name: value
            for name, value in values.items()
            if name == "id" or not self._funnel_is_same(name, value)
        }
        if changed.get("user_id") is False and self._funnel_get_blank_owner():
            del changed["user_id"]
        return changed

    def _funnel_is_same(self, name, value):
        """Is this what the lead has already, as far as a file can tell?"""
        field, current = self._fields[name], self[name]
        if field.type in ("one2many", "many2many"):
            return value == [fields.Command.set(current.ids)] or not (value or current)
        if field.type == "many2one":
            return current.id == value
        if field.type == "datetime":
            seconds = current and current.replace(microsecond=0)
            return seconds == (fields.Datetime.to_datetime(value) or False)
        if field.type == "date":
            return current == (fields.Date.to_date(value) or False)
        if field.type in NUMBERS:
            return self._funnel_is_same_number(field, value)
        if field.type == "text":
            return clean_text(current or "") == (value or "")
        if field.type == "char":
            return clean_line(current or "") == (value or "")
        return field.type in ("boolean", "selection") and current == value

    def _funnel_is_same_number(self, field, value):
        if isinstance(field, OptionalNumber) and field.is_unknown(self):
            return value is False
        return value is not False and self[field.name] == value

    @api.model
    def _funnel_add_words(self, field_name, cells):
        """Add words to a vocabulary that are not in it.

        Sudo: who may enter leads may use new words, but core lets only the contacts'
        administrators add industries.

        :param set cells: of the column; tags are separated by commas
        """
        field = self._fields[field_name]
        # What was archived is in it as well: it is no new word.
        vocabulary = self.env[field.comodel_name].sudo().with_context(active_test=False)
        words = {
            word.strip()
            for cell in cells
            for word in (cell.split(",") if field.type == "many2many" else [cell])
        }
        for word in sorted(filter(None, words)):
            if not vocabulary.name_search(word, operator="="):
                vocabulary.name_create(word)
