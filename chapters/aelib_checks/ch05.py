"""Checkers of the exercises of chapter 5: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import torch

from aelib import jacobians


def check_5_1(answer):
    for target in (0.05, 0.3):
        r = torch.tensor([0.01, 0.2, 0.5, 0.97], dtype=torch.float64, requires_grad=True)
        total = (target * (target / r).log() + (1 - target) * ((1 - target) / (1 - r)).log()).sum()
        (wanted,) = torch.autograd.grad(total, r)
        got = answer(r.detach(), target)
        shape = f"expected shape {tuple(r.shape)}, got {tuple(got.shape)}"
        assert got.shape == r.shape, f"one derivative for each unit: {shape}"
        assert torch.allclose(got, wanted), (
            f"rho = {target}: got {got.tolist()}, expected {wanted.tolist()}; "
            "differentiate -rho log(rho-hat) and -(1 - rho) log(1 - rho-hat)"
        )
    at_target = float(answer(torch.tensor([0.1], dtype=torch.float64), 0.1))
    assert abs(at_target) < 1e-9, "at the target there is no pull"


def check_5_2(answer):
    generator = torch.Generator().manual_seed(2)
    shapes = ((5, 7), (5,), (4, 7))
    W, b, inputs = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes)
    wanted = jacobians.contractive(lambda t: torch.tanh(t @ W.T + b), inputs)
    got = answer(W, b, inputs)
    assert got.shape == (4,), f"one number per image: expected shape (4,), got {tuple(got.shape)}"
    assert torch.allclose(got, wanted), (
        "the derivative of tanh is 1 - tanh^2; is it squared, and are the rows of W summed over pixels?"
    )


def check_5_3(answer):
    a = torch.tensor([-2.0, -0.4, 0.0, 0.3, 0.5, 1.7], dtype=torch.float64)
    grid = torch.linspace(-3, 3, 60_001, dtype=torch.float64)[:, None]
    for lam in (0.5, 1.0):
        best = ((grid - a) ** 2 / 2 + lam * grid.abs()).argmin(0)
        wanted = grid[best, 0]
        got = answer(a, lam)
        given, found = ([round(v, 3) for v in values.tolist()] for values in (got, wanted))
        assert torch.allclose(got, wanted, atol=1e-4), f"strength {lam}: got {given}, a search finds {found}"


def check_5_4(answer):
    generator = torch.Generator().manual_seed(4)
    W, V = torch.randn(3, 6, generator=generator), torch.randn(6, 3, generator=generator)
    for c in (0.1, 2.0):
        W_new, V_new = answer(W, V, c)
        assert torch.allclose(V_new @ W_new, V @ W, atol=1e-5), f"c = {c}: the reconstructions changed"
        ratio = float(W_new.square().sum() / W.square().sum())
        close = abs(ratio - c**2) < 1e-4 * max(1, c**2)
        assert close, f"c = {c}: the penalty is {ratio:.4f} times as large, expected {c**2:.4f}"


def check_5_5(answer):
    generator = torch.Generator().manual_seed(5)

    def draw(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    x = draw(3, 8) + 2
    x = torch.cat([x, x[:1] + x[1:2]])  # four images that span three directions
    W, V = draw(5, 8), draw(8, 5)
    kept = answer(W, x)
    assert kept.shape == W.shape, f"one part for each weight: expected shape {tuple(W.shape)}, got {tuple(kept.shape)}"
    assert (kept @ x.T).abs().max() < 1e-8, "a row of your part has a product with an image that is not zero"
    moved = W.clone()
    for _ in range(20):  # gradient descent on the squared error of x -> V W x, V held fixed
        moved -= 1e-3 * V.T @ (V @ moved @ x.T - x.T) @ x
    assert torch.allclose(answer(moved, x), kept, atol=1e-8), "your part changed under gradient descent"
    wanted = W - W @ torch.linalg.pinv(x) @ x
    assert torch.allclose(kept, wanted, atol=1e-8), (
        "gradient descent leaves more alone than your part: all that is orthogonal to the images, uncentered"
    )
