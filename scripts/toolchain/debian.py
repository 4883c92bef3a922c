"""Odoo 19 from Debian: fetched with apt through private folders, unpacked in the cache.

No root needed, nothing installed, the machine's own apt lists stay as they are. The
mirror is the one that the machine already uses; the archive's key verifies what comes.
"""

import os
import re
import shutil
from pathlib import Path

from . import layout, shell
from .say import Problem, Timer, info, step

SUITE = "unstable"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Beside Odoo itself: what its relative links point at.
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
# Left out of Debian's build; without it every page with the mail assets logs an error.
MISSING_FILE = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
GENERIC_SUITES = {"stable", "testing", "unstable", "sid", "oldstable"}
USE_CHECKOUT = "Get an Odoo 19.0 checkout and run make with ODOO_SRC=/path/to/odoo-19."


def dist_packages():
    """Folder that holds the unpacked ``odoo`` package."""
    return layout.ODOO_DEB / "root" / "usr" / "lib" / "python3" / "dist-packages"


def is_ready():
    return (dist_packages() / "odoo" / "release.py").exists()


def ensure():
    """Fetch and unpack Odoo 19 unless that was done before."""
    if is_ready():
        return
    _check_machine()
    step("Odoo 19: fetching Debian's build (135 MB) through this machine's mirror")
    with Timer() as timer:
        work = layout.ODOO_DEB / "work"
        shutil.rmtree(work, ignore_errors=True)
        _unpack(_download(work, PACKAGES, SUITE), work / "root")
        _add_missing_file(work / "root")
        shutil.rmtree(layout.ODOO_DEB / "root", ignore_errors=True)
        (work / "root").rename(layout.ODOO_DEB / "root")
        shutil.rmtree(work)
    info(f"Odoo 19 unpacked in {timer.text}")


def fetch(package, folder):
    """Unpack a package of this machine's own release into a folder; return its files.

    :param pathlib.Path folder: made anew unless it is there
    """
    if not folder.exists():
        _check_machine()
        work = folder.with_suffix(".work")
        shutil.rmtree(work, ignore_errors=True)
        _unpack(_download(work, [package], _codename()), work / "root")
        (work / "root").rename(folder)
        shutil.rmtree(work)
    return [path for path in folder.rglob("*") if path.is_file()]


def _check_machine():
    missing = [tool for tool in ("apt-get", "dpkg") if not shutil.which(tool)]
    if missing:
        raise Problem(
            f"Odoo 19 can be fetched on Debian only; this machine has no {missing[0]}.",
            USE_CHECKOUT,
        )
    if not KEYRING.exists():
        raise Problem(
            f"{KEYRING} is missing: Debian's packages could not be verified.",
            "Install debian-archive-keyring (on Debian), or else: " + USE_CHECKOUT,
        )


def _download(work, packages, suite):
    """Fetch the packages into ``work/debs`` from the first mirror that serves them."""
    mirrors = find_mirrors()
    if not mirrors:
        raise Problem(
            "No Debian archive mirror in /etc/apt/sources.list(.d).", USE_CHECKOUT
        )
    failures = []
    for mirror in mirrors:
        try:
            return _download_from(mirror, work, packages, suite)
        except Problem as error:  # noqa: PERF203 (a mirror each time)
            failures.append(error.what)
    raise Problem(
        "Odoo 19 could not be fetched from this machine's Debian mirror: "
        + " ".join(failures),
        "Check the network (apt-get update must work), then run the same command "
        "again. Or: " + USE_CHECKOUT,
    )


def _download_from(mirror, work, packages, suite):
    apt = _private_apt(mirror, work, suite)
    info(f"reading the package list of the suite {suite}")
    shell.live([*apt, "update"], what="apt-get update")
    info("downloading " + ", ".join(packages))
    debs = work / "debs"
    debs.mkdir(exist_ok=True)
    shell.live([*apt, "download", *packages], what="apt-get download", cwd=debs)
    return sorted(debs.glob("*.deb"))


