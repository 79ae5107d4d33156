"""What a run must not do is noticed while it runs: chance that no seed decides, and files that are not its own."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from IPython.core.interactiveshell import InteractiveShell

from book.read.layout import ROOT
from book.run import watch

TORCH = "import numpy, torch\nfrom aelib.random import seeded"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """seen("cell", "another") runs the cells under the watch and gives what it noticed of each."""
    kept = [(random, "Random"), (numpy.random, "default_rng")]
    kept += [(random.SystemRandom, name) for name in ("random", "getrandbits", "randbytes")]
    before = [(place, name, getattr(place, name)) for place, name in kept]
    monkeypatch.setattr(
        sys, "addaudithook", lambda hook: hooks.append(hook)
    )  # a real one could not be taken away again
    hooks: list = []
    shell = InteractiveShell()

    def run(*cells: str) -> list[list[str]]:
        watch.start(shell, True)
        for cell in cells:
            shell.run_cell(cell).raise_error()
        return [list(told) for told in watch._seen]

    yield run
    for place, name, value in before:
        setattr(place, name, value)


@pytest.mark.parametrize(
    "code",
    [
        "torch.rand(1)",
        "torch.nn.Linear(1, 1)",
        "torch.manual_seed(3)",
        "numpy.random.rand()",
        "numpy.random.seed(3)",
        "import random; random.random()",
        "from random import shuffle; shuffle([1, 2, 3])",
        "import sklearn.utils as u; u.check_random_state(None).rand()",
    ],
)
def test_a_draw_from_a_global_generator_is_noticed(seen, code: str) -> None:
    assert seen(TORCH, code, "a = 1") == [[code, watch.DREW]]


@pytest.mark.parametrize(
    "code",
    [
        "numpy.random.default_rng().random()",
        "import scipy.stats as s; s.qmc.Sobol(2).random(2)",
        "import random; random.Random().random()",
        "import random; random.SystemRandom().random()",
        "import secrets; secrets.randbelow(9)",
    ],
)
def test_a_generator_without_a_seed_is_noticed(seen, code: str) -> None:
    assert [code, watch.NO_SEED] in seen(TORCH, code, "a = 1")


@pytest.mark.parametrize(
    "code",
    [
        "with seeded(1): torch.nn.Linear(1, 1)",
        "numpy.random.default_rng(1).random()",
        "torch.rand(1, generator=torch.Generator().manual_seed(1))",
        "import random; random.Random(1).random()",
        "import sklearn.utils as u; u.check_random_state(1).rand()",
        "import tempfile; _ = tempfile.mkdtemp()",
    ],
)
def test_what_a_seed_decides_is_left_alone(seen, code: str) -> None:
    assert seen(TORCH, code, "a = 1") == []


def test_a_draw_in_the_cell_that_imports_numpy_or_torch_first_is_noticed(seen) -> None:
    cell = "import numpy, torch\ntorch.rand(1)"
    assert seen(cell, "a = 1") == [[cell, watch.DREW]]


def test_a_draw_whose_traces_were_wiped_is_the_same_in_every_run(seen) -> None:
    wiped = "state = numpy.random.get_state(); a = numpy.random.rand(); numpy.random.set_state(state)"
    forked = "with torch.random.fork_rng():\n    b = torch.rand(1).item()"
    found = []
    for _ in range(2):
        assert seen(TORCH, wiped, forked) == []
        numpy.random.rand()
    shell = InteractiveShell()
    for _ in range(2):
        watch.start(shell, True)
        for cell in (TORCH, wiped, forked):
            shell.run_cell(cell).raise_error()
        found.append((shell.user_ns["a"], shell.user_ns["b"]))
    assert found[0] == found[1]


def reads(path: Path, monkeypatch: pytest.MonkeyPatch, event: str = "open", flags: int = os.O_RDONLY) -> bool:
    """Whether the watch tells of a cell that opens ``path``."""
    monkeypatch.setattr(watch, "_seen", [])
    monkeypatch.setattr(watch, "_cell", ["a cell"])
    watch._audit(event, (str(path), "r", flags))
    return watch._seen != []


def test_a_file_that_the_run_did_not_write_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_made", set())
    monkeypatch.setenv("AELIB_DATA", str(ROOT / "data"))
    assert reads(ROOT / "back" / "steady.json", monkeypatch)
    assert reads(ROOT / "chapters" / "02_pca.ipynb", monkeypatch)
    for name in ("answers.json", "own.json"):
        (tmp_path / name).write_text("1", "utf-8")
    assert reads(tmp_path / "answers.json", monkeypatch)
    assert not reads(ROOT, monkeypatch) and not reads(ROOT / "nothing", monkeypatch)  # a folder, and no file
    assert not reads(ROOT / "aelib" / "notebook" / "quoted.toml", monkeypatch)
    assert not reads(ROOT / "chapters" / "aelib_checks" / "ch02.toml", monkeypatch)
    assert not reads(ROOT / "data" / "MNIST" / "raw", monkeypatch)
    assert not reads(Path(numpy.__file__), monkeypatch)
    assert not reads(tmp_path / "own.json", monkeypatch, flags=os.O_WRONLY | os.O_CREAT)
    assert not reads(tmp_path / "own.json", monkeypatch)
    watch._audit("tempfile.mkdtemp", (str(tmp_path / "own"),))
    assert not reads(tmp_path / "own" / "weights.pt", monkeypatch)
