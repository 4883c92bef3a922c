"""The addon's README, joined from ``sales_lead_funnel/readme/*.md``.

The fragments and their order are those of the OCA template, so that its generator could
take over.
"""

import ast
import re

from . import layout
from .say import Problem, info

FRAGMENTS = layout.ADDON_DIR / "readme"
HISTORY = FRAGMENTS / "HISTORY.md"
TARGET = layout.ADDON_DIR / "README.md"
SECTIONS = (
    ("DESCRIPTION", ""),
    ("CONTEXT", "Use cases / context"),
    ("INSTALL", "Installation"),
    ("CONFIGURE", "Configuration"),
    ("USAGE", "Usage"),
    ("DEVELOP", "Development"),
    ("ROADMAP", "Known issues / roadmap"),
    ("HISTORY", "Changelog"),
)
SHOWN_VERSIONS = 2
NOTE = "<!-- Written by `make readme` from the fragments in readme/. Do not edit. -->"
OLDER = "Earlier versions are in [readme/HISTORY.md](readme/HISTORY.md)."
BUGS = """## Bug tracker

Please report a bug as an issue of this repository: what you did, what happened, what
you expected, and the versions of the addon and of Odoo."""
CREDITS = """## Credits

### Authors

{authors}

### Maintainers

The addon is maintained by its authors. [CONTRIBUTING.md](../CONTRIBUTING.md) says how
to take part."""
# A relative link of a fragment, which lies one folder below the README.
LINK = re.compile(r"(!?\[[^\]]*\]\()(?!https?:|#|mailto:|/)(?:\.\./)?([^)]+)\)")
VERSION = re.compile(r"^(?=### \d)", re.MULTILINE)


def write():
    """Write the README."""
    text = render()
    if not TARGET.exists() or TARGET.read_text() != text:
        TARGET.write_text(text)
        info(f"written: {TARGET.relative_to(layout.REPO)}")


def check():
    """Complaints: a README unlike its fragments, a version without history."""
    found = []
    if not TARGET.exists() or TARGET.read_text() != render():
        name = TARGET.relative_to(layout.REPO)
        found.append(f"{name} is not what the fragments give: run make readme")
    version = manifest()["version"]
    if not HISTORY.exists() or f"### {version}\n" not in HISTORY.read_text():
        found.append(f"readme/HISTORY.md says nothing of version {version}")
    return found


def manifest():
    """The addon's manifest."""
    path = layout.ADDON_DIR / "__manifest__.py"
    if not path.exists():
        raise Problem(f"{path} is missing.")
    return ast.literal_eval(path.read_text())


def render():
    """The whole README."""
    about = manifest()
    version = f"Version {about['version']} for Odoo 19.0 Community, {about['license']}."
    parts = [NOTE, f"# {about['name']}", f"_{about['summary']}_", version]
    present = [(name, title) for name, title in SECTIONS if _path(name).exists()]
    titles = [*(title for _name, title in present if title), "Bug tracker", "Credits"]
    for name, title in present:
        parts += [f"## {title}"] if title else []
        parts.append(_fragment(name))
        if name == "DESCRIPTION":
            parts.append("\n".join(f"- [{t}](#{anchor(t)})" for t in titles))
    authors = "\n".join(f"- {name.strip()}" for name in about["author"].split(","))
    return "\n\n".join([*parts, BUGS, CREDITS.format(authors=authors)]) + "\n"


def _path(name):
    return FRAGMENTS / f"{name}.md"


def _fragment(name):
    """Text of a fragment, its links made to work from where the README lies."""
    text = LINK.sub(r"\1\2)", _path(name).read_text().strip())
    return latest(text) if name == "HISTORY" else text


def latest(history):
    """The versions at the top of a history, and where the others are."""
    _before, *versions = VERSION.split(history)
    shown = "".join(versions[:SHOWN_VERSIONS]).strip()
    return f"{shown}\n\n{OLDER}" if len(versions) > SHOWN_VERSIONS else shown


def anchor(title):
    """What a link to the heading of this title is called."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