def _private_apt(mirror, work, suite):
    """An apt-get command line that reads and writes below ``work`` only."""
    for folder in ("lists/partial", "cache/archives/partial", "log"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    source = f"deb [signed-by={KEYRING}] {mirror} {suite} main\n"
    (work / "sources.list").write_text(source)
    (work / "apt.conf").write_text(
        f"""#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets::deb::DEP-11;
Dir::Etc::SourceList "{work}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "{work}/lists";
Dir::State::Status "{work}/status";
Dir::Cache "{work}/cache";
Dir::Log "{work}/log";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
"""
    )
    return ["apt-get", "-q", "-c", str(work / "apt.conf")]


def _unpack(debs, root):
    root.mkdir(parents=True)
    for deb in debs:
        info(f"unpacking {deb.name}")
        shell.live(["dpkg", "-x", deb, root], what=f"Unpacking {deb.name}")


def _add_missing_file(root):
    missing = root / "usr" / "lib" / "python3" / "dist-packages" / MISSING_FILE
    if not missing.exists():
        missing.parent.mkdir(parents=True, exist_ok=True)
        missing.touch()


# ------------------------------------------------------------------------------------
# The machine's own mirror
# ------------------------------------------------------------------------------------


def find_mirrors(etc=Path("/etc/apt"), codename=None):
    """Addresses of Debian archive mirrors in the apt configuration, likeliest first."""
    suites = {codename or _codename()} | GENERIC_SUITES
    found = {}
    for address, suite, components in _read_sources(Path(etc)):
        base = suite.removesuffix("-updates").removesuffix("-backports")
        if base in suites and "main" in components and "security" not in address:
            found.setdefault(address, _likelihood(address))
    return sorted(found, key=lambda address: -found[address])


def _likelihood(address):
    """2 for an address that ends like the archive's, 1 for one that names Debian."""
    path = re.sub(r"^[^:]+:/*[^/]*", "", address).rstrip("/")
    return 2 if path.endswith("/debian") else 1 if "debian" in address else 0


def _codename():
    try:
        text = Path("/etc/os-release").read_text()
    except OSError:
        return ""
    match = re.search(r"^VERSION_CODENAME=\"?([\w-]+)", text, re.MULTILINE)
    return match.group(1) if match else ""


def _read_sources(etc):
    """Yield (address, suite, components) for every enabled binary source."""
    parts = etc / "sources.list.d"
    one_line = [etc / "sources.list", *sorted(parts.glob("*.list"))]
    for path in one_line:
        if os.access(path, os.R_OK):
            yield from parse_one_line(path.read_text(errors="replace"))
    for path in sorted(parts.glob("*.sources")):
        if os.access(path, os.R_OK):
            yield from parse_deb822(path.read_text(errors="replace"))


def parse_one_line(text):
    """Sources in the format ``deb [options] address suite component…``."""
    for line in text.splitlines():
        line = re.sub(r"\[.*?\]", " ", line.split("#", 1)[0])
        words = line.split()
        if len(words) >= 4 and words[0] == "deb" and not words[1].startswith("cdrom:"):
            yield words[1], words[2], words[3:]


def parse_deb822(text):
    """Sources in the format of ``*.sources`` files: fields in stanzas."""
    for stanza in re.split(r"\n\s*\n", text):
        fields = _stanza_fields(stanza)
        if "deb" not in fields.get("types", []) or fields.get("enabled") == ["no"]:
            continue
        for address in fields.get("uris", []):
            for suite in fields.get("suites", []):
                yield address, suite, fields.get("components", [])


def _stanza_fields(stanza):
    """{lower-case field name: words} of one stanza, comments and folding resolved."""
    fields, name = {}, None
    for line in stanza.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0] not in " \t" and ":" in line:
            name, line = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = []
        if name:
            fields[name].extend(line.split())
    return fields
