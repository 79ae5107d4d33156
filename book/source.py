"""Read a chapter's source as a notebook with stable cell ids."""

from __future__ import annotations

import hashlib
from collections import Counter

import jupytext
import nbformat
from nbformat import NotebookNode

from book.layout import BookError, Chapter, repository

INSTALL_TAGS = ["install", "remove-cell"]
ENGINE = "engine"
ADDED = {ENGINE, "injected-parameters"}  # the tags of cells that this engine and papermill add to a run
INSTALL_CODE = """\
# Install the book's package where it is missing (in Colab, say); the torch that is there stays as it is.
import importlib.util

if importlib.util.find_spec("aelib") is None:
    import os
    import subprocess
    import sys

    import torch

    source = os.environ.get("AELIB_SOURCE", "{archive}")
    command = [sys.executable, "-m", "pip", "install", "-q", source, f"torch=={{torch.__version__}}"]
    subprocess.run(command, check=True)
    importlib.invalidate_caches()"""


def read(chapter: Chapter) -> NotebookNode:
    """The source as a notebook without outputs: the install cell added, every cell with a stable id.

    An id depends on the cell's own text only, so that editing one cell leaves all others alone.
    """
    if not chapter.source.exists():
        raise BookError(f"{chapter.source} does not exist, but _toc.yml names its twin")
    notebook = jupytext.read(chapter.source, fmt="md:myst")
    install = nbformat.v4.new_code_cell(INSTALL_CODE.format(archive=repository(chapter.root).archive))
    install.metadata["tags"] = list(INSTALL_TAGS)
    first = 1 if notebook.cells and notebook.cells[0].cell_type == "markdown" else 0
    cells = [*notebook.cells[:first], install, *notebook.cells[first:]]
    seen: Counter[str] = Counter()
    for cell in cells:
        text = "install" if cell is install else f"{cell.cell_type}\n{cell.source}"  # its address may change, its outputs cannot
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        cell.id = f"{digest}-{seen[digest]}" if seen[digest] else digest
        seen[digest] += 1
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cell.metadata = NotebookNode({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def own_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells of an executed notebook without those that were added for the run."""
    return [cell for cell in notebook.cells if not ADDED & set(tags(cell))]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The chapter's own code cells: all but the install cell."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and "install" not in tags(cell)]
