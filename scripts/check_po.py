#!/usr/bin/env python3
"""Check that zh_CN.po translates every term of the .pot file (needs polib).

check_po.py TEMPLATE.pot zh_CN.po
"""

import sys

import polib


def complaints(template, translation):
    """Terms that are missing, empty, fuzzy or no longer used."""
    terms = {(e.msgctxt, e.msgid) for e in template if not e.obsolete}
    entries = {(e.msgctxt, e.msgid): e for e in translation if not e.obsolete}
    for key in sorted(terms - set(entries), key=str):
        yield f"missing: {key[1]!r}"
    for key in sorted(set(entries) - terms, key=str):
        yield f"not in the template: {key[1]!r}"
    for key, entry in entries.items():
        if not entry.msgstr.strip():
            yield f"not translated: {key[1]!r}"
        elif entry.fuzzy:
            yield f"fuzzy: {key[1]!r}"
    for entry in translation.obsolete_entries():
        yield f"obsolete: {entry.msgid!r}"


def main():
    template, translation = map(polib.pofile, sys.argv[1:3])
    found = list(complaints(template, translation))
    if found:
        print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
