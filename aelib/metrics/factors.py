"""What single code numbers say about single factors of the images, in shares of what there is to know."""

from __future__ import annotations

import math

import torch

from aelib import _check


def information(codes: torch.Tensor, factors: torch.Tensor, bins: int = 20) -> torch.Tensor:
    """The mutual information of each code number and each factor, over the factor's entropy: codes (N, K) and factors
    (N, F) to (K, F), in [0, 1].

    Both are replaced by their ranks in ``bins`` classes of the same size, so that it does not matter on which scale a
    number says something, and a factor's entropy is log ``bins``. The estimate from N examples is too large, by about
    (bins - 1)^2 / (2 N log bins). Raises ValueError for fewer examples than bins.
    """
    n = len(_check.tensor("codes", codes, "N", "K", finite=True))
    _check.tensor("factors", factors, n, "F", finite=True)
    bins = _check.whole("bins", bins, least=2, most=n, most_is=", the number of examples")
    classes = [(t.argsort(0).argsort(0) * bins // n).T for t in (codes, factors)]  # (K, N) and (F, N)
    found = codes.new_empty(codes.shape[1], factors.shape[1])
    for k, code in enumerate(classes[0]):
        for f, factor in enumerate(classes[1]):
            joint = torch.bincount(code * bins + factor, minlength=bins**2).view(bins, bins).double() / n
            apart = joint.sum(1, keepdim=True) * joint.sum(0)
            found[k, f] = torch.special.xlogy(joint, joint / apart).sum() / math.log(bins)
    return found.clamp(0, 1)


def gap(shares: torch.Tensor) -> torch.Tensor:
    """The mutual information gap (Chen et al. 2018): for each factor the largest share that one code number has minus
    the second largest, (K, F) to (F,).

    It is 1 if one number tells all of a factor and no other anything, and 0 if two tell the same.
    """
    if len(_check.tensor("shares", shares, "K", "F", finite=True)) < 2:
        raise ValueError(f"shares: got {len(shares)} code number, expected at least two")
    first, second = shares.topk(2, 0).values
    return first - second
