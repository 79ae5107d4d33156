"""What a folded cell is called: a reader sees its name and decides whether to open it."""

from __future__ import annotations

from nbformat import NotebookNode

from book.read.labels import Labels
from book.read.records import record
from book.read.source import code_cells, folded, tags

INSTALL = "Install the book's package"


def titles(notebook: NotebookNode, table: Labels) -> dict[str, str]:
    """The title of each folded cell of a chapter with outputs, by the cell's id."""
    cells = code_cells(notebook)
    after = next((i for i, cell in enumerate(cells) if "parameters" in tags(cell)), 0)
    set_up = next((cell for cell in cells[after:] if folded(cell)), None)
    return {cell.id: _shown(cell, table) or _named(cell, cell is set_up) for cell in cells if folded(cell)}


def _shown(cell: NotebookNode, table: Labels) -> str | None:
    """The title of a cell whose outputs say what it is for."""
    kinds = ("exercise", "figure", "claim")
    found = {kind: value for output in cell.outputs for kind in kinds if (value := record(output, kind))}
    if "solution" in tags(cell):
        return f"Solution of exercise {found['exercise']['id']}" if "exercise" in found else "Solution"
    if "figure" in found:
        return f"Code: {table.figures[found['figure']['name']][1]}"
    if "claim" in found:
        return f"Check: {found['claim']['id']}"
    return "Code: table" if any(map(_is_table, cell.outputs)) else None


def _is_table(output: NotebookNode) -> bool:
    data = output.get("data", {})
    return record(output, "table") is not None or "\n|" in f"\n{data.get('text/markdown', '')}"


def _named(cell: NotebookNode, is_set_up: bool) -> str:
    """The title of a cell that its own text or place must name."""
    if is_set_up:
        return "Code: set-up"
    comments = (line.strip("# ") for line in cell.source.splitlines() if line.startswith("#"))
    return next(filter(None, comments), "Code")
