"""Stamps: remember that a step was done for a given fingerprint of its inputs."""

import contextlib
import fcntl
import hashlib
import os
from pathlib import Path

from . import layout
from .say import info

IGNORED_PARTS = {"__pycache__", "node_modules", ".git"}


def digest(*parts):
    """Short stable hash of the given strings."""
    joined = "\0".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def files_digest(folder, skip=()):
    """Hash of the names and contents of the files below ``folder``.

    :param skip: names of direct children of ``folder`` that do not count
    """
    folder = Path(folder)
    hasher = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if relative.parts[0] in skip or IGNORED_PARTS & set(relative.parts):
            continue
        if path.is_file():
            hasher.update(str(relative).encode() + b"\0")
            hasher.update(path.read_bytes() + b"\0")
    return hasher.hexdigest()[:16]


def addon_digest():
    """Fingerprint of what an installed addon depends on (its tests do not count)."""
    if not layout.ADDON_DIR.is_dir():
        return "no-addon"
    return files_digest(layout.ADDON_DIR, skip={"tests", "readme", "README.md"})


def read(name):
    """Fingerprint noted for step ``name``, or an empty string."""
    path = layout.STAMPS / name
    return path.read_text().strip() if path.exists() else ""


def write(name, fingerprint):
    """Note that step ``name`` was done for ``fingerprint``."""
    layout.STAMPS.mkdir(parents=True, exist_ok=True)
    (layout.STAMPS / name).write_text(fingerprint + "\n")


def forget(name):
    """Have step ``name`` done again."""
    (layout.STAMPS / name).unlink(missing_ok=True)


@contextlib.contextmanager
def lock(name="setup"):
    """Let one process at a time change the cache; others wait."""
    layout.ensure_cache()
    with open(layout.CACHE / f".{name}.lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            info(f"waiting for another run that holds the {name} lock …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
