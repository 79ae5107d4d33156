"""The modules of the book's packages that code imports, directly or through another, and what each of them holds.

Nothing is imported to find out: an import of torch would take longer than all the rest.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from book.read.layout import CHECKS

PACKAGES = ("aelib", "aelib_checks")


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def closure(tree: ast.AST, root: Path) -> dict[str, str]:
    """Every module that ``tree`` uses, such as "aelib.models.conv", with a hash of what it holds."""
    found: dict[str, str] = {}
    todo = _imports(tree)
    while todo:
        name = todo.pop()
        path = _path(name, root)
        if name in found or path is None:  # no path: the name of a function or a class, not of a module
            continue
        package = name if path.stem == "__init__" else name.rpartition(".")[0]
        imported, code = _module(path.read_text("utf-8"), package)
        found[name] = "".join([code, *map(hashed, _read_by(path))])
        todo |= imported
    return dict(sorted(found.items()))


@cache
def _module(text: str, package: str) -> tuple[frozenset[str], str]:
    """What a module in ``package`` imports, and a hash of its code."""
    tree = ast.parse(text)
    return frozenset(_imports(tree, package)), _module_hash(tree)


def _imports(tree: ast.AST, package: str = "") -> set[str]:
    """The names, modules and others, that code in ``package`` imports from PACKAGES, and the packages of them."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    parts = [name.split(".") for name in names if name.split(".")[0] in PACKAGES]
    return {".".join(part[:n]) for part in parts for n in range(1, len(part) + 1)}


def _path(name: str, root: Path) -> Path | None:
    first, *rest = name.split(".")
    place = (root / CHECKS if first == CHECKS.name else root / first).joinpath(*rest)
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _read_by(path: Path) -> Iterator[str]:
    """The data that a module reads: files beside it with its name (a checker's is the register, which counts apart)."""
    if path.parent.name != CHECKS.name:
        for data in sorted(path.parent.glob(f"{path.stem}.*")):
            if data.suffix != ".py":
                yield data.read_text("utf-8")


def _module_hash(tree: ast.Module) -> str:
    """A hash of a module's code without docstrings and version: a release leaves every notebook fresh."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as docstring), *_]:
                    docstring.value = ""
    tree.body = [node for node in tree.body if not (isinstance(node, ast.Assign) and _names(node) == ["__version__"])]
    return hashed(json.dumps(_plain(tree)))


def _names(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def table(path: Path, name: str) -> dict:
    """The table that a module assigns to ``name``, without importing it."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and _names(node) == [name]:
            return ast.literal_eval(node.value)
    raise LookupError(f"{path} has no table {name}")


def _plain(node: object) -> object:
    """A syntax tree as lists and texts, without the empty fields that newer Pythons add (so ast.dump differs)."""
    if isinstance(node, ast.AST):
        fields = ([name, _plain(value)] for name, value in ast.iter_fields(node) if value not in (None, []))
        return [type(node).__name__, *fields]
    return [_plain(item) for item in node] if isinstance(node, list) else repr(node)
