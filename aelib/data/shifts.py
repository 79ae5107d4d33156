"""Images moved by a few pixels: the same picture to us, and new numbers to a classifier."""

from __future__ import annotations

import torch
from torch.nn.functional import pad

from aelib import _check


def jitter(x: torch.Tensor, most: int) -> torch.Tensor:
    """Each image of x (N, C, H, W) moved by whole pixels, drawn between -``most`` and ``most`` for each direction.

    What comes in from outside is 0. Random numbers come from torch's generator, on the device of x. Raises ValueError
    if ``most`` is below 0.
    """
    n, _, height, width = _check.tensor("x", x, "N", "C", "H", "W").shape
    most = _check.whole("most", most, least=0)
    down, right = torch.randint(2 * most + 1, (2, n, 1, 1), device=x.device)
    rows = torch.arange(height, device=x.device)[:, None] + down  # (N, H, 1)
    columns = torch.arange(width, device=x.device) + right  # (N, 1, W)
    picked = torch.arange(n, device=x.device)[:, None, None]
    return pad(x, [most] * 4).movedim(1, 3)[picked, rows, columns].movedim(3, 1)  # (N, H, W, C), then as it came


def copies(x: torch.Tensor, most: int) -> torch.Tensor:
    """All images of x (N, C, H, W) in each of their (2 ``most`` + 1)^2 positions, one position after the other.

    What comes in from outside is 0: (N, C, H, W) becomes ((2 most + 1)^2 N, C, H, W). Raises ValueError if ``most`` is
    below 0.
    """
    height, width = _check.tensor("x", x, "N", "C", "H", "W").shape[2:]
    most = _check.whole("most", most, least=0)
    wide, places = pad(x, [most] * 4), range(2 * most + 1)
    return torch.cat([wide[:, :, i : i + height, j : j + width] for i in places for j in places])
