"""Sizes of layers for any geometry, images of any size, and the range of the checkerboard measure."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from aelib.models import conv

MANY = settings(derandomize=True, deadline=None, max_examples=60)
floats = partial(st.floats, allow_subnormal=False)  # `aelib.train` has the processor take subnormal numbers for zero
SIZE, STEP = st.integers(1, 30), st.integers(1, 6)


def noise(images: np.ndarray) -> torch.Tensor:
    """A little contrast (1, C, H, W), the same for every image."""
    return torch.arange(images[0].size, dtype=torch.float64).reshape(1, *images.shape[1:]).sin() / 1000


@MANY
@given(n=SIZE, kernel=SIZE, stride=STEP, padding=st.integers(0, 6))
def test_a_convolution_has_as_many_outputs_as_its_kernel_has_places(n, kernel, stride, padding):
    places = range(-padding, n + padding - kernel + 1, stride)
    if places:
        assert conv.conv_size(n, kernel, stride, padding) == len(places)
    else:
        with pytest.raises(ValueError, match=f"^kernel: got {kernel}, expected at most"):
            conv.conv_size(n, kernel, stride, padding)


@MANY
@given(n=SIZE, kernel=STEP, stride=STEP, padding=st.integers(0, 6))
def test_a_transposed_convolution_reaches_as_far_as_its_footprints(n, kernel, stride, padding):
    reached = {i * stride + j for i in range(n) for j in range(kernel)}
    size = max(reached) + 1 - 2 * padding
    if size > 0:
        assert conv.transposed_size(n, kernel, stride, padding) == size
        if padding < kernel:  # then a convolution of the same geometry leads back
            assert conv.conv_size(size, kernel, stride, padding) == n
    else:
        with pytest.raises(ValueError, match=f"^padding: got {padding}, which leaves an output of size {size}"):
            conv.transposed_size(n, kernel, stride, padding)


@settings(MANY, max_examples=30)
@given(
    channels=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 24), st.integers(1, 24)),
    upsampling=st.sampled_from(conv.UPSAMPLING),
)
def test_an_image_that_can_be_halved_so_often_comes_back_in_its_size_and_any_other_is_refused(
    channels, shape, upsampling
):
    if any(side % 2 ** len(channels) for side in shape[1:]):
        with pytest.raises(ValueError, match="^shape: got .*, expected sides that are multiples of"):
            conv.ConvAutoencoder(2, channels, shape, upsampling)
    else:
        model = conv.ConvAutoencoder(2, channels, shape, upsampling)
        assert model(torch.rand(2, *shape)).shape == (2, *shape)


@settings(MANY, max_examples=30)
@given(side=st.integers(1, 9), factor=st.integers(1, 4), n=st.integers(1, 2))
def test_nails_stand_in_the_corner_of_each_block(side, factor, n):
    x = torch.arange(1.0, n * side * side + 1).reshape(n, 1, side, side)
    nails = conv.bed_of_nails(x, factor)
    for i in range(side * factor):
        for j in range(side * factor):
            corner = i % factor == j % factor == 0
            expected = x[:, 0, i // factor, j // factor].tolist() if corner else [0] * n
            assert nails[:, 0, i, j].tolist() == expected


@MANY
@given(images=arrays("u1", array_shapes(min_dims=4, max_dims=4, min_side=2, max_side=5)))
def test_the_checkerboard_measure_is_what_a_loop_over_the_windows_finds(images):
    for image, share in zip(images, conv.checkerboard(torch.from_numpy(images / 255) + noise(images)), strict=True):
        x = image / 255 + noise(images)[0].numpy()
        x, amplitude, energy = x - x.mean(), 0.0, 0.0
        for c, i, j in np.ndindex(x.shape[0], x.shape[1] - 1, x.shape[2] - 1):
            (p, q), (r, s) = x[c, i : i + 2, j : j + 2]
            amplitude += ((p - q - r + s) / 4) ** 2
            energy += (p * p + q * q + r * r + s * s) / 4
        assert float(share) == pytest.approx(amplitude / energy, abs=1e-12)


IMAGES = arrays("f4", array_shapes(min_dims=4, max_dims=4, min_side=2, max_side=5), elements=floats(0, 1, width=32))


@settings(MANY, max_examples=150)
@given(images=IMAGES, exponent=st.sampled_from([-25, -12, 0, 12, 25]), above=st.sampled_from([0, 0.5]))
def test_the_checkerboard_measure_is_a_share_whatever_the_contrast(images, exponent, above):
    x = torch.from_numpy(images) * 10.0**exponent + above
    if (x.amax((1, 2, 3)) == x.amin((1, 2, 3))).any():
        with pytest.raises(ValueError, match="^images: got .* without contrast"):
            conv.checkerboard(x)
    else:
        share = conv.checkerboard(x)
        assert ((share >= 0) & (share <= 1 + 1e-5)).all()
        assert torch.equal(conv.checkerboard(x * 2**10), share)  # a factor changes nothing, a power of 2 not a bit
