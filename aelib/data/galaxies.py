"""Images of galaxies that do not exist, but whose parameters are known: elliptical Sersic profiles.

A galaxy has a half-light radius R in pixels, a Sersic index n (1 is an exponential disc, 4 de
Vaucouleurs' profile of ellipticals), an axis ratio q in (0, 1] and a position angle in radians.
Its brightness is I(r) = exp(-b ((r / R)^(1/n) - 1)), where half of the light falls inside r = R
(Sersic 1963; Graham & Driver 2005).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import gammaincinv

from aelib import _check


@dataclass(frozen=True)
class Galaxies:
    """Images (N, 1, side, side) and their parameters, each (N,): radius in pixels, index, axis ratio, angle in
    radians.
    """

    images: torch.Tensor
    radius: torch.Tensor
    index: torch.Tensor
    ratio: torch.Tensor
    angle: torch.Tensor

    def parameters(self) -> dict[str, torch.Tensor]:
        """What a code could follow, each (N,): log radius, the two components of the ellipticity, and the index.

        The angle is the same after half a turn, and a round galaxy has none; the components
        (1 - q) / (1 + q) times cos 2 angle and sin 2 angle have neither difficulty.
        """
        size = (1 - self.ratio) / (1 + self.ratio)
        return {
            "log radius": self.radius.log(),
            "ellipticity 1": size * (2 * self.angle).cos(),
            "ellipticity 2": size * (2 * self.angle).sin(),
            "Sersic index": self.index,
        }


def sersic_b(index: torch.Tensor) -> torch.Tensor:
    """b for each Sersic index (N,) > 0: the median of a gamma distribution of shape 2n, so that R is the half-light
    radius.
    """
    if not (_check.tensor("index", index, "N", finite=True) > 0).all():
        raise ValueError(f"index: got values down to {float(index.min()):.4g}, expected Sersic indices above 0")
    return torch.from_numpy(np.asarray(gammaincinv(2 * index.double().numpy(), 0.5))).to(index.dtype)


def sersic(r: torch.Tensor, radius: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """I(r) of N galaxies at the distances r (N, ...) >= 0 from their centers; 1 at r = radius. Same shape as r."""
    n = len(_check.tensor("r", r, "N", "...", finite=True))
    _check.tensor("index", index, n)
    if not (_check.tensor("radius", radius, n, finite=True) > 0).all() or (r < 0).any():
        raise ValueError(
            f"radius: got {float(radius.min()):.4g} and r from {float(r.min()):.4g}, expected them above 0 and from 0"
        )
    wide = (n, *[1] * (r.dim() - 1))
    return (-sersic_b(index).view(wide) * ((r / radius.view(wide)) ** (1 / index.view(wide)) - 1)).exp()


def render(
    radius: torch.Tensor, index: torch.Tensor, ratio: torch.Tensor, angle: torch.Tensor, side: int = 28, fine: int = 3
) -> torch.Tensor:
    """Images (N, 1, side, side) of centered galaxies, each scaled to a brightest pixel of 1, without noise.

    Each pixel is the mean of ``fine`` x ``fine`` points, blurred by a Gaussian of one pixel (the atmosphere).
    ``angle`` runs from the column axis towards falling rows, as on paper. Raises ValueError unless 0 < ratio <= 1.
    """
    side, fine = _check.whole("side", side, least=4), _check.whole("fine", fine)
    n = len(_check.tensor("ratio", ratio, "N", finite=True))
    _check.tensor("angle", angle, n, finite=True)
    if not ((ratio > 0) & (ratio <= 1)).all():
        raise ValueError(
            f"ratio: got values from {float(ratio.min()):.4g} to {float(ratio.max()):.4g}, expected them in (0, 1]"
        )
    places = ((torch.arange(side * fine) + 0.5) / fine - side / 2).to(ratio.dtype)
    rows, columns = torch.meshgrid(-places, places, indexing="ij")
    c, s = angle.cos().view(-1, 1, 1), angle.sin().view(-1, 1, 1)
    along, across = columns * c + rows * s, rows * c - columns * s
    q = ratio.sqrt().view(-1, 1, 1)  # an ellipse of the same area as the circle of radius R
    light = sersic(((along * q).square() + (across / q).square()).sqrt(), radius, index)[:, None]
    light = torch.nn.functional.avg_pool2d(light, fine)
    blur = (-torch.arange(-3, 4).to(light.dtype).square() / 2).exp()
    blur = blur / blur.sum()
    light = torch.nn.functional.conv2d(light, blur.view(1, 1, 1, -1), padding=(0, 3))
    light = torch.nn.functional.conv2d(light, blur.view(1, 1, -1, 1), padding=(3, 0))
    return light / light.amax((1, 2, 3), keepdim=True)


def sample(n: int, noise: float = 0.05, side: int = 28, seed: int = 0) -> Galaxies:
    """``n`` galaxies with random parameters, and Gaussian noise of standard deviation ``noise`` in each pixel.

    Uniform: log R from 2 to 5 pixels, n from 1 to 4, q from 0.3 to 1, the angle over half a turn.
    """
    n, noise = _check.whole("n", n), _check.real("noise", noise, least=0)
    g = torch.Generator().manual_seed(_check.seed(seed))
    u = torch.rand(4, n, generator=g)
    radius, index = 2 * (math.log(2.5) * u[0]).exp(), 1 + 3 * u[1]
    ratio, angle = 0.3 + 0.7 * u[2], math.pi * u[3]
    parts = zip(*(t.split(1000) for t in (radius, index, ratio, angle)), strict=True)
    images = torch.cat([render(r, n_r, q, a, side) for r, n_r, q, a in parts])
    images += noise * torch.randn(images.shape, generator=g)
    return Galaxies(images, radius, index, ratio, angle)
