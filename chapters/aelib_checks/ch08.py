"""Checkers of the exercises of chapter 8: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import math
from statistics import NormalDist

import torch

from aelib.metrics import validity
from aelib.random import seeded


def check_8_1(answer):
    z, z_2 = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 2.0, 0.0])
    assert torch.allclose(answer(z, z_2, 1.0), z, atol=1e-6), "alpha = 1 must return the first code"
    assert torch.allclose(answer(z, z_2, 0.0), z_2, atol=1e-6), "alpha = 0 must return the second code"
    length = float(answer(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), 0.5).norm())
    hint = f"halfway between two unit vectors the length is 1, not {length:.3f}; this is the straight line"
    assert abs(length - 1) < 1e-5, hint
    with seeded(1):
        pairs = torch.nn.functional.normalize(torch.randn(5, 2, 6), dim=2)
    for a, b in pairs:
        third = answer(a, b, 1 / 3)
        whole, part = torch.acos(a @ b), torch.acos((third @ b).clamp(-1, 1))
        hint = "at alpha = 1/3 a third of the angle must lie between the result and the second code"
        assert abs(float(part - whole / 3)) < 1e-3, hint


def check_8_2(answer):
    c = NormalDist().inv_cdf(39 / 40)
    for k, n in ((0, 20), (3, 20), (50, 100), (100, 100), (700, 2000)):
        low, high = (float(value) for value in answer(k, n))
        where, p = f"k = {k}, n = {n}", k / n
        hint = f"the interval from {low:.3f} to {high:.3f} does not contain the share"
        assert low <= p + 1e-9 and high >= p - 1e-9, f"{where}: {hint}"
        for bound in (low, high):
            hint = "does not solve the equation; the bound's own variance stands under the root, not that of p"
            if 1e-9 < bound < 1 - 1e-9:
                distance = c * math.sqrt(bound * (1 - bound) / n)
                assert abs(abs(p - bound) - distance) < 1e-6, f"{where}: {bound:.4f} {hint}"
        assert high - low > 1e-3, f"{where}: nobody can be that sure"


def check_8_3(answer):
    with seeded(2):
        mean_a, mean_b = torch.randn(2, 4, dtype=torch.float64)
        std_a, std_b = torch.rand(2, 4, dtype=torch.float64) + 0.2
    got = float(answer(mean_a, std_a, mean_b, std_b))
    signs = torch.tensor([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]], dtype=torch.float64)
    signs = torch.cat([signs, -signs])  # eight points with exactly these moments
    wanted = validity.squared_frechet(mean_a + signs * std_a, mean_b + signs * std_b)
    hint = "each coordinate gives the squared difference of its means and that of its deviations"
    assert abs(got - wanted) < 1e-6, f"got {got:.6f}, expected {wanted:.6f}; {hint}"
    assert abs(float(answer(mean_a, std_a, mean_a, std_a))) < 1e-9, "equal Gaussians have the distance 0"


def check_8_4(answer):
    assert abs(answer(1) - 1) < 1e-9, "a ball in one dimension is its box"
    hint = f"a circle fills pi / 4 of its square, not {answer(2):.4f}; the box has sides of length 2"
    assert abs(answer(2) - math.pi / 4) < 1e-9, hint
    with seeded(3):
        points = 2 * torch.rand(200_000, 5) - 1
    share = float((points.norm(dim=1) < 1).double().mean())
    hint = f"in 5 dimensions {share:.3f} of random points lie in the ball, not {answer(5):.3f}"
    assert abs(answer(5) - share) < 0.005, hint
