"""The package's own pages list its modules; every public function says what it does; no file is long."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import aelib

HOME = Path(aelib.__file__).parent
FILES = sorted(path for path in HOME.rglob("*.py"))
PACKAGES = sorted(path.parent.name for path in HOME.glob("*/__init__.py"))
MODULES = sorted(
    ".".join(path.relative_to(HOME.parent).with_suffix("").parts) for path in FILES if path.stem != "__init__"
)


def names(package: Path) -> list[str]:
    """What is to be found in a package: its public modules and subpackages."""
    inside = [path.stem for path in package.glob("*.py")] + [path.parent.name for path in package.glob("*/__init__.py")]
    return sorted(name for name in inside if not name.startswith("_"))


@pytest.mark.parametrize("package", ["", *PACKAGES])
def test_a_package_s_docstring_names_every_module(package):
    doc = importlib.import_module(f"aelib.{package}".rstrip(".")).__doc__
    assert [name for name in names(HOME / package) if f"``{name}``" not in doc] == []


@pytest.mark.parametrize("module", MODULES)
def test_every_public_function_says_what_it_does(module):
    loaded = importlib.import_module(module)
    assert loaded.__doc__
    for name, thing in vars(loaded).items():
        if not name.startswith("_") and getattr(thing, "__module__", None) == loaded.__name__ and callable(thing):
            assert inspect.getdoc(thing), f"{module}.{name} has no docstring"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_shorter_than_200_lines(path):
    assert len(path.read_text("utf-8").splitlines()) < 200


def test_an_import_of_the_package_does_not_load_torch():
    code = "import sys, aelib, aelib.notebook.rules, aelib.notebook.quoted; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=HOME.parent).returncode == 0, (
        "the engine reads rules without torch"
    )
