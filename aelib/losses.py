"""Reconstruction losses, one number per example, never averaged over the batch.

The scale is in the name: ``mse`` and ``bce`` are means over the P pixels of an example (the
book's default scale), ``squared_error`` is the sum over them. Means over examples are taken
once, where the loss is used. All functions take ``x_hat`` and ``x`` of the same shape
(N, ...) and return shape (N,).
"""

from __future__ import annotations

import torch


def _pair(x_hat: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if x_hat.shape != x.shape or x.ndim < 2:
        raise ValueError(f"x_hat: got shape {tuple(x_hat.shape)}, expected the shape of x, {tuple(x.shape)}, as (N, ...)")
    return x_hat.flatten(1), x.flatten(1)


def squared_error(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """||x - x_hat||^2, summed over pixels (IITH, MINES, UofT; the scale of Hinton & Salakhutdinov 2006)."""
    x_hat, x = _pair(x_hat, x)
    return (x_hat - x).square().sum(1)


def mse(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """||x - x_hat||^2 / P, the mean over pixels (GT's "MSE")."""
    x_hat, x = _pair(x_hat, x)
    return (x_hat - x).square().mean(1)


def bce(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy -x log x_hat - (1 - x) log(1 - x_hat), mean over pixels, in nats (IITH).

    ``x_hat`` are probabilities in [0, 1] (a sigmoid's output) and ``x`` targets in [0, 1].
    Logarithms are cut off at -100, as in torch. Raises ValueError outside [0, 1].
    """
    x_hat, x = _pair(x_hat, x)
    for name, value in (("x_hat", x_hat), ("x", x)):
        low, high = value.detach().aminmax()
        if low < 0 or high > 1:
            raise ValueError(f"{name}: got values from {low:.4g} to {high:.4g}, expected them in [0, 1] for a cross-entropy")
    return torch.nn.functional.binary_cross_entropy(x_hat, x, reduction="none").mean(1)


def bernoulli_entropy(x: torch.Tensor) -> torch.Tensor:
    """The least cross-entropy that any x_hat can reach on grey targets x in [0, 1]: bce(x, x), in nats."""
    return bce(x, x)
