"""Random numbers that differ from run to run are noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from book.read.layout import BookError
from book.run import execute, watch

from .edits import edit, first


@pytest.mark.parametrize(
    ("code", "noticed"),
    [
        ("torch.rand(1)", True),
        ("torch.nn.Linear(1, 1)", True),
        ("numpy.random.rand()", True),
        ("with seeded(1): torch.nn.Linear(1, 1)", False),
        ("numpy.random.default_rng(1).random()", False),
    ],
)
def test_cells_that_draw_from_a_global_generator_are_noticed(code: str, noticed: bool) -> None:
    shell = InteractiveShell()
    drew = watch.start(shell)
    for cell in ("import numpy, torch", "from aelib.random import seeded", code, "a = 1"):
        shell.run_cell(cell).raise_error()
    assert drew == [code] * noticed


def test_random_numbers_that_differ_from_run_to_run_are_refused(demo: Path, tmp_path: Path) -> None:
    chapter = first(demo)
    edit(chapter, "h = 1 / 2", "import numpy\nh = 1 / 2 + 0 * numpy.random.rand()")
    with pytest.raises(BookError, match="01_demo, code cell 4: it draws random numbers outside random.seeded"):
        execute.execute([chapter], {"profile": "smoke"}, lambda *a: pytest.fail("accepted"), keep=tmp_path)
