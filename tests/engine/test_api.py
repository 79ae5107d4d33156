"""The page of the package names all of its public modules, and all that is public in them says what it is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from book.read.layout import ROOT


def modules() -> dict[str, Path]:
    """The public modules of aelib and their files."""
    found = {}
    for path in (ROOT / "aelib").rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        if not path.stem.startswith("_") or path.stem == "__init__":
            found[name] = path
    return found


def test_every_public_module_stands_once_on_the_page() -> None:
    text = (ROOT / "back" / "api.md").read_text("utf-8")
    assert sorted(re.findall(r"^\.\. automodule:: (\S+)$", text, re.M)) == sorted(modules())


def test_every_public_function_and_class_has_a_docstring() -> None:
    """Without one autodoc leaves it out."""
    for name, path in modules().items():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{name}.{node.name}"
