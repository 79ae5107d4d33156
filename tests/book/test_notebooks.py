"""Twins and pages: what the engine writes, and the checks that keep it honest."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from book import clean, fresh, layout, ledger, lint, pages, reproduce, source, twin
from book.layout import BookError
from book.outputs import glued, records


@pytest.fixture
def chapter(demo: Path) -> layout.Chapter:
    return layout.chapters(demo)[0]


def test_the_twin_is_clean(chapter: layout.Chapter) -> None:
    notebook = nbformat.read(chapter.twin, as_version=4)
    nbformat.validate(notebook)
    assert lint.executed(notebook, "x") == []
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


def test_the_first_code_cell_installs_aelib_from_the_one_address(chapter: layout.Chapter) -> None:
    first = next(cell for cell in twin.load(chapter).cells if cell.cell_type == "code")
    assert "https://github.com/someone/demo/archive/refs/heads/main.zip" in first.source
    compile(first.source, "install", "exec")
    assert "AELIB_SOURCE" in first.source and 'find_spec("aelib") is None' in first.source


def test_records_come_back_as_they_were_glued(chapter: layout.Chapter) -> None:
    assert glued(twin.load(chapter)) == {"half": 0.5, "text": "words", "negative": -0.25}


def test_exact_claims_and_exercises_are_compared_by_nbval(chapter: layout.Chapter) -> None:
    checked = [c for c in twin.load(chapter).cells if "nbval-check-output" in source.tags(c)]
    assert [c.source.split("(")[0] for c in checked] == ["_ = claims.check", "for n in range"]


@pytest.mark.parametrize(
    ("breakage", "problem"),
    [
        (lambda nb: [c.update(execution_count=None) for c in nb.cells if c.cell_type == "code"], "was not executed"),
        (lambda nb: nb.cells[-1].update(source="print(1)"), "does not have its source's text"),
        (lambda nb: nb.cells[0].update(source="# Other"), "does not have its source's text"),
        (lambda nb: records(nb, "figure")[0].update(alt="short"), "alt text"),
        (lambda nb: records(nb, "claim")[0].update(kind="measured"), "claims.toml"),
        (lambda nb: records(nb, "claim")[0].update(verdict="fails"), "claims fail"),
        (lambda nb: records(nb, "exercise")[0].update(passed=True), "exercise 1.1"),
        (lambda nb: nb.metadata["aelib"]["fingerprint"].update(cells="0"), "is stale"),
    ],
)
def test_lint_sees_a_broken_twin(chapter: layout.Chapter, breakage, problem: str) -> None:
    assert lint._twin(chapter) == []
    notebook = twin.load(chapter)
    breakage(notebook)
    twin.write(chapter.twin, notebook)
    assert problem in "\n".join(lint._twin(chapter))


@pytest.mark.parametrize("text", ["It is 0.5.", "Half (0.25) of it", "$x = 0.1$", "a rate of 1.5 times"])
def test_typed_decimals_are_found(text: str) -> None:
    assert lint.decimals(text, "x.md")


@pytest.mark.parametrize(
    "text",
    ["{glue:text}`x:.2f` and `0.5`", "Exercise 2.1", "28 x 28", "Python 3.11", "[x](http://a/1.2)", "2022. It", "```\n0.5\n```"],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert lint.decimals(text, "x.md") == []


def test_lint_finds_long_cells_and_files_outside_the_contents(demo: Path) -> None:
    chapter = layout.chapters(demo)[0]
    long = "\n".join(f"a{i} = {i}" for i in range(16))
    chapter.source.write_text(chapter.source.read_text("utf-8").replace("h = 1 / 2", long), "utf-8")
    assert any("17 visible lines" in p for p in lint._cells(chapter, source.read(chapter)))
    chapter.source.write_text(chapter.source.read_text("utf-8").replace("plots.show(", "display(1)\nplots.show("), "utf-8")
    assert any("split the cell" in p for p in lint._cells(chapter, source.read(chapter)))
    (demo / "chapters" / "09_lost.md").write_text("# Lost\n", "utf-8")
    assert lint._toc(demo) == ["_toc.yml does not name chapters/09_lost.ipynb"]


def test_lint_compares_the_dependencies(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "constraints.txt", "environment.yml"):
        (tmp_path / name).write_text((layout.ROOT / name).read_text("utf-8"), "utf-8")
    assert lint._dependencies(tmp_path) == []
    lock = tmp_path / "constraints.txt"
    lock.write_text(lock.read_text("utf-8").replace("torch==2", "torch==1").replace("tqdm==", "tqdm-gone=="), "utf-8")
    environment = tmp_path / "environment.yml"
    environment.write_text(environment.read_text("utf-8").replace("python>=3.11", "python>=3.9"), "utf-8")
    assert len(lint._dependencies(tmp_path)) == 3


def test_clean_refuses_warnings_and_paths(chapter: layout.Chapter) -> None:
    for output, message in (
        (nbformat.v4.new_output("stream", name="stderr", text="UserWarning: x"), "writes to stderr"),
        (nbformat.v4.new_output("stream", name="stdout", text=f"saved {layout.ROOT}/x"), "path of this machine"),
    ):
        cell = nbformat.v4.new_code_cell("x", outputs=[output])
        with pytest.raises(BookError, match=message):
            clean.clean(nbformat.v4.new_notebook(cells=[cell]), "01_demo")


def test_the_ledger_reads_without_executing(demo: Path) -> None:
    [row] = ledger.ledger(demo)
    assert row["id"] == "01/half" and row["verdict"] == "holds" and row["profile"] == "full" and row["seconds"] >= 0
    assert {"chapter", "decks", "kind", "statement", "measured", "rule"} <= row.keys()
    assert ledger.totals(demo)["claims"] == 1


def test_reproduce_tells_what_differs(chapter: layout.Chapter) -> None:
    run = twin.load(chapter)
    assert reproduce.compare(chapter, run) == []
    records(run, "claim")[0]["verdict"] = "contradicts the lecture"
    records(run, "figure")[0]["name"] = "fig-01-other"
    found = "\n".join(reproduce.compare(chapter, run))
    assert "now 'contradicts the lecture'" in found and "fig-01-other" in found


def test_the_page_has_myst_figures_and_no_glue_or_install_cell(demo: Path, tmp_path: Path) -> None:
    pages.gather(tmp_path / "pages", demo)
    page = nbformat.read(tmp_path / "pages" / "chapters" / "01_demo.ipynb", as_version=4)
    figure = next(c.metadata["mystnb"] for c in page.cells if "mystnb" in c.metadata)
    assert figure["figure"] == {"caption": "**Figure 1.1.** A line that ends at 0.5.", "name": "fig-01-line"}
    assert figure["image"]["alt"].startswith("A straight line")
    assert not any("install" in source.tags(c) for c in page.cells)
    assert glued(page) == {} and records(page, "caption") == []
    index = (tmp_path / "pages" / "index.md").read_text("utf-8")
    assert index.endswith("1 claims; start with [1. A demo](chapters/01_demo.ipynb).\n")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("claims.table()", "pass", "never calls claims.table"),
        ("for n in range(3)", "for n in range(2)", "2 exercises"),
    ],
)
def test_a_run_must_have_its_table_and_exercises(chapter: layout.Chapter, old: str, new: str, message: str) -> None:
    run = twin.load(chapter)
    if "table" in old:
        run.cells[-1].outputs = [o for o in run.cells[-1].outputs if "table" not in o.metadata.get("aelib", {})]
    else:
        run.cells[-1].outputs = [
            o for o in run.cells[-1].outputs if o.metadata.get("aelib", {}).get("exercise", {}).get("id") != "1.3"
        ]
    with pytest.raises(BookError, match=message):
        fresh.verify_run(chapter, run)


def test_the_whole_book_is_in_order() -> None:
    assert lint.lint() == []
