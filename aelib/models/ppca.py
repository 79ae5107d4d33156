"""Probabilistic PCA: x = W z + mean + noise, with z from N(0, I) and noise from N(0, sigma^2 I) (Tipping & Bishop
1999).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from aelib import _check
from aelib.models import pca


def log_marginal(x: torch.Tensor, mean: torch.Tensor, W: torch.Tensor, noise: float) -> torch.Tensor:
    """log N(x; mean, W W^T + noise I) of x (N, P), in nats, shape (N,), for mean (P,), W (P, K) and the variance
    ``noise``.
    """
    n, p = _check.tensor("x", x, "N", "P").shape
    _check.tensor("mean", mean, p)
    k = _check.tensor("W", W, p, "K").shape[1]
    noise = _check.real("noise", _check.plain(noise), positive=True)
    x, mean, W = x.double(), mean.double(), W.double()
    factor = torch.linalg.cholesky(W.T @ W + noise * torch.eye(k, dtype=W.dtype, device=W.device))
    inner = torch.linalg.solve_triangular(factor, W.T @ (x - mean).T, upper=False)  # by the matrix inversion lemma
    distance = ((x - mean).square().sum(1) - inner.square().sum(0)) / noise
    log_det = 2 * factor.diagonal().log().sum() + (p - k) * math.log(noise)
    return -0.5 * (p * math.log(2 * math.pi) + log_det + distance)


@dataclass(frozen=True)
class PPCA:
    """A fitted model: ``mean`` (P,), ``W`` (P, K), and ``noise``, the variance sigma^2."""

    mean: torch.Tensor
    W: torch.Tensor
    noise: float

    def log_likelihood(self, x: torch.Tensor) -> torch.Tensor:
        """log p(x) of x (N, P), in nats, shape (N,)."""
        return log_marginal(x, self.mean, self.W, self.noise)

    def posterior(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """p(z|x) = N(M^-1 W^T (x - mean), noise M^-1) with M = W^T W + noise I: the means (N, K) and the covariance
        (K, K).
        """
        _check.tensor("x", x, "N", len(self.mean))
        M = self.W.T @ self.W + self.noise * torch.eye(self.W.shape[1], dtype=self.W.dtype, device=self.W.device)
        return torch.linalg.solve(M, self.W.T @ (x - self.mean).T).T, self.noise * torch.linalg.inv(M)


def fit(x: torch.Tensor, k: int) -> PPCA:
    """The maximum-likelihood model with ``k`` latent numbers of x (N, P), in closed form.

    sigma^2 is the mean of the P - k last eigenvalues of the covariance, and W = V (L - sigma^2 I)^(1/2)
    with the k first principal directions and eigenvalues. Raises ValueError unless 1 <= k < P and
    the last eigenvalues are not all 0.
    """
    k = _check.whole(
        "k", k, most=_check.tensor("x", x, "N", "P", finite=True).shape[1] - 1, most_is=", one less than the inputs"
    )
    found = pca.fit(x.double(), k)
    noise = float(found.eigenvalues[k:].mean())
    if noise <= 1e-12 * float(found.eigenvalues[0]):
        raise ValueError(
            f"x: its points lie in a subspace of {k} dimensions, expected some variance left for the noise"
        )
    W = found.V * (found.eigenvalues[:k] - noise).sqrt()  # (P, K)
    return PPCA(found.mean.to(x.dtype), W.to(x.dtype), noise)
