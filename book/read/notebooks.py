"""Read the notebooks that the engine wrote, and write them: what is damaged or was edited by hand is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book import files
from book.read.layout import BookError, Chapter, parsed

MOST_BYTES = 4_000_000  # of a notebook's outputs: what a reader's browser and the repository can bear
ADVICE = "restore it, or delete it and run 'make book'"


def load(chapter: Chapter) -> NotebookNode | None:
    """The committed twin, or None if there is none. Raises BookError if it is damaged or was edited by hand."""
    return read(chapter.twin) if chapter.twin.exists() else None


def demand(chapter: Chapter) -> NotebookNode:
    """The committed twin. Raises BookError also if there is none."""
    notebook = load(chapter)
    if notebook is None:
        raise BookError(f"{chapter.name} was never executed; run 'make book'")
    return notebook


def read(path: Path) -> NotebookNode:
    """A notebook that the engine wrote. Raises BookError if it is damaged or was edited by hand."""
    try:
        notebook = parsed(path, parse)
    except BookError as error:
        raise BookError(f"{error}; {ADVICE}") from error
    if notebook.metadata["aelib"]["checksum"] != digest(notebook):
        raise BookError(f"{path.name}: it was edited by hand; {ADVICE}")
    return notebook


def parse(text: str) -> NotebookNode:
    """A notebook of the engine. Raises ValueError for anything else."""
    try:
        notebook = nbformat.reader.reads(text)
        if notebook.nbformat != 4:
            raise ValueError(f"it has nbformat {notebook.nbformat}, expected 4")
        nbformat.validate(notebook)
        known = notebook.metadata["aelib"]
        _ = (
            known["fingerprint"],
            known["checksum"],
            known["profile"],
            known["seconds"]["chapter"],
            known["seconds"]["claims"],
        )
        _ = [cell.id for cell in notebook.cells]
        return notebook
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"it is no notebook of the engine ({error!r:.200})") from error


def digest(notebook: NotebookNode) -> str:
    """A checksum of the whole notebook: cells with their outputs, and metadata, but for the checksum itself."""
    known = {key: value for key, value in notebook.metadata["aelib"].items() if key != "checksum"}
    whole = {**notebook, "metadata": {**notebook.metadata, "aelib": known}}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


def write(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook, with its checksum, so that it is there whole or not at all."""
    notebook.metadata["aelib"]["checksum"] = digest(notebook)
    nbformat.validate(notebook)
    files.write(path, nbformat.writes(notebook) + "\n")
