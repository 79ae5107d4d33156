"""The code cells of a source: short enough to be read, and one thing each."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from book.read.source import FOLDED, code_cells, folded, tags

VISIBLE_LINES, FOLDED_LINES = 15, 30
VISIBLE_WIDTH, WIDTH = 92, 120  # the first is what fits beside a page's margins without scrolling
TAGS = {"parameters", "solution", *FOLDED}  # with others, code would be seen by no reader, or an error by no run
ONCE = ("plots.show(", "explorer.show(", "claims.check(")
FIGURE = re.compile(r"\b(plots|explorer)\.show\(")
DISPLAY = re.compile(r"(?<![.\w])display\(")


def cells(notebook: NotebookNode, name: str) -> list[str]:
    """What is wrong with the code cells of the source ``name``."""
    own = code_cells(notebook)
    problems = [f"{name}, code cell {n}: {told}" for n, cell in enumerate(own, 2) for told in _cell(cell)]  # 1 installs
    if not any("parameters" in tags(cell) for cell in own):
        problems.append(f"{name}: no cell is tagged 'parameters'")
    return problems


def _cell(cell: NotebookNode) -> list[str]:
    lines = [line for line in cell.source.splitlines() if line.strip()]
    kind = "hidden" if folded(cell) else "visible"
    most, width = (FOLDED_LINES, WIDTH) if folded(cell) else (VISIBLE_LINES, VISIBLE_WIDTH)
    widest = max(map(len, lines), default=0)
    problems = [f"the tag {tag!r}, expected some of {', '.join(sorted(TAGS))}" for tag in sorted({*tags(cell)} - TAGS)]
    if len(lines) > most:
        problems.append(f"{len(lines)} {kind} lines, at most {most} (split the cell)")
    if widest > width:
        problems.append(f"a {kind} line of {widest} characters, at most {width}")
    for call in ONCE:
        if cell.source.count(call) > 1:
            problems.append(f"{cell.source.count(call)} calls of {call}...), one a cell")
    if FIGURE.search(cell.source) and DISPLAY.search(cell.source):
        problems.append("a figure and something else are displayed, both under the figure's name; split the cell")
    return problems
