"""Assemble a chapter's committed twin from its source's text and a run's outputs."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from aelib.quoted import all_quoted
from book import files, source
from book.bibliography import Bibliography
from book.fingerprint import Fingerprint
from book.layout import ROOT, BookError, Chapter, chapters, parsed, repository, toc_files
from book.markup import TWIN, Labels, Renderer
from book.outputs import cells_with, glued, record, records

DECKS = {
    "IITH": "IIT Hyderabad",
    "MINES": "MINES ParisTech",
    "SUT": "Sharif University of Technology",
    "GT": "Georgia Tech",
    "UofT": "the University of Toronto",
}
COLLAPSED = {"hide-input", "hide-cell"}
CHECKED = "nbval-check-output"
CHAPTER_LINK = re.compile(r"\]\((\d\d_\w+)\.ipynb\)")
FIGURE_NAME = re.compile(r'\bname="(fig-[\w-]+)"')


def prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def labels(root: Path = ROOT) -> Labels:
    """Everything in the book that can be referred to, read from the sources."""
    table = Labels()
    for chapter in chapters(root):
        notebook = source.read(chapter)
        table.add(chapter, prose(notebook), figure_names(notebook))
    for name in toc_files(root):
        if not name.endswith(".ipynb"):
            table.add_page(name, parsed(root / f"{name}.md", str))
    return table


def figure_names(notebook: NotebookNode) -> list[str]:
    """The figures that the code of a source shows, in order."""
    return [name for cell in source.code_cells(notebook) for name in FIGURE_NAME.findall(cell.source)]


def load(chapter: Chapter) -> NotebookNode | None:
    """The committed twin, or None if there is none. Raises BookError if it is damaged or was edited by hand."""
    return read(chapter.twin) if chapter.twin.exists() else None


def read(path: Path) -> NotebookNode:
    """A notebook that the engine wrote. Raises BookError if it is damaged or its outputs were edited by hand."""
    advice = "restore it, or delete it and run 'make book'"
    try:
        notebook = parsed(path, _notebook)
    except BookError as error:
        raise BookError(f"{error}; {advice}") from error
    if notebook.metadata["aelib"].get("outputs", digest(notebook)) != digest(notebook):
        raise BookError(f"{path.name}: its outputs were edited by hand; {advice}")
    return notebook


def _notebook(text: str) -> NotebookNode:
    """A notebook of the engine. Raises ValueError for anything else."""
    try:
        notebook = nbformat.reader.reads(text)
        if notebook.nbformat != 4:
            raise ValueError(f"it has nbformat {notebook.nbformat}, expected 4")
        nbformat.validate(notebook)
        known = notebook.metadata["aelib"]
        _ = known["fingerprint"], known["seconds"]["chapter"], known["seconds"]["claims"], [cell.id for cell in notebook.cells]
        return notebook
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"it is no notebook of the engine ({error!r:.200})") from error


def digest(notebook: NotebookNode) -> str:
    """A checksum of the cells' outputs."""
    outputs = [(cell.id, cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()[:16]


def renderer(flavor: str, where: str, table: Labels, values: dict, root: Path = ROOT) -> Renderer:
    quoted = {key: entry.text for key, entry in all_quoted().items()}
    return Renderer(flavor, where, table, values, quoted, Bibliography(root / "references.bib"), repository(root))


def with_outputs(chapter: Chapter, run: NotebookNode) -> NotebookNode:
    """The source's notebook, its code cells with the outputs of ``run``, matched by cell id."""
    notebook, by_id = source.read(chapter), {cell.id: cell for cell in run.cells}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if cell.id not in by_id:
                raise BookError(f"{chapter.twin.name} lacks a code cell of its source; delete it and run 'make book'")
            cell.outputs, cell.execution_count = by_id[cell.id].outputs, by_id[cell.id].execution_count
    notebook.metadata["aelib"] = run.metadata["aelib"]
    return notebook


def about(notebook: NotebookNode, chapter: Chapter) -> str:
    """The line under the title: which lectures, how long, where to run it. Computed, never written."""
    decks = [deck for deck in DECKS if any(deck in claim["decks"] for claim in records(notebook, "claim"))]
    named = [DECKS[deck] for deck in decks]
    lectures = ", ".join(named[:-1]) + " and " + named[-1] if len(named) > 1 else "".join(named)
    seconds = notebook.metadata["aelib"]["seconds"]["chapter"]
    colab = repository(chapter.root).colab(chapter)
    return (
        f"*Follows the lectures of {lectures}. Everything on this page was run in {seconds:.0f} seconds "
        f"on one processor core; you can [run it in Colab]({colab}).*"
    )


def insert_about(text: str, line: str) -> str:
    """``text`` with ``line`` as a paragraph of its own after the title."""
    return re.sub(r"^(# .+)$", lambda m: f"{m[0]}\n\n{line}", text, count=1, flags=re.M)


def assemble(chapter: Chapter, run: NotebookNode, table: Labels) -> NotebookNode:
    """The twin: plain Markdown, outputs from ``run``, and the marks that Colab, Jupyter and nbval look for."""
    notebook = with_outputs(chapter, run)
    render = renderer(TWIN, chapter.source.name, table, glued(notebook), chapter.root)
    first = True
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = render(insert_about(cell.source, about(notebook, chapter)) if first else cell.source)
            first = False
        elif COLLAPSED & set(source.tags(cell)):
            cell.metadata["jupyter"] = {"source_hidden": True}
            cell.metadata["cellView"] = "form"
        for output in cell.get("outputs", []):
            name = record(output, "caption")
            if name:
                number, caption = table.figures[name][1], output.data["text/plain"]
                output.data["text/markdown"] = f"**{number}.** {caption}"
    for cell, found in [*cells_with(notebook, "claim"), *cells_with(notebook, "exercise")]:
        if found.get("kind", "exact") == "exact":  # an exact claim or an exercise comes out the same in both profiles
            cell.metadata["tags"] = sorted({*source.tags(cell), CHECKED})
    return notebook


def finish(
    executed: NotebookNode, claim_seconds: dict[str, float], seconds: float, profile: str, fingerprint: Fingerprint
) -> NotebookNode:
    """A cleaned run with the metadata that a twin carries: the fingerprint at its start, the profile and the seconds."""
    executed.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        aelib={
            "fingerprint": fingerprint,
            "profile": profile,
            "seconds": {"chapter": round(seconds, 1), "claims": claim_seconds},
        },
    )
    return executed


def write(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook, with the checksum of its outputs, so that it is there whole or not at all."""
    notebook.metadata["aelib"]["outputs"] = digest(notebook)
    nbformat.validate(notebook)
    files.write(path, nbformat.writes(notebook) + "\n")
