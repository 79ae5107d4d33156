"""Make an executed notebook fit to be committed: nothing in it but what the cells say.

What still varies between two runs on one machine: the seconds (all in the notebook's metadata and in the line under its
title), and measured numbers whose arithmetic depends on the processor. Between machines and versions of torch, the
measured numbers vary a little.
"""

from __future__ import annotations

import re
from pathlib import Path

from nbformat import NotebookNode

from book.read.layout import ROOT, BookError
from book.read.records import record
from book.read.source import METADATA, own_cells, tags
from book.run.fingerprint import Fingerprint


def clean(executed: NotebookNode, seconds: float, started: Fingerprint, profile: str = "full") -> NotebookNode:
    """The notebook without the traces of its run, with the metadata of a twin.

    ``started`` is the fingerprint when the run began: what was edited since then makes the twin stale. Raises BookError
    if a cell wrote to stderr (a warning, as a rule) or an output holds a path of this machine.
    """
    executed.cells = own_cells(executed)
    claims: dict[str, float] = {}
    count = 0
    for cell in executed.cells:
        cell.metadata = NotebookNode({"tags": tags(cell)} if tags(cell) else {})
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            _refuse_noise(output, count)
            if output.output_type == "execute_result":
                output.execution_count = count
            if claim := record(output, "claim"):
                claims[claim["id"]] = round(claim.pop("seconds"), 1)
    spent = {"chapter": round(seconds, 1), "claims": claims}
    executed.metadata = NotebookNode(**METADATA, aelib={"fingerprint": started, "profile": profile, "seconds": spent})
    return executed


def _refuse_noise(output: NotebookNode, count: int) -> None:
    if output.output_type == "stream" and output.name == "stderr":
        raise BookError(f"code cell {count}: it writes to stderr, which a chapter must not:\n{output.text.strip()}")
    texts = [output.get("text", "")] + [v for k, v in output.get("data", {}).items() if k.startswith("text/")]
    for text in texts:
        for path in (str(ROOT), str(Path.home())):
            if len(path) > 1 and re.search(re.escape(path) + r"(?![\w-])", text):
                raise BookError(f"code cell {count}: its output holds a path of this machine ({path})")
