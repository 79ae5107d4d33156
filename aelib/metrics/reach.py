"""Which images lie among real ones, by the distances of their features alone: no classifier has to be sure.

This is the precision of Kynkaanniemi et al. (2019): real examples, each with a ball around it, stand for the set from
which they come.
"""

from __future__ import annotations

import torch

from aelib import _check


def within_reach(x: torch.Tensor, real: torch.Tensor, k: int = 3) -> torch.Tensor:
    """Which features x (N, F) lie in a ball around one of real (M, F); bool (N,).

    The ball of a real example reaches to its ``k``-th nearest other, so that balls are wide where examples are rare.
    Raises ValueError unless 1 <= k < M.
    """
    _check.tensor("x", x, "N", _check.tensor("real", real, "M", "F", finite=True).shape[1], finite=True)
    k = _check.whole("k", k, most=len(real) - 1, most_is=", one less than the real examples")
    exact = "donot_use_mm_for_euclid_dist"  # the quick way does not give 0 for an example and itself
    radius = torch.cdist(real, real, compute_mode=exact).kthvalue(k + 1, 1).values  # the first is itself
    return (torch.cdist(x, real, compute_mode=exact) <= radius).any(1)
