"""What the code of a chapter may not do, since a run would come out otherwise the next time or print what it did not
measure: the imports, calls and assignments that its cells may not have.

A list of what may be imported is short and cannot be got round by a new name; what is not on it is refused until
someone has looked at it. The watch (see ``book.run.watch``) sees at run time what cannot be seen here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from book.read.source import code_cells

BOOK = {"aelib", "aelib_checks"}
LIBRARIES = {"torch", "torchvision", "numpy", "scipy", "sklearn", "skimage", "matplotlib", "PIL"}
PYTHON = {"collections", "copy", "dataclasses", "functools", "itertools", "math", "operator", "pathlib", "re"}
PYTHON |= {"statistics", "string", "tempfile", "textwrap", "time", "typing"}
CLOCKS = {"perf_counter", "process_time"}  # how long something takes is measured; what time it is says nothing
# They reach what the list above keeps out, or depend on where things lie in memory.
CALLS = {"__import__", "breakpoint", "compile", "delattr", "display", "eval", "exec", "get_ipython", "getattr"}
CALLS |= {"globals", "hash", "id", "input", "locals", "open", "setattr", "vars"}
INSIDE = {"builtins", "environ", "getenv", "importlib", "os", "subprocess", "sys", "urandom"}
SEEDED = {"default_rng", "RandomState", "SeedSequence", "Random", "seed"}  # with an argument


def repeatable(notebook: NotebookNode, name: str) -> list[str]:
    """What the code of the source ``name`` must not do."""
    cells = [ast.parse(cell.source) for cell in code_cells(notebook)]
    imported = {alias for tree in cells for alias in _imported(tree)}
    return [f"{name}, code cell {n}: {told}" for n, tree in enumerate(cells, 2) for told in _told(tree, imported)]


def _imported(tree: ast.AST) -> Iterator[str]:
    """The names that imports bind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)


def _told(tree: ast.AST, imported: set[str]) -> list[str]:
    """What is wrong in one cell, in the order of its code."""
    problems: dict[str, None] = {}
    for node in ast.walk(tree):
        for told in (*_imports(node), *_names(node), *_calls(node), *_bindings(node, imported)):
            problems[told] = None
    return list(problems)


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "") == "time":
        yield from (f"it imports time.{a.name}, which says what time it is" for a in node.names if a.name not in CLOCKS)
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        names = ["." * node.level + (node.module or "")]
    for module in names:
        if module.split(".")[0] not in BOOK | LIBRARIES | PYTHON:
            yield f"it imports {module}, which is not among what a chapter may import (see book/check/repeatable.py)"


def _names(node: ast.AST) -> Iterator[str]:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    if name.startswith("__") and name not in ("__init__", "__name__"):
        yield f"it uses {name}, which belongs to Python's inside"
    if isinstance(node, ast.Attribute):
        if name in INSIDE:
            yield f"it uses {ast.unparse(node)}, which reaches outside the run"
        if isinstance(node.value, ast.Name) and node.value.id == "time" and name not in CLOCKS:
            yield f"it uses time.{name}, which says what time it is"


def _calls(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Call):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if isinstance(node.func, ast.Name) and name in CALLS:
        yield f"it calls {name}, which a chapter must not"
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    none = all(isinstance(value, ast.Constant) and value.value is None for value in given)
    if name in SEEDED and none:
        yield f"it calls {name} without a seed"


def _bindings(node: ast.AST, imported: set[str]) -> Iterator[str]:
    """Names and attributes of what was imported keep their meaning."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in imported:
        yield f"it gives {node.name}, which it imports, another meaning"
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        root: ast.AST = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name) and root.id in imported:
            yield f"it gives {ast.unparse(node)}, which it imports, another meaning"
