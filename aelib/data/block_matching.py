"""Denoising by block matching and 3-D filtering (BM3D, Dabov et al. 2007), which learns nothing.

Patches that look alike are stacked, and each stack is filtered in the frequencies of its three directions: what the
patches have in common adds up there, and the noise does not. A first pass sets small frequencies to zero; a second one
matches anew on its result, from which it also takes how much of each frequency of the noisy stack is signal.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.fft import dctn, idctn

from aelib import _check

STRONG = 40 / 255  # above this noise the patches are cleaned before they are compared, as in the paper
FILTERED = (1, 2, 3)  # the axes of stacks (references, group, side, side)


def denoise(
    x: torch.Tensor, sigma: float, c: float = 2.7, side: int = 8, stride: int = 2, group: int = 8
) -> torch.Tensor:
    """Images x (N, 1, H, W) with Gaussian noise of standard deviation ``sigma``, denoised one by one.

    Frequencies below ``c`` sigma are set to zero in the first pass. Every ``stride``-th patch of ``side`` x ``side``
    pixels is stacked with the ``group`` nearest of all patches of its image, itself among them. Raises ValueError if
    a patch is larger than the image or ``sigma`` or ``c`` below 0.
    """
    _, _, height, width = _check.tensor("x", x, "N", 1, "H", "W", finite=True).shape
    sigma, c = _check.real("sigma", sigma, least=0), _check.real("c", c, least=0)
    side = _check.whole("side", side, most=min(height, width), most_is=", the image's smaller side")
    stride, group = _check.whole("stride", stride), _check.whole("group", group)
    made = [_two_passes(image, sigma, c, side, stride, group) for image in x[:, 0].cpu().numpy()]
    return torch.from_numpy(np.stack(made))[:, None].to(x)


def _two_passes(noisy: np.ndarray, sigma: float, c: float, side: int, stride: int, group: int) -> np.ndarray:
    stacks = _stacks(noisy, side)
    compared = stacks
    if sigma > STRONG:
        flat = dctn(stacks, axes=(1, 2), norm="ortho")
        compared = np.where(abs(flat) > 2 * sigma, flat, 0)
    alike = _alike(compared, noisy.shape, side, stride, group)
    found = dctn(stacks[alike], axes=FILTERED, norm="ortho")
    kept = abs(found) >= c * sigma
    basic = _aggregated(found * kept, 1 / kept.sum(FILTERED).clip(1), alike, noisy.shape)

    stacks_basic = _stacks(basic, side)
    alike = _alike(stacks_basic, noisy.shape, side, stride, group)
    power = dctn(stacks_basic[alike], axes=FILTERED, norm="ortho") ** 2
    gains = power / np.maximum(power + sigma**2, 1e-30)  # the Wiener filter
    if sigma == 0:
        gains = np.ones_like(power)
    found = dctn(stacks[alike], axes=FILTERED, norm="ortho")
    return _aggregated(found * gains, 1 / np.maximum((gains**2).sum(FILTERED), 1e-12), alike, noisy.shape)


def _stacks(image: np.ndarray, side: int) -> np.ndarray:
    """All patches (places, side, side) of an image (H, W), row by row."""
    return np.lib.stride_tricks.sliding_window_view(image, (side, side)).reshape(-1, side, side)


def _alike(patches: np.ndarray, shape: tuple[int, ...], side: int, stride: int, group: int) -> np.ndarray:
    """For every reference patch, the places (references, group) of the patches nearest to it."""
    rows, columns = (np.union1d(np.arange(0, n - side + 1, stride), n - side) for n in shape)
    references = (rows[:, None] * (shape[1] - side + 1) + columns).ravel()
    flat = patches.reshape(len(patches), -1)
    squares = (flat**2).sum(1)
    apart = squares - 2 * flat[references] @ flat.T  # the reference's own square is the same for all
    apart[np.arange(len(references)), references] = -np.inf  # itself first, whatever the rounding
    return np.argpartition(apart, min(group, apart.shape[1]) - 1)[:, :group]


def _aggregated(found: np.ndarray, weights: np.ndarray, alike: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The image (H, W) whose pixels are means over all patches in which they occur, by the weights (references,)."""
    side = found.shape[-1]
    patches = idctn(found, axes=FILTERED, norm="ortho")
    corner = np.arange(shape[0] * shape[1]).reshape(shape)
    pixels = _stacks(corner, side)[alike].ravel()
    shares = np.broadcast_to(weights[:, None, None, None], patches.shape)
    total = np.bincount(pixels, (patches * shares).ravel(), corner.size)
    return (total / np.bincount(pixels, shares.ravel(), corner.size)).reshape(shape)
