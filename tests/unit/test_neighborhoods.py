"""Maps against slow loops and against scikit-learn."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import manifold

from aelib.metrics import neighborhoods


def data(n, p, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, p, generator=generator)


def slow_ranks(x):
    rows = []
    for i, point in enumerate(x.double()):
        order = sorted(
            (j for j in range(len(x)) if j != i), key=lambda j: float((x[j].double() - point).square().sum())
        )
        rows.append([order.index(j) + 1 if j != i else 0 for j in range(len(x))])
    return rows


def slow_continuity(x, z, k):
    n, in_data, on_map, cost = len(x), slow_ranks(x), slow_ranks(z), 0
    for i in range(n):
        for j in range(n):
            if i != j and in_data[i][j] <= k < on_map[i][j]:
                cost += on_map[i][j] - k
    return 1 - 2 * cost / (n * k * (2 * n - 3 * k - 1))


def test_ranks_are_a_slow_sort():
    x = data(15, 3, 0)
    assert neighborhoods.ranks(x).tolist() == slow_ranks(x)


@settings(max_examples=15, deadline=None)
@given(st.integers(5, 18), st.integers(1, 3), st.integers(0, 1000), st.data())
def test_both_measures(n, width, seed, draw):
    k = draw.draw(st.integers(1, (n - 1) // 2))
    x, z = data(n, 4, seed), data(n, width, seed + 1)
    trust, continuous = neighborhoods.kept(x, z, k)
    assert trust == pytest.approx(manifold.trustworthiness(x.numpy(), z.numpy(), n_neighbors=k), abs=1e-9)
    assert continuous == pytest.approx(slow_continuity(x, z, k), abs=1e-9)
    assert neighborhoods.trustworthiness(x, z, k) == trust
    assert neighborhoods.continuity(x, z, k) == continuous
    assert 0 <= trust <= 1 and 0 <= continuous <= 1


def test_laying_over_and_tearing():
    far = torch.tensor([[0.0], [1.0]]).repeat(20, 1) + 0.001 * torch.arange(40)[:, None]
    line = torch.arange(40.0)[:, None] ** 1.01
    for z in (line, -3 * line + 5, torch.cat([line, 0 * line], 1)):  # the same neighbors at any scale
        assert neighborhoods.kept(line, z, 5) == (1, 1)
    square = torch.cat([line, 10 * far], 1)
    trust, continuous = neighborhoods.kept(square, line, 5)  # two lines laid over each other
    assert trust < continuous
    assert neighborhoods.kept(line, square, 5) == (continuous, trust)  # one line torn into two


def test_fifteen_neighbors_and_chance():
    x, z = data(400, 5, 1), data(400, 2, 2)
    assert neighborhoods.kept(x, z) == neighborhoods.kept(x, z, 15)
    assert all(abs(value - 0.5) < 0.05 for value in neighborhoods.kept(x, z))


def test_refuses(refuses):
    x, z = data(20, 3, 0), data(20, 2, 1)
    for bad in (x[0], x[:0], x.long(), x / 0, None):
        refuses("x", lambda bad=bad: neighborhoods.ranks(bad))
        refuses("x", lambda bad=bad: neighborhoods.kept(bad, z, 3))
    for bad in (z[:10], z[0], z / 0, None):
        refuses("z", lambda bad=bad: neighborhoods.kept(x, bad, 3))
    for bad in (0, 10, 2.5, None):
        refuses("neighbors", lambda bad=bad: neighborhoods.kept(x, z, bad))
