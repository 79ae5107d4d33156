"""Two-dimensional point sets with a known answer, as tensors of shape (N, 2)."""

from __future__ import annotations

import math

import torch

from aelib import _check


def line(alpha: torch.Tensor) -> torch.Tensor:
    """The points (2a, a) for every a in ``alpha`` (N,): the UofT deck's first data set. Shape (N, 2)."""
    _check.tensor("alpha", alpha, "N", kind="real")
    return torch.stack([2 * alpha, alpha], dim=1)


def cloud(
    n: int, spread: tuple[float, float] = (2.0, 0.5), angle: float = math.atan(0.5), seed: int = 0
) -> torch.Tensor:
    """``n`` Gaussian points (n, 2) with standard deviations ``spread`` along axes turned by ``angle`` radians."""
    _check.pair("spread", spread, "two standard deviations")
    scale = torch.tensor([float(_check.real("spread", s, least=0)) for s in spread])
    generator = torch.Generator().manual_seed(_check.seed(seed))
    z = torch.randn(_check.whole("n", n), 2, generator=generator) * scale
    c, s = math.cos(_check.real("angle", angle)), math.sin(angle)
    return z @ torch.tensor([[c, s], [-s, c]])


def circle(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``n`` points (sin t, cos t) at equal angles t in [0, 2 pi): the UofT deck's second data set.

    Returns the points (n, 2) and the angles t (n,) in radians.
    """
    n = _check.whole("n", n)
    t = torch.arange(n) * (2 * math.pi / n)
    return torch.stack([t.sin(), t.cos()], dim=1), t
