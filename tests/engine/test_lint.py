"""What lint finds in sources, twins, contents and dependencies."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from book.check import cells, lint, project, prose, register
from book.read import layout
from book.read.notebooks import load, write
from book.read.records import records

from .edits import edit


@pytest.fixture
def chapter(demo: Path) -> layout.Chapter:
    return layout.chapters(demo)[0]


def again(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", {"text/plain": ""}, metadata={"aelib": {"glue": {"h": 1}}})


@pytest.mark.parametrize(
    ("breakage", "problem"),
    [
        (lambda nb: [c.update(execution_count=None) for c in nb.cells if c.cell_type == "code"], "was not executed"),
        (lambda nb: nb.cells[-1].update(source="print(1)"), "does not have its source's text"),
        (lambda nb: nb.cells[0].update(source="# Other"), "does not have its source's text"),
        (lambda nb: records(nb, "figure")[0].update(alt="short"), "alt text"),
        (lambda nb: records(nb, "claim")[0].update(kind="measured"), "claim 01/half: ch01.toml has kind"),
        (lambda nb: records(nb, "claim")[0].update(statement="other"), "claim 01/half: ch01.toml has statement"),
        (lambda nb: records(nb, "claim")[0].update(id="01/new"), "claim 01/half of ch01.toml is lost"),
        (lambda nb: records(nb, "claim")[0].update(id="01/new"), "claim 01/new is not in ch01.toml"),
        (lambda nb: records(nb, "claim")[0]["measured"][0].update(high=0.6), "claim 01/half: ch01.toml has h.high"),
        (lambda nb: records(nb, "claim")[0]["measured"][0].update(name="half"), "ch01.toml has half.what None"),
        (lambda nb: records(nb, "glue")[0].update(h=1) or nb.cells[-1].outputs.append(again(nb)), "'h' is glued twice"),
        (lambda nb: records(nb, "claim")[0].update(verdict="not met"), "identities do not hold"),
        (lambda nb: records(nb, "exercise")[0].update(passed=True), "exercise 1.1"),
        (lambda nb: nb.metadata["aelib"]["fingerprint"].update(cells="0"), "is stale"),
    ],
)
def test_lint_sees_a_broken_twin(chapter: layout.Chapter, breakage, problem: str) -> None:
    assert lint.committed(chapter) == []
    notebook = load(chapter)
    breakage(notebook)
    write(chapter.twin, notebook)
    assert problem in "\n".join(lint.committed(chapter))


@pytest.mark.parametrize("text", ["It is 0.5.", "Half (0.25) of it", "$x = 0.1$", "a rate of 1.5 times"])
def test_typed_decimals_are_found(text: str) -> None:
    assert prose.typed(text, "x.md")


@pytest.mark.parametrize(
    "text",
    [
        "{glue:text}`x:.2f` and {given}`0.5`",
        "`epochs = 5`",
        "Exercise 2.1",
        "28 x 28",
        "Python 3.11",
        "[x](http://a/1.2)",
        "2022. It",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert prose.typed(text, "x.md") == []


def test_blocks_of_code_may_hold_numbers_where_they_are_allowed() -> None:
    text = "A rule:\n\n```toml\nat_most = 1.005\n```\n"
    assert prose.typed(text, "CONTRIBUTING.md", code=True) == [] != prose.typed(text, "x.md")


def test_lint_finds_long_cells_and_files_outside_the_contents(demo: Path) -> None:
    chapter = layout.chapters(demo)[0]
    long = "\n".join(f"a{i} = {i}" for i in range(16))
    edit(chapter, "h = 1 / 2", long)
    assert any("18 visible lines" in p for p in lint.written(chapter))
    edit(chapter, "plots.show(", "display(1)\nplots.show(")
    assert any("both under the figure's name" in p for p in lint.written(chapter))
    (demo / "chapters" / "A2_lost.md").write_text("# Lost\n", "utf-8")
    (demo / "chapters" / "09_lost.md").write_text("# Lost\n", "utf-8")
    assert project.contents(demo) == [f"_toc.yml does not name chapters/{n}.ipynb" for n in ("09_lost", "A2_lost")]


@pytest.mark.parametrize(
    ("tag", "code", "problem"),
    [
        ("hide-input", "\n\n".join(["a = 1"] * 30), None),
        ("hide-input", "\n".join(["a = 1"] * 31), "31 hidden lines, at most 30"),
        ("parameters", "\n".join(["a = 1"] * 16), "16 visible lines, at most 15"),
        ("hide-cell", "a = " + "1" * 117, "a hidden line of 121 characters, at most 120"),
        ("parameters", "a = " + "1" * 89, "a visible line of 93 characters, at most 92"),
        ("hide-cell", 'claims.check("a")\nclaims.check("b")', "2 calls of claims.check(...), one a cell"),
    ],
)
def test_cells_are_short(tag: str, code: str, problem: str | None) -> None:
    first = nbformat.v4.new_code_cell("profile = None", metadata={"tags": ["parameters"]})
    cell = nbformat.v4.new_code_cell(code, metadata={"tags": [tag]})
    told = cells.cells(nbformat.v4.new_notebook(cells=[first, cell]), "x.md")
    assert len(told) == bool(problem) and (not problem or problem in told[0])


def test_lint_compares_the_dependencies(tmp_path: Path) -> None:
    lock, tools, lowest, conda = "constraints.txt", project.TOOLS, project.LOWEST, "environment.yml"
    for name in ("pyproject.toml", lock, tools, lowest, conda):
        (tmp_path / name).write_text((layout.ROOT / name).read_text("utf-8"), "utf-8")
    assert project.dependencies(tmp_path) == []
    elsewhere = "; sys_platform == 'cp/m'"
    for name, old, new, told in [
        (lock, "\ntorch==", "\ntorch==0.", "pins torch to 0."),
        (lock, "\ntqdm==", "\ntqdm-gone==", "pins tqdm to nothing, pyproject.toml asks for >="),
        (lock, "\ntqdm==", f"\ntqdm==9 {elsewhere}\ntqdm-gone==", "pins tqdm to nothing"),
        (lock, "\ntqdm==", f"\ntqdm==1 {elsewhere}\ntqdm==", "pins tqdm to 1 and "),
        (lock, "\ntqdm==", "\ntqdm>=", "pins tqdm to nothing"),
        (tools, "\nmypy==", "\nmypy==0.", "pins mypy to 0."),
        (tools, "\nmypy==", "\ntorch==99\nmypy==", "pins torch to 99, constraints.txt to "),
        (lowest, "\nscipy==", "\nscipy==0.", "pins scipy to 0."),
        (conda, "python>=3.11", "python>=3.9", "does not ask for python>=3.11"),
        (conda, f"-c {lock}", f"-c {lowest}", "does not install '-e .[book,lab]' under constraints.txt"),
    ]:
        text = (tmp_path / name).read_text("utf-8")
        assert text.count(old) == 1
        (tmp_path / name).write_text(text.replace(old, new), "utf-8")
        [problem] = project.dependencies(tmp_path)
        assert problem.startswith(f"{name} {told}")
        (tmp_path / name).write_text(text, "utf-8")


def test_the_whole_book_is_in_order() -> None:
    assert lint.lint() == []


def test_a_quotation_of_words_has_its_formulas_between_dollars(chapter: layout.Chapter) -> None:
    text = chapter.register.read_text("utf-8")
    formula, words = r"\\hat R = 2 \\times padding - filter\\ size", r"a half is \\frac{1}{2}"
    for quoted, told in ((formula, []), (words, ["ch01.toml: 01/half: got the quotation"])):
        chapter.register.write_text(text.replace("we always get one half", quoted), "utf-8")
        assert [problem[: len("ch01.toml: 01/half: got the quotation")] for problem in register.damage(chapter)] == told
