"""Jacobians against torch.autograd.functional one example at a time, analysis and finite differences."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from aelib import jacobians
from aelib.random import seeded


@pytest.fixture
def x():
    return torch.randn(6, 9, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def network(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(*layers).double()


@pytest.fixture
def deep():
    with seeded(2):
        return network(nn.Linear(9, 7), nn.Tanh(), nn.Linear(7, 4))


@pytest.fixture
def sigmoid():
    with seeded(3):
        return network(nn.Linear(9, 4), nn.Sigmoid())


def one_by_one(encode, x: torch.Tensor) -> torch.Tensor:
    rows = [torch.autograd.functional.jacobian(lambda row: encode(row[None])[0], row) for row in x]
    return torch.stack(rows)


def test_jacobian(deep, x):
    assert torch.allclose(jacobians.jacobian(deep, x), one_by_one(deep, x), atol=1e-12)


def test_jacobian_of_a_linear_map_is_its_matrix(x):
    W = torch.randn(3, 9, dtype=torch.float64)
    J = jacobians.jacobian(lambda x: x @ W.T, x)
    assert J.shape == (6, 3, 9) and torch.allclose(J, W.expand(6, -1, -1))


def test_jacobian_of_squares(x):
    assert torch.allclose(jacobians.jacobian(torch.square, x), torch.diag_embed(2 * x))


def test_jacobian_of_images():
    encode = network(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Flatten())
    images = torch.randn(3, 1, 5, 5, dtype=torch.float64)
    J = jacobians.jacobian(encode, images)
    assert J.shape == (3, 18, 25)
    assert torch.allclose(J, one_by_one(encode, images).reshape(3, 18, 25), atol=1e-12)


def test_jacobian_leaves_no_traces(deep, x):
    J = jacobians.jacobian(deep, x)
    assert not J.requires_grad and not x.requires_grad
    assert all(p.grad is None for p in deep.parameters())


def test_jacobian_works_without_gradients(deep, x):
    with torch.no_grad():
        J = jacobians.jacobian(deep, x)
    assert torch.allclose(J, one_by_one(deep, x), atol=1e-12)


def test_contractive_is_the_squared_norm(deep, x):
    expected = one_by_one(deep, x).square().sum((1, 2))
    assert torch.allclose(jacobians.contractive(deep, x), expected, atol=1e-12)


def test_closed_form_equals_autograd(sigmoid, x):
    assert torch.allclose(jacobians.contractive_sigmoid(sigmoid, x), jacobians.contractive(sigmoid, x), atol=1e-12)


@pytest.mark.parametrize("penalty", [jacobians.contractive, jacobians.contractive_sigmoid])
def test_gradient_by_finite_differences(penalty, sigmoid, x):
    weight = sigmoid[0].weight
    (slope,) = torch.autograd.grad(penalty(sigmoid, x).sum(), weight)
    step = 1e-6
    for k, p in ((0, 0), (1, 5), (3, 8)):
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                weight[k, p] += sign * step
                values.append(float(penalty(sigmoid, x).sum()))
                weight[k, p] -= sign * step
        assert float(slope[k, p]) == pytest.approx((values[0] - values[1]) / (2 * step), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("directions", [1, 3])
def test_random_directions_are_unbiased(directions, deep, x):
    exact = jacobians.contractive(deep, x)
    with seeded(5):
        draws = torch.stack([jacobians.contractive(deep, x, directions) for _ in range(600)])
    errors = (draws.mean(0) - exact) / (draws.std(0) / 600**0.5)
    assert draws.shape == (600, 6) and float(errors.detach().abs().max()) < 4
    assert float(draws.detach().std(0).min()) > 0


def test_random_directions_are_reproducible(deep, x):
    draws = []
    for _ in range(2):
        with seeded(8):
            draws.append(jacobians.contractive(deep, x, 2))
    assert torch.equal(*draws)


def test_random_directions_differentiate(deep, x):
    for directions in (1, 2):
        slope = torch.autograd.grad(jacobians.contractive(deep, x, directions).sum(), deep[0].weight)[0]
        assert slope.abs().sum() > 0


@pytest.mark.parametrize(
    "layers",
    [(nn.Linear(9, 4), nn.ReLU()), (nn.Linear(9, 4),), (nn.Linear(9, 5), nn.Sigmoid(), nn.Linear(5, 4), nn.Sigmoid())],
)
def test_closed_form_is_for_one_sigmoid_layer(layers, x):
    came = ", ".join(type(layer).__name__ for layer in layers)
    with pytest.raises(ValueError, match=f"encoder: got {came}, expected one nn.Linear and one nn.Sigmoid"):
        jacobians.contractive_sigmoid(network(*layers), x)


def test_wrong_inputs_are_named(sigmoid, x):
    with pytest.raises(ValueError, match=r"x: got .*\(6, 8\)"):
        jacobians.contractive_sigmoid(sigmoid, x[:, :8])
    for penalty in (jacobians.jacobian, jacobians.contractive):
        with pytest.raises(ValueError, match="x: got"):
            penalty(sigmoid, x[0])
        with pytest.raises(TypeError, match="encode: got"):
            penalty("an encoder", x)
        with pytest.raises(ValueError, match="encode: it returned"):
            penalty(lambda x: x.sum(), x)
        with pytest.raises(ValueError, match="encode: it returned"):
            penalty(lambda x: x.detach(), x)
    with pytest.raises(ValueError, match="directions: got 0"):
        jacobians.contractive(sigmoid, x, 0)
