"""Refuse random numbers that differ from run to run: those drawn outside ``aelib.random.seeded``.

Two cells go around a chapter's own while it is executed. The first compares the states of the global
generators of torch and numpy after every cell; the last one hands over the cells that changed them.
"""

from __future__ import annotations

import sys

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode

from book.read.layout import BookError
from book.read.records import record
from book.read.source import ENGINE, own_cells

FIRST = "from book.run import watch as _watch\n_drew = _watch.start(get_ipython())"
LAST = 'display({"text/plain": ""}, raw=True, metadata={"aelib": {"drew": _drew}})'


def start(shell: InteractiveShell) -> list[str]:
    """From now on, add to the returned list every cell that draws from a global generator."""
    before, drew = _states(), []

    def compare(result) -> None:
        now = _states()
        if any(before.get(name, state) != state for name, state in now.items()):
            drew.append(result.info.raw_cell)
        before.update(now)

    shell.events.register("post_run_cell", compare)
    return drew


def _states() -> dict[str, object]:
    """The states of the global generators of those packages that are imported."""
    states: dict[str, object] = {}
    if torch := sys.modules.get("torch"):
        states["torch"] = torch.random.get_rng_state().numpy().tobytes()
    if numpy := sys.modules.get("numpy"):
        _, keys, *rest = numpy.random.get_state()
        states["numpy"] = (keys.tobytes(), *rest)
    return states


def watched(notebook: NotebookNode) -> NotebookNode:
    """The notebook with the two cells around its own."""
    return NotebookNode({**notebook, "cells": [_cell("first", FIRST), *notebook.cells, _cell("last", LAST)]})


def _cell(name: str, code: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(code, id=f"{ENGINE}-{name}", metadata={"tags": [ENGINE]})


def check(executed: NotebookNode) -> None:
    """Raise BookError if a cell drew from a global generator, or if nobody watched."""
    found = [drew for output in executed.cells[-1].outputs if (drew := record(output, "drew")) is not None]
    if len(found) != 1:
        raise BookError(f"the last cell of the engine gave {len(found)} records of drawn random numbers, expected one")
    code = [cell for cell in own_cells(executed) if cell.cell_type == "code"]
    if found[0]:
        cells = ", ".join(str(number) for number, cell in enumerate(code, 1) if cell.source in found[0])
        told = "it draws random numbers outside random.seeded, which differ from run to run"
        raise BookError(f"code cell {cells}: {told}")
