"""Shares, means, Hamming distances and sheets of images, for inputs of every kind, against scipy and slow loops."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import binomtest, norm, sem

from aelib.data.sheet import shaped, tile
from aelib.metrics import hashing, stats

MANY = settings(derandomize=True, deadline=None, max_examples=60)
floats = partial(st.floats, allow_subnormal=False)  # `aelib.train` has the processor take subnormal numbers for zero


@st.composite
def counts(draw):
    """So many of so many trials; none and all of them often."""
    n = draw(st.integers(1, 5000))
    return draw(st.sampled_from([0, n]) | st.integers(0, n)), n


@settings(MANY, max_examples=200)
@given(case=counts(), z=floats(0.1, 6))
def test_wilson_is_scipy_s_and_holds_the_share_itself(case, z):
    count, n = case
    low, high = stats.wilson(count, n, z)
    assert 0 <= low <= count / n <= high <= 1
    expected = binomtest(count, n).proportion_ci(confidence_level=1 - 2 * norm.sf(z), method="wilson")
    assert (low, high) == (pytest.approx(expected.low, abs=1e-6), pytest.approx(expected.high, abs=1e-6))
    mirrored = stats.wilson(n - count, n, z)
    assert (low, high) == (pytest.approx(1 - mirrored[1], abs=1e-12), pytest.approx(1 - mirrored[0], abs=1e-12))


@MANY
@given(which=arrays(bool, st.integers(1, 200)))
def test_a_share_counts(which):
    count = sum(which.tolist())
    assert stats.share(torch.from_numpy(which)) == (count / len(which), *stats.wilson(count, len(which)))


@MANY
@given(runs=arrays("f8", st.integers(1, 20), elements=floats(-1e6, 1e6)))
def test_a_mean_and_its_error_are_scipy_s(runs):
    if len(runs) == 1:
        with pytest.raises(ValueError, match="^runs: got 1, expected at least two"):
            stats.mean_se(torch.from_numpy(runs))
    else:
        mean, error = stats.mean_se(torch.from_numpy(runs))
        assert mean == pytest.approx(math.fsum(runs) / len(runs), abs=1e-9)
        assert error == pytest.approx(float(sem(runs)), rel=1e-6, abs=1e-9)


@st.composite
def codes(draw):
    """Two sets of codes with as many bits each."""
    bits = draw(st.integers(1, 140))
    return [draw(arrays(bool, (draw(st.integers(1, 4)), bits))) for _ in range(2)]


def whole(row: np.ndarray) -> int:
    return int("".join("01"[int(bit)] for bit in row), 2)


@MANY
@given(sets=codes())
def test_hamming_counts_the_ones_of_an_exclusive_or(sets):
    expected = [[bin(whole(a) ^ whole(b)).count("1") for b in sets[1]] for a in sets[0]]
    packed = [hashing.pack(torch.from_numpy(bits)) for bits in sets]
    assert hashing.hamming(*packed).tolist() == expected
    assert hashing.hamming(*reversed(packed)).T.tolist() == expected


@MANY
@given(words=arrays("u8", array_shapes(max_dims=3, max_side=4)))
def test_ones_are_counted_in_every_word(words):
    assert hashing.popcount(words).tolist() == np.vectorize(lambda word: bin(word).count("1"))(words).tolist()


@MANY
@given(distances=arrays("u2", st.tuples(st.integers(1, 3), st.integers(1, 6)), elements=st.integers(0, 4)), d=st.data())
def test_precision_is_the_mean_over_all_orders_of_equals(distances, d):
    m, n = distances.shape
    known, asked = (np.array(d.draw(st.lists(st.integers(0, 2), min_size=k, max_size=k))) for k in (n, m))
    k = d.draw(st.integers(1, n))
    for row, label, got in zip(
        distances, asked, hashing.precision(distances, *map(torch.from_numpy, (asked, known)), k), strict=True
    ):
        share = 0.0
        for i in np.flatnonzero(known == label):  # the probability of each code to be among the k nearest
            nearer, equal = (row < row[i]).sum(), (row == row[i]).sum()
            share += min(max((k - nearer) / equal, 0), 1)
        assert got == pytest.approx(share / k)


@MANY
@given(
    shape=st.tuples(st.integers(1, 7), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4)),
    columns=st.integers(1, 9),
    pad=st.integers(0, 3),
    flat=st.booleans(),
)
def test_each_pixel_of_a_sheet_is_that_of_its_image_or_none(shape, columns, pad, flat):
    n, channels, height, width = (shape[0], 1, *shape[2:]) if flat else shape
    images = torch.arange(float(n * channels * height * width)).reshape(n, channels, height, width)
    sheet = tile(images.flatten(1), columns, pad, (height, width)) if flat else tile(images, columns, pad)
    h, w = height + pad, width + pad
    assert sheet.shape[:2] == (math.ceil(n / columns) * h - pad, columns * w - pad)
    assert sheet.shape[2:] == ((channels,) if channels > 1 else ())
    for row in range(sheet.shape[0]):
        for column in range(sheet.shape[1]):
            (top, i), (left, j) = divmod(row, h), divmod(column, w)
            which = top * columns + left
            there = i < height and j < width and which < n
            expected = images[which, :, i, j] if there else torch.full((channels,), math.nan)
            np.testing.assert_array_equal(np.atleast_1d(sheet[row, column]), expected)


@MANY
@given(pixels=st.integers(1, 200), shape=st.none() | st.tuples(st.integers(1, 15), st.integers(1, 15)))
def test_flat_images_get_the_shape_that_their_pixels_fill_or_are_refused(pixels, shape):
    height, width = shape or (math.isqrt(pixels),) * 2
    if height * width == pixels:
        assert shaped(torch.zeros(2, pixels), shape).shape == (2, 1, height, width)
    else:
        with pytest.raises(ValueError, match="^images: got shape"):
            shaped(torch.zeros(2, pixels), shape)
