"""Pictures of circles, squares and triangles (SUT's example), made from formulas: no file, no download."""

from __future__ import annotations

import math

import torch

from aelib import _check
from aelib.random import seeded

NAMES = ("circle", "square", "triangle")


def shapes(n: int, seed: int = 0, side: int = 28) -> tuple[torch.Tensor, torch.Tensor]:
    """``n`` images (n, 1, side, side) of filled shapes with pixels in [0, 1], and their labels (n,), indices of
    ``NAMES``.

    Each stands in the middle, upright, and has its own size: the circle around it has a radius from
    4/28 to 12/28 of the side. Edges fade over one pixel.
    """
    n, side = _check.whole("n", n), _check.whole("side", side)
    with seeded(seed):
        labels = torch.randint(len(NAMES), (n,))
        radius = side * (4 + 8 * torch.rand(n, 1, 1)) / 28
    row, column = (torch.arange(side) - (side - 1) / 2 for _ in range(2))
    distance = (row[:, None].square() + column.square()).sqrt()
    angle = torch.atan2(-row[:, None], column)  # from the right, as in a drawing with its y axis upwards
    images = torch.empty(n, 1, side, side)
    for label, corners in enumerate((0, 4, 3)):
        edge, reach = distance, 1.0
        if corners:  # the farthest that a pixel lies beyond the middle of any side of the polygon
            normals = 2 * math.pi / corners * torch.arange(corners) - math.pi / 2  # the first side lies below
            edge, reach = (distance * (angle - normals[:, None, None]).cos()).amax(0), math.cos(math.pi / corners)
        rows = labels == label
        images[rows, 0] = (reach * radius[rows] - edge + 0.5).clamp(0, 1)
    return images, labels
