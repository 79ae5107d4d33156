"""Refuse what would make a run come out otherwise the next time, or print what the run did not measure.

Two cells go around a chapter's own while it is executed. From the first one on, the process is watched: which cells
draw from a global generator of torch, numpy or Python, which make a generator without a seed, and which read a file
that is neither data, nor the book's package, nor written by the run itself. The last cell hands over what was seen, and
what was imported of the book's packages. Nothing of the watch has a name in the notebook.
"""

from __future__ import annotations

import functools
import importlib
import os
import random
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import nbformat
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode

from book.read.layout import CHECKS, ROOT, BookError, Chapter
from book.read.records import record
from book.read.source import ENGINE, code_cells, own_cells
from book.run.fingerprint import fingerprint
from book.run.modules import PACKAGES

IMPORT = "__import__('book.run.watch', fromlist=['watch'])"
FIRST = f"{IMPORT}.start(get_ipython(), {{torch}})"
LAST = f"{IMPORT}.hand_over()"
DREW = "draws random numbers outside random.seeded, which differ from run to run"
NO_SEED = "makes a generator without a seed, whose numbers differ from run to run"
_seen: list[list[str]] = []  # cells that did what they must not, each with what it was
_cell: list[str] = []  # the source of the cell that is running, if one is
_made: set[str] = set()  # folders and files that the run itself made
_states: dict[str, object] = {}


def start(shell: InteractiveShell, torch: bool) -> None:
    """From now on, watch every cell of this process; ``torch`` says whether they use it, for it is slow to import."""
    _seen.clear()
    random.seed(0)  # whatever escapes the watch is at least the same in every run
    np.random.seed(0)
    if torch:
        importlib.import_module("torch").manual_seed(0)
    _states.update(_now())
    _tell_of_entropy()
    sys.addaudithook(_audit)
    shell.events.register("pre_run_cell", lambda info: _cell.append(info.raw_cell))
    shell.events.register("post_run_cell", _compare)


def _importing() -> bool:
    """Whether a module is being imported: some make generators then, which they give a seed later or never use."""
    frame: FrameType | None = sys._getframe()
    while frame := frame and frame.f_back:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
    return False


def _tell(what: str) -> None:
    if _cell and [_cell[-1], what] not in _seen:
        _seen.append([_cell[-1], what])


def _compare(_: object) -> None:
    """After a cell: whether it moved one of the global generators."""
    now = _now()
    if any(_states.get(name) != state for name, state in now.items()):
        _tell(DREW)
    _states.update(now)
    _cell.clear()


def _now() -> dict[str, object]:
    """The states of the global generators."""
    states: dict[str, object] = {"python": random.getstate(), "numpy": repr(np.random.get_state(legacy=False))}
    if "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].random.get_rng_state().numpy().tobytes()
    return states


def _tell_of_entropy() -> None:
    """Let the generators that begin without a seed tell when a cell makes or uses them."""

    def told(function: Callable, always: bool) -> Callable:
        @functools.wraps(function)  # with its docstring, which chapter 11 reads
        def tell(*args: Any, **named: Any) -> Any:
            if (always or all(value is None for value in (*args, *named.values()))) and not _importing():
                _tell(NO_SEED)
            return function(*args, **named)

        return tell

    class Random(random.Random):
        def __init__(self, x: Any = None) -> None:
            if x is None and not _importing():
                _tell(NO_SEED)
            super().__init__(x)

    np.random.default_rng = told(np.random.default_rng, always=False)
    for name in ("random", "getrandbits", "randbytes"):  # also secrets'; numpy has kept the second as it was
        setattr(random.SystemRandom, name, told(getattr(random.SystemRandom, name), always=True))
    random.Random = Random  # type: ignore[misc]


def _audit(event: str, arguments: tuple) -> None:
    if not _cell:
        return
    if event in ("tempfile.mkdtemp", "tempfile.mkstemp"):
        _made.add(os.path.realpath(arguments[0]))
    elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        place, flags = Path(os.path.realpath(os.fsdecode(arguments[0]))), arguments[2]
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            _made.add(str(place))
        elif place.is_file() and not _may_read(place):
            _tell(f"reads {place}, which is neither data nor the book's package nor written by the run")


def _may_read(path: Path) -> bool:
    """Whether a cell may read a file: of the book its packages, of temporary files its own, of the others all."""
    places = {str(path), *map(str, path.parents)}
    if places & _made or path.parent.suffix == ".egg-info":
        return True
    packages = (root / name for root in _roots() for name in (PACKAGES[0], CHECKS))
    data = os.environ.get("AELIB_DATA") or os.devnull
    if places & {os.path.realpath(str(place)) for place in (*packages, data, sys.prefix)}:
        return True
    return not places & {str(place) for place in (*_roots(), os.path.realpath(tempfile.gettempdir()))}


def _roots() -> tuple[Path, Path]:
    """The book whose chapter is executed, and this one."""
    return Path(os.environ.get("AELIB_BOOK") or ROOT).resolve(), ROOT


def hand_over() -> None:
    """Keep what was seen in the output of the engine's last cell."""
    from IPython.display import display

    loaded = {name: module.__file__ for name, module in sys.modules.items() if name.split(".")[0] in PACKAGES}
    odd = [f"it imported {name} from {path}" for name, path in loaded.items() if not _own(path)]
    others = [module for name, module in sys.modules.items() if name.split(".")[0] not in (*PACKAGES, "book")]
    odd += [f"it imported {m.__file__}, which is not installed" for m in others if _own(getattr(m, "__file__", None))]
    if sys.prefix != os.environ.get("AELIB_PREFIX"):
        odd.append(f"it was executed in {sys.prefix}, not in the environment of the book")
    seen = {"cells": _seen, "odd": odd, "modules": sorted(loaded)}
    display({"text/plain": ""}, raw=True, metadata={"aelib": {"watch": seen}})


def _own(path: str | None) -> bool:
    """Whether a module is a file of the checkout."""
    if not path or not os.path.isabs(path):  # torch has modules without a file, with a name for one
        return False
    place = Path(path).resolve()
    installed = place.is_relative_to(Path(sys.prefix).resolve())
    return not installed and any(place.is_relative_to(root) for root in _roots())


def watched(notebook: NotebookNode) -> NotebookNode:
    """The notebook with the two cells around its own."""
    torch = any(re.search(rf"torch|\b{PACKAGES[0]}\b", cell.source) for cell in code_cells(notebook))
    first, last = _engine("first", FIRST.format(torch=torch)), _engine("last", LAST)
    return NotebookNode({**notebook, "cells": [first, *notebook.cells, last]})


def _engine(name: str, code: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(code, id=f"{ENGINE}-{name}", metadata={"tags": [ENGINE]})


def check(chapter: Chapter, executed: NotebookNode) -> None:
    """Raise BookError if a cell did what would not come out the same again, or if nobody watched."""
    found = [seen for output in executed.cells[-1].outputs if (seen := record(output, "watch")) is not None]
    if len(found) != 1:
        raise BookError(f"the last cell of the engine gave {len(found)} records of what was seen, expected one")
    code = [cell.source for cell in own_cells(executed) if cell.cell_type == "code"]
    for source, what in found[0]["cells"]:
        number = code.index(source) + 1 if source in code else "?"
        raise BookError(f"code cell {number}: it {what}")
    known = fingerprint(chapter)
    odd = [
        f"it imported {name}, which its fingerprint does not see" for name in found[0]["modules"] if name not in known
    ]
    if odd := found[0]["odd"] + odd:
        raise BookError("; ".join(odd))
