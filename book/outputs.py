"""Read the records that an executed notebook keeps in its outputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

GLUE = "application/papermill.record/text/plain"


def _outputs(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type in ("display_data", "execute_result"):
                yield cell, output


def record(output: NotebookNode, kind: str) -> dict | None:
    """The aelib record of ``kind`` (claim, exercise, figure, table, caption) that ``output`` carries, if any."""
    return output.get("metadata", {}).get("aelib", {}).get(kind)


def records(notebook: NotebookNode, kind: str) -> list[dict]:
    """All records of ``kind``, in order."""
    return [found for _, output in _outputs(notebook) if (found := record(output, kind)) is not None]


def cells_with(notebook: NotebookNode, kind: str) -> list[tuple[NotebookNode, dict]]:
    """Each record of ``kind`` with the cell whose output holds it."""
    return [(cell, found) for cell, output in _outputs(notebook) if (found := record(output, kind)) is not None]


def is_glue(output: NotebookNode) -> bool:
    return GLUE in output.get("data", {})


def glued(notebook: NotebookNode) -> dict[str, float | int | str]:
    """Every glued value by its name. Raises ValueError for a name that is glued twice."""
    values: dict[str, float | int | str] = {}
    for _, output in _outputs(notebook):
        if is_glue(output):
            name = output.metadata["scrapbook"]["name"]
            if name in values:
                raise ValueError(f"{name!r} is glued twice")
            text = output.data[GLUE]
            values[name] = float(text) if text in ("nan", "inf", "-inf") else ast.literal_eval(text)
    return values
