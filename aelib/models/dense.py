"""Fully connected autoencoders: x of shape (N, P) to a code z of shape (N, K) and back to x_hat of shape (N, P)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from aelib import _check
from aelib.models.autoencoder import Activation, Autoencoder


def mlp(sizes: Sequence[int], activation: Activation = nn.ReLU, output: Activation | None = None) -> nn.Sequential:
    """A fully connected network: ``activation`` after every layer but the last, ``output`` after the last.

    ``sizes`` lists the widths from input to output, so ``mlp([784, 128, 32])`` has two layers.
    """
    sizes, activation = layer_sizes(sizes), _check.maker("activation", activation)
    output = output and _check.maker("output", output)
    layers: list[nn.Module] = []
    for i, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        layers.append(nn.Linear(n_in, n_out))
        last = i == len(sizes) - 2
        follows = output if last else activation
        if follows is not None:
            layers.append(follows())
    return nn.Sequential(*layers)


def layer_sizes(sizes: Sequence[int]) -> list[int]:
    """``sizes`` if they are the widths of a network: at least two whole numbers, from input to output."""
    if len(_check.instance("sizes", sizes, Sequence, "a list of widths")) < 2:
        raise ValueError(f"sizes: got {sizes!r}, expected at least two widths, from input to output")
    return [_check.whole("sizes", size) for size in sizes]


class MLPAutoencoder(Autoencoder):
    """A fully connected autoencoder whose decoder mirrors its encoder.

    ``sizes`` lists the encoder's widths, inputs first: [784, 128, 64, 32] is the GT deck's net.
    ``activation`` follows every hidden layer; ``code`` follows the code layer (None: a linear
    code); ``output`` follows the last layer (None: real-valued outputs).
    """

    encoder: nn.Sequential
    decoder: nn.Sequential

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Activation = nn.ReLU,
        code: Activation | None = None,
        output: Activation | None = nn.Sigmoid,
    ) -> None:
        sizes = layer_sizes(sizes)
        encoder = mlp(sizes, activation, code and _check.maker("code", code))
        last = output and _check.maker("output", output)()
        super().__init__(encoder, mlp(sizes[::-1], activation), sizes[0], sizes[-1], last)


class LinearAutoencoder(Autoencoder):
    """One linear layer each way: z = W x + b and x_hat = W' z + b' (UofT, GT); ``bias=False`` drops b and b'."""

    def __init__(self, inputs: int, latent_dim: int, bias: bool = True) -> None:
        inputs, latent_dim = _check.whole("inputs", inputs), _check.whole("latent_dim", latent_dim)
        super().__init__(nn.Linear(inputs, latent_dim, bias), nn.Linear(latent_dim, inputs, bias), inputs, latent_dim)


class TiedLinearAutoencoder(Autoencoder):
    """Tied weights W_g = W_f^T: z = (x - c) V and x_hat = z V^T + c, with V (P, K) and c (P,) learned (GT, IITH).

    V starts as Gaussian numbers with variance 1/P, so that its columns start near unit length.
    """

    def __init__(self, inputs: int, latent_dim: int) -> None:
        inputs, latent_dim = _check.whole("inputs", inputs), _check.whole("latent_dim", latent_dim)
        super().__init__(nn.Identity(), nn.Identity(), inputs, latent_dim)
        self.V = nn.Parameter(torch.randn(inputs, latent_dim) / inputs**0.5)
        self.c = nn.Parameter(torch.zeros(inputs))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return (_check.tensor("x", x, "N", *self.input_shape) - self.c) @ self.V  # (N, K)

    def logits(self, z: torch.Tensor) -> torch.Tensor:
        return _check.tensor("z", z, "N", *self.latent_shape) @ self.V.T + self.c  # (N, P)


class TiedMLPAutoencoder(MLPAutoencoder):
    """A fully connected autoencoder with tied weights, W_g = W_f^T in every layer (IITH).

    As ``MLPAutoencoder``, with the same arguments, but each decoder layer uses the transposed matrix of its mirror
    image in the encoder, and has only its biases for itself.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Activation = nn.ReLU,
        code: Activation | None = None,
        output: Activation | None = nn.Sigmoid,
    ) -> None:
        super().__init__(sizes, activation, code, output)
        forth = [layer for layer in self.encoder if isinstance(layer, nn.Linear)]
        back = [(i, layer) for i, layer in enumerate(self.decoder) if isinstance(layer, nn.Linear)]
        for (i, layer), mirror in zip(back, reversed(forth), strict=True):
            self.decoder[i] = _Transposed(mirror, layer.bias)


class _Transposed(nn.Module):
    """x -> x W + b, with the matrix W (outputs, inputs) of another layer, which owns it."""

    def __init__(self, mirror: nn.Linear, bias: nn.Parameter) -> None:
        super().__init__()
        self.mirror, self.bias = mirror, bias

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(z, self.mirror.weight.T, self.bias)
