"""Penalties that keep an autoencoder from copying its input: on codes and on weights.

Penalties of a code return one number per example, summed over the K numbers of the code;
those of weights, and the sparsity of a whole batch, return one number.
"""

from __future__ import annotations

import operator
from functools import reduce

import torch
from torch import nn

from aelib import _check


def l1(z: torch.Tensor) -> torch.Tensor:
    """||z||_1, the sum of the absolute values of a code z (N, K, ...); shape (N,) (UofT)."""
    return _check.tensor("z", z, "N", "K", "...").flatten(1).abs().sum(1)


def l0(z: torch.Tensor, threshold: float = 0.0) -> torch.Tensor:
    """||z||_0, how many numbers of z (N, K, ...) are larger in size than ``threshold``; shape (N,) (UofT).

    A count is flat almost everywhere, so that its gradient is zero: the result carries none.
    """
    _check.real("threshold", threshold, least=0)
    return (_check.tensor("z", z, "N", "K", "...").detach().flatten(1).abs() > threshold).sum(1)


def mean_activation(z: torch.Tensor) -> torch.Tensor:
    """rho_hat (K,): the mean over a batch of each number of a code z (N, K) with values in [0, 1] (IITH).

    Raises ValueError outside [0, 1]: a mean activation must be read as a probability.
    """
    return _check.within("z", _check.tensor("z", z, "N", "K"), 0, 1).mean(0)


def kl_sparsity(z: torch.Tensor, rho: float) -> torch.Tensor:
    """Sum over units of KL(Bernoulli(rho) || Bernoulli(rho_hat)), in nats; one number for the batch (IITH, GT).

    UofT prints the two distributions in the other order, which is another function of ``rho_hat``.
    ``z`` (N, K) has values in [0, 1] and ``rho`` in (0, 1) is the mean activation asked for. A unit
    whose mean activation is exactly 0 or 1 costs infinitely much.
    """
    if not 0 < _check.real("rho", rho) < 1:
        raise ValueError(f"rho: got {rho!r}, expected a mean activation between 0 and 1, both excluded")
    rho_hat = mean_activation(z)
    return (rho * (rho / rho_hat).log() + (1 - rho) * ((1 - rho) / (1 - rho_hat)).log()).sum()


def _weights(model: nn.Module) -> list[nn.Parameter]:
    matrices = [p for p in _check.instance("model", model, nn.Module, "a module").parameters() if p.dim() > 1]
    if not matrices:
        raise ValueError("model: got a module without a weight matrix, expected at least one")
    return matrices


def weights_l1(model: nn.Module) -> torch.Tensor:
    """The sum of ``|w|`` over the weights of all layers, biases left out; one number (MINES)."""
    return reduce(operator.add, (w.abs().sum() for w in _weights(model)))


def weights_l2(model: nn.Module) -> torch.Tensor:
    """The sum of w^2 over the weights of all layers, biases left out; one number (IITH, MINES)."""
    return reduce(operator.add, (w.square().sum() for w in _weights(model)))
