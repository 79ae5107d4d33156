"""Patches and places of patches, for sizes of every kind, against slow loops."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from aelib import _check
from aelib.models import masked
from aelib.random import seeded

MANY = settings(derandomize=True, deadline=None, max_examples=50)
SMALL = st.integers(1, 4)


def numbered(*shape: int) -> torch.Tensor:
    """A tensor in which no number stands twice."""
    return torch.arange(math.prod(shape), dtype=torch.float32).reshape(shape)


@MANY
@given(n=SMALL, channels=SMALL, rows=SMALL, columns=SMALL, s=SMALL)
def test_a_patch_is_a_block_of_its_image_and_can_be_put_back(n, channels, rows, columns, s):
    x = numbered(n, channels, rows * s, columns * s)
    patches = masked.patchify(x, s)
    assert patches.shape == (n, rows * columns, channels * s * s)
    for i, j, c, u, v in itertools.product(*map(range, (rows, columns, channels, s, s))):
        got = patches[:, i * columns + j, c * s * s + u * s + v]
        assert got.tolist() == x[:, c, i * s + u, j * s + v].tolist()
    assert torch.equal(masked.unpatchify(patches, x.shape[1:]), x)


@MANY
@given(height=st.integers(1, 12), width=st.integers(1, 12), s=st.integers(1, 12))
def test_a_patch_size_is_taken_if_it_divides_both_sides_and_else_refused(height, width, s):
    x = numbered(1, 1, height, width)
    if height % s == width % s == 0:
        assert masked.patchify(x, s).shape == (1, height * width // s**2, s * s)
    else:
        with pytest.raises(ValueError, match=f"^patch_size: got {s}, expected a divisor"):
            masked.patchify(x, s)


@MANY
@given(t=SMALL, p=st.integers(1, 18), shape=st.tuples(SMALL, st.integers(1, 6), st.integers(1, 6)))
def test_patches_fill_an_image_whose_patches_they_are_or_are_refused(t, p, shape):
    patches, (channels, height, width) = numbered(2, t, p), shape
    fits = channels * height * width == t * p and any(
        channels * s * s == p and height % s == width % s == 0 for s in range(1, 7)
    )
    if fits:
        s = math.isqrt(p // channels)
        assert torch.equal(masked.patchify(masked.unpatchify(patches, shape), s), patches)
    else:
        with pytest.raises(ValueError, match="^(patches|shape): got"):
            masked.unpatchify(patches, shape)


@MANY
@given(n=SMALL, patches=st.integers(1, 30), sixteenths=st.integers(0, 16), seed=st.integers(0, 9))
def test_keep_lists_what_the_mask_leaves_and_nothing_twice(n, patches, sixteenths, seed):
    hidden = (2 * sixteenths * patches + 16) // 32  # floor(ratio patches + 1/2), in whole numbers
    if sixteenths == 16 or hidden == patches:
        with pytest.raises(ValueError, match="^ratio: got"):
            masked.random_mask(n, patches, sixteenths / 16)
        return
    with seeded(seed):
        keep, mask = masked.random_mask(n, patches, sixteenths / 16)
    assert keep.shape == (n, patches - hidden) and mask.shape == (n, patches)
    for places, row in zip(keep.tolist(), mask.tolist(), strict=True):
        assert sorted(places) == [t for t in range(patches) if not row[t]]


def transparent(rows: int, columns: int) -> masked.MaskedAutoencoder:
    """A masked autoencoder of 2 x 2 patches whose layers change nothing: the encoder adds 1000 t to patch t, the mask
    token is -1.
    """
    model = masked.MaskedAutoencoder((1, 2 * rows, 2 * columns), 2, 4, 1, 4, 1, heads=1)
    model.embed.weight, model.embed.bias = nn.Parameter(torch.eye(4)), nn.Parameter(torch.zeros(4))
    model.encoder = model.narrow = model.decoder = model.predict = nn.Identity()
    model.places.copy_(1000 * torch.arange(rows * columns)[:, None].expand(-1, 4))
    model.decoder_places.zero_()
    nn.init.constant_(model.mask_token, -1)
    return model


@st.composite
def grids(draw):
    """Rows and columns of a grid of patches, and different places on it, (n, V), in any order."""
    rows, columns, n = draw(SMALL), draw(SMALL), draw(SMALL)
    visible = draw(st.integers(1, rows * columns))
    orders = draw(st.lists(st.permutations(range(rows * columns)), min_size=n, max_size=n))
    return rows, columns, torch.tensor(orders)[:, :visible]


@MANY
@given(grid=grids(), dtype=st.sampled_from([torch.int64, torch.int32, torch.uint8]))
def test_the_encoder_takes_the_kept_patches_and_the_decoder_puts_them_back(grid, dtype):
    rows, columns, keep = grid
    x, model = numbered(len(keep), 1, 2 * rows, 2 * columns), transparent(rows, columns)
    patches = masked.patchify(x, 2) + model.places
    z = model.encode(x, keep.to(dtype))
    assert all(torch.equal(z[i], patches[i, places]) for i, places in enumerate(keep.tolist()))
    back = masked.patchify(model.decode(z, keep.to(dtype)), 2)
    for i, places in enumerate(keep.tolist()):
        for t in range(rows * columns):
            assert torch.equal(back[i, t], patches[i, t] if t in places else torch.full((4,), -1.0))


@MANY
@given(grid=grids(), data=st.data())
def test_a_patch_that_is_kept_twice_or_is_not_there_is_refused(grid, data):
    rows, columns, keep = grid
    row, place = data.draw(st.integers(0, len(keep) - 1)), data.draw(st.integers(0, keep.shape[1] - 1))
    twice = torch.cat([keep, keep.flip(0)[:, :1]], 1)  # some rows are still without a double
    twice[row, -1] = keep[row, place]
    outside = keep.clone()
    outside[row, place] = data.draw(st.sampled_from([-1, rows * columns]))
    x, model = numbered(len(keep), 1, 2 * rows, 2 * columns), transparent(rows, columns)
    for bad, told in ((twice, "^keep: got [0-9]+ twice in a row, expected"), (outside, "^keep: got values from")):
        with pytest.raises(ValueError, match=told):
            model(x, bad)
        with pytest.raises(ValueError, match=told):
            model.decode(torch.zeros(*bad.shape, 4), bad)


def test_without_keep_the_decoder_wants_every_patch():
    model = transparent(2, 2)
    for visible in (1, 3, 5):
        with pytest.raises(ValueError, match=r"^z: got .*, expected .* \(N, 4, 4\)"):
            model.decode(torch.zeros(2, visible, 4))


def test_what_is_kept_is_not_looked_at_where_that_would_have_to_be_waited_for():
    keep = torch.zeros(3, 2, dtype=torch.int32, device="meta")
    assert _check.distinct("keep", keep, 2).dtype == torch.int64
