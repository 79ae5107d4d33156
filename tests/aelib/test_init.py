"""The package's own page lists its modules."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

import aelib

MODULES = sorted(p.stem for p in Path(aelib.__file__).parent.glob("*.py") if not p.stem.startswith("_"))


def test_the_docstring_lists_every_module():
    assert sorted(re.findall(r"^``(\w+)``", aelib.__doc__, re.MULTILINE)) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_every_public_function_says_what_it_does(module):
    loaded = importlib.import_module(f"aelib.{module}")
    assert loaded.__doc__
    for name, thing in vars(loaded).items():
        if not name.startswith("_") and getattr(thing, "__module__", None) == loaded.__name__ and callable(thing):
            assert inspect.getdoc(thing), f"aelib.{module}.{name} has no docstring"


@pytest.mark.parametrize("path", sorted(Path(aelib.__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_a_file_is_shorter_than_200_lines(path):
    assert len(path.read_text("utf-8").splitlines()) < 200
