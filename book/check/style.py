"""The code of the sources in the format that ruff gives it, as wide as a cell may be."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode

from book import files
from book.check.cells import VISIBLE_WIDTH, WIDTH
from book.read import source
from book.read.layout import BookError, Chapter

# A cell has few lines: what fits on one stands on one.
SETTINGS = ["--isolated", "--config", "format.skip-magic-trailing-comma=true", "--config", "target-version='py311'"]


def style(chapters: Iterable[Chapter]) -> list[str]:
    """The code cells that do not have the format."""
    changed = _changed(list(chapters))
    return [f"{c.source.name}, code cell {n}: not formatted; run 'make format'" for c, n, _, _ in changed]


def reformat(chapters: Iterable[Chapter]) -> None:
    """Give every code cell of the sources the format."""
    for chapter, number, old, new in _changed(list(chapters)):
        text = chapter.source.read_text("utf-8")
        if text.count(f"\n{old}\n```") != 1:
            raise BookError(f"{chapter.source.name}, code cell {number}: it is there twice; format it by hand")
        files.write(chapter.source, text.replace(f"\n{old}\n```", f"\n{new}\n```"))


def _changed(chapters: list[Chapter]) -> list[tuple[Chapter, int, str, str]]:
    """Each cell that the format changes: chapter, number, code, and code in the format."""
    cells = [(c, n, cell) for c in chapters for n, cell in enumerate(source.code_cells(source.read(c)), 2)]
    with tempfile.TemporaryDirectory(prefix="aelib-") as folder:
        paths = [Path(folder) / str(_width(cell)) / f"{i}.py" for i, (_, _, cell) in enumerate(cells)]
        for path, (_, _, cell) in zip(paths, cells, strict=True):
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{cell.source}\n", "utf-8")
        for width in Path(folder).iterdir():
            command = [sys.executable, "-m", "ruff", "format", "--quiet", "--line-length", width.name, *SETTINGS]
            done = subprocess.run([*command, str(width)], capture_output=True, text=True)
            if done.returncode:
                raise BookError(f"ruff could not format the cells:\n{done.stderr}")
        new = [path.read_text("utf-8").rstrip("\n") for path in paths]
    return [(c, n, cell.source, code) for (c, n, cell), code in zip(cells, new, strict=True) if cell.source != code]


def _width(cell: NotebookNode) -> int:
    return WIDTH if source.folded(cell) else VISIBLE_WIDTH
