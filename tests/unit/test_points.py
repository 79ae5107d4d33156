"""Point sets against numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from aelib.data import points


def test_line_is_exact():
    alpha = torch.tensor([-1.5, 0.0, 3.0])
    assert points.line(alpha).tolist() == [[-3.0, -1.5], [0.0, 0.0], [6.0, 3.0]]
    assert points.line(torch.arange(3)).tolist() == [[0, 0], [2, 1], [4, 2]]


def test_cloud_is_a_turned_gaussian():
    """Complex numbers turn by multiplication with exp(i angle)."""
    z = torch.randn(50, 2, generator=torch.Generator().manual_seed(7)).double().numpy()
    turned = (z[:, 0] * 3.0 + 1j * z[:, 1] * 0.25) * np.exp(0.7j)
    x = points.cloud(50, spread=(3.0, 0.25), angle=0.7, seed=7)
    assert x.shape == (50, 2) and x.dtype == torch.float32
    np.testing.assert_allclose(x.numpy(), np.stack([turned.real, turned.imag], axis=1), atol=2e-6)


def test_cloud_s_longest_axis_is_that_of_line():
    x = points.cloud(20_000).double().numpy()
    values, vectors = np.linalg.eigh(np.cov(x.T))
    np.testing.assert_allclose(np.sqrt(values), [0.5, 2.0], rtol=0.02)
    assert abs(vectors[:, 1] @ [2, 1]) / math.sqrt(5) > 0.9999


def test_cloud_without_spread_is_a_line():
    x = points.cloud(5, spread=(1.0, 0.0), angle=0.0)
    assert x[:, 0].all() and not x[:, 1].any()


def test_cloud_depends_on_its_seed_only():
    state = torch.get_rng_state()
    assert torch.equal(points.cloud(5), points.cloud(5, seed=0))
    assert not torch.equal(points.cloud(5), points.cloud(5, seed=1))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("n", [1, 4, 100])
def test_circle(n):
    x, t = points.circle(n)
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    np.testing.assert_allclose(t.numpy(), angles, atol=1e-6)
    np.testing.assert_allclose(x.numpy(), np.stack([np.sin(angles), np.cos(angles)], axis=1), atol=1e-6)


def test_bad_arguments_are_refused(refuses):
    for alpha in ([1.0], torch.zeros(2, 2), torch.zeros(0), torch.tensor(1.0), torch.tensor([True])):
        refuses("alpha", lambda alpha=alpha: points.line(alpha))
    for n in (0, -1, 2.5, math.nan, math.inf, "3", None, True):
        refuses("n", lambda n=n: points.cloud(n))
        refuses("n", lambda n=n: points.circle(n))
    for spread in (1.0, (1.0,), (1.0, 2.0, 3.0), (1.0, -0.1), (math.nan, 1.0), ("1", 1.0)):
        refuses("spread", lambda spread=spread: points.cloud(3, spread))
    for angle in (math.inf, None):
        refuses("angle", lambda angle=angle: points.cloud(3, angle=angle))
    for seed in (-1, 0.5, None):
        refuses("seed", lambda seed=seed: points.cloud(3, seed=seed))
