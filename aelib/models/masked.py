"""A masked autoencoder: a small vision transformer that sees a part of an image and restores the rest.

After He et al. 2022. An image (N, C, H, W) is cut into T square patches of P numbers; the
encoder is given the visible ones only, and the loss is taken on the masked ones only.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from aelib import _check
from aelib.models.transformer import blocks, positions


def patchify(x: torch.Tensor, patch_size: int) -> torch.Tensor:
    """Images (N, C, H, W) to patches (N, T, C patch_size^2), row by row, T = (H / patch_size) (W / patch_size).

    A patch lists its first channel row by row, then the next. Raises ValueError if ``patch_size`` does not divide H
    and W.
    """
    n, channels, height, width = _check.tensor("x", x, "N", "C", "H", "W").shape
    s = _divisor(patch_size, (height, width))
    blocks = x.reshape(n, channels, height // s, s, width // s, s)
    return blocks.permute(0, 2, 4, 1, 3, 5).reshape(n, -1, channels * s * s)  # (N, rows, columns, C, s, s), then flat


def unpatchify(patches: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
    """The inverse of ``patchify``: (N, T, P) to images (N, C, H, W) of ``shape`` (C, H, W).

    Raises ValueError if the patches are not square or do not fill such an image.
    """
    n, t, p = _check.tensor("patches", patches, "N", "T", "P").shape
    channels, height, width = _image(shape)
    s = round((p / channels) ** 0.5)
    if channels * s * s != p:
        raise ValueError(f"patches: got {p} numbers a patch, expected {channels} channels of a square number")
    if height % s or width % s or t != (height // s) * (width // s):
        raise ValueError(f"shape: got {tuple(shape)}, expected one that {t} patches of {s} x {s} pixels fill")
    blocks = patches.reshape(n, height // s, width // s, channels, s, s)
    return blocks.permute(0, 3, 1, 4, 2, 5).reshape(n, channels, height, width)


def _image(shape: Sequence[int]) -> tuple[int, int, int]:
    if len(_check.instance("shape", shape, Sequence, "a shape (C, H, W)")) != 3:
        raise ValueError(f"shape: got {shape!r}, expected (C, H, W)")
    channels, height, width = (_check.whole("shape", side) for side in shape)
    return channels, height, width


def _divisor(patch_size: int, sides: tuple[int, int]) -> int:
    patch_size = _check.whole("patch_size", patch_size)
    if any(side % patch_size for side in sides):
        raise ValueError(
            f"patch_size: got {patch_size}, expected a divisor of the image's {sides[0]} x {sides[1]} pixels"
        )
    return patch_size


def random_mask(
    n: int, patches: int, ratio: float, device: torch.device | str = "cpu"
) -> tuple[torch.Tensor, torch.Tensor]:
    """Which patches stay visible: indices ``keep`` (n, V) and the mask (n, patches), True where masked.

    V = patches - floor(ratio patches + 1/2). Independent numbers are sorted, which gives a random order; sorting that
    order gives every patch its rank, and the first V ranks stay visible (He et al. 2022).
    Raises ValueError unless 0 <= ratio < 1 and at least one patch stays visible.
    """
    n, patches = _check.whole("n", n), _check.whole("patches", patches)
    visible = patches - int(_check.real("ratio", ratio) * patches + 0.5)
    if not 0 <= ratio < 1 or visible < 1:
        raise ValueError(
            f"ratio: got {ratio!r}, expected one in [0, 1) that leaves at least one of {patches} patches visible"
        )
    order = torch.rand(n, patches, device=device).argsort(1)
    rank = order.argsort(1)
    return order[:, :visible], rank >= visible


class MaskedAutoencoder(nn.Module):
    """Encode the visible patches, put a learned token in place of each masked one, decode all.

    Images ``(N, *shape)`` have T patches of ``patch_size`` x ``patch_size`` pixels. Encoder and decoder are
    transformers of ``depth`` and ``decoder_depth`` layers, with tokens of ``width`` and ``decoder_width`` numbers. It
    starts close to the output 0. Raises ValueError if ``patch_size`` does not divide the sides, or ``heads`` and 4 do
    not divide both widths.
    """

    places: torch.Tensor
    decoder_places: torch.Tensor

    def __init__(
        self,
        shape: Sequence[int] = (1, 28, 28),
        patch_size: int = 7,
        width: int = 64,
        depth: int = 1,
        decoder_width: int = 64,
        decoder_depth: int = 2,
        heads: int = 4,
    ) -> None:
        super().__init__()
        self.input_shape = channels, height, side = _image(shape)
        self.patch_size = _divisor(patch_size, (height, side))
        rows, columns = height // self.patch_size, side // self.patch_size
        self.n_patches, pixels = rows * columns, channels * self.patch_size**2
        width, decoder_width = _check.whole("width", width), _check.whole("decoder_width", decoder_width)
        heads = _check.whole("heads", heads)
        for name, value in (("width", width), ("decoder_width", decoder_width)):
            if value % heads:
                raise ValueError(f"heads: got {heads}, expected a divisor of {name}, {value}")
        self.register_buffer("places", positions(rows, columns, width), persistent=False)
        self.register_buffer("decoder_places", positions(rows, columns, decoder_width), persistent=False)
        self.embed = nn.Linear(pixels, width)
        self.encoder = blocks(width, _check.whole("depth", depth), heads)
        self.narrow = nn.Linear(width, decoder_width)
        self.mask_token = nn.Parameter(0.02 * torch.randn(decoder_width))
        self.decoder = blocks(decoder_width, _check.whole("decoder_depth", decoder_depth), heads)
        self.predict = nn.Linear(decoder_width, pixels)
        nn.init.normal_(self.embed.weight, std=0.5)  # most pixels are 0: patches must count beside places
        nn.init.normal_(self.predict.weight, std=0.01)
        nn.init.zeros_(self.predict.bias)

    def encode(self, x: torch.Tensor, keep: torch.Tensor | None = None) -> torch.Tensor:
        """Tokens (N, V, width) of the visible patches ``keep`` (N, V) of x (N, C, H, W), or of all T patches.

        Masked patches are dropped before anything is computed: the tokens cannot depend on them. Raises ValueError if
        a row of ``keep`` has a patch twice or one that is not there.
        """
        x = _check.precision("x", _check.tensor("x", x, "N", *self.input_shape), self)
        patches = patchify(x, self.patch_size)  # (N, T, P)
        places = self.places.expand(len(x), -1, -1)
        if keep is not None:
            keep = self._visible(keep, len(x), "V")
            patches, places = _take(patches, keep), _take(places, keep)  # (N, V, P), (N, V, width)
        return self.encoder(self.embed(patches) + places)

    def decode(self, z: torch.Tensor, keep: torch.Tensor | None = None) -> torch.Tensor:
        """The image (N, C, H, W) of visible tokens z (N, V, width) and their places ``keep`` (N, V); None: all are
        there.
        """
        there = self.n_patches if keep is None else "V"
        n, visible, _ = _check.tensor("z", z, "N", there, self.embed.out_features).shape
        z = self.narrow(z)  # (N, V, decoder_width)
        if keep is not None:
            keep = self._visible(keep, n, visible)
            masked = self.mask_token.expand(n, self.n_patches, -1)
            z = masked.scatter(1, keep[..., None].expand_as(z), z)  # (N, T, decoder_width)
        return unpatchify(self.predict(self.decoder(z + self.decoder_places)), self.input_shape)

    def forward(self, x: torch.Tensor, keep: torch.Tensor | None = None) -> torch.Tensor:
        """x_hat (N, C, H, W), from the patches ``keep`` (N, V) of x alone; from all of them if it is None."""
        return self.decode(self.encode(x, keep), keep)

    def _visible(self, keep: torch.Tensor, n: int, visible: int | str) -> torch.Tensor:
        """``keep`` (N, V) if it has V different patches of each image."""
        return _check.distinct("keep", _check.tensor("keep", keep, n, visible, kind="whole"), self.n_patches)


def masked_mse(x_hat: torch.Tensor, x: torch.Tensor, mask: torch.Tensor, patch_size: int) -> torch.Tensor:
    """The mean squared error over the pixels of the masked patches only; shape (N,).

    x_hat and x are (N, C, H, W), ``mask`` (N, T) is True where a patch is masked. An example without a masked patch
    gives nan: as a mean over nothing should.
    """
    error = (patchify(x_hat, patch_size) - patchify(x, patch_size)).square().mean(2)  # (N, T)
    if mask.dtype != torch.bool or mask.shape != error.shape:
        raise ValueError(f"mask: got {_check.shown(mask)}, expected bool of shape {tuple(error.shape)}")
    return (error * mask).sum(1) / mask.sum(1)


def _take(tokens: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
    """Rows ``keep`` (N, V) of tokens (N, T, width)."""
    return tokens.gather(1, keep[..., None].expand(-1, -1, tokens.shape[2]))
