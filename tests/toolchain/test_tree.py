"""What the checks of the files complain about, and what they leave alone."""

import pytest

from toolchain import stamps, tree


@pytest.mark.parametrize(
    "line",
    [
        "see http://" + "mirror.example.net/debian",
        "cp /" + "root/x .",
        "in /" + "home/ann/repo",
        "read share" + "d/notes.md",
    ],
)
def test_names_of_a_workplace_are_found(line):
    assert tree._name_complaints("f", line)


@pytest.mark.parametrize(
    "line",
    [
        "http://localhost:8069/odoo",
        "https://www.odoo.com/documentation",
        "`${HOME}/root/x`, ~/root/x",
        "web/core/shared/utils.js and @web/shared/x",
        "the work of a home market",
    ],
)
def test_ordinary_text_is_left_alone(line):
    assert tree._name_complaints("f", line) == []


def test_text_complaints(tmp_path):
    path = tmp_path / "x.py"
    path.write_bytes(b"a = 1 \r\nb")
    complaints = tree._text_complaints(path)
    assert len(complaints) == 3


def test_fingerprint_follows_content_and_names_but_not_tests(tmp_path):
    (tmp_path / "a.py").write_text("1")
    first = stamps.files_digest(tmp_path, skip={"tests"})
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("x")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    assert stamps.files_digest(tmp_path, skip={"tests"}) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert stamps.files_digest(tmp_path, skip={"tests"}) != first
