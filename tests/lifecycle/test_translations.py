"""The translation files in the addon are those that Odoo itself would write."""

import re

from toolchain import layout

I18N = layout.ADDON_DIR / "i18n"
ENTRY = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)


def terms(text):
    """The msgids of a .po or .pot text, long ones joined."""
    found = set()
    for match in ENTRY.finditer(text):
        found.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(1))))
    return found - {""}


def test_template_is_up_to_date(odoo_cli, addon_template, tmp_path):
    name = odoo_cli.new_db(addon_template)
    target = tmp_path / "now.pot"
    arguments = ("-l", "pot", "-o", str(target), layout.ADDON)
    odoo_cli.run(name, "i18n", "export", "-d", name, *arguments)
    now = terms(target.read_text())
    committed = terms((I18N / f"{layout.ADDON}.pot").read_text())
    assert now - committed == set(), "new terms: run make i18n"
    assert committed - now == set(), "terms that are gone: run make i18n"


def test_every_term_is_in_the_chinese_file():
    template = terms((I18N / f"{layout.ADDON}.pot").read_text())
    assert template - terms((I18N / "zh_CN.po").read_text()) == set(), "run make i18n"
