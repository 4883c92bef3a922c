"""The rooms of the addon's models know only what lies below them."""

import pytest

from toolchain import house, layout

SLICE = 'class CrmLead(models.Model):\n    _inherit = "crm.lead"\n\n'


def complain(folder, room, text):
    (folder / room).mkdir()
    (folder / room / "a.py").write_text(text)
    return house.check(folder)


def test_every_room_imports_downwards():
    assert house.check() == []


@pytest.mark.parametrize("room", house.ROOMS[:-1])
def test_upwards_is_told(tmp_path, room):
    [complaint] = complain(tmp_path, room, "from ..lead.crm_lead import FOLLOWED\n")
    assert complaint == f"models/{room}/a.py:1: imports upwards, from lead"


def test_downwards_is_fine(tmp_path):
    assert complain(tmp_path, "lead", "from ..base.door import is_judged\n") == []


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("def write(self, vals): ...", "write may be core's; those are in lead/"),
        (
            "def _funnel_judge(self): super().x()",
            "_funnel_judge overrides another slice",
        ),
        ("def _funnel_judge(self): ...", None),
        ("@api.constrains('name')\n    def _check_it(self): ...", None),
    ],
)
def test_slices_override_nothing(tmp_path, method, told):
    complaints = complain(tmp_path, "gates", f"{SLICE}    {method}\n")
    assert [text.split(": ", 1)[1] for text in complaints] == ([told] if told else [])


def test_doors_override_core(tmp_path):
    text = f"{SLICE}    def write(self, vals): ...\n"
    assert complain(tmp_path, "lead", text) == []


def test_what_lies_in_no_room_is_told(tmp_path):
    (tmp_path / "funnel_grade.py").touch()
    complaints = complain(tmp_path, "attic", "")
    assert complaints == [
        "models/attic: no room of the floor plan, see house.py",
        "models/funnel_grade.py: lies in no room",
    ]


def test_no_room_holds_too_much():
    sizes = {
        room: sum(
            path.read_text(encoding="utf-8").count("\n")
            for path in (layout.ADDON_DIR / "models" / room).glob("*.py")
        )
        for room in house.ROOMS
    }
    largest = max(sizes, key=sizes.get)
    assert sizes[largest] * 100 / sum(sizes.values()) <= house.LARGEST, sizes
