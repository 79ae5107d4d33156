"""A chapter's committed twin: plain Markdown, and the marks that Colab, Jupyter and nbval look for."""

from __future__ import annotations

from nbformat import NotebookNode

from book.read.labels import Labels
from book.read.layout import Chapter
from book.read.records import cells_with, record
from book.read.source import tags
from book.show.assemble import assembled
from book.show.markup import TWIN
from book.show.titles import INSTALL, titles

CHECKED = "nbval-check-output"


def twin(chapter: Chapter, run: NotebookNode, table: Labels) -> NotebookNode:
    """The notebook that is committed, from the chapter's source and a run of it, which may be its twin of before."""
    notebook = assembled(chapter, run, table, TWIN)
    named = titles(notebook, table)
    named |= {cell.id: INSTALL for cell in notebook.cells if "install" in tags(cell)}
    for cell in notebook.cells:
        if cell.id in named:
            _fold(cell, named[cell.id])
        for output in cell.get("outputs", []):
            if name := record(output, "caption"):
                output.data["text/markdown"] = f"**{table.figures[name][1]}.** {output.data['text/plain']}"
    for cell, found in [*cells_with(notebook, "claim"), *cells_with(notebook, "exercise")]:
        if found.get("kind", "exact") == "exact":  # an exact claim or an exercise comes out the same in both profiles
            cell.metadata["tags"] = sorted({*tags(cell), CHECKED})
    return notebook


def _fold(cell: NotebookNode, title: str) -> None:
    """Fold a cell in Jupyter and in Colab, which shows the title that stands in its first line."""
    cell.source = f"# @title {title}\n{cell.source}"
    cell.metadata["jupyter"] = {"source_hidden": True}
    cell.metadata["cellView"] = "form"
