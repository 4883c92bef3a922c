"""Whether a text says anything."""

import unicodedata

# Spaces, controls and what has no width, by Unicode's categories …
INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}
# … and letters and symbols that are drawn as nothing.
FILLERS = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe0e\ufe0f")


def is_blank(text):
    """Is there nothing to read in a text?

    >>> is_blank("\\u200b \\xa0"), is_blank(None), is_blank(" no ")
    (True, True, False)
    """
    return all(
        char in FILLERS or unicodedata.category(char) in INVISIBLE
        for char in str(text or "")
    )
