"""Variational autoencoders: two models, the KL divergences and the bounds on log p(x).

Everything is per example and in nats: sums over pixels and over code numbers, never means.
A model has ``encode(x) -> (mu, log_var)``, the mean and the logarithm of the variance of
q(z|x) = N(mu, diag exp(log_var)), and ``log_likelihood(x, z) -> log p(x|z)``; the prior is
p(z) = N(0, I) (Kingma & Welling 2014). Random numbers come from torch's generator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import nn

from aelib import _check
from aelib.models.autoencoder import Activation
from aelib.models.dense import layer_sizes, mlp

LOG_2PI = math.log(2 * math.pi)
LogDensity = Callable[[torch.Tensor], torch.Tensor]  # (..., K) to (...)


def log_normal(z: torch.Tensor, mu: torch.Tensor | float = 0.0, log_var: torch.Tensor | float = 0.0) -> torch.Tensor:
    """log N(z; mu, diag exp(log_var)), summed over the last dimension: (..., K) to (...)."""
    mu, log_var = (torch.as_tensor(t, dtype=z.dtype, device=z.device) for t in (mu, log_var))
    return -0.5 * (LOG_2PI + log_var + (z - mu).square() / log_var.exp()).sum(-1)


def log_bernoulli(x: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """x log x_hat + (1 - x) log(1 - x_hat) for x_hat = sigmoid(logits), summed over the last dimension.

    It is the logarithm of a probability if x is 0 or 1; for gray x it is minus a cross-entropy and no likelihood.
    """
    return (x * logits - nn.functional.softplus(logits)).sum(-1)


def kl_diagonal(
    mu: torch.Tensor, log_var: torch.Tensor, mu_2: torch.Tensor | float = 0.0, log_var_2: torch.Tensor | float = 0.0
) -> torch.Tensor:
    """KL(N(mu, diag exp(log_var)) || N(mu_2, diag exp(log_var_2))), (N, K) to (N,); the second is N(0, I) if it is
    not given.

    MINES' formula for diagonal covariances; UofT's F(M, V), where V = exp(log_var).
    """
    _check.tensor("mu", mu, "N", "K")
    _check.tensor("log_var", log_var, *mu.shape)
    mu_2, log_var_2 = (torch.as_tensor(t, dtype=mu.dtype, device=mu.device) for t in (mu_2, log_var_2))
    return 0.5 * (((mu - mu_2).square() + log_var.exp()) / log_var_2.exp() - 1 + log_var_2 - log_var).sum(-1)


def kl_gaussian(mu_0: torch.Tensor, S_0: torch.Tensor, mu_1: torch.Tensor, S_1: torch.Tensor) -> torch.Tensor:
    """KL(N(mu_0, S_0) || N(mu_1, S_1)) of two multivariate Gaussians: means (K,), covariances (K, K) (MINES).

    Raises ValueError if a covariance is not symmetric and positive definite.
    """
    k = len(_check.tensor("mu_0", mu_0, "K"))
    _check.tensor("mu_1", mu_1, k)
    factor_0, factor_1 = _cholesky("S_0", S_0, k), _cholesky("S_1", S_1, k)
    gap = torch.linalg.solve_triangular(factor_1, (mu_1 - mu_0)[:, None], upper=False)
    ratio = torch.linalg.solve_triangular(factor_1, factor_0, upper=False)
    log_det = 2 * (factor_1.diagonal().log().sum() - factor_0.diagonal().log().sum())
    return 0.5 * (ratio.square().sum() + gap.square().sum() - k + log_det)


def _cholesky(name: str, S: torch.Tensor, k: int) -> torch.Tensor:
    factor, failed = torch.linalg.cholesky_ex(_check.tensor(name, S, k, k, finite=True))
    expected = "expected a symmetric, positive definite covariance"
    if not torch.allclose(S, S.T, atol=1e-6 * float(S.abs().max())):
        raise ValueError(f"{name}: got entries that differ from their mirror images, {expected}")
    if failed:
        raise ValueError(f"{name}: got the least eigenvalue {float(torch.linalg.eigvalsh(S)[0]):.4g}, {expected}")
    return factor


def reparameterize(mu: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
    """z = mu + exp(log_var / 2) eps with eps from N(0, I): a sample of q(z|x) with a gradient (MINES, SUT)."""
    return mu + (log_var / 2).exp() * torch.randn_like(mu)


class BernoulliVAE(nn.Module):
    """A fully connected VAE of binary images; ``sizes`` lists the encoder's widths, such as [784, 200, 50].

    The decoder mirrors the encoder. ``decode`` returns the pixels' probabilities x_hat.
    """

    def __init__(self, sizes: Sequence[int], activation: Activation = nn.ReLU) -> None:
        super().__init__()
        *widths, latent_dim = layer_sizes(sizes)
        self.encoder = mlp([*widths, 2 * latent_dim], activation)
        self.decoder = mlp([latent_dim, *widths[::-1]], activation)
        self.output = nn.Sigmoid()
        self.input_shape, self.latent_shape = (widths[0],), (latent_dim,)

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """mu and log_var of q(z|x), both (N, K), of x (N, P): the first and the second half of the encoder's output."""
        x = _check.precision("x", _check.tensor("x", x, "N", *self.input_shape), self)
        mu, log_var = self.encoder(x).chunk(2, 1)
        return mu, log_var

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x_hat (N, P), the image of the mean code mu."""
        return self.decode(self.encode(x)[0])

    def logits(self, z: torch.Tensor) -> torch.Tensor:
        """The log-odds of every pixel, (..., K) to (..., P)."""
        return self.decoder(z)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """x_hat, the probability of every pixel to be 1, (..., K) to (..., P)."""
        return self.output(self.logits(z))

    def log_likelihood(self, x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """log p(x|z) of x (N, P) for z (..., N, K): (..., N)."""
        return log_bernoulli(_check.within("x", x, 0, 1), self.logits(z))


class LinearVAE(nn.Module):
    """A linear encoder and decoder, one variance per code number and one of the noise (Lucas et al. 2019).

    Its best weights are those of probabilistic PCA. ``log_noise`` is log sigma^2 of p(x|z) = N(decode(z), sigma^2 I).
    """

    def __init__(self, inputs: int, latent_dim: int) -> None:
        super().__init__()
        inputs, latent_dim = _check.whole("inputs", inputs), _check.whole("latent_dim", latent_dim)
        self.input_shape, self.latent_shape = (inputs,), (latent_dim,)
        self.encoder, self.decoder = nn.Linear(inputs, latent_dim), nn.Linear(latent_dim, inputs)
        self.log_var, self.log_noise = nn.Parameter(torch.zeros(latent_dim)), nn.Parameter(torch.zeros(()))

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """mu (N, K), linear in x (N, P), and log_var (N, K), the same for every x."""
        mu = self.encoder(_check.precision("x", _check.tensor("x", x, "N", *self.input_shape), self))
        return mu, self.log_var.expand_as(mu)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x_hat (N, P), the image of the mean code mu."""
        return self.decode(self.encode(x)[0])

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """x_hat, the mean of p(x|z), (..., K) to (..., P)."""
        return self.decoder(z)

    def log_likelihood(self, x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """log p(x|z) of x (N, P) for z (..., N, K): (..., N)."""
        return log_normal(x, self.decode(z), self.log_noise)


Model = BernoulliVAE | LinearVAE


def elbo(model: Model, x: torch.Tensor, samples: int = 1, beta: float = 1.0) -> torch.Tensor:
    """The lower bound on log p(x) with ``samples`` draws of z: mean of log p(x|z) - beta KL(q(z|x) || p(z)), shape
    (N,).

    It is a bound for beta >= 1 only (UofT's lambda, Higgins et al. 2017).
    """
    samples, beta = _check.whole("samples", samples), _check.real("beta", beta, least=0)
    mu, log_var = model.encode(x)  # (N, K) each
    z = reparameterize(mu.expand(samples, -1, -1), log_var)  # (S, N, K)
    return model.log_likelihood(x, z).mean(0) - beta * kl_diagonal(mu, log_var)


def log_weights(model: Model, x: torch.Tensor, k: int, log_prior: LogDensity = log_normal) -> torch.Tensor:
    """log p(x, z) - log q(z|x) for ``k`` draws of z from q(z|x), shape (k, N).

    ``log_prior`` is log p(z), (k, N, K) to (k, N); that of N(0, I) if it is not given.
    """
    mu, log_var = model.encode(x)
    z = reparameterize(mu.expand(_check.whole("k", k), -1, -1), log_var)  # (k, N, K)
    return model.log_likelihood(x, z) + log_prior(z) - log_normal(z, mu, log_var)


def iwae(log_w: torch.Tensor) -> torch.Tensor:
    """log of the mean weight, (k, N) to (N,): a bound on log p(x) that rises with k (Burda et al. 2016)."""
    return _check.tensor("log_w", log_w, "k", "N").logsumexp(0) - math.log(len(log_w))


@torch.no_grad()
def log_likelihood(model: Model, x: torch.Tensor, k: int, chunk: int = 500) -> torch.Tensor:
    """log p(x) by importance sampling with ``k`` draws of z for each x, ``chunk`` at a time, shape (N,).

    It is too low on average, the less so the larger k is.
    """
    k, chunk = _check.whole("k", k), _check.whole("chunk", chunk)
    parts = [log_weights(model, x, min(chunk, k - done)).logsumexp(0) for done in range(0, k, chunk)]
    return torch.stack(parts).logsumexp(0) - math.log(k)
