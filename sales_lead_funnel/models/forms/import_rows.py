"""The rows that an import refuses, and why."""

from ..base.step import Mark

WORDS_KEY = "funnel_import_words"
EXPLAINED_AT_MOST = 20  # rows of an import; each costs a few queries


class ImportRows(Mark):
    """Collects what is wrong with the rows of one import.

    Rows with a cell that cannot be read are set aside, so that core still tells what is
    wrong with the others. Whatever is told, rows are numbered as in the file, from 0.
    """

    __slots__ = ("archived", "is_cut", "messages", "numbers", "reasons", "unread")

    def __init__(self):
        self.archived = set()  # (model, name) of words that are no more in use
        self.is_cut = False  # were rows left out, because too many are refused?
        self.reasons = {}  # {lead id: text}
        self.messages = []  # as core's importer returns them
        self.unread = []  # likewise, of rows set aside
        self.numbers = None  # of the rows that core was given

    def get_room(self):
        """Return how many rows may still be explained."""
        return max(EXPLAINED_AT_MOST - len(self.messages), 0)

    def note(self, info, text, kind="error"):
        self.messages.append({**info, "type": kind, "message": text})

    def refuse_cell(self, number, field, env, text):
        """Note that a cell cannot be read."""
        self.unread.append(
            {
                "type": "error",
                "rows": {"from": number, "to": number},
                "record": number,
                "field": field.name,
                "field_name": field._description_string(env),
                "message": text,
            }
        )

    def set_aside(self, rows):
        """Return the rows that could be read."""
        unread = {message["record"] for message in self.unread}
        self.numbers = [index for index in range(len(rows)) if index not in unread]
        return [rows[index] for index in self.numbers]

    def add_to(self, result, env):
        """Return the result of an import with these rows: nothing is imported."""
        messages = [self._number(m) for m in (*result["messages"], *self.messages)]
        if self.is_cut:
            text = env._("Too many rows are refused. The others were not looked at.")
            messages.append({"type": "warning", "message": text})
        is_refused = any(m["type"] == "error" for m in self.messages) or self.unread
        result = {**result, "messages": [*self.unread, *messages]}
        return {**result, "ids": False} if is_refused else result

    def _number(self, message):
        """Tell of a row by its number in the file, not among the rows read."""
        if not self.unread or "rows" not in message:
            return message
        first, last = (self.numbers[message["rows"][end]] for end in ("from", "to"))
        return {**message, "rows": {"from": first, "to": last}, "record": first}
