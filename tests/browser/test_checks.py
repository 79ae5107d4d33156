"""The checks themselves: each must report the fault that it is there for, and nothing on a page without faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from . import access, documents, looks
from .server import serve
from .visits import Visit, visit

DOT = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='400' height='9'/%3E"
ALT = "Two curves that fall from left to right"
GOOD = f"""<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="{DOT}"></head><body><main>
<div class="bd-article-container"><article><h1 id="top">A page</h1><p>Words with a <a href="#top">link</a>.</p>
<figure><img src="{DOT}" alt="{ALT}" width="320"><figcaption>Curves that fall from left to right.</figcaption></figure>
<!-- here --></article></div></main></body></html>"""
Open = Callable[..., Visit]


def page(folder: Path, fault: str = "", name: str = "page.html") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(GOOD.replace("<!-- here -->", fault), "utf-8")
    return folder


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """opened(fault, width): the page with this HTML in it, in Chromium."""
    with ExitStack() as stack:

        @contextmanager
        def visiting(fault: str, width: int) -> Iterator[Visit]:
            with serve(page(tmp_path, fault)) as server, visit(browser, server, "page.html", width) as loaded:
                yield loaded

        yield lambda fault="", width=1280: stack.enter_context(visiting(fault, width))


def test_a_good_page_passes_every_check(opened: Open, tmp_path: Path) -> None:
    loaded = opened(width=390)
    assert loaded.errors == loaded.outside == []
    assert looks.overflow(loaded.page) == looks.figures(loaded.page) == looks.math(loaded.page) == []
    assert access.lost_stops(loaded.page) == access.violations(loaded.page) == []
    for check in (documents.dead_links, documents.twice, documents.undescribed, documents.without_caption):
        assert check(tmp_path, "page.html") == []


@pytest.mark.parametrize(
    "fault",
    [
        '<img src="https://example.org/a.png" alt="">',
        '<script src="//example.org/a.js"></script>',
        '<link rel="stylesheet" href="http://localhost:1/a.css">',
        "<script>fetch('https://example.org/')</script>",
        "<style>p { background: url(https://example.org/a.png) }</style>",
    ],
)
def test_a_request_to_another_host_is_reported(opened: Open, fault: str) -> None:
    assert len(opened(fault).outside) == 1


@pytest.mark.parametrize(
    "fault",
    [
        '<script src="none.js"></script>',
        "<script>console.error('no')</script>",
        "<script>throw new Error('no')</script>",
    ],
)
def test_errors_are_reported(opened: Open, fault: str) -> None:
    assert opened(fault).errors != []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ('<p style="width: 500px">wide</p>', "<p"),
        ("<pre>" + 90 * "m" + "</pre>", "in a window of 390 px"),
        ('<p style="overflow: hidden; white-space: nowrap">' + 90 * "m" + "</p>", "cut off"),
    ],
)
def test_what_is_too_wide_is_reported(opened: Open, fault: str, words: str) -> None:
    assert words in " ".join(looks.overflow(opened(fault, 390).page))


def test_a_box_that_scrolls_is_not_reported(opened: Open) -> None:
    assert looks.overflow(opened('<pre style="overflow-x: auto">' + 90 * "m" + "</pre>", 390).page) == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (f'<img src="{DOT}" alt="{ALT}" width="120">', "120 px wide"),
        (f'<img src="{DOT}" alt="{ALT}" width="600">', "reaches"),
        (f'<img src="none.png" alt="{ALT}" width="320">', "did not load"),
    ],
)
def test_figures_that_cannot_be_read_are_reported(opened: Open, fault: str, words: str) -> None:
    assert words in " ".join(looks.figures(opened(fault, 390).page))


@pytest.mark.parametrize(
    "fault",
    [
        "<p>$$x^2$$</p>",
        r"<p>so \(x\) is</p>",
        r"<p>\begin{align}</p>",
        r'<div class="math">\[x\]</div>',
        '<p class="math"><mjx-container><mjx-merror>x</mjx-merror></mjx-container></p>',
    ],
)
def test_formulas_that_are_not_set_are_reported(opened: Open, fault: str) -> None:
    assert looks.math(opened(fault).page) != []


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ('<p style="color: #999">pale</p>', "color-contrast"),
        (
            '<div class="highlight"><pre><span class="k">a</span> '
            '<span class="c" style="color: #999">pale</span></pre></div>',
            "color-contrast",
        ),
        ('<details><summary>more</summary><p style="color: #999">pale</p></details>', "color-contrast"),
        (f'<img src="{DOT}">', "image-alt"),
        ("<button></button>", "button-name"),
        (
            f'<div style="overflow: auto; width: 9em; white-space: nowrap">{90 * "m "}'
            '<a href="#top" tabindex="-1">x</a></div>',
            "scrollable",
        ),
    ],
)
def test_what_not_everyone_can_read_is_reported(opened: Open, fault: str, rule: str) -> None:
    assert rule in " ".join(access.violations(opened(fault).page))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ('<a href="#top" inert>never</a>', "does not reach"),
        ('<a href="#top" style="outline: none">unseen</a>', "cannot be seen"),
        ('<button style="opacity: 0.1">unseen</button>', "cannot be seen"),
        ('<button style="outline: none; box-shadow: 1px 1px red">always so</button>', "cannot be seen"),
    ],
)
def test_where_the_keyboard_is_lost_is_reported(opened: Open, fault: str, words: str) -> None:
    assert words in " ".join(access.lost_stops(opened(fault).page))


@pytest.mark.parametrize(
    "fault",
    [
        '<a href="none.html">x</a>',
        '<a href="#none">x</a>',
        '<a href="other.html#none">x</a>',
        '<a href="https://book.example/none.html">x</a>',
        '<script src="none.js"></script>',
    ],
)
def test_dead_links_are_reported(tmp_path: Path, fault: str) -> None:
    page(tmp_path, name="other.html")
    good = '<a href="other.html#top">x</a> <a href="https://book.example/other.html#top">x</a> <a href="https://example.org/none">x</a>'
    page(tmp_path, good + fault)
    assert len(documents.dead_links(tmp_path, "page.html", "https://book.example")) == 1


@pytest.mark.parametrize(
    "alt", ["", 'alt=""', 'alt="curves"', 'alt="figure-of-two-falling-curves.png"', 'alt="" role="presentation"']
)
def test_images_without_words_are_reported(tmp_path: Path, alt: str) -> None:
    assert len(documents.undescribed(page(tmp_path, f'<img src="{DOT}" {alt}>'), "page.html")) == 1


def test_figures_without_caption_and_names_that_stand_twice_are_reported(tmp_path: Path) -> None:
    site = page(tmp_path, f'<figure id="top"><img src="{DOT}" alt="{ALT}"><figcaption>#</figcaption></figure>')
    assert len(documents.without_caption(site, "page.html")) == len(documents.twice(site, "page.html")) == 1
