"""The filter by block matching: what it must leave alone, and what it must remove."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.fft import dctn, idctn
from scipy.ndimage import median_filter
from skimage import data
from skimage.restoration import denoise_tv_chambolle

from aelib.data import block_matching, corrupt
from aelib.random import seeded


@pytest.fixture(scope="module")
def photograph():
    """A part of a photograph with edges and texture, (1, 1, 64, 64) in [0, 1]."""
    return torch.from_numpy(data.camera()[64:192:2, 192:320:2] / 255).float()[None, None]


def noisy(x, sigma):
    with seeded(1):
        return corrupt.gaussian(x, sigma)


def test_a_constant_image_returns_itself():
    x = torch.full((2, 1, 12, 15), 0.3)
    assert torch.allclose(block_matching.denoise(x, 0.2), x, atol=1e-3)


def test_without_noise_nothing_changes(photograph):
    assert torch.allclose(block_matching.denoise(photograph, 0.0), photograph, atol=1e-5)


@pytest.mark.parametrize("sigma", [0.1, 0.3])
def test_it_beats_a_median_and_total_variation_tuned_on_the_very_photograph(photograph, sigma):
    x_noisy = noisy(photograph, sigma)

    def error(x_hat):
        return float((torch.as_tensor(x_hat) - photograph[0, 0]).square().mean())

    image = x_noisy[0, 0].numpy()
    medians = [error(median_filter(image, k)) for k in (2, 3, 4, 5)]
    variations = [error(denoise_tv_chambolle(image, weight=c * sigma)) for c in (0.3, 0.5, 0.7, 0.9)]
    assert error(block_matching.denoise(x_noisy, sigma)[0, 0]) < min(*medians, *variations)


def test_each_image_is_denoised_alone(photograph):
    both = torch.cat([photograph, photograph.flip(3)])[..., :24, :24]
    x_noisy = noisy(both, 0.2)
    together = block_matching.denoise(x_noisy, 0.2)
    assert torch.equal(together[1:], block_matching.denoise(x_noisy[1:], 0.2))
    assert together.dtype == both.dtype and together.shape == both.shape


def test_light_added_everywhere_is_light_added_to_the_result(photograph):
    x_noisy = noisy(photograph[..., :24, :24], 0.1)
    moved = block_matching.denoise(x_noisy + 0.5, 0.1) - block_matching.denoise(x_noisy, 0.1)
    assert float((moved - 0.5).abs().mean()) < 0.01


def slowly(image, sigma, c, side, stride, group):
    """The two passes as the paper tells them, patch by patch."""
    rows, columns = (sorted({*range(0, n - side + 1, stride), n - side}) for n in image.shape)
    places = [(i, j) for i in range(image.shape[0] - side + 1) for j in range(image.shape[1] - side + 1)]

    def patch(of, place):
        return of[place[0] : place[0] + side, place[1] : place[1] + side]

    def filtered(like, gain):
        """``gain`` tells by which share each frequency of a stack is kept, and how much the stack counts."""
        total, weights = np.zeros_like(image), np.zeros_like(image)
        for reference in [(i, j) for i in rows for j in columns]:
            apart = {place: ((like[place] - like[reference]) ** 2).sum() for place in places if place != reference}
            stack = [reference, *sorted(apart, key=apart.get)[: group - 1]]
            shares, weight = gain(stack)
            made = idctn(shares * dctn(np.stack([patch(image, p) for p in stack]), norm="ortho"), norm="ortho")
            for one, place in zip(made, stack, strict=True):
                patch(total, place)[:] += weight * one
                patch(weights, place)[:] += weight
        return total / weights

    def hard(stack):
        kept = abs(dctn(np.stack([patch(image, p) for p in stack]), norm="ortho")) >= c * sigma
        return kept, 1 / max(kept.sum(), 1)

    def wiener(stack):
        power = dctn(np.stack([patch(basic, p) for p in stack]), norm="ortho") ** 2
        shares = power / (power + sigma**2)
        return shares, 1 / (shares**2).sum()

    basic = filtered({place: patch(image, place) for place in places}, hard)
    return filtered({place: patch(basic, place) for place in places}, wiener)


def test_it_is_the_paper_s_two_passes_patch_by_patch(photograph):
    image = noisy(photograph[..., 8:19, 3:15].double(), 0.1)
    options = {"c": 1.5, "side": 4, "stride": 3, "group": 5}
    expected = slowly(image[0, 0].numpy(), 0.1, **options)
    np.testing.assert_allclose(block_matching.denoise(image, 0.1, **options)[0, 0], expected, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sigma": -1}, "sigma: got -1, expected a finite number of at least 0"),
        ({"sigma": 1, "c": -1}, "c: got -1"),
        ({"sigma": 1, "side": 9}, "side: got 9, expected a whole number from 1 to 8, the image's smaller side"),
        ({"sigma": 1, "stride": 0}, "stride: got 0"),
    ],
)
def test_bad_arguments_are_refused_by_name(options, message):
    with pytest.raises(ValueError, match=message):
        block_matching.denoise(torch.zeros(1, 1, 8, 8), **options)
