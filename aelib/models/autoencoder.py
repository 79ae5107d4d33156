"""The autoencoder: an encoder and a decoder in one module."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn

from aelib import _check

Activation = Callable[[], nn.Module]


class Autoencoder(nn.Module):
    """An encoder and a decoder: ``x_hat = decode(encode(x))``, which is also what calling the model does.

    ``input_shape`` and ``latent_shape`` are the shapes of one example and of its code, without N: a number for vectors,
    (C, H, W) for images and feature maps. ``output`` is the last function of ``decode``, such as ``nn.Sigmoid()``; what
    comes before it are the ``logits``, from which a cross-entropy is computed best.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        input_shape: int | Sequence[int],
        latent_shape: int | Sequence[int],
        output: nn.Module | None = None,
    ) -> None:
        super().__init__()
        output = nn.Identity() if output is None else output
        for name, part in (("encoder", encoder), ("decoder", decoder), ("output", output)):
            _check.instance(name, part, nn.Module, "a module")
        self.encoder, self.decoder, self.output = encoder, decoder, output
        self.input_shape, self.latent_shape = shape("input_shape", input_shape), shape("latent_shape", latent_shape)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """The code z ``(N, *latent_shape)`` of x ``(N, *input_shape)``. Raises ValueError for any other shape of x or
        of its code.
        """
        return self._made(
            "z",
            self.encoder(_check.precision("x", _check.tensor("x", x, "N", *self.input_shape), self)),
            self.latent_shape,
        )

    def logits(self, z: torch.Tensor) -> torch.Tensor:
        """What the decoder makes of z ``(N, *latent_shape)`` before ``output``; shape ``(N, *input_shape)``."""
        return self._made(
            "x_hat",
            self.decoder(_check.precision("z", _check.tensor("z", z, "N", *self.latent_shape), self)),
            self.input_shape,
        )

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """The reconstruction x_hat ``(N, *input_shape)`` of z ``(N, *latent_shape)``. Raises ValueError for any other
        shape.
        """
        return self.output(self.logits(z))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decode(self.encode(x))

    @staticmethod
    def _made(name: str, value: torch.Tensor, promised: tuple[int, ...]) -> torch.Tensor:
        if value.shape[1:] != promised:
            made_by, argument = ("encoder", "latent_shape") if name == "z" else ("decoder", "input_shape")
            came = tuple(value.shape[1:])
            raise ValueError(
                f"{made_by}: it returned examples of shape {came}, expected {promised}, which {argument} promises"
            )
        return value


def shape(name: str, value: int | Sequence[int]) -> tuple[int, ...]:
    """A size or a shape without N, as a tuple."""
    sizes = value if isinstance(value, (tuple, list)) else (value,)
    if not sizes:
        raise ValueError(f"{name}: got {value!r}, expected a size or a shape such as (1, 28, 28)")
    return tuple(_check.whole(name, size) for size in sizes)


def n_parameters(module: nn.Module) -> int:
    """The number of trainable numbers in ``module``."""
    _check.instance("module", module, nn.Module, "a module")
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
