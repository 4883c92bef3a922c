"""The floor plan of the addon's models: which room may know which.

Rooms are loaded in this order, and import what lies before them. What core does with a
lead is overridden in the last one only: slices of the lead in other rooms hold fields,
computations and steps under names of ours, so that no order of loading matters.
"""

import ast

from . import layout

ROOMS = (
    "base",
    "register",
    "ledger",
    "grading",
    "contact",
    "deal",
    "gates",
    "requests",
    "losses",
    "templates",
    "forms",
    "figures",
    "my_day",
    "lead",
)
DOORS = "lead"  # the room of core's methods on the lead
LEAD = "crm.lead"
LARGEST = 16  # % of the code that one room may hold


def check(folder=layout.ADDON_DIR / "models"):
    """Complaints about rooms: unknown, importing upwards, overriding core."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        room, *rest = path.relative_to(folder).parts
        if not rest:
            found += _check_hall(path)
        elif room not in ROOMS or len(rest) > 1:
            found.append(f"models/{room}: no room of the floor plan, see house.py")
        else:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            name = f"models/{room}/{rest[0]}"
            found += [f"{name}:{line}: {what}" for line, what in _judge(room, tree)]
    return found


def _check_hall(path):
    """The folder of the rooms itself holds nothing but their order."""
    if path.name != "__init__.py":
        return [f"models/{path.name}: lies in no room"]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [alias.name for node in tree.body for alias in node.names]
    order = [room for room in ROOMS if room in names]
    return [] if names == order else ["models/__init__.py: rooms are out of order"]


def _judge(room, tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            above = (node.module or "").split(".")[0]
            if above in ROOMS and ROOMS.index(above) > ROOMS.index(room):
                yield node.lineno, f"imports upwards, from {above}"
        if isinstance(node, ast.ClassDef) and room != DOORS and _is_slice(node):
            yield from _find_overrides(node)


def _is_slice(node):
    """Does the class extend the lead?"""
    return any(
        isinstance(part, ast.Assign)
        and [target.id for target in part.targets] in (["_inherit"], ["_name"])
        and LEAD in _list_strings(part.value)
        for part in node.body
    )


def _list_strings(node):
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]


def _find_overrides(node):
    for part in node.body:
        if not isinstance(part, ast.FunctionDef) or _is_announced(part):
            continue
        if "funnel" not in part.name:
            yield part.lineno, f"{part.name} may be core's; those are in {DOORS}/"
        elif any(_is_super(inner) for inner in ast.walk(part)):
            yield part.lineno, f"{part.name} overrides another slice"


def _is_announced(part):
    """Constraints and the like: core calls them by their decorator, not their name."""
    decorators = {
        ast.unparse(each.func) for each in part.decorator_list if _calls(each)
    }
    return not decorators.isdisjoint(("api.constrains", "api.ondelete"))


def _calls(node):
    return isinstance(node, ast.Call)


def _is_super(node):
    return _calls(node) and isinstance(node.func, ast.Name) and node.func.id == "super"
