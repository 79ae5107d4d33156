"""A visit to a page: a fresh browser context, every other host denied, and a record of what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, Request, Response, Route

from .server import Server

HEIGHT = 900
# The page is ready when the formulas are set and the fonts are there.
READY = "() => Promise.all([document.fonts.ready, window.MathJax?.startup?.promise]).then(() => true)"


@dataclass
class Visit:
    """``errors``: of the console, of scripts, and answers that were not found. ``outside``: requests to other hosts.
    ``bytes``: what the page took to load on a cold cache, (path, bytes sent, bytes of the file)."""

    name: str
    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    bytes: list[tuple[str, int, int]] = field(default_factory=list)


@contextmanager
def visit(browser: Browser, server: Server, name: str, width: int = 1280, mode: str = "light") -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=mode)
    result = Visit(name, context.new_page())

    def gate(route: Route, request: Request) -> None:
        if request.url.startswith(server.base):
            route.continue_()
        else:
            result.outside.append(request.url)
            route.abort()

    def answered(response: Response) -> None:
        if response.status >= 400:
            result.errors.append(f"{response.url.removeprefix(server.base)}: {response.status}")

    context.route("**/*", gate)
    page = result.page
    page.on("console", lambda message: result.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: result.errors.append(str(error)))
    page.on("response", answered)
    try:
        server.sent.clear()
        page.goto(server.base + name)
        page.evaluate(READY)
        page.wait_for_load_state("networkidle")
        result.bytes = list(server.sent)
        yield result
    finally:
        context.close()


def set_mode(page: Page, mode: str) -> None:
    """Dark or light, as the reader's system says it; the theme's own script carries it into the page."""
    page.emulate_media(color_scheme=mode)
    page.wait_for_function("mode => document.documentElement.dataset.theme === mode", arg=mode)


def set_width(page: Page, width: int) -> None:
    """The window's width; the theme takes a moment to move its sidebars and to find what must scroll."""
    if page.viewport_size != {"width": width, "height": HEIGHT}:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_timeout(500)
