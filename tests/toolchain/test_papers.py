"""What is checked of READMEs, guides and the addon's page."""

from toolchain import papers, readme


def test_links_of_fragments_work_from_the_readme():
    text = "![a](../static/a.png) [b]({}) [c](#d) [e](../../docs/f.md)"
    expected = "![a](static/a.png) [b]({}) [c](#d) [e](../docs/f.md)"
    address = "https://www.odoo.com"
    moved = readme.LINK.sub(r"\1\2)", text.format(address))
    assert moved == expected.format(address)


def test_the_readme_shows_the_last_two_versions():
    versions = [f"### 19.0.1.{n}.0\n\n- Change {n}.\n" for n in (3, 2, 1)]
    shown = readme.latest("\n".join(versions))
    assert shown == f"{versions[0]}\n{versions[1]}\n{readme.OLDER}"
    assert readme.latest(versions[0]) == versions[0].strip()


def test_links_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "other.md").write_text("# Who is who\n")
    path = tmp_path / "page.md"
    path.write_text(
        "# A title\n[a](other.md#who-is-who) [b](#a-title) [c](https://example.com)\n"
        "`[d](none.md)`\n[e](gone.md) ![f](gone.png) [g](other.md#gone)\n"
    )
    assert papers.check_links(path) == [
        "gone.md leads to no file",
        "gone.png leads to no file",
        "other.md#gone leads to no heading",
    ]


def test_faults_of_a_page_are_found(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    path = tmp_path / "index.html"
    path.write_text('<p><img src="a.png" alt="A"/><br></p>')
    assert papers.check_page(path) == []
    path.write_text('<div><p><img src="b.png" alt="B"></div>')
    assert papers.check_page(path) == [
        "</div> closes nothing",
        "<div> is not closed",
        "<p> is not closed",
        "b.png does not exist",
    ]


def test_the_papers_are_in_order():
    assert readme.check() + papers.check() == []
