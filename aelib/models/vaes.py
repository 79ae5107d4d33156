"""Three more variational autoencoders: with convolutions, with a Gaussian decoder, and one that is told the class.

They work as ``vae.BernoulliVAE`` does: images are flat, (N, P), values are per example and in nats.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from aelib import _check
from aelib.models.autoencoder import Activation
from aelib.models.dense import layer_sizes, mlp
from aelib.models.vae import BernoulliVAE, log_bernoulli, log_normal


class ConvVAE(BernoulliVAE):
    """A convolutional VAE of binary images of ``side`` x ``side`` pixels, which it takes flat, (N, side^2).

    A 4x4 convolution with stride 4 turns each patch of 4x4 pixels into ``channels`` numbers, a 3x3 convolution looks at
    the neighbors, and two linear layers with ``hidden`` units between them make mu and log_var. The decoder is the
    mirror image; at its end a 1x1 convolution makes the 16 pixels of each patch, and a pixel shuffle puts them into
    their places (Shi et al. 2016), which is a transposed 4x4 convolution with stride 4, only faster. Raises ValueError
    unless ``side`` is a multiple of 4.
    """

    def __init__(
        self, latent_dim: int, channels: int = 32, hidden: int = 200, side: int = 28, activation: Activation = nn.SiLU
    ) -> None:
        nn.Module.__init__(self)
        latent_dim, hidden = _check.whole("latent_dim", latent_dim), _check.whole("hidden", hidden)
        channels = _check.whole("channels", channels)
        if _check.whole("side", side) % 4:
            raise ValueError(f"side: got {side}, expected a multiple of 4, to be cut into patches")
        _check.maker("activation", activation)
        small = (channels, side // 4, side // 4)
        numbers = channels * (side // 4) ** 2
        self.encoder = nn.Sequential(
            nn.Unflatten(1, (1, side, side)),
            nn.Conv2d(1, channels, 4, stride=4), activation(),  # (N, channels, side / 4, side / 4)
            nn.Conv2d(channels, channels, 3, padding=1), activation(),
            nn.Flatten(), nn.Linear(numbers, hidden), activation(), nn.Linear(hidden, 2 * latent_dim),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden), activation(), nn.Linear(hidden, numbers), activation(),
            nn.Unflatten(1, small), nn.Conv2d(channels, channels, 3, padding=1), activation(),
            nn.Conv2d(channels, 16, 1), nn.PixelShuffle(4),  # (N, 1, side, side)
            nn.Flatten(),
        )  # fmt: skip
        self.output = nn.Sigmoid()
        self.input_shape, self.latent_shape = (side**2,), (latent_dim,)

    def logits(self, z: torch.Tensor) -> torch.Tensor:
        """The log-odds of every pixel, (..., K) to (..., P)."""
        return self.decoder(z.flatten(0, -2)).unflatten(0, z.shape[:-1]) if z.dim() > 2 else self.decoder(z)


class GaussianVAE(BernoulliVAE):
    """A fully connected VAE of gray images: p(x|z) = N(x; x_hat, sigma^2 I), where x_hat is a sigmoid of the logits.

    ``noise`` is sigma^2, one number for all pixels, and half of UofT's lambda. It is no weight; whoever wants to learn
    it sets ``log_noise``, log sigma^2, to that of the mean squared error (Rybkin et al. 2021).
    """

    log_noise: torch.Tensor

    def __init__(self, sizes: Sequence[int], activation: Activation = nn.ReLU, noise: float = 1.0) -> None:
        super().__init__(sizes, activation)
        self.register_buffer("log_noise", torch.tensor(_check.real("noise", noise, positive=True)).log())

    def log_likelihood(self, x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """log p(x|z) of x (N, P) for z (..., N, K): (..., N)."""
        return log_normal(x, self.decode(z), self.log_noise)


class ConditionalVAE(nn.Module):
    """A fully connected VAE of binary images x that is told their class y (Sohn et al. 2015): p(x|z, y) and q(z|x, y).

    ``sizes`` lists the encoder's widths, such as [784, 200, 16]. The class enters both networks as ``classes`` more
    inputs, a 1 at its place and zeros elsewhere; the prior is N(0, I) for every class.
    """

    def __init__(self, sizes: Sequence[int], classes: int = 10, activation: Activation = nn.ReLU) -> None:
        super().__init__()
        inputs, *hidden, latent_dim = layer_sizes(sizes)
        self.classes = _check.whole("classes", classes)
        self.encoder = mlp([inputs + classes, *hidden, 2 * latent_dim], activation)
        self.decoder = mlp([latent_dim + classes, *hidden[::-1], inputs], activation)
        self.output = nn.Sigmoid()
        self.input_shape, self.latent_shape = (inputs,), (latent_dim,)

    def encode(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """mu and log_var of q(z|x, y), both (N, K), of x (N, P) and classes y (N,), whole numbers."""
        x = _check.precision("x", _check.tensor("x", x, "N", *self.input_shape), self)
        mu, log_var = self.encoder(torch.cat([x, self._told(y, x)], 1)).chunk(2, 1)
        return mu, log_var

    def logits(self, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The log-odds of every pixel, z (N, K) and y (N,) to (N, P)."""
        z = _check.precision("z", _check.tensor("z", z, "N", *self.latent_shape), self)
        return self.decoder(torch.cat([z, self._told(y, z)], 1))

    def decode(self, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """x_hat, the probability of every pixel to be 1, z (N, K) and y (N,) to (N, P)."""
        return self.output(self.logits(z, y))

    def log_likelihood(self, x: torch.Tensor, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """log p(x|z, y) of x (N, P) for z (N, K) and y (N,): (N,)."""
        return log_bernoulli(_check.within("x", x, 0, 1), self.logits(z, y))

    def _told(self, y: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        """The classes as numbers, (N, classes), of the type of ``like`` (N, ...)."""
        y = _check.tensor("y", y, len(like), kind="whole")
        places = torch.arange(self.classes, device=y.device)
        return (y[:, None] == places).to(like.dtype)
