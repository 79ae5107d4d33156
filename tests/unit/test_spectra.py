"""Energies at spatial frequencies, and the share of structure that a copy brings back, against what is known."""

from __future__ import annotations

import pytest
import torch

from aelib.metrics import spectra
from aelib.random import seeded

with seeded(0):
    X = torch.rand(200, 256, dtype=torch.float64)
    NOISE = torch.randn(200, 256, dtype=torch.float64)


def blur(x: torch.Tensor) -> torch.Tensor:
    """Every pixel's mean with its right neighbor, around the edge."""
    pictures = x.view(-1, 16, 16)
    return ((pictures + pictures.roll(-1, 2)) / 2).flatten(1)


def test_the_energies_add_up_to_parseval_s_sum():
    assert float(spectra.energy(X).sum()) == pytest.approx(256 * float(X.square().sum(1).mean()))


def test_a_wave_has_its_energy_where_it_belongs():
    wave = torch.cos(2 * torch.pi * 5 * torch.arange(16) / 16).expand(1, 16, 16).reshape(1, 256)
    energies = spectra.energy(wave)
    assert int(energies.argmax()) == 5 and float(energies[5] / energies.sum()) == pytest.approx(1)


def test_a_copy_brings_back_all_and_a_blank_sheet_nothing():
    assert spectra.returned(X, X, 1, 3) == pytest.approx(1)
    assert spectra.returned(torch.zeros_like(X), X, 1) == 0
    assert spectra.returned(X / 4, X, 8) == pytest.approx(1 / 4)


def test_a_blur_brings_back_its_transfer_function():
    waves = torch.fft.fftfreq(16, 1 / 16, dtype=torch.float64)
    radius = (waves[:, None].square() + waves.square()).sqrt().round()
    transfer = (torch.pi * waves / 16).cos().square().expand(16, 16)  # the real part of (1 + e^(i w)) / 2
    power = torch.fft.fft2(X.view(-1, 16, 16)).abs().square().sum(0)
    for low, high in ((1, 3), (5, 8)):
        band = (radius >= low) & (radius <= high)
        wanted = float((transfer * power)[band].sum() / power[band].sum())
        assert spectra.returned(blur(X), X, low, high) == pytest.approx(wanted)


def test_grain_has_energy_but_brings_back_nothing():
    grainy = X / 2 + NOISE
    assert float((spectra.energy(grainy) / spectra.energy(X))[5:].min()) > 2
    assert spectra.returned(grainy, X, 5) == pytest.approx(1 / 2, abs=0.05)


def test_bad_arguments_are_named(refuses):
    refuses("x", lambda: spectra.energy(torch.rand(2, 10)))
    refuses("x", lambda: spectra.energy(torch.rand(2, 1, 4, 4)))
    refuses("x_hat", lambda: spectra.returned(X[:3], X, 1))
    refuses("low", lambda: spectra.returned(X, X, 12))
    refuses("high", lambda: spectra.returned(X, X, 3, 2))
    refuses("x", lambda: spectra.returned(X, torch.ones_like(X), 1))
