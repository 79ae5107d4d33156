"""Seeds: what is drawn with one depends on nothing else, and nobody else notices that it was."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib import latent
from aelib.data import faces, galaxies, points, shapes, subsets
from aelib.random import STREAMS, seeded, spread

MANY = settings(derandomize=True, deadline=None, max_examples=60)
SEEDS = st.integers(0, 2**32 - 1)


@MANY
@given(outer=SEEDS, inner=SEEDS, before=st.integers(0, 5), drawn=st.integers(0, 5), fails=st.booleans())
def test_a_block_leaves_no_trace_however_it_ends_and_wherever_it_stands(outer, inner, before, drawn, fails):
    def draw(block: bool) -> torch.Tensor:
        with seeded(outer):
            first = torch.rand(before)
            if block:
                try:
                    with seeded(inner):
                        torch.rand(drawn)
                        if fails:
                            raise KeyError
                except KeyError:
                    pass
            return torch.cat([first, torch.rand(3), torch.randn(3)])

    assert torch.equal(draw(block=True), draw(block=False))


@MANY
@given(seed=SEEDS, bit=st.integers(0, 31), before=st.integers(0, 5))
def test_what_a_block_draws_depends_on_every_bit_of_its_seed_and_on_nothing_else(seed, bit, before):
    with seeded(seed):
        expected = torch.rand(4)
    with seeded(seed ^ 2**bit):
        assert not torch.equal(torch.rand(4), expected)
    torch.rand(before)
    with seeded(seed):
        assert torch.equal(torch.rand(4), expected)


@MANY
@given(seed=SEEDS)
def test_the_generators_of_python_and_numpy_are_left_alone(seed):
    python, numpy = random.getstate(), np.random.get_state()[1].tolist()
    with seeded(seed):
        torch.rand(1)
    assert random.getstate() == python and np.random.get_state()[1].tolist() == numpy


@MANY
@given(runs=st.lists(st.integers(0, 2**32 // STREAMS - 1), min_size=2, max_size=2, unique=True), streams=st.data())
def test_two_runs_share_no_seed(runs, streams):
    step = st.integers(0, STREAMS - 1)
    first, second = (spread(run) + streams.draw(step) for run in runs)
    assert first != second and (first // STREAMS, second // STREAMS) == tuple(runs)
    drawn = []
    for seed in (first, second):
        with seeded(seed):  # none is too large
            drawn.append(torch.rand(4))
    assert not torch.equal(*drawn)


DRAWS = {
    "spread": spread,
    "seeded": lambda seed: seeded(seed).__enter__(),
    "faces": lambda seed: faces.faces(2, seed),
    "galaxies": lambda seed: galaxies.sample(2, seed=seed),
    "points": lambda seed: points.cloud(2, seed=seed),
    "shapes": lambda seed: shapes.shapes(2, seed),
    "resplit": lambda seed: subsets.resplit(2, 2, seed),
    "few labels": lambda seed: subsets.few_labels(torch.zeros(3, dtype=torch.long), 1, seed),
    "mixture": lambda seed: latent.gaussian_mixture(torch.eye(4)[:, :2], 1, seed),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("seed", [-1, 2**32, 10**30, 1.5])
def test_a_seed_that_the_generator_does_not_take_is_refused_by_name(name, seed):
    with pytest.raises(ValueError, match="^seed: got .*, expected a whole number"):
        DRAWS[name](seed)
