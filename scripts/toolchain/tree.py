"""Checks of the files themselves: how they are written, what they must not name."""

import hashlib
import re
import subprocess

from . import layout

# Only these hosts may be named: a mirror or registry is the machine's own affair.
HOSTS = {
    "127.0.0.1",
    "example.com",
    "example.org",
    "fsf.org",
    "github.com",
    "localhost",
    "odoo.com",
    "schemas.openxmlformats.org",
    "www.gnu.org",
    "www.odoo.com",
    "www.w3.org",
}
URL = re.compile(r"https?://([A-Za-z0-9.-]+)")
# Folders of one person's or one machine's own.
PRIVATE_PATH = re.compile(r"(?<![\w.$}~)])/(?:root|home/\w+|opt|work|mnt|Users)/")
PRIVATE_FOLDER = re.compile(r"(?<![\w/@.-])shared/[\w-]")
# Words that have no place here, kept as digests so that this file is clean too.
WORDS = re.compile(r"[a-z]+")
DENIED = {
    "053ea4804ef1",
    "386ebc0efd04",
    "3ea125d0bff3",
    "487b91042c7c",
    "60965168ce76",
    "67f2d2251462",
    "6f7ac1823da8",
    "7d3194f79e64",
    "94a168d2da57",
    "c70eca6b0f88",
    "c857d09db23e",
    "d298391b0743",
    "de2187af3fb0",
}
BINARY = {".png", ".ico", ".gif", ".jpg", ".xlsx", ".woff", ".woff2", ".gz"}


def files():
    """Paths of the repository's text files."""
    return [path for path in all_files() if path.suffix not in BINARY]


def all_files():
    """Paths of the repository's files, new ones that git does not ignore included."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=layout.REPO, capture_output=True, check=True)
    names = done.stdout.decode().split("\0")
    paths = [layout.REPO / name for name in names if name]
    return [path for path in paths if path.is_file()]


def check_text():
    """Complaints about line ends, trailing space, tabs and merge marks."""
    found = []
    for path in files():
        name = path.relative_to(layout.REPO)
        found += [f"{name}{complaint}" for complaint in _text_complaints(path)]
    return found


def _text_complaints(path):
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return [": not UTF-8"]
    found = [": CRLF line ends"] if "\r\n" in text else []
    if text and not text.endswith("\n"):
        found.append(": no newline at the end")
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip() and path.suffix not in (".md", ".po", ".pot"):
            found.append(f":{number}: trailing space")
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            found.append(f":{number}: merge mark")
    return found


def check_names():
    """Complaints about hosts, folders and words that belong to a workplace."""
    found = []
    for path in files():
        text = path.read_text(errors="replace")
        found += _name_complaints(str(path.relative_to(layout.REPO)), text)
    command = ["git", "log", "--format=%B"]
    done = subprocess.run(
        command, cwd=layout.REPO, capture_output=True, text=True, check=False
    )
    return found + _name_complaints("commit messages", done.stdout)


def _is_allowed(host):
    return host in HOSTS or host.endswith((".example.com", ".example.org"))


def _name_complaints(name, text):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        hosts = [h.rstrip(".") for h in URL.findall(line)]
        found += [f"{name}:{number}: host {h}" for h in hosts if not _is_allowed(h)]
        for pattern in (PRIVATE_PATH, PRIVATE_FOLDER):
            if match := pattern.search(line):
                found.append(f"{name}:{number}: path {match.group()}")
        for word in WORDS.findall(line.lower()):
            if hashlib.sha256(word.encode()).hexdigest()[:12] in DENIED:
                found.append(f"{name}:{number}: word {word}")
    return found
