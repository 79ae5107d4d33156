"""Using the pages: with the keyboard, the search, the switch of the theme, the ledger's filters, the explorers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from . import access, documents
from .server import Server
from .visits import Visit, visit

SAMPLE = "chapters/05_regularized.html"  # has code that is collapsed, both kinds of solutions, tables, formulas
RESULT = "#search-results li a[href*='chapters/05_regularized.html']"


@pytest.fixture
def opened(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """The page that the test asks for with ``pages``; nothing may go wrong on it, whatever the test does."""
    with visit(browser, server, request.param) as loaded:
        yield loaded.page
        assert loaded.errors == [] and loaded.outside == []


def pages(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("opened", names, indirect=True)


@pages("index.html", SAMPLE, "back/ledger.html")
def test_tab_reaches_everything_and_shows_where_it_is(opened: Page) -> None:
    assert access.lost_stops(opened) == []


@pages(SAMPLE)
def test_enter_opens_what_is_collapsed(opened: Page) -> None:
    cells, solutions = opened.locator("details > summary"), opened.locator("button.toggle-button")
    assert cells.count() > 5 and solutions.count() > 0
    for summary in cells.all():
        summary.focus()
        opened.keyboard.press("Enter")
        assert summary.evaluate("(e) => e.parentElement.open"), summary.inner_html()
    for button in solutions.all():
        body = button.locator("xpath=ancestor::div[contains(@class, 'admonition')][1]").locator("p").last
        assert not body.is_visible()
        button.focus()
        opened.keyboard.press("Enter")
        assert body.is_visible()


@pages(SAMPLE)
def test_enter_opens_the_menus_of_the_header(opened: Page) -> None:
    for menu in opened.locator(".article-header-buttons .dropdown").all():
        menu.locator("button.dropdown-toggle").focus()
        opened.keyboard.press("Enter")
        menu.locator(".dropdown-item").first.wait_for(state="visible")
        opened.keyboard.press("Escape")
        menu.locator(".dropdown-item").first.wait_for(state="hidden")


@pages(SAMPLE)
def test_the_switch_changes_the_theme(opened: Page) -> None:
    seen = set()
    for _ in range(3):
        opened.locator("button.theme-switch-button").first.click()
        seen.add(
            opened.evaluate(
                "() => [document.documentElement.dataset.mode, document.documentElement.dataset.theme].join()"
            )
        )
    assert seen == {"auto,light", "light,light", "dark,dark"}


@pages("search.html?q=contractive")
def test_the_search_finds_a_chapter(opened: Page) -> None:
    opened.locator(RESULT).first.wait_for(timeout=10_000)


@pages(SAMPLE)
def test_the_search_opens_with_the_keyboard(opened: Page) -> None:
    opened.keyboard.press("Control+k")
    opened.keyboard.type("contractive")
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/search.html?q=contractive")
    opened.locator(RESULT).first.wait_for(timeout=10_000)


def filtered(opened: Page) -> int:
    """How many rows of the ledger are to be seen; the page says the same number."""
    rows, every = opened.locator(".aelib-ledger tbody tr:visible"), opened.locator(".aelib-ledger tbody tr")
    assert opened.locator(".aelib-shown").inner_text() == f"{rows.count()} of {every.count()} claims"
    return rows.count()


@pages("back/ledger.html")
def test_the_ledger_filters_and_its_address_remembers(opened: Page) -> None:
    every = filtered(opened)
    opened.locator("select[name=verdict]").select_option("slip")
    opened.locator("select[name=deck]").select_option("MINES")
    slips = filtered(opened)
    assert 0 < slips < every and opened.url.endswith("ledger.html?deck=MINES&verdict=slip")
    opened.reload()
    assert filtered(opened) == slips and opened.locator("select[name=deck]").input_value() == "MINES"
    for name in ("deck", "verdict"):
        opened.locator(f"select[name={name}]").select_option("")
    assert filtered(opened) == every and opened.url.endswith("ledger.html")


@pages("back/ledger.html?q=PRINCIPAL%20directions&kind=measured&chapter=99")
def test_the_ledger_searches_for_all_words_and_forgets_a_value_that_it_does_not_know(opened: Page) -> None:
    found = filtered(opened)
    rows = opened.locator(".aelib-ledger tbody tr:visible")
    assert found > 0 and all(
        "principal" in text.lower() for text in rows.evaluate_all("es => es.map(e => e.textContent)")
    )
    assert opened.locator("select[name=chapter]").input_value() == ""
    opened.locator(".aelib-filter input").fill("no claim says this")
    assert filtered(opened) == 0


@pages("back/ledger.html")
def test_the_numbers_by_kind_and_verdict_lead_to_the_claims_that_they_count(opened: Page) -> None:
    number = opened.locator(".aelib-counts td a").first
    count = int(number.inner_text())
    number.click()
    opened.wait_for_url("**/ledger.html?kind=*")
    assert filtered(opened) == count


@pages("back/ledger.html")
def test_the_ledger_sorts(opened: Page) -> None:
    heads, firsts = opened.locator(".aelib-ledger th"), opened.locator(".aelib-ledger tbody td:first-child")
    before = firsts.all_inner_texts()
    for order in ("ascending", "descending"):
        heads.first.locator("button").click()
        assert heads.first.get_attribute("aria-sort") == order
    after = firsts.all_inner_texts()
    assert sorted(after) == sorted(before) and after[0] == max(before) and after[-1] == min(before)


def explorers(site: Path) -> list[str]:
    return [name for name in documents.names(site) if documents.parsed(site / name).select("[data-aelib-explorer]")]


def test_there_are_explorers(site: Path) -> None:
    assert explorers(site) == ["chapters/08_latent_space.html", "chapters/10_vae_practice.html"]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("chapter", ["chapters/08_latent_space.html", "chapters/10_vae_practice.html"])
def test_an_explorer_follows_the_mouse_and_the_arrow_keys(
    browser: Browser, server: Server, chapter: str, width: int
) -> None:
    with visit(browser, server, chapter, width) as loaded:
        follows(loaded)
        assert loaded.errors == [] and loaded.outside == []


def follows(loaded: Visit) -> None:
    explorer = loaded.page.locator("[data-aelib-explorer]").first
    explorer.scroll_into_view_if_needed()
    plane, image = explorer.locator("canvas.aelib-codes").first, explorer.locator("canvas.aelib-image").first
    mouse, keys = loaded.page.mouse, loaded.page.keyboard
    box = plane.bounding_box()
    assert box is not None
    states = [_state(plane, image)]
    mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"], steps=5)
    mouse.up()
    states.append(_state(plane, image))
    scrolled = loaded.page.evaluate("() => scrollY")
    for key in ("Shift+ArrowLeft", "Shift+ArrowDown"):
        keys.press(key)
        states.append(_state(plane, image))
    assert len(set(states)) == len(states), "each step changes the plane and the image"
    assert loaded.page.evaluate("() => scrollY") == scrolled, "the arrow keys move the point, not the page"
    keys.press("Home")
    assert _state(plane, image) == states[0], "Home brings the point back"


def _state(plane: Locator, image: Locator) -> tuple[str, str]:
    plane.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return plane.evaluate("(e) => e.toDataURL()"), image.evaluate("(e) => e.toDataURL()")
