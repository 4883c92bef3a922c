"""Texts of the addons that the extraction of translations would not find."""

import ast

from . import layout


def check():
    """Return a complaint for every text to translate that stands in an f-string."""
    return [
        complaint
        for folder in layout.ADDON_DIRS
        for path in sorted(folder.rglob("*.py"))
        for complaint in complaints_of(
            path.relative_to(layout.REPO), path.read_text("utf-8")
        )
    ]


def complaints_of(name, source):
    """Return the complaints about the source of one file."""
    texts = [node for node in ast.walk(ast.parse(source)) if _is_f_string(node)]
    lines = {call.lineno for text in texts for call in ast.walk(text) if _asks(call)}
    return [
        f"{name}:{line}: a text to translate inside an f-string is never extracted; "
        "give it a variable of its own"
        for line in sorted(lines)
    ]


def _is_f_string(node):
    return isinstance(node, ast.JoinedStr)


def _asks(node):
    """Is this a call of ``_``, ``env._`` or ``_lt``?"""
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
    return name in ("_", "_lt")
