"""UMAP's graph against slow loops, its forces against autograd, its layout on data whose map is known."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import optimize

from aelib.metrics import neighborhoods
from aelib.models import umap


def data(n, p, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, p, generator=generator)


def slow_graph(x, neighbors):
    n, one = len(x), torch.zeros(len(x), len(x)).double()
    for i in range(n):
        apart = {j: float((x[i] - x[j]).double().norm()) for j in range(n) if j != i}
        nearest = sorted(apart, key=apart.get)[: neighbors - 1]
        first = apart[nearest[0]]

        def total(s, nearest=nearest, apart=apart, first=first):
            return sum(math.exp(-(apart[j] - first) / s) for j in nearest) - math.log2(neighbors)

        s = optimize.brentq(total, 1e-3, 1e4, xtol=1e-13)
        for j in nearest:
            one[i, j] = math.exp(-(apart[j] - first) / s)
    both = torch.zeros_like(one)
    for i in range(n):
        for j in range(n):
            both[i, j] = 1 - (1 - one[i, j]) * (1 - one[j, i])  # either says so
    return both


@pytest.mark.parametrize("neighbors", [4, 8, 15])
def test_the_graph(neighbors):
    x = data(20, 4, neighbors)
    graph = umap.neighbor_graph(x, neighbors)
    assert torch.allclose(graph, slow_graph(x, neighbors), atol=1e-6)
    assert torch.equal(graph, graph.T) and not graph.diagonal().any() and graph.max() <= 1


def test_the_forces_are_gradients():
    place = 0.5 + data(50, 2, 0).abs().double()
    place.requires_grad_()
    closeness = 1 / (1 + umap.A * place.square().sum(1) ** umap.B)
    (of_neighbors,) = torch.autograd.grad(closeness.log().sum(), place, retain_graph=True)
    (of_others,) = torch.autograd.grad((1 - closeness).log().sum(), place)
    pull, push = umap.forces(place.detach())
    assert torch.allclose(pull, of_neighbors.clamp(-4, 4), atol=1e-6)
    damped = place.detach().square().sum(1, keepdim=True)
    assert torch.allclose(push, (of_others * damped / (damped + 0.001)).clamp(-4, 4), atol=1e-6)
    for force in umap.forces(torch.tensor([[0.0, 0.0], [1e-3, 0.0], [1e3, 1e3]])):
        assert torch.isfinite(force).all() and force.abs().max() <= 4


def test_three_groups_are_three_islands():
    x = data(90, 10, 1) + 8 * torch.eye(10)[torch.arange(90) % 3]
    graph = umap.neighbor_graph(x)
    z = umap.layout(graph, data(90, 2, 2), rounds=100)
    nearest = neighborhoods.ranks(z) == 1
    assert (nearest.nonzero()[:, 1] % 3 == torch.arange(90) % 3).float().mean() > 0.95
    assert neighborhoods.trustworthiness(x, z) > neighborhoods.trustworthiness(x, data(90, 2, 2)) + 0.2


def test_it_depends_on_its_seed_only():
    x, start = data(40, 5, 3), data(40, 2, 4)
    graph, state = umap.neighbor_graph(x, 5), torch.get_rng_state()
    first, again, other = (umap.layout(graph, start, rounds=5, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state) and torch.equal(start, data(40, 2, 4))


def test_the_steps_shrink_to_nothing():
    graph = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    start = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    pull = umap.forces(start[:1] - start[1:])[0]
    z = umap.layout(graph, start, rounds=1, pushes=1, rate=0.01)
    assert abs(float(z[0, 0])) <= 0.01 * (float(pull.abs().max()) + 4)
    assert torch.allclose(z.sum(0), torch.tensor([1.0, 0.0]), atol=0.09)


def test_refuses(refuses):
    x = data(20, 3, 0)
    for bad in (x[0], x[:0], x.long(), x / 0, None):
        refuses("x", lambda bad=bad: umap.neighbor_graph(bad, 5))
    for bad in (2, 21, 5.5, None):
        refuses("neighbors", lambda bad=bad: umap.neighbor_graph(x, bad))
    graph, start = umap.neighbor_graph(x, 5), data(20, 2, 1)
    for bad in (graph[:5], graph / 0, 0 * graph, None):
        refuses("graph", lambda bad=bad: umap.layout(bad, start))
    for bad in (start[0], start / 0, None):
        refuses("start", lambda bad=bad: umap.layout(graph, bad))
    for name, bad in (("rounds", 0), ("pushes", 0), ("rate", 0), ("seed", -1)):
        refuses(name, lambda name=name, bad=bad: umap.layout(graph, start, **{name: bad}))
