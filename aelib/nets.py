"""Autoencoders as modules with two methods, ``encode`` and ``decode``.

A fully connected network maps x of shape (N, P) to a code z of shape (N, K) and back to a
reconstruction x_hat of shape (N, P). ``Autoencoder`` itself takes any encoder and decoder, also
those of images (N, C, H, W). Calling a model is ``decode(encode(x))``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn

from aelib import _check

Activation = Callable[[], nn.Module]


def _sizes(sizes: Sequence[int]) -> list[int]:
    if len(_check.instance("sizes", sizes, Sequence, "a list of widths")) < 2:
        raise ValueError(f"sizes: got {sizes!r}, expected at least two widths, from input to output")
    return [_check.whole("sizes", size) for size in sizes]


def mlp(sizes: Sequence[int], activation: Activation = nn.ReLU, output: Activation | None = None) -> nn.Sequential:
    """A fully connected network: ``activation`` after every layer but the last, ``output`` after the last.

    ``sizes`` lists the widths from input to output, so ``mlp([784, 128, 32])`` has two layers.
    """
    sizes, activation = _sizes(sizes), _check.maker("activation", activation)
    output = output and _check.maker("output", output)
    layers: list[nn.Module] = []
    for i, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        layers.append(nn.Linear(n_in, n_out))
        last = i == len(sizes) - 2
        if not last or output is not None:
            layers.append(output() if last else activation())
    return nn.Sequential(*layers)


def _shape(name: str, shape: int | Sequence[int]) -> tuple[int, ...]:
    sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
    if not sizes:
        raise ValueError(f"{name}: got {shape!r}, expected a size or a shape such as (1, 28, 28)")
    return tuple(_check.whole(name, size) for size in sizes)


class Autoencoder(nn.Module):
    """An encoder and a decoder: ``x_hat = decode(encode(x))``.

    ``inputs`` and ``latents`` are the shapes of one example and of its code, without N: a number
    for vectors, (C, H, W) for images and feature maps.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module, inputs: int | Sequence[int], latents: int | Sequence[int]) -> None:
        super().__init__()
        for name, part in (("encoder", encoder), ("decoder", decoder)):
            _check.instance(name, part, nn.Module, "a module")
        self.encoder, self.decoder = encoder, decoder
        self.inputs, self.latents = _shape("inputs", inputs), _shape("latents", latents)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """The code z (N, *latents) of x (N, *inputs). Raises ValueError for any other shape of x or of its code."""
        return self._made("z", self.encoder(_check.tensor("x", x, "N", *self.inputs)), self.latents)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """The reconstruction x_hat (N, *inputs) of z (N, *latents). Raises ValueError for any other shape of z or of x_hat."""
        return self._made("x_hat", self.decoder(_check.tensor("z", z, "N", *self.latents)), self.inputs)

    @staticmethod
    def _made(name: str, value: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
        if value.shape[1:] != shape:
            made_by, argument = ("encoder", "latents") if name == "z" else ("decoder", "inputs")
            came = tuple(value.shape[1:])
            raise ValueError(f"{made_by}: it returned examples of shape {came}, expected {shape}, which {argument} promises")
        return value

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decode(self.encode(x))


class MLPAutoencoder(Autoencoder):
    """A fully connected autoencoder whose decoder mirrors its encoder.

    ``sizes`` lists the encoder's widths, inputs first: [784, 128, 64, 32] is the GT deck's net.
    ``activation`` follows every hidden layer; ``code`` follows the code layer (None: a linear
    code); ``output`` follows the last layer (None: real-valued outputs).
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Activation = nn.ReLU,
        code: Activation | None = None,
        output: Activation | None = nn.Sigmoid,
    ) -> None:
        sizes = _sizes(sizes)
        encoder = mlp(sizes, activation, code and _check.maker("code", code))
        super().__init__(encoder, mlp(sizes[::-1], activation, output), sizes[0], sizes[-1])


class LinearAutoencoder(Autoencoder):
    """One linear layer each way: z = W x + b and x_hat = W' z + b' (UofT, GT); ``bias=False`` drops b and b'."""

    def __init__(self, inputs: int, latents: int, bias: bool = True) -> None:
        inputs, latents = _check.whole("inputs", inputs), _check.whole("latents", latents)
        super().__init__(nn.Linear(inputs, latents, bias), nn.Linear(latents, inputs, bias), inputs, latents)


class TiedLinearAutoencoder(Autoencoder):
    """Tied weights W_g = W_f^T: z = (x - c) V and x_hat = z V^T + c, with V (P, K) and c (P,) learned (GT, IITH).

    V starts as Gaussian numbers with variance 1/P, so that its columns start near unit length.
    """

    def __init__(self, inputs: int, latents: int) -> None:
        super().__init__(nn.Identity(), nn.Identity(), inputs, latents)
        (inputs,), (latents,) = self.inputs, self.latents
        self.V = nn.Parameter(torch.randn(inputs, latents) / inputs**0.5)
        self.c = nn.Parameter(torch.zeros(inputs))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return (_check.tensor("x", x, "N", *self.inputs) - self.c) @ self.V

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return _check.tensor("z", z, "N", *self.latents) @ self.V.T + self.c


class TiedMLPAutoencoder(MLPAutoencoder):
    """A fully connected autoencoder with tied weights, W_g = W_f^T in every layer (IITH).

    As ``MLPAutoencoder``, but each decoder layer uses the transposed matrix of its mirror image
    in the encoder, and has only its biases for itself.
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
        back = [i for i, layer in enumerate(self.decoder) if isinstance(layer, nn.Linear)]
        for i, mirror in zip(back, reversed(forth), strict=True):
            self.decoder[i] = _Transposed(mirror, self.decoder[i].bias)


class _Transposed(nn.Module):
    """x -> x W + b, with the matrix W (outputs, inputs) of another layer, which owns it."""

    def __init__(self, mirror: nn.Linear, bias: nn.Parameter) -> None:
        super().__init__()
        self.mirror, self.bias = mirror, bias

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(z, self.mirror.weight.T, self.bias)


def n_parameters(module: nn.Module) -> int:
    """The number of trainable numbers in ``module``."""
    _check.instance("module", module, nn.Module, "a module")
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
