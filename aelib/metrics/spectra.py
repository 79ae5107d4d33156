"""The energy of pictures at each spatial frequency, and how much of a picture's structure a copy brings back."""

from __future__ import annotations

import math

import torch

from aelib import _check


def energy(x: torch.Tensor) -> torch.Tensor:
    """The mean energy of square gray pictures ``x`` (N, P) at 0, 1, 2, ... waves per width.

    It is that of the discrete Fourier transform, so that the sum over all frequencies is P times the mean of
    ``x.square().sum(1)``. Directions count alike: a coefficient belongs to the whole number nearest to its distance
    from the zero frequency.
    """
    waves = _waves("x", x)
    power = _transform(x).abs().square().mean(0)  # (P,)
    return power.new_zeros(int(waves.max()) + 1).index_add(0, waves, power)


def returned(x_hat: torch.Tensor, x: torch.Tensor, low: int, high: int | None = None) -> float:
    """The share of the structure of ``x`` (N, P), from ``low`` to ``high`` waves per width, that ``x_hat`` brings back.

    With the Fourier coefficients X and X_hat of the band it is the sum of Re(conj(X_hat) X) over that of ``|X|^2``:
    the modulation transfer of optics, measured. A copy has 1, a picture without detail 0, and grain that has nothing
    to do with ``x`` adds nothing on average, though it has energy. ``high=None`` goes to the finest waves. Raises
    ValueError for a band in which ``x`` has no energy.
    """
    waves = _waves("x", x)
    _check.tensor("x_hat", x_hat, *x.shape, finite=True)
    most = int(waves.max())
    low = _check.whole("low", low, least=0, most=most, most_is=", the finest waves")
    high = most if high is None else _check.whole("high", high, least=low)
    band = (waves >= low) & (waves <= high)
    X, X_hat = _transform(x)[:, band], _transform(x_hat)[:, band]
    total = X.abs().square().sum(dtype=torch.float64)
    if total == 0:
        raise ValueError(f"x: got pictures without energy from {low} to {high} waves, expected some")
    return float((X_hat.conj() * X).real.sum(dtype=torch.float64) / total)


def _waves(name: str, x: torch.Tensor) -> torch.Tensor:
    """For each Fourier coefficient of square pictures (N, P) its waves per width, rounded; shape (P,)."""
    side = math.isqrt(_check.tensor(name, x, "N", "P", finite=True).shape[1])
    if side**2 != x.shape[1]:
        raise ValueError(f"{name}: got {x.shape[1]} pixels a picture, expected a square number")
    waves = torch.fft.fftfreq(side, 1 / side, device=x.device)
    return (waves[:, None].square() + waves.square()).sqrt().round().long().flatten()


def _transform(x: torch.Tensor) -> torch.Tensor:
    side = math.isqrt(x.shape[1])
    return torch.fft.fft2(x.view(-1, side, side)).flatten(1)  # (N, P)
