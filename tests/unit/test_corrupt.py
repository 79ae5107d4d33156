"""Corruptions against their definitions, slow loops and the statistics that they promise."""

from __future__ import annotations

import pytest
import torch

from aelib.data import corrupt
from aelib.random import seeded


@pytest.fixture
def x():
    return torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("corruption", [lambda x: corrupt.gaussian(x, 0.5), lambda x: corrupt.masking_noise(x, 0.5)])
def test_corruptions_are_new_tensors_and_reproducible(corruption, x):
    before, made = x.clone(), []
    for _ in range(2):
        with seeded(3):
            made.append(corruption(x))
    assert torch.equal(x, before) and torch.equal(*made) and not torch.equal(made[0], x)
    assert made[0].shape == x.shape and made[0].dtype == x.dtype


def test_gaussian_has_the_spread_it_promises():
    with seeded(0):
        noise = corrupt.gaussian(torch.full((100, 1000), 2.0), 0.3) - 2
    assert float(noise.std()) == pytest.approx(0.3, rel=0.01) and float(noise.mean()) == pytest.approx(0, abs=0.004)
    assert float((noise.abs() > 0.9).float().mean()) == pytest.approx(0.0027, abs=0.0007)  # three sigma


def test_gaussian_is_not_clipped(x):
    noisy = corrupt.gaussian(x, 2.0)
    assert noisy.min() < 0 and noisy.max() > 1


def test_no_noise_changes_nothing(x):
    assert torch.equal(corrupt.gaussian(x, 0), x) and torch.equal(corrupt.masking_noise(x, 0), x)
    assert (corrupt.masking_noise(x, 1) == 0).all()


def test_dropout_turns_pixels_off_and_leaves_the_others():
    x = torch.rand(50, 2000) + 0.5
    with seeded(0):
        y = corrupt.masking_noise(x, 0.3)
    off = y == 0
    assert torch.equal(y[~off], x[~off])
    assert float(off.float().mean()) == pytest.approx(0.3, abs=0.006)
    assert float(off.float().mean(1).std()) == pytest.approx((0.21 / 2000) ** 0.5, rel=0.35)  # independent pixels


def test_shrink_is_a_mean_over_blocks(x):
    small = corrupt.shrink(x, 4)
    assert small.shape == (6, 1, 2, 2)
    for n in range(6):
        for i in range(2):
            for j in range(2):
                block = x[n, 0, 4 * i : 4 * i + 4, 4 * j : 4 * j + 4]
                assert float(small[n, 0, i, j]) == pytest.approx(float(block.sum()) / 16, abs=1e-6)


def test_watermarks():
    with seeded(1):
        marks = corrupt.watermarks(40, ["ae", "(c)"], opacity=(0.4, 0.8))
    assert marks.shape == (40, 1, 28, 28) and marks.min() == 0
    peaks = marks.amax((1, 2, 3))
    assert float(peaks.max()) <= 0.8 and float(peaks.min()) > 0.1
    assert len({tuple(m.flatten().tolist()) for m in marks}) == 40  # text, size, place and opacity vary
    assert float((marks > 0).float().mean()) < 0.5


def test_watermarks_are_reproducible():
    made = []
    for _ in range(2):
        with seeded(5):
            made.append(corrupt.watermarks(3, ["a", "b"], shape=(20, 30)))
    assert torch.equal(*made) and made[0].shape == (3, 1, 20, 30)


def test_overlay_by_hand():
    x, marks = torch.tensor([[[[0.2, 1.0]]]]), torch.tensor([[[[0.5, 0.25]]]])
    assert corrupt.overlay(x, marks).flatten().tolist() == pytest.approx([0.6, 1.0])
    assert corrupt.overlay(x, marks, gray=0.0).flatten().tolist() == pytest.approx([0.1, 0.75])


def test_bad_arguments_are_named(x, refuses):
    for bad in (-0.1, float("nan"), "0.5", None):
        refuses("sigma", lambda bad=bad: corrupt.gaussian(x, bad))
    for bad in (-0.1, 1.1, float("nan"), None):
        refuses("rate", lambda bad=bad: corrupt.masking_noise(x, bad))
    for bad in (3, 0, 2.5):
        refuses("factor", lambda bad=bad: corrupt.shrink(x, bad))
    for call in (lambda bad: corrupt.gaussian(bad, 0.5), lambda bad: corrupt.masking_noise(bad, 0.5), corrupt.shrink):
        refuses("x", lambda call=call: call(torch.zeros(3)))
        refuses("x", lambda call=call: call([[0.0]]))
    refuses("n", lambda: corrupt.watermarks(0, ["a"]))
    for bad in ([], "ae", [""]):
        refuses("texts", lambda bad=bad: corrupt.watermarks(1, bad))
    for bad in ((0.5,), (0.8, 0.4), (-0.1, 0.5), (0.5, 1.5)):
        refuses("opacity", lambda bad=bad: corrupt.watermarks(1, ["a"], opacity=bad))
    refuses("shape", lambda: corrupt.watermarks(1, ["a"], shape=(28,)))
    refuses("marks", lambda: corrupt.overlay(x, torch.zeros(5, 1, 8, 8)))
    refuses("gray", lambda: corrupt.overlay(x, torch.zeros(6, 1, 8, 8), gray=float("nan")))
