"""Make an executed notebook fit to be committed: nothing in it but what the cells say.

What still varies between two runs on one machine: the seconds (all in the notebook's
metadata and in the line under its title), and measured numbers whose arithmetic depends on
the processor. Between machines and versions of torch, the measured numbers vary a little.
"""

from __future__ import annotations

import re
from pathlib import Path

from nbformat import NotebookNode

from book.layout import ROOT, BookError
from book.outputs import record
from book.source import own_cells, tags


def clean(executed: NotebookNode, name: str) -> tuple[NotebookNode, dict[str, float]]:
    """Return the notebook without the traces of its run, and the seconds that each claim took.

    Raises BookError if a cell wrote to stderr (a warning, as a rule) or an output holds a
    path of this machine.
    """
    cells = own_cells(executed)
    seconds: dict[str, float] = {}
    count = 0
    for cell in cells:
        cell.metadata = NotebookNode({"tags": tags(cell)} if tags(cell) else {})
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            _refuse_noise(output, name, count)
            if output.output_type == "execute_result":
                output.execution_count = count
            claim = record(output, "claim")
            if claim is not None:
                seconds[claim["id"]] = round(claim.pop("seconds"), 1)
    executed.cells = cells
    return executed, seconds


def _refuse_noise(output: NotebookNode, name: str, count: int) -> None:
    if output.output_type == "stream" and output.name == "stderr":
        raise BookError(f"{name}, code cell {count}: it writes to stderr, which a chapter must not:\n{output.text.strip()}")
    texts = [output.get("text", "")] + [v for k, v in output.get("data", {}).items() if k.startswith("text/")]
    for text in texts:
        for path in (str(ROOT), str(Path.home())):
            if re.search(re.escape(path) + r"(?![\w-])", text) and len(path) > 1:
                raise BookError(f"{name}, code cell {count}: its output holds a path of this machine ({path})")
