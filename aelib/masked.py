"""A masked autoencoder: a small vision transformer that sees a part of an image and restores the rest.

After He et al. 2022. An image (N, 1, H, W) is cut into T patches of P = size^2 pixels; the
encoder is given the visible ones only, and the loss is taken on the masked ones only.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from aelib import _check


def patchify(x: torch.Tensor, size: int) -> torch.Tensor:
    """Images (N, 1, H, W) to patches (N, T, size^2), row by row, T = (H / size) (W / size).

    Raises ValueError if ``size`` does not divide H and W.
    """
    n, _, height, width = _check.tensor("x", x, "N", 1, "H", "W").shape
    size = _check.whole("size", size)
    if height % size or width % size:
        raise ValueError(f"size: got {size}, expected a divisor of the image's {height} x {width} pixels")
    blocks = x.reshape(n, height // size, size, width // size, size)
    return blocks.transpose(2, 3).reshape(n, -1, size * size)


def unpatchify(patches: torch.Tensor, height: int) -> torch.Tensor:
    """The inverse of ``patchify``: (N, T, size^2) to images (N, 1, H, W) of ``height`` H.

    Raises ValueError if patches do not hold a square number of pixels or do not fill whole rows.
    """
    n, t, pixels = _check.tensor("patches", patches, "N", "T", "P").shape
    size, height = round(pixels**0.5), _check.whole("height", height)
    rows = height // size
    if size * size != pixels:
        raise ValueError(f"patches: got {pixels} pixels a patch, expected a square number")
    if height % size or t % rows:
        raise ValueError(f"height: got {height}, expected one that {t} patches of {size} x {size} pixels can fill")
    blocks = patches.reshape(n, rows, t // rows, size, size)
    return blocks.transpose(2, 3).reshape(n, 1, height, -1)


def random_mask(n: int, patches: int, ratio: float, device: torch.device | str = "cpu") -> tuple[torch.Tensor, torch.Tensor]:
    """Which patches stay visible: indices ``keep`` (n, V) and the mask (n, patches), True where masked.

    V = patches - floor(ratio patches + 1/2). Independent numbers are sorted, which gives a random order; sorting that
    order gives every patch its rank, and the first V ranks stay visible (He et al. 2022).
    Raises ValueError unless 0 <= ratio < 1 and at least one patch stays visible.
    """
    n, patches = _check.whole("n", n), _check.whole("patches", patches)
    visible = patches - int(_check.real("ratio", ratio) * patches + 0.5)
    if not 0 <= ratio < 1 or visible < 1:
        raise ValueError(f"ratio: got {ratio!r}, expected one in [0, 1) that leaves at least one of {patches} patches visible")
    order = torch.rand(n, patches, device=device).argsort(1)
    rank = order.argsort(1)
    return order[:, :visible], rank >= visible


def positions(rows: int, columns: int, width: int) -> torch.Tensor:
    """Fixed sine and cosine embeddings (rows * columns, width) of the places on a grid, half of it for each direction.

    As in Vaswani et al. 2017, but for grids of a few places and not for long texts: wavelengths
    grow geometrically from 4 places to 40. Raises ValueError unless 4 divides ``width``.
    """
    rows, columns, width = _check.whole("rows", rows), _check.whole("columns", columns), _check.whole("width", width)
    if width % 4:
        raise ValueError(f"width: got {width}, expected a multiple of 4: a sine and a cosine for each direction")
    frequency = math.pi / 2 * 10.0 ** -(torch.arange(width // 4) / max(width // 4 - 1, 1))
    i, j = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    angles = [place.flatten()[:, None] * frequency for place in (i, j)]
    return torch.cat([f(a) for a in angles for f in (torch.sin, torch.cos)], 1)


def _blocks(width: int, depth: int, heads: int) -> nn.Module:
    layer = nn.TransformerEncoderLayer(
        width, heads, 2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    blocks = nn.TransformerEncoder(layer, depth, norm=nn.LayerNorm(width), enable_nested_tensor=False)
    with torch.no_grad():
        for block in blocks.layers:  # keys start equal to queries, so that like attends to like (Trockman & Kolter 2023)
            queries = nn.init.xavier_uniform_(torch.empty(width, width), 2**0.5)
            block.self_attn.in_proj_weight[: 2 * width] = queries.repeat(2, 1)
    return blocks


class MaskedAutoencoder(nn.Module):
    """Encode the visible patches, put a learned token in place of each masked one, decode all.

    x (N, 1, side, side) has T patches of ``size`` x ``size`` pixels. The decoder is narrower than the
    encoder, for it works on all T tokens. It starts close to the output 0. Raises ValueError if
    ``size`` does not divide ``side``, or ``heads`` and 4 do not divide both widths.
    """

    def __init__(
        self,
        side: int = 28,
        size: int = 7,
        width: int = 64,
        depth: int = 1,
        decoder_width: int = 64,
        decoder_depth: int = 2,
        heads: int = 4,
    ) -> None:
        super().__init__()
        side, self.size = _check.whole("side", side), _check.whole("size", size)
        if side % size:
            raise ValueError(f"size: got {size}, expected a divisor of side, {side}")
        self.side, self.rows = side, side // size
        for name, value in (("width", width), ("decoder_width", decoder_width)):
            if _check.whole(name, value) % _check.whole("heads", heads):
                raise ValueError(f"heads: got {heads}, expected a divisor of {name}, {value}")
        self.register_buffer("places", positions(self.rows, self.rows, width), persistent=False)
        self.register_buffer("decoder_places", positions(self.rows, self.rows, decoder_width), persistent=False)
        self.embed = nn.Linear(size * size, width)
        self.encoder = _blocks(width, _check.whole("depth", depth), heads)
        self.narrow = nn.Linear(width, decoder_width)
        self.mask_token = nn.Parameter(0.02 * torch.randn(decoder_width))
        self.decoder = _blocks(decoder_width, _check.whole("decoder_depth", decoder_depth), heads)
        self.predict = nn.Linear(decoder_width, size * size)
        nn.init.normal_(self.embed.weight, std=0.5)  # most pixels are 0: patches must count beside places
        nn.init.normal_(self.predict.weight, std=0.01)
        nn.init.zeros_(self.predict.bias)

    def encode(self, x: torch.Tensor, keep: torch.Tensor | None = None) -> torch.Tensor:
        """Tokens (N, V, width) of the visible patches ``keep`` (N, V) of x; of all T patches if it is None.

        Masked patches are dropped before anything is computed: the tokens cannot depend on them.
        """
        patches = patchify(_check.tensor("x", x, "N", 1, self.side, self.side), self.size)
        places = self.places.expand(len(x), -1, -1)
        if keep is not None:
            _check.tensor("keep", keep, len(x), "V", kind="whole")
            patches, places = _take(patches, keep), _take(places, keep)
        return self.encoder(self.embed(patches) + places)

    def decode(self, z: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
        """The image (N, 1, side, side) of visible tokens z (N, V, width) and their places ``keep`` (N, V)."""
        n, visible, _ = _check.tensor("z", z, "N", "V", self.embed.out_features).shape
        _check.tensor("keep", keep, n, visible, kind="whole")
        z = self.narrow(z)
        tokens = self.mask_token.expand(n, self.rows**2, -1).scatter(1, keep[..., None].expand_as(z), z)
        return unpatchify(self.predict(self.decoder(tokens + self.decoder_places)), self.side)

    def forward(self, x: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
        """x_hat of shape (N, 1, side, side), from the patches ``keep`` (N, V) of x alone."""
        return self.decode(self.encode(x, keep), keep)


def masked_mse(x_hat: torch.Tensor, x: torch.Tensor, mask: torch.Tensor, size: int) -> torch.Tensor:
    """The mean squared error over the pixels of the masked patches only; shape (N,).

    x_hat and x are (N, 1, H, W), ``mask`` (N, T) is True where a patch is masked. Raises ValueError if an
    example has no masked patch.
    """
    error = (patchify(x_hat, size) - patchify(x, size)).square().mean(2)
    if mask.dtype != torch.bool or mask.shape != error.shape:
        raise ValueError(f"mask: got {_check.shown(mask)}, expected bool of shape {tuple(error.shape)}")
    if not mask.any(1).all():
        raise ValueError("mask: got an example without a masked patch, expected at least one in each")
    return (error * mask).sum(1) / mask.sum(1)


def _take(tokens: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
    """Rows ``keep`` (N, V) of tokens (N, T, width)."""
    return tokens.gather(1, keep[..., None].expand(-1, -1, tokens.shape[2]))
