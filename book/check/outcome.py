"""What an executed notebook of a chapter must have: its claims, its exercises, its figures."""

from __future__ import annotations

from nbformat import NotebookNode

from aelib.notebook.rules import NOT_MET
from book.read import source
from book.read.layout import BookError, Chapter
from book.read.records import record, records


def verify_run(chapter: Chapter, run: NotebookNode) -> None:
    """Raise BookError unless the run's claims and exercises came out as a chapter's must; an appendix needs none."""
    exact = [claim for claim in records(run, "claim") if claim.get("kind") == "exact"]
    if failed := [claim["id"] for claim in exact if claim["verdict"] == NOT_MET]:
        raise BookError(f"identities do not hold: {', '.join(failed)}")
    results: dict[str, list[bool]] = {}
    for exercise in records(run, "exercise"):
        results.setdefault(exercise["id"], []).append(exercise["passed"])
    if not chapter.is_appendix:
        if not records(run, "table"):
            raise BookError("the chapter never calls claims.table(), which stops it if a claim fails")
        if len(results) < 3:
            raise BookError(f"it has {len(results)} exercises, expected at least three")
    for number, passed in results.items():
        if passed != [False, True]:
            raise BookError(f"exercise {number}: expected its stub to fail and then its solution to pass, got {passed}")


def executed(notebook: NotebookNode) -> list[str]:
    """What is wrong with a notebook that was not executed in order; nbval would compare nothing and pass."""
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if not counts or counts != list(range(1, len(counts) + 1)):
        return [f"it was not executed from top to bottom: its execution counts are {counts}"]
    return []


def figures(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    """What is wrong with the figures that a notebook shows."""
    problems = []
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        figure = record(output, "figure")
        if "image/png" in output.get("data", {}) and figure is None:
            problems.append("a figure is shown without plots.show, so it has no alt text")
        if figure and (len(figure["alt"]) < 40 or figure["alt"] == figure["caption"]):
            problems.append(f"{figure['name']}'s alt text does not say what it shows: {figure['alt']!r}")
    named = source.figure_names(source.read(chapter))
    shown = [figure["name"] for figure in records(notebook, "figure")]
    if named != shown:
        problems.append(f"the code names the figures {named}, the outputs show {shown}")
    return problems
