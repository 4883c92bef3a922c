"""The translation files in the addons are those that Odoo itself would write."""

import re

import pytest

from toolchain import layout

ENTRY = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)


def terms(text):
    """The msgids of a .po or .pot text, long ones joined."""
    found = set()
    for match in ENTRY.finditer(text):
        found.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(1))))
    return found - {""}


def read_terms(addon, name):
    return terms((layout.REPO / addon / "i18n" / name).read_text())


@pytest.mark.parametrize("addon", layout.ADDONS)
def test_template_is_up_to_date(odoo_cli, addon_template, tmp_path, addon):
    name = odoo_cli.new_db(addon_template)
    if addon != layout.ADDON:
        odoo_cli.install(name, addon)
    target = tmp_path / "now.pot"
    arguments = ("-l", "pot", "-o", str(target), addon)
    odoo_cli.run(name, "i18n", "export", "-d", name, *arguments)
    now = terms(target.read_text())
    committed = read_terms(addon, f"{addon}.pot")
    assert now - committed == set(), "new terms: run make i18n"
    assert committed - now == set(), "terms that are gone: run make i18n"


@pytest.mark.parametrize("addon", layout.ADDONS)
def test_every_term_is_in_the_chinese_file(addon):
    template = read_terms(addon, f"{addon}.pot")
    assert template - read_terms(addon, "zh_CN.po") == set(), "run make i18n"
