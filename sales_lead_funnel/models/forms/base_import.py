"""Core's importer takes our forms as people have them, wholly or not at all."""

import re
from codecs import BOM_UTF8
from contextlib import suppress
from datetime import datetime
from functools import partial

from odoo import fields, models
from odoo.fields import Date, Datetime
from odoo.http import request

from odoo.addons.base_import.models.base_import import ImportValidationError

from ...tools.cells import (
    TITLES_WITHIN,
    clean_text,
    find_currency_sign,
    find_separator,
    lost_digits,
    read_day,
    split_titles,
    title_key,
)
from ..base.step import with_mark
from ..base.zones import get_company_day
from .lead_twins import TWINS_KEY, LeadTwins
from .row_messages import RowMessages

FORMS = {"crm.lead", "funnel.followup", "funnel.evaluation"}
_SEPARATED = re.compile(r"%\w[^\w%]+%\w")  # 240301 could be three days
_DAY_BEFORE_MONTH = re.compile(r"%[Yy]\W+%d\W+%m")  # after a year nobody writes so
_CONTROL_CHARACTER = re.compile("_x00([01][0-9A-F])_")  # as Excel spells one
_HAN = re.compile("[\u3400-\u9fff]")


def _has_errors(result):
    return any(message["type"] == "error" for message in result["messages"])


