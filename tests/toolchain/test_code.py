"""What the checks of the addon's Python complain about."""

from toolchain import code


def write(folder, text):
    (folder / "models").mkdir()
    (folder / "models" / "a.py").write_text(text)


def test_long_functions_are_named(tmp_path):
    line = "    x = 1\n"
    write(tmp_path, "def a():\n" + line * 39 + "def b():\n" + line * 40)
    [complaint] = code.check_lengths(tmp_path)
    assert complaint == f"{tmp_path.name}/models/a.py:41: b has 41 lines, at most 40"


def test_imports_that_no_server_has_are_named(tmp_path):
    good = (
        "import os\nfrom odoo.tests import Form\nfrom . import b\nimport lxml.etree\n"
    )
    write(tmp_path, good + "def f():\n    from hypothesis import given\n")
    [complaint] = code.check_imports(tmp_path)
    assert complaint == (
        f"{tmp_path.name}/models/a.py:6: hypothesis is no package that Odoo brings"
    )


def test_the_addons_keep_to_both():
    assert code.check_lengths() + code.check_imports() == []
