"""A reader's run beside the replicas that ship: an honest one lies within their reach, one with a wrong rate does not.

The claim is 02/circle, which needs no data set. Its cells are the chapter's own.
"""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import jupytext
import pytest
import torch
from torch import nn

from aelib import losses, train
from aelib.data import points
from aelib.models import dense, pca
from aelib.notebook import others
from aelib.random import seeded

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
CELLS = ("x_circle, _ = points.circle", "def train_curve(", "x_fine, theta_fine = ")
RATE = '"lr": 1e-2'


def circle(seed: int, rate: str) -> float:
    """What the chapter's cells measure: the network's error over the line's."""
    cells = [c.source for c in jupytext.read(CHAPTERS / "02_pca.md", fmt="md:myst").cells if c.cell_type == "code"]
    code = "\n".join(next(cell for cell in cells if start in cell) for start in CELLS)
    assert code.count(RATE) == 1
    names = {"torch": torch, "nn": nn, "math": math, "train": train, "points": points, "dense": dense, "pca": pca}
    names |= {
        "seeded": seeded,
        "seed": seed,
        "steps_circle": 1500,
        "objective": lambda model, x: losses.mse(model(x), x),
    }
    names["mse"] = lambda x_hat, x: float((x_hat - x).square().mean())
    exec(code.replace(RATE, f'"lr": {rate}'), names)
    return names["curve_ratio"]


def test_a_wrong_learning_rate_lies_outside_of_the_other_runs() -> None:
    entries = tomllib.loads((CHAPTERS / "aelib_checks" / "ch02.toml").read_text("utf-8"))
    known = others.others(others.read("02"), entries, "02", "mnist").get(("02/circle", "nonlinear"))
    if known is None:
        pytest.skip("no replica of chapter 2 was judged by today's rules")
    assert known.has(circle(12_345, "1e-2"))
    assert not known.has(circle(12_345, "1e-4"))
