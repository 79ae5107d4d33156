"""What the engine changes in the pages that Jupyter Book wrote."""

from pathlib import Path

from book.show.tidy import page, tidy

HEAD = """<head><script defer src="_static/scripts/fontawesome.js?digest=1"></script>
<link rel="stylesheet" href="_static/sphinx-design.min.css?v=1" /><link rel="stylesheet" href="_static/book.css" />
<script data-x="y" src="_static/design-tabs.js?v=1"></script><script src="_static/book.js"></script>
<script>const THEBE_JS_URL = "https://unpkg.com/thebe";</script><script src="_static/sphinx-thebe.js"></script>
<script src="_static/searchtools.js"></script><script src="_static/language_data.js"></script>
<script src="searchindex.js"></script>
</head>"""


def test_what_no_reader_needs_is_gone_and_the_rest_stays() -> None:
    text = page(HEAD)
    gone = ["fontawesome", "sphinx-design", "design-tabs", "thebe", "unpkg"]
    gone += ["searchtools", "language_data", "searchindex"]
    assert [name for name in gone if name in text] == []
    assert 'href="_static/book.css"' in text and 'src="_static/book.js"' in text


def test_the_page_of_results_keeps_the_search(tmp_path: Path) -> None:
    for name in ("index.html", "search.html", "a.js.map", "fontawesome.js", "fontawesome.js.LICENSE.txt"):
        (tmp_path / name).write_text(HEAD, "utf-8")
    tidy(tmp_path)
    assert "searchindex.js" in (tmp_path / "search.html").read_text("utf-8")
    assert "searchindex.js" not in (tmp_path / "index.html").read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "search.html"]


def test_marks_that_a_screen_reader_trips_over_are_mended() -> None:
    assert page('<summary aria-label="Toggle hidden content">\nShow') == "<summary>\nShow"
    assert page('<i class="fas fa-rocket"></i>') == '<i aria-hidden="true" class="fas fa-rocket"></i>'
    assert page('<div class="citation" role="doc-biblioentry">') == '<div class="citation" role="listitem">'
