#!/usr/bin/env python3
"""Fill empty entries of a .po file from an earlier version of it (needs polib).

merge_po.py EARLIER.po NEW.po
"""

import sys

import polib


def merge(earlier, new):
    """Copy translations into untranslated entries; returns how many."""
    known = {(e.msgctxt, e.msgid): e.msgstr for e in earlier.translated_entries()}
    filled = 0
    for entry in new.untranslated_entries():
        entry.msgstr = known.get((entry.msgctxt, entry.msgid), "")
        filled += bool(entry.msgstr)
    return filled


def main():
    earlier, new = (polib.pofile(path, wrapwidth=0) for path in sys.argv[1:3])
    if merge(earlier, new):
        new.save()


if __name__ == "__main__":
    main()
