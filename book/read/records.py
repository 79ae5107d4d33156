"""Read the records that an executed notebook keeps in its outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from book.read.layout import BookError

NOT_FINITE = ("nan", "inf", "-inf")  # JSON has no such numbers: in a record they are texts


def _outputs(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type in ("display_data", "execute_result"):
                yield cell, output


def record(output: NotebookNode, kind: str) -> Any:
    """The aelib record of ``kind`` (claim, exercise, figure, table, caption, glue) that ``output`` carries, or None.

    A caption's is the name of its figure; the others are dictionaries.
    """
    return output.get("metadata", {}).get("aelib", {}).get(kind)


def records(notebook: NotebookNode, kind: str) -> list[dict]:
    """All records of ``kind``, in order."""
    return [found for _, found in cells_with(notebook, kind)]


def cells_with(notebook: NotebookNode, kind: str) -> list[tuple[NotebookNode, dict]]:
    """Each record of ``kind`` with the cell whose output holds it."""
    return [(cell, found) for cell, output in _outputs(notebook) if (found := record(output, kind)) is not None]


def glued(notebook: NotebookNode) -> dict[str, float | int | str]:
    """Every glued value by its name. Raises BookError for a name that is glued twice."""
    values: dict[str, float | int | str] = {}
    for found in records(notebook, "glue"):
        for name, value in found.items():
            if name in values:
                raise BookError(f"{name!r} is glued twice")
            values[name] = float(value) if value in NOT_FINITE else value
    return values
