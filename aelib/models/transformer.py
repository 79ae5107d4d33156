"""A small transformer on a grid of places (Vaswani et al. 2017; Dosovitskiy et al. 2021)."""

from __future__ import annotations

import copy
import math

import torch
from torch import nn

from aelib import _check


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


class Block(nn.Module):
    """torch's transformer layer (normalization first, no dropout), computed with fewer copies: tokens (N, T, width).

    Keys start equal to queries, so that like attends to like (Trockman & Kolter 2023).
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def start_alike(self) -> Block:
        """Draw new queries and take them for the keys as well."""
        width = self.norm1.normalized_shape[0]
        queries = nn.init.xavier_uniform_(torch.empty(width, width), 2**0.5)
        with torch.no_grad():
            self.self_attn.in_proj_weight[: 2 * width] = queries.repeat(2, 1)
        return self

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        tokens = tokens + self._attend(self.norm1(tokens))
        return tokens + self.linear2(nn.functional.gelu(self.linear1(self.norm2(tokens))))

    def _attend(self, tokens: torch.Tensor) -> torch.Tensor:
        n, t, width = tokens.shape
        weight, bias, heads = self.self_attn.in_proj_weight, self.self_attn.in_proj_bias, self.self_attn.num_heads
        parts = nn.functional.linear(tokens, weight, bias).chunk(3, 2)  # queries, keys, values: (N, T, width) each
        q, k, v = (part.reshape(n, t, heads, -1).transpose(1, 2) for part in parts)  # (N, heads, T, width / heads)
        seen = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.self_attn.out_proj(seen.transpose(1, 2).reshape(n, t, width))


def blocks(width: int, depth: int, heads: int) -> nn.Sequential:
    """``depth`` layers and a last normalization."""
    first = Block(width, heads)
    layers = [first, *(copy.deepcopy(first) for _ in range(depth - 1))]
    return nn.Sequential(*(layer.start_alike() for layer in layers), nn.LayerNorm(width))
