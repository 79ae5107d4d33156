"""Langevin dynamics and the diffusion loss, against Bayes' rule on a grid, autograd and known variances."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Independent, Normal, kl_divergence

from aelib import diffusion
from aelib.random import seeded


def test_levels_fall_by_one_factor():
    ladder = diffusion.levels(2.0, 0.02, 5)
    assert torch.allclose(ladder, torch.tensor([2.0, 2 / 10**0.5, 0.2, 0.2 / 10**0.5, 0.02]))


@pytest.mark.parametrize(("first", "last", "n"), [(1.0, 1.0, 3), (1.0, 0.0, 3), (0.0, -1.0, 3), (1.0, 0.5, 1)])
def test_levels_that_do_not_fall_are_refused(first, last, n):
    with pytest.raises(ValueError, match="expected"):
        diffusion.levels(first, last, n)


def test_the_network_sees_and_returns_numbers_of_variance_one():
    """The formula of Karras et al., slowly, example by example."""
    with seeded(0):
        model = diffusion.LevelDenoiser(3, [5])
        x, sigma = torch.randn(4, 3), torch.tensor([[0.01], [0.3], [1.0], [20.0]])
    seen = []
    model.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    out = model(x, sigma)
    for i in range(4):
        s = float(sigma[i])
        assert torch.allclose(seen[0][i, :3], x[i] / math.sqrt(1 + s**2))
        assert float(seen[0][i, 3]) == pytest.approx(math.log(s) / 4, rel=1e-5)
        waves = [f(k * math.log(s) / 4) for k in (1, 2, 4, 8) for f in (math.sin, math.cos)]
        assert torch.allclose(seen[0][i, 4:], torch.tensor(waves), atol=1e-5)
        made = model.network(seen[0][i : i + 1])[0]
        wanted = x[i] / (1 + s**2) + s / math.sqrt(1 + s**2) * made
        assert torch.allclose(out[i], wanted, atol=1e-6)


def test_levels_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"sigma: .*expected floating-point numbers of shape \(4, 1\)"):
        diffusion.LevelDenoiser(3, [5])(torch.zeros(4, 3), torch.ones(4))


def gaussian_denoiser(x, sigma, deviation=1.5):
    """The best denoiser of data from N(0, deviation^2)."""
    return deviation**2 / (deviation**2 + sigma**2) * x


def test_a_step_follows_the_score_of_the_smoothed_density():
    x = torch.randn(6, 2, generator=torch.Generator().manual_seed(0)).requires_grad_()
    sigma, rate = 0.7, 0.2
    Normal(0.0, math.sqrt(1.5**2 + sigma**2)).log_prob(x).sum().backward()
    e = rate * sigma**2
    with seeded(3):
        got = diffusion.langevin(gaussian_denoiser, x.detach(), sigma, 1, rate)
    with seeded(3):
        wanted = x.detach() + e * x.grad + math.sqrt(2 * e) * torch.randn(6, 2)
    assert torch.allclose(got, wanted, atol=1e-6)


def test_the_chain_settles_at_the_variance_that_its_step_allows():
    sigma, rate = 1.0, 0.5
    v = 1.5**2 + sigma**2
    with seeded(0):
        x = diffusion.langevin(gaussian_denoiser, torch.zeros(40_000, 1), sigma, 60, rate)
    assert float(x.var()) == pytest.approx(v / (1 - rate * sigma**2 / (2 * v)), rel=0.03)


def test_the_levels_of_the_chain_reach_the_denoiser_one_an_example():
    seen = []

    def denoiser(x, sigma):
        seen.append(sigma)
        return x

    diffusion.langevin(denoiser, torch.zeros(5, 2), 0.3, 2, 0.1)
    assert [s.shape for s in seen] == [(5, 1)] * 2
    assert float(seen[0][0]) == pytest.approx(0.3)


def test_the_linear_schedule_is_that_of_the_paper():
    schedule = diffusion.linear_schedule(1000)
    beta, product = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 1.0
    for t in range(1, 1001):
        product *= 1 - float(beta[t - 1])
        assert float(schedule.alpha_bar[t - 1]) == pytest.approx(product, rel=1e-9)
    assert float(schedule.alpha_bar[-1]) < 1e-4


NUMBERS = st.floats(-2, 2, allow_subnormal=False)  # fit flushes them


@given(t=st.integers(2, 12), x=NUMBERS, x_t=NUMBERS)
def test_a_step_back_is_bayes_rule(t, x, x_t):
    """The density of x_(t-1), given x and x_t, on a grid: q(x_(t-1) | x) q(x_t | x_(t-1)), normalized."""
    schedule = diffusion.linear_schedule(12, 0.05, 0.5)
    before, a = schedule.alpha_bar[t - 2], schedule.alpha_bar[t - 1]
    grid = torch.linspace(-12, 12, 6001, dtype=torch.float64)
    alpha = a / before
    log_p = Normal(before.sqrt() * x, (1 - before).sqrt()).log_prob(grid)
    log_p = log_p + Normal(alpha.sqrt() * grid, (1 - alpha).sqrt()).log_prob(torch.tensor(x_t, dtype=torch.float64))
    p = log_p.softmax(0)
    mean = float((p * grid).sum())
    got, variance = schedule.step_back(torch.tensor([[x]]).double(), torch.tensor([[x_t]]).double(), t)
    assert float(got) == pytest.approx(mean, abs=1e-6)
    assert float(variance) == pytest.approx(float((p * (grid - mean).square()).sum()), rel=1e-6)


def test_the_weights_are_those_of_the_kl_divergence():
    schedule = diffusion.linear_schedule(20, 0.01, 0.3)
    with seeded(1):
        x, x_hat, w = torch.randn(3, 4, 5, dtype=torch.float64)
    for t in range(2, 21):
        x_t = schedule.noisy(x, w, t)
        both = [schedule.step_back(guess, x_t, t) for guess in (x, x_hat)]
        q, p = (Independent(Normal(mean, variance.sqrt()), 1) for mean, variance in both)
        wanted = kl_divergence(q, p)
        assert torch.allclose(schedule.weights[t - 2] * (x_hat - x).square().sum(1), wanted, rtol=1e-9)
        back = x_t / schedule.alpha_bar[t - 1].sqrt()
        assert torch.allclose(back, x + schedule.sigma[t - 1] * w, rtol=1e-9)


@pytest.mark.parametrize("alpha_bar", [[0.9, 0.9], [1.0, 0.5], [0.9, 0.0], [0.5, 0.9]])
def test_a_schedule_must_fall(alpha_bar):
    with pytest.raises(ValueError, match=r"alpha_bar: .*expected ones that fall"):
        diffusion.Schedule(torch.tensor(alpha_bar))


def test_steps_outside_of_the_schedule_are_refused():
    schedule = diffusion.linear_schedule(4)
    x = torch.zeros(1, 1).double()
    with pytest.raises(ValueError, match=r"t: got 5"):
        schedule.noisy(x, x, 5)
    with pytest.raises(ValueError, match=r"t: got 1"):
        schedule.step_back(x, x, 1)
