"""Attacks: a number that was typed, or that the words around it contradict, gets into the text; or markup does."""

from __future__ import annotations

from pathlib import Path

import pytest

from book.check.prose import typed
from book.read.labels import Labels
from book.read.layout import ROOT, BookError
from book.show.markup import PAGE, TWIN, renderer

TYPED = [
    "93 %",
    "93%",
    "93 per cent",
    "93 percent",
    "ninety percent",
    "ninety-three percent",
    "1e-3",
    "$10^{-3}$",
    "$10^3$",
    ".93",
    "0,93",
    "93/100",
    "MSE0.93",
    "42 nats",
    "an error of 42-nats",
    "3.5 times",
    "12 dB",
    "1,234",
    "`0.93`",
    "$0{.}93$",
    "$0\\!.93$",
    "$93\\,\\%$",
    "$\\frac{93}{100}$",
    "\\tag{0.93}",
    "a < b 0.93 c > d",
    "](the error is 0.93)",
    "0&#46;93",
    "0<!-- x -->.93",
    "\N{FULLWIDTH DIGIT ZERO}.\N{FULLWIDTH DIGIT NINE}3",
    "**0**.93",
    "zero point nine",
    "```\n0.93\n```",
    "Exercise 0.933",
]
FREE = [
    "28 x 28",
    "three layers of 64 units",
    "$x^2$ times",
    "[a page](#sec-02-line)",
    "in 2006",
    "chapter 10",
    "$1/2$",
]
VALUES = {"error": 0.5, "other": 2.0, "word": "<b>bold</b>", "tiny": 4.5e-6, "a name": 3.0, "nothing": 0.0}


@pytest.mark.parametrize("number", TYPED)
def test_found_is_a_number_in_any_of_its_usual_spellings(number: str) -> None:
    assert typed(f"The network reaches {number} of it.", "x.md")


@pytest.mark.parametrize("text", FREE)
def test_left_alone_is_what_nobody_measures(text: str) -> None:
    assert typed(f"The network has {text} of it.", "x.md") == []


@pytest.fixture(scope="module")
def render():
    return renderer(PAGE, "x.md", Labels(), VALUES, ROOT)


@pytest.mark.parametrize(
    "role",
    ["error:.2f > 1", "other:.1f < 2", "error:.2f > other", "error:.2f > a name", "other:.0f < 1.5"],
)
def test_refused_is_a_sentence_that_its_number_contradicts(render, role: str) -> None:
    """As in "far above one, 0.50"."""
    with pytest.raises(BookError, match="so the text around it is wrong; rewrite it"):
        render(f"It is far above one, {{glue:text}}`{role}`.")


def test_the_comparison_is_not_printed(render) -> None:
    assert render("{glue:text}`error:.2f < 1`, {glue:text}`a name:.0f > other`") == "0.50, 3"


@pytest.mark.parametrize("role", ["error:.0f", "tiny:.3%", "tiny:.1f"])
def test_refused_is_a_format_that_hides_the_number(render, role: str) -> None:
    with pytest.raises(BookError, match="give it more digits"):
        render(f"{{glue:text}}`{role}`")


def test_nothing_is_nothing_in_any_format(render) -> None:
    assert render("{glue:text}`nothing:.0f`") == "0"


@pytest.mark.parametrize("flavor", [TWIN, PAGE])
def test_a_glued_text_reaches_the_page_as_text(flavor: str) -> None:
    shown = renderer(flavor, "x.md", Labels(), VALUES, ROOT)("{glue:text}`word:s`")
    assert shown == "&lt;b&gt;bold&lt;/b&gt;"


def test_the_books_own_texts_are_looked_through() -> None:
    """Lint reads every page; that it does, a number in a copy of one of them shows."""
    for path in (ROOT / "index.md", *(ROOT / "back").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        code = Path(path).name in ("README.md", "CONTRIBUTING.md")
        assert typed(path.read_text("utf-8"), path.name, code) == []
        assert typed(path.read_text("utf-8") + "\n\nIt is 0.93.\n", path.name, code)
