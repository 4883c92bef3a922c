from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.wording import find_word, plain
from ..base.door import current_path, with_path
from ..base.rights import is_manager
from ..base.step import with_mark
from .cell_reader import CellReader
from .import_rows import WORDS_KEY, ImportRows
from .lead_finder import LeadFinder


class BatchRefusedError(Exception):
    """Rows cannot be saved together; the importer goes on row by row."""


class FunnelFormImport(models.AbstractModel):
    """Core's importer takes a form of which each line is about a lead (F2, F3, F5).

    The lead is found by its number, else by its client; values are read as people
    write them. Whatever cannot be read is told with its row and column, and then
    nothing is imported.
    """

    _name = "funnel.form.import"
    _description = "Import of a form about leads"
    _inherit = ["funnel.lead.child"]

    client = fields.Char(
        string="Client name",
        compute="_compute_client",
        readonly=False,
        help="In an import, finds the lead where no number is given.",
    )

    imported_by_id = fields.Many2one(
        "res.users",
        string="Imported by",
        readonly=True,
        copy=False,
        ondelete="set null",
        default=lambda self: self._is_import() and self.env.uid,
        help="Who imported this from a file; empty where it was entered.",
    )

    @api.depends("lead_id.funnel_client")
    def _compute_client(self):
        for record in self:
            record.client = record.lead_id.funnel_client

    @api.model
    def _is_import(self):
        return current_path(self.env) == "import"

    def _check_author(self):
        """Reps enter what they did themselves.

        :raise AccessError: one of the records is in the name of somebody else
        """
        if self.user_id <= self.env.user or is_manager(self.env):
            return
        raise AccessError(
            self.env._(
                "%(lead)s: “%(field)s” must be you. Ask your manager to enter what a "
                "colleague did.",
                lead=self.lead_id[:1].display_name,
                field=self._fields["user_id"]._description_string(self.env),
            )
        )

    @api.model
    def load(self, fields, data):
        rows = ImportRows()
        model = with_mark(with_path(self, "import"), WORDS_KEY, rows)
        model = super(FunnelFormImport, model)
        if not self.env.context.get("import_file"):
            return model.load(fields, data)
        data = CellReader(self, fields, rows).read_rows(data)
        savepoint = self.env.cr.savepoint()
        result = rows.add_to(model.load(fields, data), self.env)
        savepoint.close(rollback=not result["ids"])
        return result

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

    @api.model
    def _convert_records(self, records, **options):
        """Read our own columns for all rows at once, and leave the others to core."""
        if not self.env.context.get("import_file"):
            return super()._convert_records(records, **options)
        rows = list(records)
        refused = []
        values = self._funnel_read_rows(rows, partial(self._funnel_refuse, refused))
        converted = list(super()._convert_records(iter(rows), **options))
        prepared = [
            (dbid, xid, record | own, info)
            for (dbid, xid, record, info), own in zip(converted, values, strict=True)
        ]
        self._funnel_check_rows(prepared, partial(self._funnel_refuse, refused))
        for message in refused:
            options["log"](message)
        return [] if refused else prepared

    @api.model
    def _funnel_refuse(self, refused, info, column, reason):
        """Note why a row is refused, as the dialog shows it beside the column."""
        refused.append(
            {
                **info,
                "type": "error",
                "field": column,
                "field_name": self._fields[column]._description_string(self.env),
                "message": str(reason),
            }
        )

    @api.model
    def _funnel_read_rows(self, rows, refuse):
        """Take our own columns out of the rows and return their values.

        :param rows: ``[({column: cell}, {"rows": …})]``, changed in place
        :param refuse: function (info, column, reason)
        :return: ``[{field: value}]``, one a row
        """
        readers = self._funnel_get_readers([record for record, _info in rows])
        result = []
        for number, (record, info) in enumerate(rows):
            values = {}
            refuse_cell = partial(refuse, {**info, "record": number})
            is_new = not (record.get("id") or record.get(".id"))
            if is_new:
                self._funnel_check_filled(record, refuse_cell)
            for column, read in readers.items():
                text = self._funnel_take_text(record, column)
                if text is None:
                    continue
                try:
                    values |= read(text, values)
                except ValueError as error:
                    values[column] = False
                    refuse_cell(column, error)
            result.append(values)
        return result

    @api.model
    def _funnel_get_readers(self, records):
        """Return ``{column: function (text, values so far) → {field: value}}``.

        A function that raises ValueError refuses the cell. Override to add others;
        whatever they need of the database is looked up here, for all rows.
        """
        texts = self._funnel_list_texts(records, ["lead_id", "client"])
        finder = LeadFinder(self.env["crm.lead"], texts)
        users = self._funnel_find_users(self._funnel_list_texts(records, ["user_id"]))
        return {
            "lead_id": partial(self._funnel_read_lead, finder),
            "client": partial(self._funnel_read_lead, finder),
            "user_id": partial(self._funnel_read_user, users),
        }

    @api.model
    def _funnel_get_required(self):
        """Return columns of which one must be filled, as tuples. Override to add."""
        return [("lead_id", "client")]

    @api.model
    def _funnel_check_rows(self, prepared, refuse):
        """Check what only whole rows tell. Override to add checks.

        :param prepared: ``[(database id, external id, values, info)]``
        """

    # ------------------------------------------------------------
    # CELLS
    # ------------------------------------------------------------

    @api.model
    def _funnel_list_texts(self, records, columns):
        texts = (
            self._funnel_get_text(rec, name) for rec in records for name in columns
        )
        return {text for text in texts if text}

    @api.model
    def _funnel_take_text(self, record, column):
        text = self._funnel_get_text(record, column)
        if text is not None:
            del record[column]
        return text

    @api.model
    def _funnel_get_text(self, record, column):
        """Return what a cell says; None: no such column, or ids, which core reads."""
        cell = record.get(column)
        if isinstance(cell, list):
            if cell and None not in cell[0]:
                return None
            cell = cell[0][None] if cell else ""
        return None if column not in record else str(cell or "").strip()

    @api.model
    def _funnel_check_filled(self, record, refuse):
        for columns in self._funnel_get_required():
            if not any(record.get(column) for column in columns):
                labels = [
                    self._fields[column]._description_string(self.env)
                    for column in columns
                ]
                present = [column for column in columns if column in record]
                reason = self.env._("“%s” is empty. Fill it in.", "” / “".join(labels))
                refuse((present or columns)[0], reason)

    @api.model
    def _funnel_read_lead(self, finder, text, values):
        """The number comes first: a client's name beside it finds nothing else."""
        if not text or "lead_id" in values:
            return {}
        return {"lead_id": finder.find(text).id}

    @api.model
    def _funnel_find_users(self, texts):
        """Return ``{name or login: users}`` in one query.

        Who has left did what is imported all the same, where nobody else is called so.
        """
        users = self.env["res.users"].with_context(active_test=False)
        users = users.search(
            [
                ("share", "=", False),
                "|",
                ("name", "in", list(texts)),
                ("login", "in", list(texts)),
            ]
        )
        found = {}
        for text in texts:
            called = users.filtered(lambda user, t=text: t in (user.login, user.name))
            found[text] = called.filtered("active") or called
        return found

    @api.model
    def _funnel_read_user(self, users, text, values):
        """Return the user; an empty cell means whoever imports."""
        if not text:
            return {"user_id": self.env.uid}
        if len(users[text]) == 1:
            return {"user_id": users[text].id}
        if users[text]:
            reason = self.env._(
                "Several users are named “%(name)s”. Write the login instead: "
                "%(logins)s.",
                name=text,
                logins=", ".join(users[text].mapped("login")),
            )
        else:
            reason = self.env._(
                "No user is named “%s”. Correct the name, or leave it empty for "
                "yourself.",
                text,
            )
        raise ValueError(reason)

    @api.model
    def _funnel_read_word(self, column, words, text, *, within=False):
        """Return the key of a selection, by its own words or those of people.

        :raise ValueError: names the values there are
        """
        field = self._fields[column]
        shown = dict(field._description_selection(self.env))
        known = {
            key: (*words.get(key, ()), plain(key), plain(label), plain(shown[key]))
            for key, label in field.selection
        }
        key = find_word(text, known, within)
        if key:
            return key
        raise ValueError(
            self.env._(
                "“%(text)s” is not known. Write one of: %(values)s.",
                text=text,
                values=", ".join(shown.values()),
            )
        )
