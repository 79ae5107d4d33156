"""What a chapter's outputs depend on, as hashes: its twin is stale when one of them changed.

The parts: the chapter's code cells; each module of aelib that they import, directly or
through another, without its comments and docstrings; the lock; and the checksums of the
data sets that they name. Prose is not among them: it is carried into the twin at any time.
"""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path

from nbformat import NotebookNode

from book.layout import LOCK, ROOT
from book.source import code_cells, tags

Fingerprint = dict[str, str]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fingerprint(notebook: NotebookNode, root: Path = ROOT) -> Fingerprint:
    """The fingerprint of a chapter's source notebook, a flat mapping from part to hash."""
    code = [cell.source for cell in code_cells(notebook)]
    parts = {"cells": _hash(json.dumps([(c.source, sorted(tags(c))) for c in code_cells(notebook)]))}
    tree = ast.parse("\n".join(code))
    for module in sorted(_closure(tree, root / "aelib")):
        parts[f"aelib.{module}"] = _module_hash(root / "aelib" / f"{module}.py")
    for module, data in (("quoted", "quoted.toml"), ("explorer", "explorer.js")):  # what a module reads
        if f"aelib.{module}" in parts:
            parts[f"aelib.{module}"] += _hash((root / "aelib" / data).read_text("utf-8"))
    parts["lock"] = _hash("\n".join(sorted(_lines((root / LOCK.name).read_text("utf-8")))))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for name, sums in _checksums(root).items():
        if name in strings:
            parts[f"data {name}"] = _hash(json.dumps(sums, sort_keys=True))
    return parts


def changes(old: Fingerprint | None, new: Fingerprint) -> list[str]:
    """The parts in which ``new`` differs from ``old``; empty if the twin is fresh."""
    if old is None:
        return ["never executed"]
    return [part for part in sorted(old.keys() | new.keys()) if old.get(part) != new.get(part)]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _checksums(root: Path) -> dict:
    """The table SHA256 of aelib/data.py, read without importing (and so without torch)."""
    for node in ast.parse((root / "aelib" / "data.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "SHA256":
            return ast.literal_eval(node.value)
    raise LookupError("aelib/data.py has no table SHA256")


def _imports(tree: ast.AST) -> set[str]:
    """The modules of aelib that ``tree`` imports, by their name within the package."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "aelib":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("aelib."):
            names.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("aelib.")}
    return names


def _closure(tree: ast.AST, package: Path) -> set[str]:
    found: set[str] = set()
    todo = {"__init__", *_imports(tree)}
    while todo:
        module = todo.pop()
        path = package / f"{module}.py"
        if module in found or not path.exists():
            continue
        found.add(module)
        todo |= _imports(ast.parse(path.read_text("utf-8")))
    return found


def _module_hash(path: Path) -> str:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False) is not None:
            node.body[0].value.value = ""
    return _hash(json.dumps(_plain(tree)))


def _plain(node: object) -> object:
    """A syntax tree as lists and texts, without the empty fields that newer Pythons add: ast.dump differs between versions."""
    if isinstance(node, ast.AST):
        return [type(node).__name__, *([name, _plain(value)] for name, value in ast.iter_fields(node) if value not in (None, []))]
    return [_plain(item) for item in node] if isinstance(node, list) else repr(node)
