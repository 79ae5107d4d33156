"""Put a chapter together: its source's text, with every role resolved, and the outputs of a run."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from aelib.notebook.decks import DECKS
from book.read import source
from book.read.labels import Labels
from book.read.layout import BookError, Chapter, repository
from book.read.records import glued, records
from book.show.markup import renderer


def assembled(chapter: Chapter, run: NotebookNode, table: Labels, flavor: str) -> NotebookNode:
    """The source's notebook, its prose in one flavor, its code cells with the outputs of ``run``, found by cell id."""
    notebook, by_id = source.read(chapter), {cell.id: cell for cell in run.cells}
    for cell in source.own_cells(notebook):
        if cell.cell_type == "code":
            if cell.id not in by_id:
                raise BookError(f"{chapter.twin.name} lacks a code cell of its source; delete it and run 'make book'")
            cell.outputs, cell.execution_count = by_id[cell.id].outputs, by_id[cell.id].execution_count
    notebook.metadata["aelib"] = run.metadata["aelib"]
    render = renderer(flavor, chapter.source.name, table, glued(notebook), chapter.root)
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in prose:
        text = insert_about(cell.source, about(notebook, chapter)) if cell is prose[0] else cell.source
        cell.source = render(text)
    return notebook


def about(notebook: NotebookNode, chapter: Chapter) -> str:
    """The line under the title: which lectures, how long, where to run it. Computed, never written."""
    decks = {deck for claim in records(notebook, "claim") for deck in claim["decks"]}
    named = [name for deck, name in DECKS.items() if deck in decks]
    lectures = " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))
    follows = f"Follows the lectures of {lectures}. " if lectures else ""
    seconds = notebook.metadata["aelib"]["seconds"]["chapter"]
    return (
        f"*{follows}Everything on this page was run in {seconds:.0f} seconds "
        f"on one processor core; you can [run it in Colab]({repository(chapter.root).colab(chapter)}).*"
    )


def insert_about(text: str, line: str) -> str:
    """``text`` with ``line`` as a paragraph of its own after the title."""
    return re.sub(r"^(# .+)$", lambda m: f"{m[0]}\n\n{line}", text, count=1, flags=re.M)
