"""What a chapter's outputs depend on, as hashes: its twin is stale when one of them changed.

The parts: the chapter's code cells; each module of aelib and aelib_checks that they import, directly or through
another, without its comments and docstrings; the register of its claims; the lock; and the checksums of the data sets
that they name. Prose is not among them: it is carried into the twin at any time.
"""

from __future__ import annotations

import ast
import json
import tomllib

from book.read import notebooks, source
from book.read.layout import LOCK, Chapter, parsed
from book.read.source import code_cells, tags
from book.run import modules
from book.run.modules import hashed

Fingerprint = dict[str, str]


def fingerprint(chapter: Chapter) -> Fingerprint:
    """The fingerprint of a chapter's source, a flat mapping from part to hash."""
    root, cells = chapter.root, code_cells(source.read(chapter))
    parts = {"cells": hashed(json.dumps([(cell.source, sorted(tags(cell))) for cell in cells]))}
    tree = ast.parse("\n".join(cell.source for cell in cells))
    parts |= modules.closure(tree, root)
    parts["lock"] = hashed("\n".join(sorted(parsed(root / LOCK, _lines))))
    if chapter.register.exists():
        parts["register"] = hashed(json.dumps(parsed(chapter.register, tomllib.loads), sort_keys=True, default=str))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for name, sums in modules.table(root / "aelib" / "data" / "datasets.py", "SHA256").items():
        if name in strings:
            parts[f"data {name}"] = hashed(json.dumps(sums, sort_keys=True))
    return parts


def stale(chapter: Chapter) -> list[str]:
    """Why the chapter's twin must be executed anew; empty if it need not be."""
    committed = notebooks.load(chapter)
    if committed is None:
        return ["never executed"]
    old, new = committed.metadata["aelib"]["fingerprint"], fingerprint(chapter)
    return [part for part in sorted(old.keys() | new.keys()) if old.get(part) != new.get(part)]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
