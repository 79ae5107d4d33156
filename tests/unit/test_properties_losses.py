"""Losses and corruptions of any shape and of the values at the ends of their ranges, against slow loops."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from aelib import losses
from aelib.data import corrupt
from aelib.random import seeded

MANY = settings(derandomize=True, deadline=None, max_examples=60)
floats = partial(st.floats, allow_subnormal=False)  # `aelib.train` has the processor take subnormal numbers for zero
SHAPES = array_shapes(min_dims=2, max_dims=4, max_side=4)


@st.composite
def pairs(draw, low: float, high: float):
    """Two arrays of one shape (N, ...) with numbers from ``low`` to ``high``."""
    shape = draw(SHAPES)
    return [torch.from_numpy(draw(arrays("f8", shape, elements=floats(low, high)))) for _ in range(2)]


def slow(x_hat: torch.Tensor, x: torch.Tensor, per_pixel) -> list[float]:
    rows = zip(x_hat.flatten(1).tolist(), x.flatten(1).tolist(), strict=True)
    return [math.fsum(per_pixel(a, b) for a, b in zip(*row, strict=True)) for row in rows]


def log(p: float) -> float:
    """A logarithm that is cut off at -100."""
    return max(math.log(p), -100.0) if p > 0 else -100.0


@MANY
@given(pair=pairs(-1e6, 1e6))
def test_squared_errors(pair):
    expected = np.array(slow(*pair, lambda a, b: (a - b) ** 2))
    np.testing.assert_allclose(losses.squared_error(*pair), expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(losses.mse(*pair), expected / pair[0][0].numel(), rtol=1e-12, atol=1e-300)


@MANY
@given(pair=pairs(0, 1))
def test_cross_entropy_also_of_what_is_certain(pair):
    expected = np.array(slow(*pair, lambda a, b: -b * log(a) - (1 - b) * log(1 - a))) / pair[0][0].numel()
    np.testing.assert_allclose(losses.bce(*pair), expected, rtol=1e-12, atol=1e-15)
    least = losses.bernoulli_entropy(pair[1])
    assert ((least >= 0) & (least <= math.log(2) + 1e-12) & (losses.bce(*pair) >= least - 1e-12)).all()


@MANY
@given(pair=pairs(0, 1), far=floats(-800, 800))
def test_cross_entropy_from_logits_also_far_from_zero(pair, far):
    logits, x = (2 * pair[0] - 1) * far, pair[1]
    expected = slow(logits, x, lambda a, b: max(a, 0) - a * b + math.log1p(math.exp(-abs(a))))
    np.testing.assert_allclose(
        losses.bce_with_logits(logits, x), np.array(expected) / x[0].numel(), rtol=1e-12, atol=1e-15
    )


@MANY
@given(pair=pairs(0, 1), data=st.data(), bad=st.sampled_from([-1e-9, 1 + 1e-9, math.inf, -math.inf]))
def test_one_pixel_outside_0_to_1_is_refused_and_one_that_is_no_number_gives_no_number(pair, data, bad):
    i = data.draw(st.integers(0, pair[0].numel() - 1))
    for name, wrong in (("x_hat", 0), ("x", 1)):
        changed = [t.clone() for t in pair]
        changed[wrong].view(-1)[i] = bad
        with pytest.raises(ValueError, match=rf"^{name}: got values from .*, expected them in \[0, 1\]"):
            losses.bce(*changed)
    pair[0].view(-1)[i] = math.nan
    broken = i // pair[0][0].numel()
    assert [n for n, value in enumerate(losses.bce(*pair)) if value.isnan()] == [broken]


@MANY
@given(mse=floats(1e-30, 1e30), peak=floats(1e-3, 1e3))
def test_psnr(mse, peak):
    value = float(losses.psnr(torch.tensor(mse, dtype=torch.float64), peak))
    assert value == pytest.approx(20 * math.log10(peak) - 10 * math.log10(mse), abs=1e-9)


@MANY
@given(x=arrays("f4", SHAPES, elements=floats(-9, 9, width=32)), rate=floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_masking_noise_turns_pixels_off_and_touches_no_other(x, rate, seed):
    x = torch.from_numpy(x)
    with seeded(seed):
        noisy = corrupt.masking_noise(x, rate)
    with seeded(seed):
        off = torch.rand_like(x) < rate
    assert torch.equal(noisy, torch.where(off, torch.zeros(()), x))
    assert rate not in (0, 1) or bool(off.all() if rate else not off.any())


@settings(MANY, max_examples=20)
@given(rate=floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_masking_noise_has_its_rate(rate, seed):
    with seeded(seed):
        off = (corrupt.masking_noise(torch.ones(100, 100), rate) == 0).sum()
    assert abs(float(off) - 10_000 * rate) <= 6 * (10_000 * rate * (1 - rate)) ** 0.5 + 1


@MANY
@given(x=arrays("f8", array_shapes(min_dims=4, max_dims=4, max_side=12), elements=floats(0, 1)), factor=st.data())
def test_shrink_takes_means_of_blocks_or_refuses_a_factor_that_divides_no_side(x, factor):
    k, (n, channels, height, width) = factor.draw(st.integers(1, 6)), x.shape
    if height % k or width % k:
        with pytest.raises(ValueError, match=f"^factor: got {k}, expected a divisor of the image's"):
            corrupt.shrink(torch.from_numpy(x), k)
    else:
        blocks = x.reshape(n, channels, height // k, k, width // k, k).mean((3, 5))
        np.testing.assert_allclose(corrupt.shrink(torch.from_numpy(x), k), blocks, rtol=0, atol=1e-14)
