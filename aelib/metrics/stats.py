"""Means over runs and shares of trials, and how sure they are."""

from __future__ import annotations

import torch

from aelib import _check


def mean_se(runs: torch.Tensor) -> tuple[float, float]:
    """The mean of ``runs`` (R,), and its standard error: their standard deviation (with R - 1) over the root of R.

    Raises ValueError for fewer than two runs.
    """
    if len(_check.tensor("runs", runs, "R", kind="real")) < 2:
        raise ValueError(f"runs: got {len(runs)}, expected at least two")
    runs = runs.double()
    return float(runs.mean()), float(runs.std() / len(runs) ** 0.5)


def share(which: torch.Tensor) -> tuple[float, float, float]:
    """The share of True in ``which`` (N,), bool, and the ends of its 95 % interval (``wilson``), all in [0, 1]."""
    if (
        _check.instance("which", which, torch.Tensor, "a tensor of True and False (N,)").dtype != torch.bool
        or which.dim() != 1
    ):
        raise ValueError(f"which: got {_check.shown(which)}, expected True and False of shape (N,)")
    count = int(which.sum())
    return count / len(which), *wilson(count, len(which))


def wilson(count: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The interval for a share, counted as ``count`` of ``n``; it holds the true one in 95 of 100 cases (Wilson
    1927).
    """
    n = _check.whole("n", n)
    share, z = (
        _check.whole("count", count, least=0, most=n, most_is=", the number of trials") / n,
        _check.real("z", z, positive=True),
    )
    center, spread = share + z**2 / (2 * n), z * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    low, high = (center - spread) / (1 + z**2 / n), (center + spread) / (1 + z**2 / n)
    return max(0.0, min(low, share)), min(1.0, max(high, share))  # a rounding may put a share of 0 or 1 outside
