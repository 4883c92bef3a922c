"""Which texts the extraction of translations would miss."""

import pytest

from toolchain import wording


@pytest.mark.parametrize(
    "line",
    [
        "x = f\"{who}, {self.env._('every stage')}\"",
        "x = f\"{_('Grade')} {name}\"",
        "x = f\"{', '.join([_lt('Grade'), name])}\"",
        'x = (\n    f"{name}: "\n    f"{env._(\'late\')}"\n)',
    ],
)
def test_a_text_inside_an_f_string_is_found(line):
    assert len(wording.complaints_of("f.py", line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "x = self.env._('%(who)s, every stage', who=who)",
        "every = self.env._('every stage')\nx = f'{who}, {every}'",
        "x = self.env._('late: %s', f'{name}!')",
        "x = f'{record._name}: {record._tell()}'",
    ],
)
def test_other_texts_are_left_alone(line):
    assert wording.complaints_of("f.py", line) == []


def test_the_addons_have_none():
    assert wording.check() == []
