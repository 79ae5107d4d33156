"""Images side by side on one sheet, number by number."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from aelib.data.sheet import shaped, tile


def test_tile():
    images = torch.arange(12.0).view(3, 4)
    gap = np.nan
    expected = [
        [0, 1, gap, 4, 5],
        [2, 3, gap, 6, 7],
        [gap, gap, gap, gap, gap],
        [8, 9, gap, gap, gap],
        [10, 11, gap, gap, gap],
    ]
    np.testing.assert_array_equal(tile(images, 2, shape=(2, 2)), np.array(expected, dtype=np.float32))


def test_tile_with_any_padding_and_oblong_images():
    images = torch.arange(12.0).view(2, 1, 2, 3)
    np.testing.assert_array_equal(tile(images, 2, pad=0, shape=(2, 3)), [[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]])
    sheet = tile(images, 1, pad=3, shape=(2, 3))
    assert sheet.shape == (7, 3) and np.isnan(sheet[2:5]).all() and not np.isnan(sheet[[0, 1, 5, 6]]).any()


@pytest.mark.parametrize("shape", [(5, 784), (5, 1, 28, 28), (5, 28, 28)])
def test_tile_takes_vectors_and_images(shape):
    images = torch.rand(shape, requires_grad=True)
    sheet = tile(images, 3)
    assert sheet.shape == (57, 86) and sheet.dtype == np.float32
    np.testing.assert_array_equal(sheet[29:57, 29:57], images[4].detach().view(28, 28))


def test_tile_refuses_bad_arguments(refuses):
    images = torch.zeros(4, 784)
    for bad in (images[:0], torch.zeros(4, 783), images[0], torch.tensor(1.0), images.numpy(), None):
        refuses("images", lambda bad=bad: tile(bad, 2))
    for bad in (0, -1, 1.5, None):
        refuses("columns", lambda bad=bad: tile(images, bad))
    for bad in (-1, 0.5, None):
        refuses("pad", lambda bad=bad: tile(images, 2, pad=bad))
    for bad in (28, (784,), (28, 28, 1), (0, 28), (28.5, 28)):
        refuses("shape", lambda bad=bad: tile(images, 2, shape=bad))


def test_color_has_a_last_axis():
    images = torch.rand(3, 3, 2, 4)
    sheet = tile(images, 2, pad=1)
    assert sheet.shape == (5, 9, 3)
    np.testing.assert_array_equal(sheet[3:, :4], images[2].permute(1, 2, 0).numpy())
    assert np.isnan(sheet[2]).all() and np.isnan(sheet[3:, 5:]).all()


def test_flat_images_are_square_unless_their_shape_is_given():
    flat = torch.rand(2, 12)
    assert shaped(flat, (3, 4)).shape == (2, 1, 3, 4) and shaped(torch.rand(2, 9)).shape == (2, 1, 3, 3)
    with pytest.raises(ValueError, match="images: got .*expected a square number of pixels"):
        shaped(flat)
