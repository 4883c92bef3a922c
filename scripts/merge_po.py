#!/usr/bin/env python3
"""Keep in a .po file what an earlier version of it translated (needs polib).

merge_po.py EARLIER.po NEW.po
"""

import sys

import polib


def merge(earlier, new):
    """Take the earlier translations; returns how many differ from the new ones.

    An export has none of what Odoo did not load, and of a text that i18n_extra
    translates otherwise for one record, whichever it meets first.
    """
    known = {(e.msgctxt, e.msgid): e.msgstr for e in earlier.translated_entries()}
    changed = 0
    for entry in new:
        told = known.get((entry.msgctxt, entry.msgid), entry.msgstr)
        changed += told != entry.msgstr
        entry.msgstr = told
    return changed


def main():
    earlier, new = map(polib.pofile, sys.argv[1:3])
    if merge(earlier, new):
        new.save()


if __name__ == "__main__":
    main()
