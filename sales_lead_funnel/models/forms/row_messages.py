"""What the import dialog shows of rows that are refused: their number and why."""

TOLD_AT_MOST = 20  # reasons above the columns


def tell_more(env):
    """Return what is said of refused rows that are not explained one by one."""
    return env._("These rows are refused as well. Correct the others first.")


class RowMessages:
    """Rewrites the messages of core's importer for core's dialog.

    The dialog shows either the number of a row or the reason, it counts from 0 or
    from 1, and shows no number where several rows have the same reason. Here rows
    are counted from 1, without headers, as the dialog does beside the columns.
    """

    def __init__(self, env, skipped=0):
        """:param int skipped: rows of the file in batches before this one"""
        self.env = env
        self.skipped = skipped

    def tell(self, messages):
        if any(message.get("not_matching_error") for message in messages):
            return messages
        rows = [message for message in messages if message.get("rows")]
        others = [message for message in messages if not message.get("rows")]
        beside = [self._tell_beside(row) for row in rows if _is_of_value(row)]
        above = self._tell_above([row for row in rows if not _is_of_value(row)])
        return others + above + beside

    def _tell_beside(self, message):
        """Of one message the dialog shows the text, of several value and number."""
        first, last = (self.skipped + message["rows"][end] for end in ("from", "to"))
        text = message["message"]
        return {
            "value": text,
            **message,
            "rows": {"from": first, "to": last},
            "message": self.env._(
                "Row %(row)s: %(reason)s", row=first + 1, reason=text
            ),
        }

    def _tell_above(self, messages):
        """The dialog puts ``record`` as it is before the text: the row, or the rows."""
        numbers = {}
        for message in sorted(messages, key=lambda message: message["rows"]["from"]):
            number = self.skipped + message["rows"]["from"] + 1
            text = self._add_column(message)
            if text not in numbers and len(numbers) >= TOLD_AT_MOST:
                text = tell_more(self.env)
            numbers.setdefault(text, (message, []))[1].append(number)
        return [
            self._tell_group(text, message, found)
            for text, (message, found) in numbers.items()
        ]

    def _tell_group(self, text, message, numbers):
        row = numbers[0] - 1
        return {
            "type": message["type"],
            "record": join_numbers(numbers),
            "rows": {"from": row, "to": row},
            "message": text,
        }

    def _add_column(self, message):
        """Core's own texts name the column already."""
        text, column = message["message"], message.get("field_name")
        if not column or column in text:
            return text
        return self.env._("%(column)s: %(reason)s", column=column, reason=text)


def _is_of_value(message):
    """Is it core's about a value that does not match? Then it offers what to do."""
    return "field" in message and bool({"value", "moreinfo"} & message.keys())


def join_numbers(numbers):
    """Write ascending numbers briefly.

    >>> join_numbers([2, 3, 4, 7, 9, 9])
    '2–4, 7, 9'
    """
    runs = []
    for number in numbers:
        if runs and number <= runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(
        f"{first}–{last}" if last > first else str(first) for first, last in runs
    )
