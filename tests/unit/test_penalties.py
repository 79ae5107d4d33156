"""Penalties against torch.distributions, slow loops and automatic differentiation."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.distributions import Bernoulli, kl_divergence

from aelib import penalties
from aelib.models import dense


def codes(n: int = 7, k: int = 5) -> torch.Tensor:
    return torch.rand(n, k, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def test_l1_is_a_sum_over_the_code():
    z = codes() - 0.5
    expected = [sum(abs(float(v)) for v in row) for row in z]
    assert penalties.l1(z).tolist() == pytest.approx(expected, abs=1e-12)
    assert penalties.l1(z.reshape(7, 5, 1, 1)).tolist() == pytest.approx(expected, abs=1e-12)


def test_l1_pulls_with_the_sign():
    z = (codes() - 0.5).requires_grad_()
    (slope,) = torch.autograd.grad(penalties.l1(z).sum(), z)
    assert torch.equal(slope, z.detach().sign())


def test_l0_counts():
    z = torch.tensor([[0.0, -2, 0.05, 3], [0, 0, 0, 0]])
    assert penalties.l0(z).tolist() == [3, 0]
    assert penalties.l0(z, threshold=0.05).tolist() == [2, 0]  # above the threshold, not at it


def test_l0_carries_no_gradient():
    assert not penalties.l0(codes().requires_grad_()).requires_grad


@pytest.mark.parametrize("penalty", [penalties.l1, penalties.l0])
def test_a_code_has_two_dimensions(penalty):
    with pytest.raises(ValueError, match="z: got"):
        penalty(torch.rand(4))


def test_l0_refuses_a_negative_threshold():
    with pytest.raises(ValueError, match="threshold: got -1"):
        penalties.l0(codes(), -1)


@pytest.mark.parametrize("rho", [0.01, 0.3, 0.9])
def test_kl_sparsity_is_a_sum_of_bernoulli_divergences(rho):
    z = codes()
    target, seen = Bernoulli(torch.tensor(rho, dtype=torch.float64)), Bernoulli(z.mean(0))
    assert float(penalties.kl_sparsity(z, rho)) == pytest.approx(float(kl_divergence(target, seen).sum()), abs=1e-9)


def test_kl_sparsity_by_hand():
    """One unit at a half, target a quarter: 1/4 log 1/2 + 3/4 log 3/2, in nats."""
    value = penalties.kl_sparsity(torch.tensor([[0.25], [0.75]]), 0.25)
    assert float(value) == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5), abs=1e-6)


def test_kl_sparsity_is_zero_at_the_target_only():
    assert float(penalties.kl_sparsity(torch.full((3, 4), 0.2, dtype=torch.float64), 0.2)) == pytest.approx(
        0, abs=1e-12
    )
    assert float(penalties.kl_sparsity(torch.full((3, 4), 0.21, dtype=torch.float64), 0.2)) > 1e-4


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_dead_unit_costs_infinitely_much(value):
    assert float(penalties.kl_sparsity(torch.full((3, 1), value), 0.1)) == math.inf


@pytest.mark.parametrize("rho", [0, 1, -0.1, 1.5])
def test_rho_lies_between_0_and_1(rho):
    with pytest.raises(ValueError, match=rf"rho: got {rho}, expected a mean activation between 0 and 1"):
        penalties.kl_sparsity(codes(), rho)


def test_rho_is_a_number():
    with pytest.raises(TypeError, match="rho: got"):
        penalties.kl_sparsity(codes(), "0.1")


@pytest.mark.parametrize("bad", [codes() + 0.5, codes() - 0.5])
def test_activations_are_probabilities(bad):
    with pytest.raises(ValueError, match=r"z: got values from .*, expected them in \[0, 1\]"):
        penalties.kl_sparsity(bad, 0.1)


def test_mean_activation_is_over_the_batch():
    z = codes()
    assert penalties.mean_activation(z).tolist() == pytest.approx(
        [float(sum(z[:, k]) / 7) for k in range(5)], abs=1e-12
    )


def test_weight_penalties_leave_biases_out():
    model = dense.MLPAutoencoder([6, 4, 2])
    matrices = [layer.weight.detach() for layer in model.modules() if isinstance(layer, nn.Linear)]
    assert len(matrices) == 4
    expected = sum(float(v) ** 2 for w in matrices for v in w.flatten())
    assert float(penalties.weights_l2(model).detach()) == pytest.approx(expected, rel=1e-5)
    expected = sum(abs(float(v)) for w in matrices for v in w.flatten())
    assert float(penalties.weights_l1(model).detach()) == pytest.approx(expected, rel=1e-5)


def test_weight_penalties_differentiate():
    model = nn.Linear(3, 2)
    penalties.weights_l2(model).backward()
    assert torch.allclose(model.weight.grad, 2 * model.weight) and model.bias.grad is None


def test_tied_weights_are_counted_once():
    model = dense.TiedMLPAutoencoder([6, 4])
    expected = float(model.encoder[0].weight.detach().square().sum())
    assert float(penalties.weights_l2(model).detach()) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("penalty", [penalties.weights_l1, penalties.weights_l2])
def test_weight_penalties_need_weights(penalty):
    with pytest.raises(ValueError, match="model: got a module without a weight matrix"):
        penalty(nn.ReLU())
    with pytest.raises(TypeError, match="model: got"):
        penalty("a network")
