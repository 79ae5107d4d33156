"""Reconstruction losses, one number per example, never averaged over the batch.

The scale is in the name: ``mse`` and ``bce`` are means over the P pixels of an example (the
book's default scale), ``squared_error`` is the sum over them. Means over examples are taken
once, where the loss is used. All functions take what was made and what it should be, of the same
shape (N, ...), and return shape (N,).
"""

from __future__ import annotations

import torch

from aelib import _check


def _pair(x_hat: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    _check.tensor("x", x, "N", "P", "...")
    _check.tensor("x_hat", x_hat, *x.shape)
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
    Logarithms are cut off at -100, as in torch. Raises ValueError outside [0, 1]; where x_hat is
    nan the loss is nan, so that ``fit`` can stop a training that runs away.
    """
    x_hat, x = _pair(x_hat, x)
    undefined = x_hat.isnan()
    known = x_hat.masked_fill(undefined, 0.5)
    for name, value in (("x", x), ("x_hat", known)):
        _check.within(name, value, 0, 1)
    loss = torch.nn.functional.binary_cross_entropy(known, x, reduction="none").mean(1)
    return loss.masked_fill(undefined.any(1), torch.nan)


def bce_with_logits(logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """``bce(logits.sigmoid(), x)`` in one step, which costs less and is exact for large logits too; mean over pixels,
    in nats.

    This is the form for an objective: it checks shapes only, so that no step waits for the device.
    """
    logits, x = _pair(logits, x)
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none").mean(1)


def psnr(mse: torch.Tensor | float, peak: float = 1.0) -> torch.Tensor:
    """10 log10(peak^2 / MSE), the peak signal-to-noise ratio in decibels, of an MSE per pixel; same shape."""
    return 10 * (peak**2 / torch.as_tensor(mse)).log10()


def bernoulli_entropy(x: torch.Tensor) -> torch.Tensor:
    """The least cross-entropy that any x_hat can reach on gray targets x in [0, 1]: bce(x, x), in nats."""
    return bce(x, x)
