"""Which Odoo is used: the checkout named by ODOO_SRC, or Debian's build."""

import os
import re
from pathlib import Path

from . import debian
from .say import Problem

SERIES = "19.0"


class Source:
    """A place to import ``odoo`` from, and its addons folders."""

    def __init__(self, python_path, addons, release):
        self.python_path = Path(python_path)
        self.addons = [Path(path) for path in addons]
        self.release = Path(release)

    @property
    def fingerprint(self):
        """Changes when another Odoo, or another version of it, is used."""
        stat = self.release.stat()
        return f"{self.python_path}:{stat.st_mtime_ns}:{stat.st_size}"


def ensure():
    """Return the Source, fetched first when nothing else is named."""
    named = os.environ.get("ODOO_SRC")
    source = _checkout(Path(named).expanduser().resolve()) if named else _debian()
    _check_series(source)
    return source


def _debian():
    debian.ensure()
    root = debian.dist_packages()
    return Source(root, [root / "odoo" / "addons"], root / "odoo" / "release.py")


def _checkout(root):
    release = root / "odoo" / "release.py"
    if not release.exists():
        raise Problem(
            f"ODOO_SRC={root} is no Odoo checkout: {release} does not exist.",
            "Point ODOO_SRC at the folder that holds odoo-bin.",
        )
    return Source(root, [root / "addons", root / "odoo" / "addons"], release)


def _check_series(source):
    text = source.release.read_text()
    match = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", text, re.MULTILINE)
    series = ".".join(match.groups()) if match else "unknown"
    if series != SERIES:
        raise Problem(
            f"{source.release} is Odoo {series}; this addon is for {SERIES}.",
            "Point ODOO_SRC at a 19.0 checkout, or leave it out on Debian.",
        )
