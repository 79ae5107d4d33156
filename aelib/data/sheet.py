"""Many images side by side on one sheet."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from aelib import _check


def shaped(images: torch.Tensor, shape: tuple[int, int] | None = None) -> torch.Tensor:
    """Images as (N, C, H, W): those that are so already, and flat ones (N, P) of ``shape`` (H, W), or square if it is
    None.
    """
    if _check.tensor("images", images, "N", "P", "...", kind="real").dim() == 4:
        return images
    pixels = images[0].numel()
    height, width = (round(pixels**0.5),) * 2 if shape is None else (_check.whole("shape", s) for s in _pair(shape))
    if height * width != pixels:
        wanted = "a square number of pixels, or their shape" if shape is None else f"N images of {height} x {width}"
        raise ValueError(f"images: got shape {tuple(images.shape)}, expected {wanted}")
    return images.reshape(-1, 1, height, width)


def _pair(shape: tuple[int, int]) -> tuple[Any, Any]:
    return _check.pair("shape", shape, "(height, width)")


def tile(images: torch.Tensor, columns: int, pad: int = 1, shape: tuple[int, int] | None = None) -> np.ndarray:
    """Arrange images (N, C, H, W) or (N, P) in rows of ``columns``, with ``pad`` empty (NaN) pixels between them.

    Returns (height, width) for one channel and (height, width, C) for more, float32. Flat images are square unless
    ``shape`` is given.
    """
    images = shaped(images, shape)
    n, channels, height, width = images.shape
    columns, pad = _check.whole("columns", columns), _check.whole("pad", pad, least=0)
    rows, h, w = -(-n // columns), height + pad, width + pad
    sheet = np.full((rows * h - pad, columns * w - pad, channels), np.nan, dtype=np.float32)
    for i, image in enumerate(images.detach().cpu().permute(0, 2, 3, 1).numpy()):  # (H, W, C)
        top, left = divmod(i, columns)
        sheet[top * h : top * h + height, left * w : left * w + width] = image
    return sheet[..., 0] if channels == 1 else sheet
