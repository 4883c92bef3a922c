"""Python environments in the cache: for Odoo and the tests, for lint, for the wheel."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import layout, postgres, shell, stamps
from .say import Problem, Timer, info, step

VERSIONS = ((3, 10), (3, 11), (3, 12), (3, 13))
NETWORK = "Check that pip reaches its package index, then run the same command again."


def ensure(source):
    """Have the environment that runs Odoo and the tests."""
    files = [layout.REQUIREMENTS / "odoo.txt", layout.REQUIREMENTS / "test.txt"]
    _ensure(layout.VENV, files, "Odoo and the tests", source.fingerprint, source)


def ensure_lint():
    """Have the environment that holds the linters; returns its bin folder."""
    folder = layout.CACHE / "venv-lint"
    _ensure(folder, [layout.REQUIREMENTS / "lint.txt"], "the linters", "")
    return folder / "bin"


def ensure_build():
    """Have the environment that builds the wheel; returns its bin folder."""
    folder = layout.CACHE / "venv-build"
    _ensure(folder, [layout.REQUIREMENTS / "build.txt"], "building the wheel", "")
    return folder / "bin"


def _ensure(folder, files, purpose, extra, source=None):
    """Create ``folder`` with what ``files`` list, unless its stamp says it is there."""
    python = _find_python()
    wanted = stamps.digest(python, extra, *(path.read_text() for path in files))
    if stamps.read(folder.name) == wanted and (folder / "bin" / "python").exists():
        return
    step(f"Python environment for {purpose}: {folder}")
    with Timer() as timer:
        if folder == layout.VENV:
            postgres.stop()  # its programs live in there
        stamps.forget(folder.name)
        shutil.rmtree(folder, ignore_errors=True)
        shell.logged(
            [python, "-m", "venv", folder],
            log="venv",
            what="Creating a Python environment failed",
            do="On Debian: apt-get install python3-venv",
        )
        _pip_install(folder, files)
        if source:
            _link_odoo(folder, source)
    stamps.write(folder.name, wanted)
    info(f"ready in {timer.text}")


def _pip_install(folder, files):
    """Install the listed packages, showing what pip works on."""
    listed = [part for path in files for part in ("-r", path)]
    env = dict(
        os.environ,
        PIP_CACHE_DIR=str(layout.CACHE / "pip"),
        TMPDIR=str(layout.TMP),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--no-compile"]
    shell.logged(
        [*pip, "--progress-bar", "off", *listed],
        log=f"pip-{folder.name}",
        what="Installing Python packages failed",
        do=NETWORK,
        env=env,
        progress=_pip_progress,
    )


def _pip_progress(line):
    """Show "Collecting lxml==4.9.3 …", "Downloading … (7.8 MB)" and the like."""
    line = line.strip()
    shown = ("Collecting", "Downloading", "Installing")
    return line if line.startswith(shown) else None


def _link_odoo(folder, source):
    """Make ``import odoo`` find the source: a .pth file naming its folder."""
    site = next((folder / "lib").glob("python3.*/site-packages"))
    (site / "odoo-source.pth").write_text(f"{source.python_path}\n")


def _find_python():
    """A Python that Odoo 19 runs on: this one, else one on PATH."""
    if sys.version_info[:2] in VERSIONS:
        return str(Path(sys.executable).resolve())
    for major, minor in reversed(VERSIONS):
        found = shutil.which(f"python{major}.{minor}")
        if found and _version_of(found) in VERSIONS:
            return found
    raise Problem(
        f"Odoo 19 needs Python 3.10 to 3.13; this is {sys.version.split()[0]}.",
        "Install one of these versions so that, say, python3.12 is on PATH.",
    )


def _version_of(python):
    done = subprocess.run(
        [python, "--version"], capture_output=True, text=True, check=False
    )
    match = re.match(r"Python (\d+)\.(\d+)", done.stdout)
    return tuple(map(int, match.groups())) if match else None
