"""Twins and pages: what the engine writes, and the checks that keep it honest."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from book.check import lint, outcome
from book.check.compare import compare
from book.read import layout, source
from book.read.labels import Labels, labels
from book.read.layout import BookError
from book.read.notebooks import load
from book.read.records import glued, records
from book.run import clean
from book.show import ledger, pages
from book.show.titles import titles


@pytest.fixture
def chapter(demo: Path) -> layout.Chapter:
    return layout.chapters(demo)[0]


def test_the_twin_is_clean(chapter: layout.Chapter) -> None:
    notebook = nbformat.read(chapter.twin, as_version=4)
    nbformat.validate(notebook)
    assert outcome.executed(notebook) == []
    assert notebook.metadata["aelib"]["profile"] == "full"
    assert set(notebook.metadata) == {"kernelspec", "language_info", "aelib"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "jupyter", "cellView"}
        assert "injected-parameters" not in source.tags(cell)
    assert "seconds" not in json.dumps(records(notebook, "claim"))
    assert notebook.metadata["aelib"]["seconds"]["claims"].keys() == {"01/half"}


def test_cell_ids_depend_on_their_own_cell_only(chapter: layout.Chapter) -> None:
    before = {cell.source: cell.id for cell in source.read(chapter).cells}
    text = chapter.source.read_text("utf-8").replace("h = 1 / 2\n", "h = 1 / 2\nk = 3\n")
    chapter.source.write_text(text.replace("What is one half?", "What is one half?\n\n+++\n\nA new cell."), "utf-8")
    after = {cell.source: cell.id for cell in source.read(chapter).cells}
    assert len(set(after.values())) == len(after)
    assert sum(after.get(text) != id for text, id in before.items()) == 1


def test_records_come_back_as_they_were_glued(chapter: layout.Chapter) -> None:
    assert glued(load(chapter)) == {"half": 0.5, "text": "words", "drops.first one.0": -0.25, "drops.first one.1": 1.0}


def test_exact_claims_and_exercises_are_compared_by_nbval(chapter: layout.Chapter) -> None:
    checked = [c for c in load(chapter).cells if "nbval-check-output" in source.tags(c)]
    assert [c.source.splitlines()[-1] for c in checked] == ['_ = claims.check("half", h=h)', "claims.table()"]


TITLES = {
    "01_demo": ["Code: set-up", "Code: Figure 1.1", "Check: 01/half"],
    "02_more": ["Code: set-up"],
    "A1_extra": ["Code: Figure A1.1", "Four is two and two"],
}


@pytest.mark.parametrize(("name", "titles"), TITLES.items())
def test_folded_cells_are_named_in_twin_and_page(executed_demo: Path, name: str, titles: list[str]) -> None:
    chapter = layout.Chapter(name, executed_demo)
    folded = [c for c in load(chapter).cells if c.metadata.get("cellView") == "form"]
    named = [c.source.splitlines()[0] for c in folded]
    assert named == [f"# @title {title}" for title in ["Install the book's package", *titles]]
    assert all(c.metadata["jupyter"] == {"source_hidden": True} for c in folded)
    page = pages.page(chapter, labels(executed_demo))
    settings = [c.metadata["mystnb"] for c in page.cells if "mystnb" in c.metadata]
    assert [s["code_prompt_show"] for s in settings] == [s["code_prompt_hide"] for s in settings] == titles
    assert not any("@title" in c.source for c in page.cells)


def output(data: dict | None = None, **record) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", data or {"text/plain": ""}, metadata={"aelib": record})


@pytest.mark.parametrize(
    ("code", "tag", "outputs", "title"),
    [
        ("a = 1", "hide-input", [output(table={"chapter": "01"})], "Code: table"),
        ("a = 1", "hide-input", [output({"text/markdown": "| a |\n|---|"})], "Code: table"),
        ("a = 1", "solution", [output(exercise={"id": "8.2", "passed": True})], "Solution of exercise 8.2"),
        ("a = 1\n\n#  why it is so\nb = 2", "hide-input", [output({"text/markdown": "x"})], "why it is so"),
        ("def f():\n    # within\n    pass", "hide-input", [], "Code"),
    ],
)
def test_the_title_of_a_cell_says_what_it_holds(code: str, tag: str, outputs: list, title: str) -> None:
    first = nbformat.v4.new_code_cell("import torch", id="first", metadata={"tags": ["hide-input"]})
    cell = nbformat.v4.new_code_cell(code, id="x", metadata={"tags": ["hide-cell", tag]}, outputs=outputs)
    named = titles(nbformat.v4.new_notebook(cells=[first, cell]), Labels())
    assert named == {"first": "Code: set-up", "x": title}


def test_an_appendix_needs_no_claims_and_no_exercises(executed_demo: Path) -> None:
    appendix = layout.Chapter("A1_extra", executed_demo)
    run = load(appendix)
    assert lint.committed(appendix) == [] and outcome.verify_run(appendix, run) is None
    assert "register" not in run.metadata["aelib"]["fingerprint"]
    assert run.cells[0].source.split("\n\n")[1].startswith("*Everything on this page was run in ")


def test_clean_refuses_warnings_and_paths(chapter: layout.Chapter) -> None:
    for output, message in (
        (nbformat.v4.new_output("stream", name="stderr", text="UserWarning: x"), "writes to stderr"),
        (nbformat.v4.new_output("stream", name="stdout", text=f"saved {layout.ROOT}/x"), "path of this machine"),
    ):
        cell = nbformat.v4.new_code_cell("x", outputs=[output])
        with pytest.raises(BookError, match=message):
            clean.clean(nbformat.v4.new_notebook(cells=[cell]), 1.0, {})


def test_the_ledger_reads_without_executing(demo: Path) -> None:
    [row] = ledger.ledger(demo)
    assert row["id"] == "01/half" and row["verdict"] == "holds" and row["profile"] == "full" and row["seconds"] >= 0
    assert {"chapter", "decks", "kind", "statement", "measured", "seed", "dataset"} <= row.keys()
    totals = ledger.totals(demo)
    assert (totals["claims"], totals["identities"], totals["findings"], totals["chapters"]) == (1, 1, 0, 2)


def test_reproduce_tells_what_differs(chapter: layout.Chapter) -> None:
    run = load(chapter)
    assert compare(chapter, run) == []
    records(run, "claim")[0]["verdict"] = "not met"
    records(run, "figure")[0]["name"] = "fig-01-other"
    found = "\n".join(compare(chapter, run))
    assert "now 'not met'" in found and "fig-01-other" in found


def test_the_page_has_myst_figures_and_no_glue_or_install_cell(demo: Path, tmp_path: Path) -> None:
    pages.gather(tmp_path / "pages", demo)
    page = nbformat.read(tmp_path / "pages" / "chapters" / "01_demo.ipynb", as_version=4)
    figure = next(c.metadata["mystnb"] for c in page.cells if "figure" in c.metadata.get("mystnb", {}))
    assert figure["figure"] == {"caption": "**Figure 1.1.** A line that ends at 0.5.", "name": "fig-01-line"}
    assert figure["image"]["alt"].startswith("A straight line")
    assert not any("install" in source.tags(c) for c in page.cells)
    assert glued(page) == {} and records(page, "caption") == []
    index = (tmp_path / "pages" / "index.md").read_text("utf-8")
    start, end = "[1. A demo](chapters/01_demo.ipynb)", "[appendix A1](chapters/A1_extra.ipynb)"
    assert index.endswith(f"1 claims; start with {start}, end with {end}.\n")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("claims.table()", "pass", "never calls claims.table"),
        ("for n in range(3)", "for n in range(2)", "2 exercises"),
    ],
)
def test_a_run_must_have_its_table_and_exercises(chapter: layout.Chapter, old: str, new: str, message: str) -> None:
    run = load(chapter)
    if "table" in old:
        run.cells[-1].outputs = [o for o in run.cells[-1].outputs if "table" not in o.metadata.get("aelib", {})]
    else:
        run.cells[-1].outputs = [
            o for o in run.cells[-1].outputs if o.metadata.get("aelib", {}).get("exercise", {}).get("id") != "1.3"
        ]
    with pytest.raises(BookError, match=message):
        outcome.verify_run(chapter, run)
