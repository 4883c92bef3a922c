"""The mirror is found in the machine's own apt configuration, in both formats."""

from toolchain import debian

DEB822 = """\
Types: deb
# a comment in a stanza
URIs: http://deb.example.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.example.org/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example.org/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """\
# deb http://comment.example.org/debian bookworm main
deb [arch=amd64 signed-by=/etc/k.gpg] http://vendor.example.org/apt stable main
deb http://mirror.example.org/debian/ bookworm main contrib # tail
deb-src http://src.example.org/debian bookworm main
deb cdrom:[Debian]/ bookworm main
deb http://third.example.org/x bookworm-vendor main
"""


def make_etc(tmp_path, sources="", one_line=""):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(sources)
    (tmp_path / "sources.list").write_text(one_line)
    return tmp_path


def test_deb822_archive_but_not_security_nor_disabled(tmp_path):
    etc = make_etc(tmp_path, sources=DEB822)
    found = debian.find_mirrors(etc, "bookworm")
    assert found == ["http://deb.example.org/debian"]


def test_one_line_archive_before_vendors(tmp_path):
    etc = make_etc(tmp_path, one_line=ONE_LINE)
    found = debian.find_mirrors(etc, "bookworm")
    assert found == [
        "http://mirror.example.org/debian/",
        "http://vendor.example.org/apt",
    ]


def test_folded_fields_and_several_addresses(tmp_path):
    text = (
        "Types: deb\nURIs: http://a.example.org/debian\n http://b.example.org/debian\n"
    )
    etc = make_etc(tmp_path, sources=text + "Suites: trixie\nComponents: main\n")
    assert len(debian.find_mirrors(etc, "trixie")) == 2


def test_no_mirror_on_another_distribution(tmp_path):
    etc = make_etc(tmp_path, one_line="deb http://x.example.org/ubuntu noble main\n")
    assert debian.find_mirrors(etc, "noble-other") == []
