"""A prior that is fitted to the codes after the training, in place of N(0, I) (Tomczak & Welling 2018 learn one)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.distributions import MixtureSameFamily

from aelib import _check
from aelib.latent import gaussian_mixture
from aelib.models.vae import log_normal, reparameterize


@dataclass(frozen=True)
class FittedPrior:
    """A mixture of Gaussians for the active code numbers, and N(0, I) for the others, independent of them.

    ``active`` (K,) is True for the numbers that the mixture describes. It has ``sample`` and ``log_prob`` as torch's
    distributions do.
    """

    mixture: MixtureSameFamily
    active: torch.Tensor

    def sample(self, shape: Sequence[int]) -> torch.Tensor:
        """Codes of ``shape`` and K numbers, drawn from torch's generator."""
        z = torch.randn(*shape, len(self.active), device=self.active.device)
        z[..., self.active] = self.mixture.sample(torch.Size(shape)).to(z.dtype)
        return z

    def log_prob(self, z: torch.Tensor) -> torch.Tensor:
        """log p(z), (..., K) to (...)."""
        return self.mixture.log_prob(z[..., self.active]) + log_normal(z[..., ~self.active])


def fit(mu: torch.Tensor, log_var: torch.Tensor, components: int, seed: int, least: float = 0.05) -> FittedPrior:
    """The prior fitted to one draw from each q(z|x) = N(mu, diag exp(log_var)), both (N, K): a mixture of
    ``components`` Gaussians with full covariances, by EM.

    A code number is active if its mean varies from image to image with a variance above ``least``. The codes are drawn
    from torch's generator, and EM starts with ``seed``. Raises ValueError if no number is active.
    """
    _check.tensor("log_var", log_var, *_check.tensor("mu", mu, "N", "K", finite=True).shape)
    active = mu.var(0) > _check.real("least", least, least=0)
    if not active.any():
        most = float(mu.var(0).max())
        raise ValueError(f"mu: got variances up to {most:.3g}, expected a code number with more than {least:g}")
    z = reparameterize(mu, log_var)[:, active]
    return FittedPrior(gaussian_mixture(z, components, seed), active)
