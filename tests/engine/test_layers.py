"""The engine's packages import in one direction, and nothing of aelib that needs torch."""

import ast
from pathlib import Path

import pytest

from book.read.layout import ROOT

MAY = {"read": {"read"}, "run": {"read", "run"}, "show": {"read", "show"}, "check": {"read", "run", "show", "check"}}
AELIB = {"aelib.notebook"} | {f"aelib.notebook.{name}" for name in ("rules", "register", "quoted", "decks", "shown")}


def imported(path: Path) -> set[str]:
    """The modules that a file imports; a name that it takes from a package counts as one."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("package", MAY)
def test_a_package_imports_only_what_stands_before_it(package: str) -> None:
    for path in (ROOT / "book" / package).glob("*.py"):
        names = imported(path)
        parts = {name.split(".")[1] for name in names if name.startswith("book.")}
        assert parts - {"files"} <= MAY[package], path
        assert {".".join(name.split(".")[:3]) for name in names if name.startswith("aelib")} <= AELIB, path
