"""From a denoiser to new examples: a network for every level of noise, Langevin dynamics, and the diffusion loss.

Noisy examples are ``x + sigma w`` with standard normal w. Diffusion models (Ho et al. 2020) shrink them as well:
``x_t = sqrt(alpha_bar_t) x + sqrt(1 - alpha_bar_t) w``, which is ``sqrt(alpha_bar_t)`` times a noisy example of level
``sigma_t = sqrt((1 - alpha_bar_t) / alpha_bar_t)``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from aelib import _check
from aelib.models import dense

Denoiser = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # (x_noisy (N, P), sigma (N, 1)) to x_hat (N, P)


class LevelDenoiser(nn.Module):
    """A denoiser that is told the level: noisy x (N, P) and its sigma (N, 1) to x_hat (N, P), for data of variance 1.

    ``x_hat = x_noisy / (1 + sigma^2) + sigma / sqrt(1 + sigma^2) F(x_noisy / sqrt(1 + sigma^2), sigma)``: whatever the
    level, the network F sees numbers of variance 1 and has to return numbers of variance 1 (Karras et al. 2022). With
    little noise it corrects its input, with much it draws the example itself. F is fully connected with the hidden
    widths ``hidden``; the level comes as log(sigma) and its first waves.
    """

    def __init__(self, inputs: int, hidden: Sequence[int]) -> None:
        super().__init__()
        self.inputs = _check.whole("inputs", inputs)
        self.network = dense.mlp([self.inputs + 9, *hidden, self.inputs], nn.SiLU)

    def forward(self, x_noisy: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        _check.tensor("x_noisy", x_noisy, "N", self.inputs)
        _check.tensor("sigma", sigma, len(x_noisy), 1)
        spread = (1 + sigma.square()).sqrt()  # (N, 1)
        level = sigma.log() / 4
        waves = [wave(k * level) for k in (1, 2, 4, 8) for wave in (torch.sin, torch.cos)]
        seen = torch.cat([x_noisy / spread, level, *waves], dim=1)  # (N, P + 9)
        return x_noisy / spread.square() + sigma / spread * self.network(seen)


def levels(first: float, last: float, n: int) -> torch.Tensor:
    """``n`` levels of noise (n,) from ``first`` down to ``last``, each the same factor below the one before."""
    _check.real("first", first, positive=True)
    if not 0 < _check.real("last", last) < first:
        raise ValueError(f"last: got {last!r}, expected a level between 0 and the first, {first:g}")
    ladder = torch.linspace(0, 1, _check.whole("n", n, least=2), dtype=torch.float64)
    return (first * (last / first) ** ladder).float()


@torch.no_grad()
def langevin(denoiser: Denoiser, x: torch.Tensor, sigma: float, steps: int, rate: float) -> torch.Tensor:
    """``steps`` steps of Langevin dynamics from x (N, P) at one level ``sigma``.

    A step goes uphill by ``rate`` times the way to the denoised point, and adds noise of variance
    ``2 rate sigma^2``: with the score s it is ``x + eta s(x) + sqrt(2 eta) w``, where ``eta = rate sigma^2``. For small
    rates the points become draws of the data's density smoothed by noise of this level.
    """
    _check.real("rate", rate, positive=True)
    level = torch.full((len(_check.tensor("x", x, "N", "P")), 1), _check.real("sigma", sigma, positive=True))
    level = level.to(x)
    for _ in range(_check.whole("steps", steps)):
        uphill = denoiser(x, level) - x
        x = x + rate * uphill + (2 * rate) ** 0.5 * sigma * torch.randn_like(x)
    return x


@dataclass(frozen=True)
class Schedule:
    """The levels of a diffusion model with T steps: ``alpha_bar`` (T,), which falls from almost 1 to almost 0.

    Step t, from 1 to T, has ``x_t = sqrt(alpha_bar_t) x + sqrt(1 - alpha_bar_t) w``.
    """

    alpha_bar: torch.Tensor

    def __post_init__(self) -> None:
        falls = torch.cat([torch.ones(1).to(self.alpha_bar), self.alpha_bar]).diff()
        if not ((falls < 0).all() and self.alpha_bar[-1] > 0):
            raise ValueError("alpha_bar: got numbers that do not fall, expected ones that fall from below 1 to above 0")

    @property
    def sigma(self) -> torch.Tensor:
        """The level of each step (T,): ``x_t / sqrt(alpha_bar_t)`` is x with noise of this standard deviation."""
        return ((1 - self.alpha_bar) / self.alpha_bar).sqrt()

    @property
    def weights(self) -> torch.Tensor:
        """What the bound makes of the squared error of step t = 2, ..., T: (T - 1,), in nats per squared unit of x.

        ``(1 / sigma_(t-1)^2 - 1 / sigma_t^2) / 2`` (Kingma et al. 2021), for steps back of the variance that
        ``step_back`` has.
        """
        return -self.sigma.pow(-2).diff() / 2

    def noisy(self, x: torch.Tensor, w: torch.Tensor, t: int) -> torch.Tensor:
        """x_t, of examples x and standard normal noise w of the same shape."""
        a = self._at(t)
        return a.sqrt() * x + (1 - a).sqrt() * w

    def step_back(self, x: torch.Tensor, x_t: torch.Tensor, t: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean (N, P) and variance () of the Gaussian ``q(x_(t-1) | x_t, x)``, for t from 2 (Ho et al. 2020,
        equation 7).
        """
        a, before = self._at(t, least=2), self._at(t - 1)
        beta = 1 - a / before
        mean = (before.sqrt() * beta * x + (a / before).sqrt() * (1 - before) * x_t) / (1 - a)
        return mean, (1 - before) / (1 - a) * beta

    def _at(self, t: int, least: int = 1) -> torch.Tensor:
        return self.alpha_bar[_check.whole("t", t, least=least, most=len(self.alpha_bar)) - 1]


def linear_schedule(steps: int, first: float = 1e-4, last: float = 0.02) -> Schedule:
    """The schedule of Ho et al. (2020): the variances beta added in each step rise linearly from ``first`` to ``last``;
    double precision.
    """
    for name, value in (("first", first), ("last", last)):
        if not 0 < _check.real(name, value) < 1:
            raise ValueError(f"{name}: got {value!r}, expected a variance between 0 and 1")
    beta = torch.linspace(first, last, _check.whole("steps", steps, least=2), dtype=torch.float64)
    return Schedule((1 - beta).cumprod(0))
