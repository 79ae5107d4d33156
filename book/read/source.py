"""Read a chapter's source as a notebook with stable cell ids."""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections import Counter
from functools import cache

import jupytext
import nbformat
from jupytext.myst import MystMetadataParsingError
from nbformat import NotebookNode

from book.read.layout import BookError, Chapter, parsed, repository

INSTALL_TAGS = ["install", "remove-cell"]
ENGINE = "engine"
ADDED = {ENGINE, "injected-parameters"}  # the tags of cells that this engine and papermill add to a run
FOLDED = {"hide-input", "hide-cell"}
FIGURE_NAME = re.compile(r'\bname="(fig-[\w-]+)"')
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
INSTALL_CODE = """\
# Install aelib where it is missing (in Colab, say) or of another version; torch stays.
try:
    from aelib import __version__ as installed
except ImportError:
    installed = None
if installed != "{version}":
    import importlib
    import os
    import subprocess
    import sys

    import torch

    archive = "{archive}"
    source = os.environ.get("AELIB_SOURCE", archive)
    pip = [sys.executable, "-m", "pip", "install", "-q"]
    subprocess.run([*pip, source, f"torch=={{torch.__version__}}"], check=True)
    importlib.invalidate_caches()
    for name in list(sys.modules):  # what was imported before is of the other version
        if name.split(".")[0] in ("aelib", "aelib_checks"):
            del sys.modules[name]"""


def read(chapter: Chapter) -> NotebookNode:
    """The source as a notebook without outputs: the install cell added, every cell with a stable id.

    An id depends on the cell's own text only, so that editing one cell leaves all others alone. Raises BookError if
    the source is missing or damaged, or if one of its code cells is not Python.
    """
    if not chapter.source.exists():
        raise BookError(f"{chapter.source} does not exist, but _toc.yml names its twin")
    notebook = copy.deepcopy(parsed(chapter.source, _notebook))
    book = repository(chapter.root)
    install = nbformat.v4.new_code_cell(INSTALL_CODE.format(version=book.version, archive=book.archive))
    install.metadata["tags"] = list(INSTALL_TAGS)
    first = 1 if notebook.cells and notebook.cells[0].cell_type == "markdown" else 0
    cells = [*notebook.cells[:first], install, *notebook.cells[first:]]
    seen: Counter[str] = Counter()
    for cell in cells:
        text = f"{cell.cell_type}\n{cell.source}" if cell is not install else "install"  # its address may change
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        cell.id = f"{digest}-{seen[digest]}" if seen[digest] else digest
        seen[digest] += 1
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cell.metadata = NotebookNode({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


@cache  # since to parse a source takes long, and labels are in all of them
def _notebook(text: str) -> NotebookNode:
    """The notebook of a source's text. Raises ValueError if the text is damaged or a cell is not Python."""
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except MystMetadataParsingError as error:
        raise ValueError(str(error)) from error
    for number, cell in enumerate(code_cells(notebook), 2):  # the install cell will be number 1
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            line = (error.text or "").strip()
            raise ValueError(f"code cell {number}, line {error.lineno}: {error.msg}: {line}") from error
    return notebook


def tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def folded(cell: NotebookNode) -> bool:
    """Whether a reader sees the cell's code only after opening it."""
    return bool(FOLDED & set(tags(cell)))


def own_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells of an executed notebook without those that were added for the run."""
    return [cell for cell in notebook.cells if not ADDED & set(tags(cell))]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The chapter's own code cells: all but the install cell."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and "install" not in tags(cell)]


def prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def figure_names(notebook: NotebookNode) -> list[str]:
    """The figures that the code of a source shows, in order."""
    return [name for cell in code_cells(notebook) for name in FIGURE_NAME.findall(cell.source)]
