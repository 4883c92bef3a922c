"""The READMEs, joined from ``sales_lead_funnel/readme/*.md``.

The fragments are those of the OCA template, so that its generator could take over.
"""

import ast
import re

from . import layout
from .say import Problem, info

FRAGMENTS = layout.ADDON_DIR / "readme"
SECTIONS = (
    ("DESCRIPTION", ""),
    ("CONTEXT", "Use cases / context"),
    ("INSTALL", "Installation"),
    ("CONFIGURE", "Configuration"),
    ("USAGE", "Usage"),
    ("DEVELOP", "Development"),
    ("ROADMAP", "Known issues / roadmap"),
    ("HISTORY", "Changelog"),
    ("CONTRIBUTORS", "Contributors"),
    ("CREDITS", "Other credits"),
)
NOTE = "<!-- Written by `make readme` from the fragments in readme/. Do not edit. -->"
TARGETS = (  # where, and what goes before a path relative to the addon
    (layout.ADDON_DIR / "README.md", ""),
    (layout.REPO / "README.md", f"{layout.ADDON}/"),
)
LINK = re.compile(r"(!?\[[^\]]*\]\()(?!https?:|#|mailto:|/)(?:\.\./)?([^)]+)\)")


def write():
    """Write both READMEs."""
    for path, prefix in TARGETS:
        text = render(prefix)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            info(f"written: {path.relative_to(layout.REPO)}")


def check():
    """Complaints: READMEs unlike their fragments, a version without history."""
    found = []
    for path, prefix in TARGETS:
        if not path.exists() or path.read_text() != render(prefix):
            name = path.relative_to(layout.REPO)
            found.append(f"{name} is not what the fragments give: run make readme")
    history = FRAGMENTS / "HISTORY.md"
    version = manifest()["version"]
    if not history.exists() or version not in history.read_text():
        found.append(f"readme/HISTORY.md says nothing of version {version}")
    return found


def manifest():
    """The addon's manifest."""
    path = layout.ADDON_DIR / "__manifest__.py"
    if not path.exists():
        raise Problem(f"{path} is missing.")
    return ast.literal_eval(path.read_text())


def render(prefix):
    """The whole README; ``prefix`` goes before links to files of the addon."""
    about = manifest()
    parts = [NOTE, f"# {about['name']}"]
    if about.get("summary"):
        parts.append(f"_{about['summary']}_")
    licence = about["license"]
    parts.append(f"Version {about['version']} for Odoo 19.0 Community, {licence}.")
    present = [(name, title) for name, title in SECTIONS if _path(name).exists()]
    titled = [title for _name, title in present if title]
    body = []
    for name, title in present:
        body += [f"## {title}"] if title else []
        body.append(_fragment(name, prefix))
        if name == "DESCRIPTION":
            body.append("\n".join(f"- [{t}](#{_anchor(t)})" for t in titled))
    return "\n\n".join([*parts, *body]) + "\n"


def _path(name):
    return FRAGMENTS / f"{name}.md"


def _fragment(name, prefix):
    """Text of a fragment, its links made to work from where the README lies."""
    text = _path(name).read_text().strip()
    return LINK.sub(lambda match: f"{match[1]}{prefix}{match[2]})", text)


def _anchor(title):
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
