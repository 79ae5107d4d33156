"""Checkers of the exercises of chapter 9: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch.distributions import Normal, kl_divergence

from aelib.random import seeded

DOUBLE = {"dtype": torch.float64}


def check_9_1(answer: Callable) -> None:
    def divergence(mu_0: float, sigma_0: float, mu_1: float, sigma_1: float) -> float:
        means, sigmas = torch.tensor([mu_0, mu_1], **DOUBLE), torch.tensor([sigma_0, sigma_1], **DOUBLE)
        return float(kl_divergence(Normal(means[0], sigmas[0]), Normal(means[1], sigmas[1])))

    assert abs(float(answer(0.0, 1.0, 0.0, 1.0))) < 1e-12, "two equal Gaussians have a divergence of 0"
    for numbers in ((0.0, 0.5, 0.0, 1.0), (0.0, 1.0, 0.0, 0.5), (1.0, 2.0, -1.0, 3.0), (0.3, 0.2, 0.1, 0.9)):
        mu_0, sigma_0, mu_1, sigma_1 = numbers
        wanted = divergence(mu_0, sigma_0, mu_1, sigma_1)
        swapped = divergence(mu_1, sigma_1, mu_0, sigma_0)
        variances = divergence(mu_0, sigma_0**0.5, mu_1, sigma_1**0.5)
        got = float(answer(*numbers))
        assert abs(got - swapped) > 1e-9, (
            f"{numbers}: {got:.4f} is the divergence in the other order; the first Gaussian is the one over which the "
            "mean is taken"
        )
        assert abs(got - variances) > 1e-9, f"{numbers}: {got:.4f} takes the standard deviations for variances"
        assert abs(got - wanted) < 1e-9, f"{numbers}: got {got:.6f}, expected {wanted:.6f}"


def check_9_2(answer: Callable) -> None:
    for n in (2, 5):
        with seeded(n):
            prior_z, q_z = torch.rand(2, n, **DOUBLE).softmax(1)
            likelihood_z = torch.rand(n, **DOUBLE)
        joint = prior_z * likelihood_z
        evidence = float(joint.sum().log())
        cases = {
            "q": q_z,
            "the posterior as q": joint / joint.sum(),
            "a q with a zero": torch.eye(n, **DOUBLE)[0],
        }
        for name, q in cases.items():
            bound, divergence, log_evidence = (float(v) for v in answer(prior_z, likelihood_z, q))
            assert abs(log_evidence - evidence) < 1e-9, (
                f"log p(x): got {log_evidence:.6f}, expected {evidence:.6f}, the logarithm of the sum of p(x|z) p(z)"
            )
            assert not math.isnan(bound + divergence), f"{name}: got nan; 0 log 0 counts as 0"
            assert abs(bound + divergence - evidence) < 1e-9, (
                f"{name}: ELBO {bound:.4f} and KL {divergence:.4f} do not add up to log p(x) = {evidence:.4f}"
            )
            wanted = float((torch.special.xlogy(q, joint) - torch.special.xlogy(q, q)).sum())
            assert abs(bound - wanted) < 1e-9, f"{name}: the ELBO is {wanted:.6f}, not {bound:.6f}"


def check_9_3(answer: Callable) -> None:
    for P, K, variance in ((4, 2, 0.3), (3, 3, 2.0), (2, 1, 1.0)):
        with seeded(P):
            W, b, x = torch.randn(P, K, **DOUBLE), torch.randn(P, **DOUBLE), torch.randn(P, **DOUBLE)
        gain = torch.linalg.solve(W @ W.T + variance * torch.eye(P, **DOUBLE), W).T  # of the joint Gaussian of z and x
        wanted_mean, wanted_cov = gain @ (x - b), torch.eye(K, **DOUBLE) - gain @ W
        mean, cov = answer(x, W, b, variance)
        assert tuple(mean.shape) == (K,) and tuple(cov.shape) == (K, K), (
            f"got shapes {tuple(mean.shape)} and {tuple(cov.shape)}, expected ({K},) and ({K}, {K})"
        )
        assert (mean - wanted_mean).abs().max() < 1e-9, (
            "the mean is wrong; is x measured from b, and is the prior's I in M multiplied by the variance?"
        )
        assert (cov - wanted_cov).abs().max() < 1e-9, "the covariance is wrong; for W = 0 it must be I"


def check_9_4(answer: Callable) -> None:
    nodes, weights = map(torch.from_numpy, np.polynomial.hermite_e.hermegauss(8))
    weights = weights / weights.sum()
    for mu, sigma in ((0.0, 1.0), (1.0, 0.5), (-2.0, 3.0)):
        z = mu + sigma * nodes
        path, score = 2 * z, z**2 * nodes / sigma
        wanted = [float(weights @ g**2 - (weights @ g) ** 2) for g in (path, score)]
        got = [float(g) for g in answer(mu, sigma)]
        where = f"mu = {mu}, sigma = {sigma}"
        assert abs(got[0] - wanted[0]) < 1e-6, (
            f"{where}: the reparameterized gradient is 2 (mu + sigma eps), with variance {wanted[0]:.4f}, "
            f"not {got[0]:.4f}"
        )
        assert mu == 0 or abs(got[1] - wanted[1] - 4 * mu**2) > 1e-6, (
            f"mu = {mu}: {got[1]:.4f} is the mean of the square; subtract the square of the mean"
        )
        assert abs(got[1] - wanted[1]) < 1e-6, (
            f"{where}: the score-function gradient has variance {wanted[1]:.4f}, not {got[1]:.4f}"
        )


def check_9_5(answer: Callable) -> None:
    assert abs(answer(1.0, 784, False, 1.0) - 0.5) < 1e-12, "SUT's loss has a variance of one half"
    assert abs(answer(0.02, 10, False, 1.0) - 0.01) < 1e-12, "the variance is lambda / 2"
    assert abs(answer(1.0, 784, True, 1.0) - 392) < 1e-9, (
        "the mean over P pixels is 1/P of the sum; multiply the loss by P to compare"
    )
    got = answer(1.0, 784, False, 255.0)
    assert abs(got * 255 - 0.5 / 255) < 1e-12, (
        f"pixels up to 255: got {got:.3g}; a variance scales with the square of the pixels"
    )
    assert abs(answer(3.0, 100, True, 2.0) - 37.5) < 1e-9, "mean and scale together are wrong"


def check_9_6(answer: Callable) -> None:
    values = torch.tensor([4.0, 1.0, 0.5, 0.0], **DOUBLE)
    assert abs(float(answer(values, 5.0))) < 1e-12, (
        "if the variance is larger than every eigenvalue, all collapses and the rate is 0"
    )
    got, wanted = float(answer(values, 1.0)), math.log(2)
    assert abs(got - 2 * wanted) > 1e-9, "half the logarithm: the ratio is one of variances, not of standard deviations"
    assert abs(got - wanted) < 1e-9, (
        f"eigenvalues 4, 1, 1/2 and 0 with variance 1: only the first counts, with log 2 nats, not {got:.4f}; "
        "no rate is negative"
    )
    got, wanted = float(answer(values, 0.25)), (math.log(16) + math.log(4) + math.log(2)) / 2
    assert abs(got - wanted) < 1e-9, f"with variance 1/4: got {got:.4f}, expected {wanted:.4f}"


def check_9_7(answer: Callable) -> None:
    even, one = torch.full((8,), 1 / 8, **DOUBLE), torch.eye(8, **DOUBLE)[3]
    with seeded(7):
        prior_z, likelihood_z = torch.rand(5, **DOUBLE).softmax(0), torch.rand(5, **DOUBLE)
    cases = {"all codes alike": (even, even), "one code only": (even, one), "five codes": (prior_z, likelihood_z)}
    for name, (p_z, p_xz) in cases.items():
        joint = p_z * p_xz
        plain, back = (float(length) for length in answer(p_z, p_xz))
        wanted = -math.log2(float(joint.max())), -math.log2(float(joint.sum()))
        assert abs(plain - wanted[0] * math.log(2)) > 1e-9, f"{name}: {plain:.4f} is in nats; bits have the base 2"
        assert abs(plain - wanted[0]) < 1e-9, (
            f"{name}: without bits back, got {plain:.4f}, expected {wanted[0]:.4f}: the cheapest code and the image, "
            "given it"
        )
        assert abs(back - wanted[1]) < 1e-9, (
            f"{name}: with bits back, got {back:.4f}, expected {wanted[1]:.4f}, which is -log2 of p(x)"
        )
