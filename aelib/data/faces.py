"""Cartoon faces with six named degrees of freedom (IITH's list), made from formulas: no file, no download."""

from __future__ import annotations

import torch

from aelib import _check
from aelib.random import seeded

FACTORS = ("size", "shape", "skin", "eyes", "nose", "lips")


def faces(n: int, seed: int = 0, side: int = 28) -> tuple[torch.Tensor, torch.Tensor]:
    """``n`` images (n, 1, side, side) of faces with pixels in [0, 1], and the factors (n, 6) that they were drawn from.

    The factors are independent and uniform in [0, 1], in the order of ``FACTORS``; ``draw`` says what each does.
    """
    n = _check.whole("n", n)
    with seeded(seed):
        factors = torch.rand(n, len(FACTORS))
    return draw(factors, side), factors


def draw(factors: torch.Tensor, side: int = 28) -> torch.Tensor:
    """Images (n, 1, side, side) of the faces with these ``factors`` (n, 6), each in [0, 1]; edges fade over one pixel.

    From 0 to 1, with lengths in halves of the side and gray values from 0, white, to 1, black:

    - size: of the skull, the radius of the circle with the skull's area, from 0.66 to 0.82;
    - shape: of the skull, height over width, from 1 to 1.4;
    - skin: gray, from 0.2 to 0.55;
    - eyes: gray of the irises, from 0.1 to 1;
    - nose: half its width, from 0.06 to 0.3;
    - lips: how much higher their corners are than their middle, from -0.16 (sad) to 0.16 (glad).

    Eyes, nose and lips do not move with the skull. Raises ValueError outside [0, 1].
    """
    _check.tensor("factors", factors, "N", len(FACTORS), finite=True)
    side = _check.whole("side", side)
    if factors.min() < 0 or factors.max() > 1:
        low, high = factors.aminmax()
        raise ValueError(f"factors: got values from {low:.4g} to {high:.4g}, expected them in [0, 1]")
    size, shape, skin, eyes, nose, lips = factors.T[:, :, None, None]
    place = (2 * torch.arange(side, dtype=factors.dtype) + 1) / side - 1
    v, u = place[:, None], place  # downwards and to the right, from -1 to 1

    def paint(images: torch.Tensor, inside: torch.Tensor, gray: torch.Tensor | float) -> torch.Tensor:
        """Cover ``images`` with ``gray`` where ``inside``, the distance to the edge, is positive."""
        cover = (inside * side / 2 + 0.5).clamp(0, 1)
        return (1 - cover) * images + cover * gray

    radius, root = 0.66 + 0.16 * size, (1 + 0.4 * shape).sqrt()
    width, height = radius / root, radius * root
    rho = ((u / width) ** 2 + (v / height) ** 2).sqrt().clamp(min=1e-6)
    slope = ((u / width**2) ** 2 + (v / height**2) ** 2).sqrt().clamp(min=1e-6) / rho
    images = paint(torch.zeros_like(rho), (1 - rho) / slope, 0.2 + 0.35 * skin)

    from_eye = ((u.abs() - 0.27) ** 2 + (v + 0.2) ** 2).sqrt()
    images = paint(images, 0.2 - from_eye, 0.0)
    images = paint(images, 0.13 - from_eye, 0.1 + 0.9 * eyes)

    half = (0.06 + 0.24 * nose) * (v + 0.14) / 0.4  # a triangle from v = -0.14 down to 0.26
    images = paint(images, torch.minimum(half - u.abs(), 0.26 - v), 0.8)

    bend = 0.32 * (lips - 0.5)  # a parabola through (0, 0.48 + bend / 2) and (+-0.3, 0.48 - bend / 2)
    middle = 0.48 + bend * (0.5 - (u / 0.3) ** 2)
    return paint(images, torch.minimum(0.075 - (v - middle).abs(), 0.33 - u.abs()), 0.9)[:, None]
