"""One Chromium and one server for all tests, and each page loaded once. What is missing stops the run: nothing is
skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from book.read.layout import BookError
from book.show.chromium import chromium, executable
from book.show.pages import HTML

from .documents import names
from .server import Server, serve
from .visits import Visit, visit


def pytest_configure(config: pytest.Config) -> None:
    try:
        executable()
    except BookError as error:
        pytest.exit(str(error), returncode=1)
    if not (HTML / "index.html").exists():
        pytest.exit("there are no pages in _build/html: make pages", returncode=1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "visited" in metafunc.fixturenames:
        metafunc.parametrize("visited", names(HTML), indirect=True, scope="session")
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", names(HTML))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    weights = [
        value
        for key in ("passed", "failed")
        for report in terminalreporter.getreports(key)
        for value in _weights(report)
    ]
    if weights:
        terminalreporter.section("what a page weighs on a cold cache, MathJax aside, in kB")
        terminalreporter.write_line(f"{'page':36}{'sent':>8}{'files':>8}")
        for name, sent, files in sorted(weights):
            terminalreporter.write_line(f"{name:36}{sent / 1000:8.0f}{files / 1000:8.0f}")


def _weights(report: pytest.TestReport) -> list:
    return [value for name, value in report.user_properties if name == "weight"] if report.when == "call" else []


@pytest.fixture(scope="session")
def site() -> Path:
    return HTML


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[Server]:
    with serve(site) as running:
        yield running


@pytest.fixture(scope="session")
def visited(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Visit]:
    """Every page in turn. Tests may change its width and its mode, which the next test sets again."""
    with visit(browser, server, request.param) as loaded:
        yield loaded
