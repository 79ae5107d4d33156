"""The shipped registers: complete, and what they quote is what the source prints."""

from __future__ import annotations

import importlib
import inspect
from importlib.resources import files

import pytest

from aelib.notebook.claims import Claims
from aelib.notebook.quoted import quoted
from aelib.notebook.register import read

CHAPTERS = sorted(path.name[2:4] for path in files("aelib_checks").iterdir() if path.name.endswith(".toml"))
QUOTED = [
    pytest.param(m, id=f"{chapter}/{id}: {name}")
    for chapter in CHAPTERS
    for id, claim in read(chapter).items()
    for name, m in claim["measured"].items()
    if "quoted" in m
]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_register_is_complete(chapter):
    assert Claims(chapter, "smoke").register.keys() == read(chapter).keys()


@pytest.mark.parametrize("m", QUOTED)
def test_a_quoted_bound_is_the_number_that_the_source_prints(m):
    bounds = [m[name] for name in ("at_least", "at_most", "equals") if name in m] + m.get("within", [])[:1]
    assert quoted(m["quoted"]) in bounds


def test_some_bounds_are_quoted():
    assert len(QUOTED) >= 2


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_checker_refuses_a_stub(chapter):
    module = importlib.import_module(f"aelib_checks.ch{chapter}")
    checkers = {name: thing for name, thing in vars(module).items() if name.startswith(f"check_{int(chapter)}_")}
    assert len(checkers) >= 3

    def stub(*_, **__):
        raise NotImplementedError

    for name, checker in checkers.items():
        assert len(inspect.signature(checker).parameters) == 1, f"{name} takes the answer"
        with pytest.raises(NotImplementedError):
            checker(stub)
