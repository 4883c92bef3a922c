"""What tests need of the machine: a browser, a Chinese font, LibreOffice."""

import os
import shutil
import subprocess
from pathlib import Path

from . import layout, shell
from .say import Problem, Timer, info, step

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk", "libreoffice-calc")
CJK_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def find():
    """Path of a browser that Odoo's test runner accepts, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def ensure():
    """Have them all; installs Debian's packages where that is possible."""
    missing = [] if find() else ["chromium"]
    missing += [] if _has_cjk_font() else ["fonts-noto-cjk"]
    missing += [] if shutil.which("soffice") else ["libreoffice-calc"]
    if missing:
        _install(missing)
    if not find():
        raise Problem("No browser after installing chromium.", _by_hand(PACKAGES))


def _has_cjk_font():
    if CJK_FONT.exists():
        return True
    if not shutil.which("fc-list"):
        return False
    fonts = subprocess.run(
        ["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False
    )
    return bool(fonts.stdout.strip())


def _install(packages):
    """apt-get install, as root or through a sudo that asks nothing."""
    prefix = _root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        raise Problem(f"The tests need {' and '.join(packages)}.", _by_hand(packages))
    step(f"Debian packages: installing {', '.join(packages)}")
    with Timer() as timer:
        quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
        log = layout.LOGS / "apt-install.log"
        info(f"updating the package lists, then installing (log: {log})")
        options = {"log": "apt-install", "do": _by_hand(packages)}
        shell.logged([*quiet, "update"], what="apt-get update failed", **options)
        install = [*quiet, "install", "-y", "--no-install-recommends", *packages]
        shell.logged(install, what="apt-get install failed", **options)
    info(f"installed in {timer.text}")


def _root_prefix():
    """Words before a command that make it root's; None when that is impossible."""
    if not os.geteuid():
        return []
    if shutil.which("sudo") and not subprocess.call(
        ["sudo", "-n", "true"], stderr=subprocess.DEVNULL
    ):
        return ["sudo", "-n"]
    return None


def _by_hand(packages):
    return f"Install them, then run again: apt-get install {' '.join(packages)}"
