"""Codecs against files written by hand and against what they must keep."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from aelib.data.faces import faces
from aelib.metrics.codecs import OPTIONS, roundtrip


@pytest.mark.parametrize("format", OPTIONS)
def test_one_image_is_an_ordinary_file(format):
    x = faces(1, seed=1)[0]
    x_hat, n_bytes = roundtrip(x, format, 50)
    file = io.BytesIO()
    Image.fromarray((x[0, 0].numpy() * 255).round().astype(np.uint8)).save(file, format, quality=50, **OPTIONS[format])
    assert n_bytes == len(file.getvalue())
    expected = torch.from_numpy(np.asarray(Image.open(file).convert("L")).copy()) / 255
    torch.testing.assert_close(x_hat[0, 0], expected)


@pytest.mark.parametrize("format", OPTIONS)
@pytest.mark.parametrize("n", [1, 7, 16])
def test_images_come_back_in_their_order_and_better_for_more_bytes(format, n):
    x = faces(n, seed=2)[0]
    rough, few = roundtrip(x, format, 5)
    fine, many = roundtrip(x, format, 95)
    assert fine.shape == x.shape and fine.dtype == x.dtype and few < many
    errors = (fine[:, None] - x).square().mean((2, 3, 4))  # of every image with every other
    assert (errors.argmin(1) == torch.arange(n)).all() and errors.diagonal().max() < 2e-3
    assert (rough - x).square().mean() > (fine - x).square().mean()
    assert fine.min() >= 0 and fine.max() <= 1


def test_a_sheet_shares_one_header():
    x = faces(16, seed=3)[0]
    for format in OPTIONS:
        assert roundtrip(x, format, 20)[1] < 0.7 * sum(roundtrip(image[None], format, 20)[1] for image in x)


def test_bad_arguments_are_named():
    x = faces(1)[0]
    with pytest.raises(ValueError, match="format: got 'PNG', expected one of 'JPEG', 'WEBP'"):
        roundtrip(x, "PNG", 50)
    with pytest.raises(ValueError, match="quality: got 101"):
        roundtrip(x, "JPEG", 101)
    with pytest.raises(ValueError, match="x: got values from"):
        roundtrip(x + 1, "JPEG", 50)
