"""The Jacobian of an encoder, df/dx, and the contractive penalty, its squared Frobenius norm.

The code of one example must not depend on the others in its batch (no batch normalization in
training mode): only then is the Jacobian of a batch one matrix (K, P) per example.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from aelib import _check

Encoder = Callable[[torch.Tensor], torch.Tensor]


def _code(encode: Encoder, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x as the start of a graph, and its code (N, K)."""
    _check.function("encode", encode, "a function from x to its code")
    x = _check.tensor("x", x, "N", "P", "...").detach().requires_grad_()
    with torch.enable_grad():
        z = encode(x)
    if not isinstance(z, torch.Tensor) or z.dim() < 2 or len(z) != len(x) or not z.requires_grad:
        raise ValueError(
            f"encode: it returned {_check.shown(z)}, expected codes of shape ({len(x)}, K) that depend on x"
        )
    return x, z.flatten(1)


def _rows(z: torch.Tensor, x: torch.Tensor, v: torch.Tensor, create_graph: bool) -> torch.Tensor:
    """v^T J for each of M directions v (M, N, K) in code space; shape (M, N, P)."""
    (rows,) = torch.autograd.grad(z, x, v, is_grads_batched=True, create_graph=create_graph)
    return rows.flatten(2)


def jacobian(encode: Encoder, x: torch.Tensor) -> torch.Tensor:
    """J = dz/dx for every example: x (N, P) or (N, C, H, W) gives (N, K, P), without gradients.

    Its N K P numbers are held at once. Raises ValueError if ``encode`` does not return codes.
    """
    x, z = _code(encode, x)
    basis = torch.eye(z.shape[1], dtype=z.dtype, device=z.device)[:, None].expand(-1, len(z), -1)
    return _rows(z, x, basis, create_graph=False).transpose(0, 1)


def contractive(encode: Encoder, x: torch.Tensor, directions: int | None = None) -> torch.Tensor:
    """||df/dx||_F^2 of each example, differentiable with respect to the encoder; shape (N,) (IITH, MINES; Rifai et
    al. 2011).

    By default exact, at the cost of K backward passes. With ``directions`` = M it is estimated
    without bias from M random ones: the mean of ||v^T J||^2, where v has independent entries +1
    and -1, because E[v v^T] is the identity (Hutchinson 1989).
    """
    x, z = _code(encode, x)
    if directions is None:
        basis = torch.eye(z.shape[1], dtype=z.dtype, device=z.device)[:, None].expand(-1, len(z), -1)
        return _rows(z, x, basis, create_graph=True).square().sum(dim=(0, 2))
    m = _check.whole("directions", directions)
    v = torch.randint(0, 2, (m, *z.shape), device=z.device).to(z.dtype) * 2 - 1
    if m == 1:  # one direction needs no batch of gradients, which is slower
        (row,) = torch.autograd.grad(z, x, v[0], create_graph=True)
        return row.flatten(1).square().sum(1)
    return _rows(z, x, v, create_graph=True).square().sum(dim=2).mean(0)


def contractive_sigmoid(encoder: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """||df/dx||_F^2 of a single sigmoid layer z = sigmoid(W x + b), in closed form; shape (N,) (Rifai et al. 2011).

    It is the sum over units j of (z_j (1 - z_j))^2 ||W_j||^2. ``encoder`` is an
    ``nn.Sequential`` of one ``nn.Linear`` and one ``nn.Sigmoid``; any other raises ValueError.
    """
    layers = list(encoder) if isinstance(encoder, nn.Sequential) else [encoder]
    linear = next(iter(layers), encoder)
    if type(linear) is not nn.Linear or [type(layer) for layer in layers[1:]] != [nn.Sigmoid]:
        came = ", ".join(type(layer).__name__ for layer in layers)
        raise ValueError(
            f"encoder: got {came}, expected one nn.Linear and one nn.Sigmoid; use contractive for any other"
        )
    z = encoder(_check.tensor("x", x, "N", linear.in_features))
    return (z * (1 - z)).square() @ linear.weight.square().sum(1)
