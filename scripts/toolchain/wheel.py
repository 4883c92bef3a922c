"""``make wheel``: the addon as a package that pip installs."""

import os
import shutil
import tempfile
from pathlib import Path

from . import layout, shell, tree, venv
from .say import info, step

FOLDER = layout.REPO / "dist"


def make():
    """Build the wheel into ``dist/``."""
    layout.ensure_cache()
    programs = venv.ensure_build()
    step(f"Wheel of {layout.ADDON}")
    info(f"written: {build(FOLDER, programs).relative_to(layout.REPO)}")


def build(folder, programs):
    """Build the wheel into ``folder``, with the version of the manifest; its path.

    The addon is built from a copy: in the checkout, new files that are not committed
    yet would be left out, and the number of commits would be added to the version.

    :param programs: the bin folder of the build environment
    """
    with tempfile.TemporaryDirectory(dir=layout.TMP) as place:
        copy = Path(place) / layout.ADDON
        _copy_addon(copy)
        pip = [programs / "python", "-m", "pip", "wheel", "--no-build-isolation"]
        shell.logged(
            [*pip, "--no-deps", "--no-index", "--wheel-dir", place, copy],
            log="wheel",
            what="Building the wheel failed",
            env=dict(os.environ, GIT_CEILING_DIRECTORIES=place, TMPDIR=place),
        )
        [wheel] = Path(place).glob("*.whl")
        Path(folder).mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, folder))


def _copy_addon(target):
    """Copy the addon without what git ignores."""
    for path in tree.all_files():
        if path.is_relative_to(layout.ADDON_DIR):
            copy = target / path.relative_to(layout.ADDON_DIR)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
