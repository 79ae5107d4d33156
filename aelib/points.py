"""Two-dimensional point sets with a known answer, as tensors of shape (N, 2)."""

from __future__ import annotations

import math

import torch


def _check(name: str, value: float, least: float) -> None:
    if not value >= least:
        raise ValueError(f"{name}: got {value!r}, expected at least {least}")


def line(alpha: torch.Tensor) -> torch.Tensor:
    """The points (2a, a) for every a in ``alpha`` (N,): the UofT deck's first data set. Shape (N, 2)."""
    if alpha.ndim != 1:
        raise ValueError(f"alpha: got shape {tuple(alpha.shape)}, expected (N,)")
    return torch.stack([2 * alpha, alpha], dim=1)


def cloud(n: int, spread: tuple[float, float] = (2.0, 0.5), angle: float = math.atan(0.5), seed: int = 0) -> torch.Tensor:
    """``n`` Gaussian points with standard deviations ``spread`` along axes turned by ``angle`` radians. Shape (n, 2)."""
    _check("n", n, 1)
    _check("spread", min(spread), 0)
    z = torch.randn(n, 2, generator=torch.Generator().manual_seed(seed)) * torch.tensor(spread)
    c, s = math.cos(angle), math.sin(angle)
    return z @ torch.tensor([[c, s], [-s, c]])


def circle(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``n`` points (sin t, cos t) at equal angles t in [0, 2 pi): the UofT deck's second data set.

    Returns the points (n, 2) and the angles t (n,) in radians.
    """
    _check("n", n, 1)
    t = torch.arange(n) * (2 * math.pi / n)
    return torch.stack([t.sin(), t.cos()], dim=1), t
