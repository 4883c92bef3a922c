"""Checks of what people read beside the code: links, pictures, length, HTML."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

from . import layout, readme, tree

README = layout.REPO / "README.md"
README_LINES = 150
PAGE = layout.ADDON_DIR / "static" / "description" / "index.html"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ELSEWHERE = re.compile(r"(https?:|mailto:)")
UNCLOSED = {"br", "hr", "img", "input", "link", "meta"}


def check():
    """Complaints about the README's length, links that lead nowhere, and the page."""
    found = []
    for path in tree.files():
        if path.suffix == ".md" and path.parent != readme.FRAGMENTS:
            name = path.relative_to(layout.REPO)
            found += [f"{name}: {text}" for text in check_links(path)]
    lines = len(README.read_text().splitlines())
    if lines > README_LINES:
        found.append(f"README.md has {lines} lines, at most {README_LINES}")
    name = PAGE.relative_to(layout.REPO)
    return found + [f"{name}: {text}" for text in check_page(PAGE)]


def check_links(path):
    """Complaints about links of a Markdown file: no such file, no such heading."""
    text = CODE.sub("", path.read_text())
    found = []
    for link in LINK.findall(text):
        if ELSEWHERE.match(link):
            continue
        file, _hash, heading = unquote(link).partition("#")
        target = path.parent / file if file else path
        if not target.exists():
            found.append(f"{link} leads to no file")
        elif heading and heading not in _anchors(target):
            found.append(f"{link} leads to no heading")
    return found


def _anchors(path):
    return {readme.anchor(title) for title in HEADING.findall(path.read_text())}


def check_page(path):
    """Complaints about a page in HTML: tags that do not match, missing pictures."""
    page = _Page()
    page.feed(path.read_text())
    page.close()
    found = page.found + [f"<{tag}> is not closed" for tag in page.open]
    missing = [name for name in page.pictures if not (path.parent / name).exists()]
    return found + [f"{name} does not exist" for name in missing]


class _Page(HTMLParser):
    """Reads a page: which tags are open, which pictures it shows."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.pictures = []
        self.found = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "img":
            self.pictures.append(values.get("src") or "")
            if not values.get("alt"):
                self.found.append(f"{values.get('src')} has no alt text")
        if tag not in UNCLOSED:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in UNCLOSED:
            self.open.pop()

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.found.append(f"</{tag}> closes nothing")
