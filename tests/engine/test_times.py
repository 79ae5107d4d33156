"""A chapter's seconds are a processor's: what else the machine does meanwhile is not counted."""

from __future__ import annotations

import time

import nbformat

from book.read.source import METADATA
from book.run.process import Job, run

WAITS = 4


def test_waiting_is_not_counted() -> None:
    cells = [nbformat.v4.new_code_cell(f"import time; time.sleep({WAITS})")]
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=METADATA))
    began = time.perf_counter()
    outcome = run(Job("waits", notebook, {"profile": "smoke"}, 60))
    assert outcome.failure is None
    assert 0 < outcome.seconds < time.perf_counter() - began - WAITS + 0.5
