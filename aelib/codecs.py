"""General-purpose image codecs, JPEG and WebP, as Pillow has them."""

from __future__ import annotations

import io
import math

import numpy as np
import torch
from PIL import Image

from aelib import _check
from aelib.plots import tile

OPTIONS = {"JPEG": {"optimize": True}, "WEBP": {"method": 6}}  # the smallest files that Pillow's encoders make


def roundtrip(x: torch.Tensor, format: str, quality: int) -> tuple[torch.Tensor, int]:
    """Images x (N, 1, H, W) in [0, 1] written to one file and read again: x_hat of the same shape, and the file's bytes.

    The images lie side by side on a sheet that is as square as possible, so that they share one
    header. ``format`` is "JPEG" or "WEBP", ``quality`` goes from 0, the smallest file, to 100.
    Raises ValueError for another format, another quality and for pixels outside [0, 1].
    """
    n, _, height, width = _check.tensor("x", x, "N", 1, "H", "W", finite=True).shape
    if format not in OPTIONS:
        raise ValueError(f"format: got {format!r}, expected one of {', '.join(map(repr, OPTIONS))}")
    quality = _check.whole("quality", quality, least=0, most=100)
    if x.min() < 0 or x.max() > 1:
        raise ValueError(f"x: got values from {float(x.min()):.4g} to {float(x.max()):.4g}, expected them in [0, 1]")
    columns = math.ceil(n**0.5)
    sheet = np.nan_to_num(tile(x, columns, pad=0, shape=(height, width)))  # places without an image stay at 0
    file = io.BytesIO()
    Image.fromarray((sheet * 255).round().astype(np.uint8)).save(file, format, quality=quality, **OPTIONS[format])
    read = np.asarray(Image.open(file).convert("L"), dtype=np.float32) / 255
    cells = torch.from_numpy(read).unflatten(0, (-1, height)).unflatten(2, (columns, width))  # (rows, H, columns, W)
    return cells.transpose(1, 2).flatten(0, 1)[:n, None].to(x), len(file.getvalue())
