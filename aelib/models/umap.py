"""UMAP in short (McInnes, Healy and Melville 2018): a graph of nearest neighbors, laid out by pulling and pushing.

It makes every place on the map a number of its own to be learned: there is no encoder and no decoder. The package
umap-learn has more, such as new points and other distances; this is its core, with the same weights of the graph and
the same forces, except that all points move at once in every round.
"""

from __future__ import annotations

import math

import torch

from aelib import _check
from aelib.random import seeded

A, B = 1.577, 0.895  # closeness 1 / (1 + A d^(2B)) on the map: near 1 up to d = 0.1, and falling as exp(-d) from there
STRONGEST = 4.0  # no force on a coordinate is larger


def neighbor_graph(x: torch.Tensor, neighbors: int = 15) -> torch.Tensor:
    """How surely two points of ``x`` (N, P) are neighbors, in [0, 1]: the symmetric weights (N, N), float64.

    Point i holds its nearest for neighbors with weight ``exp(-(d - d_1) / s_i)``, where d_1 is the distance to the
    nearest and s_i is such that its weights add up to ``log2(neighbors)``. As in umap-learn, i counts as one of its
    ``neighbors`` and has itself no weight. Two points are neighbors if either says so: ``w + v - w v``. Raises
    ValueError unless 3 <= neighbors <= N.
    """
    n = len(_check.tensor("x", x, "N", "P", finite=True))
    _check.whole("neighbors", neighbors, least=3, most=n, most_is=", the number of points")
    apart = torch.cdist(x.double(), x.double(), compute_mode="donot_use_mm_for_euclid_dist")
    apart.fill_diagonal_(math.inf)
    d, index = apart.topk(neighbors - 1, largest=False)  # (N, neighbors - 1), the nearest first
    excess = d - d[:, :1]
    low, high = excess.new_zeros(n, 1), excess[:, -1:].clamp_min(1e-12) * neighbors
    for _ in range(60):  # bisection: the sum grows with s
        s = (low + high) / 2
        much = (-excess / s).exp().sum(1, keepdim=True) > math.log2(neighbors)
        low, high = torch.where(much, low, s), torch.where(much, s, high)
    w = torch.zeros_like(apart).scatter_(1, index, (-excess / s).exp())
    return w + w.T - w * w.T


def forces(gap: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What moves a point by ``gap`` = its place minus another's, (..., K): the pull of a neighbor, the push of others.

    With the closeness ``c = 1 / (1 + A d^(2B))`` they are the gradients of ``log c`` and of ``log(1 - c)`` by the
    place; the push is damped near 0, where it is infinite. Each coordinate is cut at 4.
    """
    square = gap.square().sum(-1, keepdim=True)
    power = A * square.clamp_min(1e-12) ** B
    pull = -2 * B * power / (square.clamp_min(1e-12) * (1 + power)) * gap
    push = 2 * B / ((0.001 + square) * (1 + power)) * gap
    return pull.clamp(-STRONGEST, STRONGEST), push.clamp(-STRONGEST, STRONGEST)


def layout(
    graph: torch.Tensor, start: torch.Tensor, rounds: int = 300, pushes: int = 5, rate: float = 1.0, seed: int = 0
) -> torch.Tensor:
    """Places (N, K) of the points of ``graph`` (N, N), the weights of ``neighbor_graph``; ``start`` (N, K) are the
    first ones.

    In each round an edge is drawn with its weight's share of the largest; its two ends pull each other, and each is
    pushed by ``pushes`` points drawn from all. The steps shrink to nothing from ``rate``. It lowers a cross-entropy
    between the weights and the closeness on the map, by samples.
    """
    n = len(_check.tensor("start", start, "N", "K", finite=True))
    _check.tensor("graph", graph, n, n, finite=True)
    rounds, pushes = _check.whole("rounds", rounds), _check.whole("pushes", pushes)
    rate = _check.real("rate", rate, positive=True)
    ends = graph.triu(1).nonzero().T  # (2, edges)
    if not ends.numel():
        raise ValueError("graph: got no edge, expected some")
    weight = graph[ends[0], ends[1]].float()
    z, share = start.detach().float().clone(), weight / weight.max()
    with seeded(_check.seed(seed)):
        for t in range(rounds):
            i, j = ends[:, torch.rand(len(share)) < share]
            i, j = torch.cat([i, j]), torch.cat([j, i])
            others = torch.randint(n, (len(i), pushes))
            move = forces(z[i] - z[j])[0] + forces(z[i, None] - z[others])[1].sum(1)
            z.scatter_add_(0, i[:, None].expand_as(move), rate * (1 - t / rounds) * move)
    return z
