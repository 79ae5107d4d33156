"""Checkers of the exercises of chapter 10: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import math

import torch


def check_10_1(answer):
    small = torch.randn(7, 3, generator=torch.Generator().manual_seed(1)).double()
    got = torch.as_tensor(answer(small))
    assert got.shape == (3,), f"one number for each column, not shape {tuple(got.shape)}"
    mean_weight = small.exp().mean(0)
    assert torch.allclose(got, mean_weight.log()), (
        "it is the logarithm of the mean weight, not the mean of the logarithms"
    )
    tiny = torch.as_tensor(answer(small - 1000))
    assert torch.isfinite(tiny).all(), (
        "e to the power of -1000 is zero to the computer; subtract the largest log weight first"
    )
    assert torch.allclose(tiny, got - 1000), "shifting all log weights must shift the result"


def check_10_2(answer):
    mean, variance = answer(torch.tensor([[1.0], [3.0]]), torch.zeros(2, 1))
    assert abs(float(mean) - 2) < 1e-6, f"the mean of the means 1 and 3 is 2, not {float(mean):.3f}"
    assert abs(float(variance) - 2) < 1e-5, (
        "two Gaussians of variance 1, one unit to each side of their common mean, have the variance 2, "
        f"not {float(variance):.3f}; the spread of the means counts, too"
    )
    generator = torch.Generator().manual_seed(2)
    mu = torch.randn(50, 3, generator=generator)
    log_var = torch.randn(50, 3, generator=generator)
    z = mu + (log_var / 2).exp() * torch.randn(20_000, 50, 3, generator=generator)
    mean, variance = answer(mu, log_var)
    right_mean = torch.allclose(mean, z.mean((0, 1)), atol=0.02)
    right_variance = torch.allclose(variance, z.flatten(0, 1).var(0), rtol=0.02)
    assert right_mean and right_variance, "a million drawn codes say otherwise"


def check_10_3(answer):
    assert abs(answer(784 * math.log(2), 784) - 1) < 1e-9, (
        "a fair coin for each pixel costs one bit for each pixel; a nat is 1 / log 2 bits"
    )
    assert abs(answer(100.0, 100) - 1 / math.log(2)) < 1e-9, "one nat for each pixel is more than one bit"


def check_10_4(answer):
    assert abs(answer(0.02, 784) - answer(0.01, 784) - 392 * math.log(2)) < 1e-6, (
        "twice the error costs P / 2 log 2 nats more"
    )
    errors = 0.3 * torch.randn(100_000, generator=torch.Generator().manual_seed(3)).double()
    mean = float(errors.square().mean())
    right = -float(torch.distributions.Normal(0.0, mean**0.5).log_prob(errors).mean())
    assert abs(answer(mean, 1) - right) < 1e-6, "the density of a Gaussian also has its factor 1 / sqrt(2 pi sigma^2)"


def check_10_5(answer):
    generator = torch.Generator().manual_seed(4)
    log_w = torch.randn(6, 3, generator=generator).double()
    z = torch.randn(6, 3, 2, generator=generator).double()
    log_standard = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)
    same = answer(log_w, z, log_standard)
    assert torch.allclose(same, log_w.logsumexp(0) - math.log(6)), "with the old prior again, nothing may change"
    shifted = answer(log_w, z, log_standard + 2)
    assert torch.allclose(shifted, same + 2), "a density that is larger everywhere makes all weights larger"
    narrow = torch.distributions.Normal(0.0, 0.5).log_prob(z).sum(-1)
    mean_weight = (log_w.exp() * (narrow - log_standard).exp()).mean(0)
    assert torch.allclose(answer(log_w, z, narrow), mean_weight.log()), (
        "each weight is multiplied by the new density over the old one, before the mean"
    )