class BaseImport(models.TransientModel):
    _name = "base_import.import"
    _inherit = ["funnel.intake.mixin", "base_import.import"]

    # Digest of the rows of which was said that they are there already.
    funnel_told = fields.Char(export_string_translation=False)

    def execute_import(self, fields, columns, options, dryrun=False):
        """Import our forms wholly or not at all, also when a file goes in batches.

        The dialog sends large files in batches, each saved on its own; one bad row
        in a later batch would leave half a form behind. So before the first
        batch the whole file is tried.

        Leads that are there already are told before they are saved, to a person, who
        may import once more. A program that calls cannot; it is told as well.
        """
        if self.res_model not in FORMS:
            return super().execute_import(fields, columns, options, dryrun=dryrun)
        skipped = options.get("skip") or 0
        asks, looks = bool(request) and not dryrun, dryrun or not skipped
        twins = LeadTwins(self.funnel_told, asks=asks, looks=looks)
        wizard = super(BaseImport, with_mark(self, TWINS_KEY, twins))
        run = partial(wizard.execute_import, fields, columns)
        result = None
        if not dryrun and self._funnel_is_first_batch(options):
            result = run({**options, "limit": None}, dryrun=True)
            result |= {"ids": False, "nextrow": 0}
            self.env.invalidate_all(flush=False)  # core leaves what it took back
        if not result or not (_has_errors(result) or twins.is_news):
            result = run(options, dryrun=dryrun)
        messages = RowMessages(self.env, skipped).tell(result["messages"])
        if twins.is_news:
            self.funnel_told = twins.get_digest()
        return {**result, "messages": messages}

    def _funnel_is_first_batch(self, options):
        """Tell the first of several batches of a form from all other imports."""
        limit = options.get("limit")
        return limit and not options.get("skip") and self._funnel_count_rows() > limit

    def _funnel_count_rows(self):
        """Return an upper bound of the rows, cheaply; workbooks count as many."""
        if self.file_type in ("text/csv", "text/plain", "application/csv"):
            return (self.file or b"").count(b"\n")
        return float("inf")

    # ------------------------------------------------------------
    # FILE
    # ------------------------------------------------------------

    def _read_file(self, options):
        """Leave out what is blank and what stands above the titles."""
        length, rows = super()._read_file(options)
        if self.res_model not in FORMS:
            return length, rows
        rows = [[self._funnel_clean_cell(cell) for cell in row] for row in rows]
        width = max(map(len, rows), default=0)
        rows = [[*row, *[""] * (width - len(row))] for row in rows if any(row)]
        if rows and options.get("has_headers"):
            titles, rows = split_titles(rows, set(self._funnel_get_titles()))
            rows = [[str(title) for title in titles], *rows]
        return len(rows), rows

    def _funnel_clean_cell(self, cell):
        return clean_text(cell) if isinstance(cell, str) else cell

    def _read_csv(self, options):
        """Find encoding and separator by the titles; core guesses where none is known.

        Core takes a file of Excel for GB 2312, in which rare names have no place, and
        one with a name above its titles for one of a single column.
        """
        if self.res_model in FORMS:
            found = self._funnel_find_titles()
            options.update({k: v for k, v in found.items() if not options.get(k)})
        return super()._read_csv(options)

    def _funnel_find_titles(self):
        """Return ``{"encoding": …, "separator": …}`` by which titles are read."""
        known, data = set(self._funnel_get_titles()), self.file or b""
        marked = "utf-8-sig" if data.startswith(BOM_UTF8) else "utf-8"
        for encoding in (marked, "gb18030", "utf-16"):
            with suppress(UnicodeError):
                lines = data.decode(encoding).splitlines()[:TITLES_WITHIN]
                separator = find_separator(lines, known)
                if separator:
                    return {"encoding": encoding, "separator": separator}
        return {}

    def _read_xlsx(self, options):
        """Undo Excel's spelling of control characters, such as _x000D_."""
        length, rows = super()._read_xlsx(options)
        if self.res_model in FORMS:
            rows = [[self._funnel_unescape(cell) for cell in row] for row in rows]
        return length, rows

    def _funnel_unescape(self, cell):
        if not isinstance(cell, str) or "_x" not in cell:
            return cell
        return _CONTROL_CHARACTER.sub(lambda found: chr(int(found[1], 16)), cell)

    # ------------------------------------------------------------
    # TITLES
    # ------------------------------------------------------------

    def _funnel_get_titles(self):
        """Return ``{title_key: field}`` of the titles that the model is known by."""
        mappings = self.env["base_import.mapping"].search_fetch(
            [("res_model", "=", self.res_model)], ["column_name", "field_name"]
        )
        fields = self.env[self.res_model].fields_get(attributes=["string"])
        labels = {title_key(info["string"]): name for name, info in fields.items()}
        return labels | {title_key(m.column_name): m.field_name for m in mappings}

    def _get_mapping_suggestion(self, header, fields_tree, types, mapping_fields):
        """Know a title however it is typed; core passes no mapping for parts of it."""
        is_whole = self.res_model in FORMS and mapping_fields
        if is_whole and header.lower() not in mapping_fields:
            key = title_key(header)
            labels = {title_key(each["string"]): each["name"] for each in fields_tree}
            typed = {title_key(name): name for name in mapping_fields}
            header = typed.get(key, header)
            if key in labels and key not in typed:
                return {"field_path": [labels[key]], "distance": 0}
        return super()._get_mapping_suggestion(
            header, fields_tree, types, mapping_fields
        )

    # ------------------------------------------------------------
    # CELLS
    # ------------------------------------------------------------

    def _parse_date_from_data(self, data, index, name, field_type, options):
        """Leave days as they are typed to ``load``, which tells each row its own.

        Only what is written in the form chosen in the dialog is read here.
        """
        if self.res_model not in FORMS or "/" in name:
            return super()._parse_date_from_data(data, index, name, field_type, options)
        forms = [options.get("datetime_format"), options.get("date_format")]
        forms = [
            form
            for form in forms
            if form and _SEPARATED.search(form) and not _DAY_BEFORE_MONTH.search(form)
        ]
        for row in data:
            if isinstance(row[index], str):
                row[index] = self._funnel_spell_day(row[index], forms)

    def _funnel_spell_day(self, text, forms):
        with suppress(ValueError):
            read_day(text, get_company_day(self.env.company))
            return text
        for form in forms:
            with suppress(ValueError):
                moment = datetime.strptime(text, form)  # noqa: DTZ007
                spell = Datetime if "%H" in form or "%I" in form else Date
                return spell.to_string(moment)
        return text

    def _parse_float_from_data(self, data, index, name, options):
        """Leave numbers that core cannot read to ``load``, which tells their rows.

        Core would take 万 and 亿 for separators, and 1.5亿 for 15.
        """
        if self.res_model not in FORMS or "/" in name:
            return super()._parse_float_from_data(data, index, name, options)
        for row in data:
            typed = row[index]
            if not isinstance(typed, str) or lost_digits(typed):
                continue
            if _HAN.search(typed) or find_currency_sign(typed):
                continue
            try:
                super()._parse_float_from_data([row], index, name, options)
            except ImportValidationError:
                row[index] = typed
