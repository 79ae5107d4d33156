"""The latent space: lines between codes, and densities of codes from which to sample."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, MultivariateNormal, Normal

from aelib import _check

Density = Independent | MultivariateNormal | MixtureSameFamily


def interpolate(z: torch.Tensor, z_2: torch.Tensor, alpha: torch.Tensor | Sequence[float]) -> torch.Tensor:
    """alpha z + (1 - alpha) z_2 for each alpha in [0, 1] (IITH): codes (..., K) to (A, ..., K). alpha = 1 is z.

    Raises ValueError for an alpha outside [0, 1] and for codes of different shapes.
    """
    _check.tensor("z_2", z_2, *_check.tensor("z", z, "K", "...").shape)
    weights = torch.as_tensor(alpha, dtype=z.dtype, device=z.device)
    low, high = _check.tensor("alpha", weights, "A", finite=True).aminmax()
    if low < 0 or high > 1:
        raise ValueError(f"alpha: got values from {low:.4g} to {high:.4g}, expected them in [0, 1]")
    weights = weights.reshape(-1, *[1] * z.dim())
    return weights * z + (1 - weights) * z_2


def diagonal_gaussian(z: torch.Tensor) -> Independent:
    """The Gaussian with the mean and the variances of codes z (N, K), and no covariances (IITH): torch's
    distribution.
    """
    return Independent(Normal(_codes(z).mean(0), z.std(0, correction=0)), 1)


def full_gaussian(z: torch.Tensor) -> MultivariateNormal:
    """The Gaussian with the mean and the covariance of codes z (N, K). Raises ValueError if the covariance has no
    inverse.
    """
    centered = _codes(z).double() - z.double().mean(0)
    S = centered.T @ centered / len(z)
    values = torch.linalg.eigvalsh(S)
    if values[0] <= 1e-12 * values[-1]:
        raise ValueError(
            f"z: got codes whose covariance has eigenvalues from {values[0]:.3g}, expected a positive definite one"
        )
    return MultivariateNormal(z.mean(0), scale_tril=torch.linalg.cholesky(S).to(z.dtype))


def gaussian_mixture(z: torch.Tensor, components: int, seed: int) -> MixtureSameFamily:
    """A mixture of ``components`` Gaussians with full covariances, fitted to codes z (N, K) by scikit-learn's EM."""
    from sklearn.mixture import GaussianMixture

    components = _check.whole("components", components, most=len(_codes(z)), most_is=", the number of codes")
    seed = _check.seed(seed)
    fitted = GaussianMixture(components, reg_covar=1e-6, init_params="k-means++", random_state=seed)
    fitted.fit(z.detach().cpu().double().numpy())
    weights, means, covariances = (
        torch.from_numpy(part).to(z.device, z.dtype) for part in (fitted.weights_, fitted.means_, fitted.covariances_)
    )
    return MixtureSameFamily(Categorical(weights), MultivariateNormal(means, covariances))


def _codes(z: torch.Tensor) -> torch.Tensor:
    if len(_check.tensor("z", z, "N", "K", finite=True)) < 2 or (z.std(0) == 0).any():
        raise ValueError(
            f"z: got {_check.shown(z)}, expected at least two codes, and no code number that never changes"
        )
    return z
