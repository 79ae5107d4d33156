"""The PDF: every page, its bookmarks, its contents, its links and its fonts, read back with pypdf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from book.read.layout import BookError, config
from book.show import paper, pdf

from . import documents

MOST = 15_000_000  # bytes
NAMES = paper.printed()


@pytest.fixture(scope="module")
def book(site: Path) -> PdfReader:
    assert (site / pdf.NAME).exists(), "there is no PDF: make pdf"
    return PdfReader(site / pdf.NAME)


@pytest.fixture(scope="module")
def texts(book: PdfReader) -> list[str]:
    return [_plain(page.extract_text()) for page in book.pages]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _title(site: Path, name: str) -> str:
    return documents.parsed(site / name).select_one("article h1").get_text().removesuffix("#")


def _bookmarks(book: PdfReader, outline: list | None = None, level: int = 0) -> Iterator[tuple[int, str, int]]:
    """(level, title, page counted from 1) of every bookmark."""
    for entry in book.outline if outline is None else outline:
        if isinstance(entry, list):
            yield from _bookmarks(book, entry, level + 1)
        else:
            yield level, _plain(entry.title), book.get_destination_page_number(entry) + 1


def test_it_is_of_a_size_to_be_downloaded_and_says_what_it_is(book: PdfReader, site: Path) -> None:
    assert (site / pdf.NAME).stat().st_size <= MOST
    assert (book.metadata.title, book.metadata.author) == (config()["title"], config()["author"])
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in book.pages} == {(595, 842)}


def test_its_bookmarks_are_the_pages_and_their_sections(book: PdfReader, site: Path, texts: list[str]) -> None:
    found = list(_bookmarks(book))
    titles = ["Contents", paper.FOREWORD, *(_title(site, name) for name in NAMES[1:])]
    assert [title for level, title, _ in found if level == 0] == titles
    sections = [title for level, title, _ in found if level == 1]
    assert len(sections) == sum(len(documents.parsed(site / name).select("article h2")) for name in NAMES)
    for _, title, page in found:
        assert title in texts[page - 1], f"{title} is not on page {page}"


def test_its_contents_have_the_numbers_of_the_pages(book: PdfReader, texts: list[str]) -> None:
    found = list(_bookmarks(book))
    start = next(page for _, title, page in found if title == paper.FOREWORD)
    lines = "".join(texts[1 : start - 1]).replace(" ", "")
    wanted = [f"{title}{page}".replace(" ", "") for level, title, page in found[1:] if level < 2]
    assert [line for line in wanted if line not in lines] == []


def test_no_page_is_blank_and_every_one_has_its_number(book: PdfReader, texts: list[str]) -> None:
    titles = [title for level, title, _ in _bookmarks(book) if level == 0]
    for number, (page, text) in enumerate(zip(book.pages, texts, strict=True), 1):
        inner = next((text.replace(title, "", 1) for title in titles if text.startswith(title)), text)
        assert len(inner) > 30 or _images(page), f"page {number} is blank"
        assert number == 1 or str(number) in text.split(), f"page {number} does not say so"


def test_its_text_is_that_of_the_pages(texts: list[str], site: Path) -> None:
    whole = " ".join(texts)
    folded = ("Code: Figure", "Check: 0", "Solution of exercise", "Install the book's package")
    for word in (*folded, "Run it in Colab", "Search this book", "Back to top"):
        assert word not in whole
    solutions = sum(len(documents.parsed(site / name).select(".tag_solution")) for name in NAMES)
    assert whole.count("A solution") >= solutions > 0
    words = [documents.parsed(site / name).select("article figcaption strong") for name in NAMES]
    captions = [number.get_text() for found in words for number in found]
    assert captions and [caption for caption in captions if caption not in whole] == []


def _images(page: DictionaryObject) -> int:
    objects = page["/Resources"].get("/XObject", {})
    return sum(objects[name]["/Subtype"] == "/Image" for name in objects)


def test_its_images_are_there_those_of_the_explorers_too(book: PdfReader, site: Path) -> None:
    wanted = sum(len(documents.parsed(site / name).select("article img")) for name in NAMES)
    assert sum(_images(page) for page in book.pages) >= wanted


def test_its_fonts_are_embedded(book: PdfReader) -> None:
    for page in book.pages:
        for font in (entry.get_object() for entry in page["/Resources"].get("/Font", {}).values()):
            if font["/Subtype"] != "/Type3":  # such a font is made of drawings in the file
                inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"]), font["/BaseFont"]


def test_its_links_lead_into_the_book_or_to_the_web(book: PdfReader) -> None:
    inside, bad, places = 0, [], set(book.named_destinations)
    for page in book.pages:
        for annotation in (entry.get_object() for entry in page.get("/Annots", [])):
            address = annotation.get("/A", {}).get("/URI")
            if address is not None:
                bad += (
                    []
                    if address.startswith(("https://", "http://", "mailto:")) and "localhost" not in address
                    else [address]
                )
            elif "/Dest" in annotation:
                inside += 1
                bad += [] if annotation["/Dest"] in places else [annotation["/Dest"]]
    assert bad == [] and inside > 500


def test_the_landing_page_links_to_it(site: Path, book: PdfReader) -> None:
    [link] = documents.parsed(site / "index.html").select("article p.aelib-pdf a")
    assert link["href"] == pdf.NAME and f"({len(book.pages)} pages, " in link.parent.get_text()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("#sec-02-line", "#chapters-02_pca--sec-02-line"),
        ("03_fully_connected.html", "#chapters-03_fully_connected"),
        ("../back/notation.html#sec-notation", "#back-notation--sec-notation"),
        ("../_sources/chapters/02_pca.ipynb", "https://book.example/_sources/chapters/02_pca.ipynb"),
        ("https://example.org/a#b", "https://example.org/a#b"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_where_links_lead_on_paper(address: str, place: str) -> None:
    assert paper.target(address, "chapters/02_pca.html", NAMES, "https://book.example") == place


def test_a_page_without_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>none</p>", "utf-8")
    with pytest.raises(BookError, match="a.html: got no article.bd-article"):
        paper.article(tmp_path, "a.html", ["a.html"], "https://book.example")
