"""Whether a map keeps the neighborhoods of the data: trustworthiness and continuity (Venna and Kaski 2001)."""

from __future__ import annotations

import torch

from aelib import _check


def ranks(x: torch.Tensor) -> torch.Tensor:
    """The rank of each point among the others of ``x`` (N, P) by distance from each, (N, N): 1 for the nearest.

    Row i, column j holds the rank of j as seen from i; i itself has rank 0. Of two points at the same distance the
    one with the lower number comes first.
    """
    n = len(_check.tensor("x", x, "N", "P", finite=True))
    centered = x.double() - x.double().mean(0)
    distances = torch.cdist(centered, centered)
    distances.fill_diagonal_(-1)  # every point comes first in its own row
    order = distances.sort(dim=1, stable=True).indices
    return torch.empty_like(order).scatter_(1, order, torch.arange(n, device=x.device).expand(n, n))


def kept(x: torch.Tensor, z: torch.Tensor, neighbors: int = 15) -> tuple[float, float]:
    """Trustworthiness and continuity of the map ``z`` (N, K) of the data ``x`` (N, P), with k = ``neighbors``.

    Trustworthiness: a neighbor on the map that has rank r > k among the data costs r - k. Continuity is the same with
    the two exchanged: a neighbor in the data that has rank r > k on the map costs r - k. Each sum is divided by the
    most that it can be and taken from 1, so that 1 is perfect and 0 the worst; places drawn by chance come to about
    one half if N is much larger than k. Raises ValueError unless 1 <= k < N / 2.
    """
    n = len(_check.tensor("x", x, "N", "P", finite=True))
    _check.tensor("z", z, n, "K", finite=True)
    k = _check.whole("neighbors", neighbors, most=(n - 1) // 2, most_is=", fewer than half of the points")
    in_data, on_map = ranks(x), ranks(z)
    return _one_sided(in_data, on_map, k), _one_sided(on_map, in_data, k)


def trustworthiness(x: torch.Tensor, z: torch.Tensor, neighbors: int = 15) -> float:
    """How far the neighbors on the map ``z`` (N, K) are neighbors in the data ``x`` (N, P), in [0, 1]; see ``kept``."""
    return kept(x, z, neighbors)[0]


def continuity(x: torch.Tensor, z: torch.Tensor, neighbors: int = 15) -> float:
    """How far the neighbors in the data ``x`` (N, P) are neighbors on the map ``z`` (N, K), in [0, 1]; see ``kept``."""
    return kept(x, z, neighbors)[1]


def _one_sided(rank: torch.Tensor, other: torch.Tensor, k: int) -> float:
    """1 minus what those cost that are among the k nearest by ``other``, as their ``rank`` (N, N) has it."""
    n = len(rank)
    near = (other >= 1) & (other <= k)
    cost = (rank - k).clamp_min(0)[near].sum()
    return 1 - float(cost) * 2 / (n * k * (2 * n - 3 * k - 1))
