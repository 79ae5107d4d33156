"""The browser that prints the book and in which its pages are checked; the machine's own, nothing is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from book.read.layout import BookError

if TYPE_CHECKING:  # only two commands need Playwright; the others run without it
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    """Where Chromium is. Raises BookError if there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise BookError("Chromium is needed: apt-get install chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """One Chromium without a window, closed in the end."""
    path = executable()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BookError("Playwright is needed: make browser") from error
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to build its sandbox for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=sandbox)
        yield browser
        browser.close()
