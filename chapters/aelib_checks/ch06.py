"""Checkers of the exercises of chapter 6: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import torch

from aelib.models import pca
from aelib.random import seeded


def check_6_1(answer):
    target = torch.zeros(2, 100)
    one = float(answer(torch.full((2, 100), 0.1), target))
    hint = f"an error of a tenth in every pixel has an MSE of 0.01, that is 20 dB, not {one:.3f}"
    assert abs(one - 20) < 1e-4, f"{hint}; which logarithm did you take?"
    two = float(answer(torch.tensor([[0.1], [0.001]]).expand(2, 100), target))
    assert abs(two - 23.0103) > 1e-2, "this is the PSNR of the mean MSE; take the logarithm for each image first"
    assert abs(two - 40) < 1e-3, f"images of 20 dB and 60 dB have a mean of 40 dB, not {two:.3f}"


def check_6_2(answer):
    with seeded(1):
        y = torch.randn(5, 3)
        x = torch.randn(200, 6) @ torch.randn(6, 6)  # correlated, with another spread in each direction
    zero, eye = torch.zeros(3), torch.eye(3)
    half = answer(y, zero, eye, 1.0)
    assert torch.allclose(half, y / 2, atol=1e-5), "with C = I and sigma = 1, half of what is seen is signal"
    center = torch.tensor([1.0, -2.0, 0.5])
    still = answer(center[None], center, 3 * eye, 0.7)
    assert torch.allclose(still, center[None], atol=1e-5), "a point at the mean must stay there"
    same = answer(y, center, eye, 0.0)
    assert torch.allclose(same, y, atol=1e-4), "without noise the best estimate is the point itself"

    spectrum, sigma = pca.fit(x, 6), 0.5  # the chapter's filter, by eigenvectors
    keep = spectrum.eigenvalues / (spectrum.eigenvalues + sigma**2)
    C = spectrum.V @ torch.diag(spectrum.eigenvalues) @ spectrum.V.T
    got = answer(x[:20], spectrum.mean, C, sigma)
    wanted = spectrum.decode(keep * spectrum.encode(x[:20]))
    assert torch.allclose(got, wanted, atol=1e-3), "on correlated data it differs from the chapter's filter"


def check_6_3(answer):
    one = float(answer(torch.tensor([3.0]), torch.tensor([1.0]), torch.tensor([1.0]), torch.tensor([2.0]), 2.0))
    hint = f"one Gaussian with mean 1 and deviation 2, noise 2: halfway between the mean and 3, not {one:.4f}"
    assert abs(one - 2) < 1e-5, hint
    weights, means, deviations = torch.tensor([0.3, 0.7]), torch.tensor([-1.0, 2.0]), torch.tensor([0.5, 0.8])
    line = torch.linspace(-12, 12, 20_001, dtype=torch.float64)
    bells = torch.exp(-((line[:, None] - means) ** 2) / (2 * deviations**2))  # (20001, 2)
    density = (weights * bells / deviations).sum(1)
    points = torch.tensor([-2.0, 0.0, 0.7, 3.0])
    for sigma in (0.3, 1.0):
        kernel = density * torch.exp(-((points[:, None] - line) ** 2) / (2 * sigma**2))
        wanted = (kernel * line).sum(1) / kernel.sum(1)
        got = answer(points, weights, means, deviations, sigma).double()
        assert got.shape == wanted.shape, f"four points must give four numbers, not shape {tuple(got.shape)}"
        values = f"sigma = {sigma}: got {got.tolist()}, the integral gives {wanted.tolist()}"
        assert torch.allclose(got, wanted, atol=1e-4), f"{values}; are variances added, and the shares normalized?"


def check_6_4(answer):
    w = torch.linspace(-9, 9, 200_001, dtype=torch.float64)
    p = torch.exp(-(w**2) / 2)
    for pixel, s in ((0.0, 0.5), (1.0, 0.5), (0.5, 1.0), (0.2, 0.1), (0.9, 0.3)):
        wanted = float((p * (pixel + s * w).clamp(0, 1)).sum() / p.sum())
        got = float(answer(pixel, s))
        values = f"pixel {pixel}, sigma {s}: got {got:.6f}, the integral gives {wanted:.6f}"
        assert abs(got - wanted) < 1e-5, f"{values}; there are three parts: below 0, inside, and above 1"


def check_6_5(answer):
    for v, eta in ((1.0, 0.01), (1.0, 0.5), (4.0, 1.0), (0.25, 0.3)):
        variance = 7.0
        for _ in range(20_000):  # a step shrinks the point by 1 - eta / v, and adds noise of variance 2 eta
            variance = (1 - eta / v) ** 2 * variance + 2 * eta
        got = float(answer(v, eta))
        hint = f"data of variance {v:g}, eta = {eta:g}: the chain settles at {variance:.5f}, not {got:.5f}"
        assert abs(got - variance) < 1e-6 * variance, f"{hint}; what does one step make of a variance?"


def check_6_6(answer):
    with seeded(1):
        x, w = torch.randn(2, 6, 4, dtype=torch.float64)
    for a in (0.999, 0.5, 0.01):
        x_t = a**0.5 * x + (1 - a) ** 0.5 * w
        got = answer(x_t, w, a)
        assert got.shape == x.shape, f"one image for each x_t: shape {tuple(x.shape)}, not {tuple(got.shape)}"
        hint = f"alpha_bar = {a}: whoever knows the noise exactly must get x back exactly"
        assert torch.allclose(got, x, atol=1e-9), hint
        wrong = answer(x_t, w + 0.1, a)
        sigma = ((1 - a) / a) ** 0.5
        assert torch.allclose(wrong, x - 0.1 * sigma, atol=1e-9), "an error of the noise must count sigma times"
