"""The whole book as one PDF, printed by Chromium from the built pages."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

from book.read.layout import ROOT, BookError, config
from book.show.chromium import chromium
from book.show.pages import HTML

if TYPE_CHECKING:  # only this command and `make browser` need them
    from playwright.sync_api import Page
    from pypdf import PdfReader

NAME = "autoencoders-measured.pdf"
PLACE = re.compile(r'<!-- pdf -->(<p class="aelib-pdf">.*?</p>)?', re.S)  # in the landing page
COLUMN = 643  # so many CSS pixels lie between the margins of print.css

READY, FIT, NUMBER = (
    Path(__file__).with_name(f"paper_{what}.js").read_text("utf-8") for what in ("ready", "fit", "number")
)


def build(site: Path = HTML, root: Path = ROOT) -> Path:
    """Write the PDF into the built site, and the link to it on the landing page."""
    from book.show import paper

    if not (site / "index.html").exists():
        raise BookError("there are no pages to print; run 'make pages'")
    source, result = site / "print.html", site / NAME
    source.write_text(paper.document(site, root), "utf-8")
    try:
        with chromium() as browser:
            page = browser.new_page(viewport={"width": COLUMN, "height": 1000})
            page.emulate_media(media="print", color_scheme="light")
            page.goto(source.as_uri())
            page.evaluate(READY)
            if wide := page.evaluate(FIT):
                raise BookError("too wide for paper:\n" + "\n".join(wide))
            page.evaluate(NUMBER, places(_print(page, result)))  # a first print tells where everything stands
            finished = _print(page, result)
    finally:
        source.unlink()
    _describe(finished, result, root)
    _announce(site, result, len(finished.pages))
    return result


def places(reader: PdfReader) -> dict[str, int]:
    """The page of each place that something in the book links to, counted from 1."""
    numbers = {}
    for name, place in reader.named_destinations.items():
        if (number := reader.get_destination_page_number(place)) is None:
            raise BookError(f"{name}: got a place on no page of the PDF, expected one on a page")
        numbers[name.removeprefix("/")] = number + 1
    return numbers


def _print(page: Page, path: Path) -> PdfReader:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns that Chromium counts its objects differently
    page.pdf(path=path, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    return PdfReader(path)


def _describe(reader: PdfReader, path: Path, root: Path) -> None:
    """Give the PDF its title and authors, and let it open with the bookmarks beside it; pack its many small objects."""
    import pikepdf
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=reader)
    settings = config(root)
    writer.metadata = {"/Title": settings["title"], "/Author": settings["author"], "/Creator": "make pdf"}
    writer.pdf_header, writer.page_mode = reader.pdf_header, "/UseOutlines"
    writer.write(path)
    with pikepdf.open(path, allow_overwriting_input=True) as packed:  # what makes it accessible is half of it
        packed.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)


def _announce(site: Path, path: Path, pages: int) -> None:
    """Link to the PDF where the landing page has its place for that; a site without the PDF has no link."""
    index, size = site / "index.html", path.stat().st_size / 1e6
    about = f"({pages} pages, {size:.0f} MB)"
    link = f'<p class="aelib-pdf">To read on paper: <a href="{path.name}">the book as a PDF</a> {about}.</p>'
    text, count = PLACE.subn(f"<!-- pdf -->{link}", index.read_text("utf-8"))
    if count != 1:
        raise BookError(f"index.html has {count} places for the link to the PDF, expected one '<!-- pdf -->'")
    index.write_text(text, "utf-8")
