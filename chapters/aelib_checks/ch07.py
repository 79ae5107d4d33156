"""Checkers of the exercises of chapter 7: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import torch

from aelib.models import masked
from aelib.random import seeded


def check_7_1(answer: Callable) -> None:
    """Patches by hand: by the numbers 0 to 15, and against aelib's."""
    tiny = torch.arange(16.0).reshape(1, 1, 4, 4)
    got = answer(tiny, 2)
    shape = tuple(got.shape)
    assert shape == (1, 4, 4), f"4 x 4 pixels in patches of 2 x 2 give the shape (1, 4, 4), not {shape}"
    first, second = got[0, 0].tolist(), got[0, 1].tolist()
    assert first == [0, 1, 4, 5], (
        f"the first patch of the numbers 0 to 15 is 0, 1, 4, 5, not {first}; "
        "a patch is a square, not four pixels in a row"
    )
    assert second == [2, 3, 6, 7], "the second patch stands to the right of the first, not below it"
    for height, width, s in ((28, 28, 4), (6, 9, 3), (4, 8, 4)):
        with seeded(1):
            pictures = torch.rand(3, 1, height, width)
        same = torch.equal(answer(pictures, s), masked.patchify(pictures, s))
        assert same, f"wrong for {height} x {width} pixels and s = {s}"


def check_7_2(answer: Callable) -> None:
    """The number of visible tokens, as many as aelib's masks leave, and the multiplications."""
    cases = (
        (28, 28, 4, 0.75, 64),
        (28, 28, 4, 0, 64),
        (28, 28, 7, 0.9, 32),
        (224, 224, 16, 0.75, 768),
        (8, 16, 4, 0.3, 16),
    )
    for height, width, s, r, D in cases:
        total = height * width // s**2
        V, C = answer(height, width, s, r, D)
        with seeded(1):
            wanted = masked.random_mask(1, total, r)[0].shape[1]
        assert wanted == V, (
            f"{total} patches, {r} masked: {V} visible tokens, expected {wanted}; "
            "round the number of masked patches, then subtract"
        )
        assert C != 8 * V * D**2, "where is the attention's part, which is quadratic in V?"
        cost = 8 * V * D**2 + 2 * V**2 * D
        assert cost == C, f"V = {V}, D = {D}: got {C:,}, expected {cost:,}"


def check_7_3(answer: Callable) -> None:
    """The conditional mean and the remaining variance, from the covariance matrix of (a, b)."""
    b = torch.tensor([-2.0, 0.0, 1.5], dtype=torch.float64)
    for mu_a, mu_b, s_a, s_b, rho in ((0, 0, 1, 1, 0.5), (2, -1, 3, 0.5, -0.8), (1, 1, 2, 2, 0)):
        shared = rho * s_a * s_b
        C = torch.tensor([[s_a**2, shared], [shared, s_b**2]], dtype=torch.float64)
        mean, left = answer(b, mu_a, mu_b, s_a, s_b, rho)
        wanted_mean = mu_a + C[0, 1] / C[1, 1] * (b - mu_b)
        wanted_left = float(1 / torch.linalg.inv(C)[0, 0] / C[0, 0])  # 1 / precision is the variance given b
        assert (torch.as_tensor(mean) - wanted_mean).abs().max() < 1e-9, (
            f"means {mu_a}, {mu_b}, deviations {s_a}, {s_b}, correlation {rho}: wrong mean; "
            "did you scale by the ratio of the deviations?"
        )
        assert abs(float(left) - wanted_left) < 1e-9, (
            f"correlation {rho}: {float(left):.3f} is not the share of the variance that remains"
        )


def check_7_4(answer: Callable) -> None:
    """A mask with one sort, against the mask by ranks, with two."""
    with seeded(1):
        numbers = torch.rand(200, 49)
    for V in (1, 12, 49):
        got = answer(numbers, V)
        assert got.dtype == torch.bool and got.shape == numbers.shape, (
            f"expected a mask of bools of shape {tuple(numbers.shape)}"
        )
        assert bool(((~got).sum(1) == V).all()), f"not every row has {V} visible patches"
        by_rank = numbers.argsort(1).argsort(1) >= V
        assert torch.equal(got, by_rank), (
            f"V = {V}: these are not the patches with the smallest numbers; the order is not the rank"
        )


def check_7_5(answer: Callable) -> None:
    """The best matrix for all masks, from the normal equations summed over every mask."""
    with seeded(1):
        mixed = torch.randn(6, 6, dtype=torch.float64)
    S = mixed @ mixed.T / 6 + 0.1 * torch.eye(6, dtype=torch.float64)
    for V in (1, 2, 4, 5):
        wanted = torch.zeros(6, 6, dtype=torch.float64)
        for t in range(6):
            others = [s for s in range(6) if s != t]
            A, b = torch.zeros(6, 6, dtype=torch.float64), torch.zeros(6, dtype=torch.float64)
            for visible in map(list, combinations(others, V)):
                A[torch.tensor(visible)[:, None], visible] += S[visible][:, visible]
                b[visible] += S[t, visible]
            wanted[t, others] = torch.linalg.solve(A[others][:, others], b[others])
        got = torch.as_tensor(answer(S, V))
        assert got.shape == (6, 6), f"expected a matrix of 6 x 6, not of shape {tuple(got.shape)}"
        assert (got.diagonal() == 0).all(), "a masked number cannot be guessed from itself: the diagonal is 0"
        assert got.isfinite().all(), f"V = {V}: not finite; with beta = 0 solve the equations instead of dividing by it"
        assert (got - wanted).abs().max() < 1e-9, f"V = {V}: not the best matrix over all masks"
