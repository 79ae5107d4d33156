"""How many directions data have near a point: the intrinsic dimension, estimated from neighbors."""

from __future__ import annotations

import torch

from aelib import _check


def two_neighbors(x: torch.Tensor, asked: int | None = None) -> float:
    """The dimension of the set on which ``x`` (N, P) lies, from the distances to the two nearest neighbors.

    If the points lie evenly near a point, in d directions, the ratio of its two distances is above r with probability
    ``r ** -d`` (Facco and others 2017); d is estimated by maximum likelihood from the first ``asked`` points (all if
    None). It needs no scale and no network. In many directions the points are too few and the estimate is too low. A
    point that occurs twice says nothing and is left out; raises ValueError if that leaves none.
    """
    n = len(_check.tensor("x", x, "N", "P", finite=True))
    if n < 3:
        raise ValueError(f"x: got {n} points, expected at least three")
    asked = n if asked is None else _check.whole("asked", asked, most=n, most_is=", the number of points")
    rough = torch.cdist(x[:asked], x)  # (asked, N)
    rough.fill_diagonal_(float("inf"))  # no point is its own neighbor
    which = rough.topk(2, largest=False).indices
    first, second = (x[:asked, None] - x[which]).double().norm(dim=2).sort(1).values.T  # exact, so that twins have 0
    told = first > 0
    growth = (second[told] / first[told]).log().sum()
    if growth == 0:
        raise ValueError("x: got no point with two neighbors at different distances, expected some")
    return float(told.sum() / growth)
