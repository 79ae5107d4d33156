"""General-purpose image codecs, JPEG and WebP, as Pillow has them."""

from __future__ import annotations

import io
import math

import numpy as np
import torch
from PIL import Image

from aelib import _check
from aelib.data.sheet import tile

# The options that give the smallest files that Pillow's encoders make.
OPTIONS: dict[str, dict[str, int]] = {"JPEG": {"optimize": True}, "WEBP": {"method": 6}}


def roundtrip(x: torch.Tensor, format: str, quality: int) -> tuple[torch.Tensor, int]:
    """Images x (N, C, H, W) in [0, 1], C = 1 or 3, written to one file and read again: x_hat of the same shape, and
    the file's bytes.

    The images lie side by side on a sheet that is as square as possible, so that they share one
    header. ``format`` is "JPEG" or "WEBP", ``quality`` goes from 0, the smallest file, to 100.
    Raises ValueError for another format, another quality and for pixels outside [0, 1].
    """
    n, channels, height, width = _check.tensor("x", x, "N", "C", "H", "W", finite=True).shape
    if channels not in (1, 3):
        raise ValueError(f"x: got {channels} channels, expected 1 (gray) or 3 (color)")
    if format not in OPTIONS:
        raise ValueError(f"format: got {format!r}, expected one of {', '.join(map(repr, OPTIONS))}")
    quality = _check.whole("quality", quality, least=0, most=100)
    _check.within("x", x, 0, 1)
    columns = math.ceil(n**0.5)
    sheet = np.nan_to_num(tile(x, columns, pad=0))  # places without an image stay at 0
    file = io.BytesIO()
    Image.fromarray((sheet * 255).round().astype(np.uint8)).save(file, format, quality=quality, **OPTIONS[format])
    mode = "L" if channels == 1 else "RGB"
    read = torch.from_numpy(np.asarray(Image.open(file).convert(mode), dtype=np.float32).copy()) / 255
    cells = read.unflatten(0, (-1, height)).unflatten(2, (columns, width))  # (rows, H, columns, W) and, in color, C
    cells = cells.reshape(-1, height, columns, width, channels).permute(0, 2, 4, 1, 3)  # (rows, columns, C, H, W)
    return cells.flatten(0, 1)[:n].to(x), len(file.getvalue())
