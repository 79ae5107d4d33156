"""What makes a committed notebook stale, and what does not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from book.read import layout
from book.run.fingerprint import fingerprint, stale
from book.run.modules import closure

from .edits import append, edit, first


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda root: edit(first(root), "h = 1 / 2", "h = 2 / 4"), "cells"),
        (lambda root: append(root / "aelib" / "notebook" / "claims.py", "\nX = 1\n"), "aelib.notebook.claims"),
        (lambda root: append(root / "aelib" / "notebook" / "__init__.py", "\nX = 1\n"), "aelib.notebook"),
        (lambda root: append(root / layout.CHECKS / "ch01.py", "\nX = 1\n"), "aelib_checks.ch01"),
        (lambda root: append(root / layout.CHECKS / "ch01.toml", "at_most = 1\n"), "register"),
        (lambda root: append(root / "constraints.txt", "\nnew==1.0\n"), "lock"),
    ],
)
def test_what_makes_a_chapter_stale(demo: Path, change, part: str) -> None:
    change(demo)
    assert stale(first(demo)) == [part]


@pytest.mark.parametrize(
    "change",
    [
        lambda root: append(root / "aelib" / "notebook" / "claims.py", "\n# a comment\n"),
        lambda root: append(root / "aelib" / "__init__.py", '\n__version__ = "9.9"\n'),
        lambda root: append(root / "aelib" / "models" / "pca.py", "\nX = 1\n"),  # the demo does not use it
        lambda root: append(root / layout.CHECKS / "ch01.toml", "# a comment\n"),
        lambda root: append(root / layout.CHECKS / "ch02.toml", "x = 1\n"),  # another chapter's
        lambda root: append(root / "constraints.txt", "\n# a comment\n"),
    ],
)
def test_what_does_not(demo: Path, change) -> None:
    change(demo)
    assert stale(first(demo)) == []


def test_a_module_has_the_same_hash_in_every_python() -> None:
    from book.run.modules import _module_hash

    head = ('"""Doc."""', "class A(B):", '    """Doc."""')
    lines = (*head, "    def f(self, x: T, *y, z=None) -> str:", '        return f"{x:.3f} {z!r}"')
    assert _module_hash(ast.parse("\n".join(lines))) == "f168a9c02d8026ec"  # as Python 3.11 and 3.13 have it


MODULES = {
    "from aelib import train": {"aelib", "aelib.train", "aelib.losses"},
    "from aelib.models import conv, pca": {"aelib", "aelib.models", "aelib.models.conv", "aelib.models.pca"},
    "import aelib.models.pca as p": {"aelib", "aelib.models", "aelib.models.pca"},
    "from aelib.models.conv import Net": {"aelib", "aelib.models", "aelib.models.conv"},
    "from aelib.notebook.kit import Net": {"aelib", "aelib.notebook", "aelib.notebook.kit"}
    | {"aelib.models", "aelib.models.conv"},
    "from aelib_checks import ch08": {"aelib_checks", "aelib_checks.ch08", "aelib", "aelib.losses"},
    "import torch, aelibrary": set(),
}


@pytest.mark.parametrize(("code", "names"), MODULES.items())
def test_imports_are_followed_through_packages(tmp_path: Path, code: str, names: set[str]) -> None:
    texts = {
        "aelib/__init__.py": '__version__ = "1"',
        "aelib/train.py": "from . import losses",
        "aelib/losses.py": "",
        "aelib/models/__init__.py": "",
        "aelib/models/conv.py": "class Net: pass",
        "aelib/models/pca.py": "",
        "aelib/notebook/__init__.py": "",
        "aelib/notebook/kit.py": "from ..models.conv import Net",
        "chapters/aelib_checks/__init__.py": "",
        "chapters/aelib_checks/ch08.py": "def check():\n    from aelib.losses import mse",
        "chapters/aelib_checks/ch08.toml": "no toml, and not read",
    }
    for name, text in texts.items():
        append(tmp_path / name, text)
    assert closure(ast.parse(code), tmp_path).keys() == names


def test_what_a_module_reads_counts_with_it(tmp_path: Path) -> None:
    append(tmp_path / "aelib" / "__init__.py", "")
    append(tmp_path / "aelib" / "explorer.py", "x = 1")
    code = ast.parse("from aelib import explorer")
    hashes = []
    for _ in range(3):
        hashes.append(closure(code, tmp_path))
        append(tmp_path / "aelib" / "explorer.js", "// script")
    assert len({h["aelib.explorer"] for h in hashes}) == 3 and len({h["aelib"] for h in hashes}) == 1


def test_the_data_checksum_is_part_of_the_fingerprint(demo: Path) -> None:
    chapter = first(demo)
    before = fingerprint(chapter)
    path = demo / "aelib" / "data" / "datasets.py"
    path.write_text(path.read_text("utf-8").replace('"ba891046', '"00000000'), "utf-8")
    after = fingerprint(chapter)
    assert [part for part in before if before[part] != after[part]] == ["data mnist"]
