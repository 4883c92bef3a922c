"""Cells of a file, as people type them, become what core's importer takes."""

import re
import unicodedata
from datetime import date, datetime, timezone

from odoo import fields

from ...tools.cells import (
    YearMissingError,
    clean_line,
    clean_text,
    find_currency_sign,
    lost_digits,
    read_amount,
    read_day,
)
from ...tools.names import is_nothing
from ...tools.periods import bounds_utc
from ..base.optional_number import NUMBERS
from ..base.zones import get_company_day

LIST_SEPARATOR = re.compile("[,，、;；]")  # as people type lists in one cell
# Days that lie behind: one told without its year is the latest such day.
LOOKING_BACK = {"funnel_obtained_at", "happened_at", "date"}
# Vocabularies of the register: a value that is new is added, not refused.
OPEN_VOCABULARIES = ("source_id", "funnel_industry_id", "tag_ids")
# Lists of words of which one that was archived still means what it meant.
VOCABULARIES = {
    "crm.lost.reason",
    "crm.tag",
    "funnel.competitor",
    "funnel.objection",
    "res.partner.industry",
    "utm.campaign",
    "utm.medium",
    "utm.source",
}


class CellReader:
    """Reads the columns of a file for a model; a cell that says nothing clear is told.

    :param model: whose ``load`` takes the rows
    :param names: of its fields, as ``load`` takes them
    :param rows: the :class:`ImportRows` that collects what cannot be read
    """

    def __init__(self, model, names, rows):
        self.env = model.env
        self.rows = rows
        self.columns = [model._fields.get(name) for name in names]
        self.zone = self.env.company._funnel_get_tz()
        self.today = get_company_day(self.env.company)

    def read_rows(self, data):
        """Return the rows that can be read, their cells as core reads them."""
        rows = [[self._clean(cell) for cell in row] for row in data]
        for index, field in enumerate(self.columns):
            if field is not None:
                self._read_column(index, field, rows)
        return self.rows.set_aside(rows)

    def _clean(self, cell):
        return clean_text(cell) if isinstance(cell, str) else cell

    def _read_column(self, index, field, rows):
        read = self._get_reader(field)
        for number, row in enumerate(rows):
            if not row[index]:
                continue
            try:
                row[index] = read(field, row[index])
            except ValueError as error:
                self.rows.refuse_cell(number, field, self.env, str(error))
        if field.type in ("many2one", "many2many"):
            self._name_words(index, field, rows)

    def _get_reader(self, field):
        """Return the function (field, cell) → cell for a column."""
        if field.type in ("date", "datetime"):
            return self._read_day
        if field.type in NUMBERS:
            return self._read_number
        if field.type == "many2many":
            return self._read_list
        return self._read_text if field.type in ("text", "html") else self._read_line

    def _read_text(self, field, cell):
        return cell

    def _read_line(self, field, cell):
        if not isinstance(cell, str):
            return cell
        if field.type == "char":
            self._check_digits(cell)
        return clean_line(cell)

    def _read_list(self, field, cell):
        words = map(clean_line, LIST_SEPARATOR.split(cell))
        return ",".join(filter(None, words))

    def _read_number(self, field, cell):
        if not isinstance(cell, str):
            return cell
        self._check_digits(cell)
        self._check_currency(cell)
        try:
            return f"{read_amount(clean_line(cell)):.6f}".rstrip("0").rstrip(".")
        except ValueError:
            return cell  # core says what it cannot read

    def _check_digits(self, text):
        if lost_digits(text):
            raise ValueError(
                self.env._(
                    "“%s” has lost digits in Excel. Format the column as text, and "
                    "type the number again.",
                    text,
                )
            )

    def _check_currency(self, text):
        sign = find_currency_sign(text)
        currency = self.env.company.currency_id
        if sign and sign not in (currency.symbol or ""):
            raise ValueError(
                self.env._(
                    "“%(text)s” is in another currency than the company's, "
                    "%(currency)s. Convert it.",
                    text=text,
                    currency=currency.name,
                )
            )

    # ------------------------------------------------------------
    # DAYS
    # ------------------------------------------------------------

    def _read_day(self, field, cell):
        """Return a day as core reads it; moments in the zone of the user."""
        day = cell if isinstance(cell, date) else self._parse_day(field, cell)
        if field.type == "date":
            day = day.date() if isinstance(day, datetime) else day
            return fields.Date.to_string(day)
        if not isinstance(day, datetime):
            day = self._get_midnight(day)
        return fields.Datetime.to_string(day)

    def _parse_day(self, field, text):
        today = self.today if field.name in LOOKING_BACK else None
        try:
            return read_day(clean_line(text), today)
        except YearMissingError:
            example = f"{self.today.year}-03-01"
            reason = self.env._(
                "“%(text)s” has no year. Write it like %(example)s.",
                text=text,
                example=example,
            )
            raise ValueError(reason) from None
        except ValueError:
            raise self._no_day(text) from None

    def _get_midnight(self, day):
        """Return when the day begins for the company, in the zone of the user."""
        try:
            start, _end = bounds_utc(day, None, self.zone)
            moment = start.replace(tzinfo=timezone.utc).astimezone(self.env.tz)
        except (OverflowError, ValueError):
            raise self._no_day(day) from None
        return moment.replace(tzinfo=None)

    def _no_day(self, text):
        return ValueError(
            self.env._("“%s” is no date. Write it like 2024-03-01.", str(text))
        )

    # ------------------------------------------------------------
    # WORDS
    # ------------------------------------------------------------

    def _name_words(self, index, field, rows):
        """Write the names of records as the user's language has them.

        So core finds what the file calls by its name in another language. What says
        “none” adds no word to a vocabulary.
        """
        is_list = field.type == "many2many"
        cells = {row[index] for row in rows if isinstance(row[index], str)}
        parts = {cell: cell.split(",") if is_list else [cell] for cell in cells}
        words = {word for found in parts.values() for word in found}
        names = self._find_names(field, words)
        if field.name in OPEN_VOCABULARIES:
            names = {word: "" for word in words if is_nothing(word)} | names
        for row in rows:
            if row[index] in parts:
                named = (names.get(word, word) for word in parts[row[index]])
                row[index] = ",".join(filter(None, named))

    def _find_names(self, field, words):
        """Return ``{word: name in the user's language}`` of records called so.

        Those that were archived are found as well, where no other is called so.
        """
        is_kept = field.comodel_name in VOCABULARIES
        model = self.env[field.comodel_name].with_context(active_test=not is_kept)
        title = model._fields.get(model._rec_name)
        if not words or not (is_kept or getattr(title, "translate", False)):
            return {}
        folded = {word: unicodedata.normalize("NFKC", word) for word in words}
        found = self._find_called(model, title, {*words, *folded.values()})
        names = {}
        for word in words:
            record = found.get(word) or found.get(folded[word])
            if record:
                names[word] = record.with_env(self.env)[title.name]
                if not self._is_active(record):
                    self.rows.archived.add((model._name, names[word]))
        return names

    def _find_called(self, model, title, words):
        """Return ``{name in some language: record}``, those in use first."""
        found = {}
        for lang in self._get_languages(title):
            for record in model.with_context(lang=lang).search(
                [(title.name, "in", list(words))]
            ):
                known = found.setdefault(record[title.name], record)
                if self._is_active(record) > self._is_active(known):
                    found[record[title.name]] = record
        return found

    def _is_active(self, record):
        return bool(record._active_name is None or record[record._active_name])

    def _get_languages(self, title):
        """Return the user's language, and then the others of a translated title."""
        own = self.env.lang or "en_US"
        if not title.translate:
            return [own]
        codes = (code for code, _name in self.env["res.lang"].get_installed())
        return list(dict.fromkeys([own, *codes]))
