"""Checkers of the exercises of chapter 2: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from aelib import losses
from aelib.models import pca
from aelib.random import seeded

Tensor = torch.Tensor


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def mse(x_hat: Tensor, x: Tensor) -> float:
    return float(losses.mse(x_hat, x).mean())


def check_2_1(answer: Callable[[Tensor], tuple[Tensor, Tensor]]) -> None:
    for direction in ([2.0, 1.0], [3.0, -1.0], [0.0, 5.0], [1.0, 2.0, -2.0, 4.0]):
        d = torch.tensor(direction, dtype=torch.float64)
        w, w_hat = answer(d)
        a = torch.linspace(-3, 3, 7, dtype=torch.float64)
        x = a[:, None] * d  # (7, P), points of the line
        z, x_hat = x @ w, (x @ w)[:, None] * w_hat
        case = f"for the direction {direction}"
        assert torch.allclose(z, a), f"{case}, the code of a d should be a; is w^T d equal to one?"
        assert torch.allclose(x_hat, x), f"{case}, the points do not come back; the decoder has to point along d"
        lost = d @ (torch.eye(len(d), dtype=torch.float64) - torch.outer(w_hat, w))
        perpendicular = torch.allclose(lost, torch.zeros_like(d), atol=1e-9)
        assert perpendicular, "what is lost is not perpendicular to the line; w should be parallel to d"


def check_2_2(answer: Callable[[Tensor, int], float]) -> None:
    for n, p, k, shift in ((50, 4, 1, 0.0), (50, 4, 3, 10.0), (30, 6, 6, 1.0), (200, 10, 2, -3.0)):
        with seeded(1):
            x = normal(n, p) @ normal(p, p) + shift
        expected, got = mse(pca.fit(x, k)(x), x), float(answer(x, k))
        case = f"N = {n}, P = {p}, k = {k}, mean near {shift:.0f}"
        hint = "did you remove the mean, and divide by N?"
        is_sum = expected >= 1e-9 and abs(got - p * expected) <= 1e-9
        assert math.isfinite(got), f"{case}: got {got}, which is not a number"
        assert not is_sum, f"{case}: this is the sum over inputs; the MSE is the mean"
        assert abs(got - expected) < 1e-9, f"{case}: got {got:.6f}, expected {expected:.6f}; {hint}"


def check_2_3(answer: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]) -> None:
    with seeded(2):
        x, W_f, W_g = normal(20, 7), normal(3, 7), normal(7, 3)
        rotation = torch.linalg.qr(normal(3, 3))[0]
        mixing = normal(3, 3) + 3 * torch.eye(3)
    stretching = torch.diag(torch.tensor([1.0, 2.0, 5.0], dtype=torch.float64))
    z = x @ W_f.T
    x_hat = z @ W_g.T
    for kind, G in (("an invertible", mixing), ("a diagonal", stretching), ("an orthogonal", rotation)):
        new_f, new_g = answer(W_f, W_g, G)
        new_z = x @ new_f.T
        same = torch.allclose(new_z @ new_g.T, x_hat)
        assert torch.allclose(new_z, z @ G.T), f"with {kind} G the new codes are not G z"
        assert same, f"with {kind} G the reconstructions changed; the decoder has to undo G"
    penalty = W_f.square().sum() + W_g.square().sum()
    new_penalty = new_f.square().sum() + new_g.square().sum()  # of the last G, the rotation
    assert torch.isclose(new_penalty, penalty), "a rotation of the codes should not change the L2 penalty"


def check_2_4(answer: Callable[[Tensor], Tensor]) -> None:
    for p, k in ((3, 1), (8, 3), (20, 5)):
        with seeded(3):
            V, codes, x = normal(p, k), normal(9, k), normal(100, p)
        best = answer(V)
        assert best.shape == V.shape, f"got the shape {tuple(best.shape)}, expected {tuple(V.shape)}"
        assert float(pca.principal_angles(V, best)[-1]) < 1e-6, "the column space has changed"
        inside = codes @ V.T
        returned = torch.allclose(inside @ best @ best.T, inside)
        orthonormal = torch.allclose(best.T @ best, torch.eye(k, dtype=torch.float64))
        smaller = mse(x @ best @ best.T, x) <= mse(x @ V @ V.T, x) + 1e-12
        assert returned, "a point that lies in the column space should be returned unchanged"
        assert orthonormal, "the columns are not orthonormal"
        assert smaller, "the old weights have a smaller error on random data"


def check_2_5(answer: Callable[[Callable[[float], float]], float]) -> None:
    codes = {
        "sin t": math.sin,
        "cos t + cos 3t": lambda t: math.cos(t) + math.cos(3 * t),
        "exp(sin(t - 1))": lambda t: math.exp(math.sin(t - 1)),
        "a zigzag": lambda t: abs((t - 0.7) % (2 * math.pi) - math.pi),
        "cos 2t": lambda t: math.cos(2 * t),
    }
    for name, f in codes.items():
        t = float(answer(f))
        gap = abs(f(t) - f(t + math.pi))
        assert gap < 1e-6, f"for f(t) = {name}, the codes at your angle and opposite to it differ by {gap:.2g}"


def check_2_6(answer: Callable[[Tensor, int, float], Tensor]) -> None:
    for p, k in ((4, 1), (7, 3), (12, 6)):
        with seeded(6):
            root = normal(p, p)
        C = root @ root.T / p
        values, vectors = torch.linalg.eigh(C)
        values, V = values.flip(0), vectors.flip(1)[:, :k]
        for share in (0.0, 0.3, 1.0):
            Q = answer(C, k, share)
            case = f"P = {p}, k = {k}, a share of {share}"
            assert Q.shape == (p, k), f"{case}: got the shape {tuple(Q.shape)}, expected {(p, k)}"
            orthonormal = torch.allclose(Q.T @ Q, torch.eye(k, dtype=Q.dtype), atol=1e-9)
            assert orthonormal, f"{case}: the columns are not orthonormal"
            leaning = k - float((V.T @ Q).square().sum())
            assert abs(leaning - share) < 1e-9, f"{case}: the subspace leans out by {leaning:.4f}"
            paid = float(values[:k].sum() - (Q.T @ C @ Q).trace())
            least = share * float(values[k - 1] - values[k])
            hint = "which direction is the cheapest to give up, and which the cheapest to take in its place?"
            assert abs(paid - least) < 1e-9, f"{case}: it pays {paid:.4f}, expected {least:.4f}; {hint}"
