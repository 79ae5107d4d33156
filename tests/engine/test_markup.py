"""The converter: every role and directive it knows, in both flavors, and errors for all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from book.read import layout, source
from book.read.labels import labels
from book.read.layout import BookError
from book.read.notebooks import demand
from book.show.markup import LEFT_OVER, PAGE, TWIN, renderer

VALUES = {"sweep.two layers.0": 0.25, "error": 0.01683, "share": 0.5, "count": 3, "word": "high-low", "drop": -0.25}


@pytest.fixture
def render(executed_demo: Path):
    table = labels(executed_demo)
    return lambda text, flavor=TWIN: renderer(flavor, "x.md", table, VALUES, executed_demo)(text)


@pytest.mark.parametrize("flavor", [TWIN, PAGE])
@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{glue:text}`error:.4f`", "0.0168"),
        ("{glue:text}`share:.0%`", "50%"),
        ("{glue:text}`count:d`", "3"),
        ("{glue:text}`word:s`", "high-low"),
        ("{glue:text}`drop:.2f`", "\N{MINUS SIGN}0.25"),
        ("{glue:text}`sweep.two layers.0:.2f`", "0.25"),
        ("{quoted}`gt-linear-mse`", "0.0677"),
    ],
)
def test_numbers(render, text: str, result: str, flavor: str) -> None:
    assert render(text, flavor) == result


def test_references_in_the_notebook_are_links_to_the_site(render) -> None:
    site = "https://example.org/demo/chapters"
    assert render("{eq}`eq-01-half`") == f"[(1.1)]({site}/01_demo.html#eq-01-half)"
    assert render("{numref}`fig-01-line`") == f"[Figure 1.1]({site}/01_demo.html#fig-01-line)"
    assert render("[so](#sec-01-half)") == f"[so]({site}/01_demo.html#sec-01-half)"
    assert render("{doc}`02_more`") == f"[2. More]({site}/02_more.html)"
    assert render("see chapter {doc}`02_more`.") == f"see [chapter 2]({site}/02_more.html)."
    assert render("see appendix {doc}`A1_extra`.") == f"see [appendix A1]({site}/A1_extra.html)."
    assert render("{numref}`fig-A1-line`") == f"[Figure A1.1]({site}/A1_extra.html#fig-a1-line)"  # as in the page
    assert render("{eq}`eq-A1-two`") == f"[(A1.1)]({site}/A1_extra.html#eq-a1-two)"
    assert render("{cite:t}`hinton2006`") == "[Hinton & Salakhutdinov (2006)](https://doi.org/10.1126/science.1127647)"
    assert render("{cite:p}`hinton2006`") == "([Hinton & Salakhutdinov, 2006](https://doi.org/10.1126/science.1127647))"


def test_references_on_the_page_stay_on_the_site(render) -> None:
    assert render("{eq}`eq-01-half`", PAGE) == "[(1.1)](#eq-01-half)"
    assert render("{numref}`fig-01-line`", PAGE) == "[Figure 1.1](#fig-01-line)"
    assert render("{doc}`02_more`", PAGE) == "[2. More](02_more.ipynb)"
    assert render("{cite:p}`hinton2006`", PAGE) == "{cite:p}`hinton2006`"


def test_equations_are_numbered(render) -> None:
    text = "$$\na = b\n$$ (eq-01-half)\n"
    assert render(text) == "$$\na = b\n\\tag{1.1}\n$$\n"
    assert render(text, PAGE) == "(eq-01-half)=\n\\begin{equation*}\na = b\n\\tag{1.1}\n\\end{equation*}\n"


def test_notes_and_solutions(render) -> None:
    assert render(":::{note}\none\n\ntwo\n:::") == "> **Note.** one\n>\n> two"
    assert render(":::{solution}\none\n:::") == "<details><summary>Solution</summary>\n\none\n\n</details>"
    assert render(":::{note}\none\n:::", PAGE) == ":::{note}\none\n:::"
    assert "class: dropdown" in render(":::{solution}\none\n:::", PAGE)
    folded = ":::{derivation}\none\n:::"
    assert render(folded) == "<details><summary>The derivation, line by line</summary>\n\none\n\n</details>"
    assert render(folded, PAGE) == ":::{admonition} The derivation, line by line\n:class: dropdown\none\n:::"


def test_labels_are_dropped_from_the_notebook(render) -> None:
    assert render("(sec-01-half)=\n## One half") == "## One half"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{glue:text}`missing:.2f`", "'missing' is not known"),
        ("{glue:text}`error`", "needs a format"),
        ("{glue:text}`error:d`", "error:d"),
        ("{quoted}`missing`", "'missing' is not known"),
        ("{cite:t}`missing`", "'missing' is cited but is not in references.bib"),
        ("{eq}`eq-01-missing`", "not known"),
        ("{term}`x`", "unknown role 'term'"),
        (":::{figure}\nx\n:::", "unknown directive 'figure'"),
        ("```{math}\nx\n```", "would stay raw"),
        ("(sec-01-x)=\ntext", "would stay raw"),
        ("$$\na\n$$ (other-label)", "would stay raw"),
        ("[x](#sec-99-none)", "not known"),
    ],
)
def test_anything_else_is_an_error_that_names_the_file(render, text: str, message: str) -> None:
    with pytest.raises(BookError, match=r"x\.md") as caught:
        render(text)
    assert message in str(caught.value)


def test_a_label_used_twice_is_an_error(demo: Path) -> None:
    chapter = layout.chapters(demo)[0]
    table = labels(demo)
    with pytest.raises(BookError, match="eq-01-half is used twice"):
        table.add(chapter, source.prose(source.read(chapter)), [])


def test_no_committed_notebook_holds_raw_markup() -> None:
    for chapter in layout.chapters():
        for cell in demand(chapter).cells:
            if cell.cell_type == "markdown":
                assert not LEFT_OVER.search(cell.source), f"{chapter.name}: {LEFT_OVER.search(cell.source)}"
