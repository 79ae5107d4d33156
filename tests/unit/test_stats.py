"""Means and shares with their uncertainty, against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import binom, sem

from aelib.metrics import stats


@pytest.mark.parametrize("true", [0.03, 0.5, 0.9])
def test_the_interval_holds_the_true_share_in_95_of_100_cases(true):
    n, counts = 200, np.arange(201)
    inside = [low <= true <= high for low, high in (stats.wilson(int(c), n) for c in counts)]
    assert 0.93 < float(binom.pmf(counts, n, true)[inside].sum()) < 0.98
    assert stats.wilson(0, 10)[0] == 0 and stats.wilson(10, 10)[1] == 1


def test_mean_and_standard_error_are_scipy_s():
    runs = torch.randn(9, generator=torch.Generator().manual_seed(0))
    mean, error = stats.mean_se(runs)
    assert mean == pytest.approx(float(runs.double().mean())) and error == pytest.approx(sem(runs.double().numpy()))


def test_share():
    found = stats.share(torch.arange(200) < 30)
    assert found == (0.15, *stats.wilson(30, 200)) and all(math.isfinite(x) for x in found)


def test_bad_arguments_are_named(refuses):
    refuses("count", lambda: stats.wilson(3, 2))
    refuses("n", lambda: stats.wilson(0, 0))
    refuses("z", lambda: stats.wilson(1, 2, 0))
    refuses("runs", lambda: stats.mean_se(torch.tensor([1.0])))
    refuses("which", lambda: stats.share(torch.rand(3)))
    refuses("which", lambda: stats.share([True]))
