"""Convolutional autoencoders: sizes, unpooling, upsampling layers, and a measure of checkerboards.

Images and feature maps have the shape (N, C, H, W).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from aelib import _check
from aelib.models.autoencoder import Activation, Autoencoder, shape

UPSAMPLING = ("nearest", "bilinear", "transposed", "transposed-4", "pixel-shuffle")


def conv_size(n: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """floor((n + 2 padding - kernel) / stride) + 1, the output size of a convolution or a pooling (GT).

    Raises ValueError if the padded input is smaller than the kernel.
    """
    n, kernel, stride, padding = _geometry(n, kernel, stride, padding)
    if n + 2 * padding < kernel:
        raise ValueError(f"kernel: got {kernel}, expected at most {n + 2 * padding}, the size of the padded input")
    return (n + 2 * padding - kernel) // stride + 1


def transposed_size(n: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """stride (n - 1) + kernel - 2 padding, the output size of a transposed convolution (GT).

    Raises ValueError if the padding crops everything away.
    """
    n, kernel, stride, padding = _geometry(n, kernel, stride, padding)
    size = stride * (n - 1) + kernel - 2 * padding
    if size < 1:
        raise ValueError(f"padding: got {padding}, which leaves an output of size {size}, expected one of at least 1")
    return size


def _geometry(n: int, kernel: int, stride: int, padding: int) -> tuple[int, int, int, int]:
    n, kernel, stride = _check.whole("n", n), _check.whole("kernel", kernel), _check.whole("stride", stride)
    return n, kernel, stride, _check.whole("padding", padding, least=0)


def bed_of_nails(x: torch.Tensor, factor: int = 2) -> torch.Tensor:
    """Each number of x (N, C, H, W) in the upper left corner of a block of zeros; (N, C, factor H, factor W) (GT)."""
    n, c, h, w = _check.tensor("x", x, "N", "C", "H", "W", kind="real").shape
    factor = _check.whole("factor", factor)
    nails = x.new_zeros(n, c, h * factor, w * factor)
    nails[:, :, ::factor, ::factor] = x
    return nails


def transposed_conv_steps(x: torch.Tensor, kernel: torch.Tensor, stride: int = 1, padding: int = 0) -> torch.Tensor:
    """A transposed convolution as the GT deck draws it, one input number at a time.

    ``x`` (H, W) is one feature map and ``kernel`` (k, l) one filter. Step t adds the filter,
    weighted by the t-th number of x, at its place in the output: numbers move ``stride`` apart,
    overlaps are summed, and ``padding`` pixels are cropped at each border. Returns the
    output after every step, (H W, H_out, W_out); the last is the transposed convolution.
    """
    rows, columns = _check.tensor("x", x, "H", "W").shape
    k, m = _check.tensor("kernel", kernel, "k", "l").shape
    stride, padding = _check.whole("stride", stride), _check.whole("padding", padding, least=0)
    height, width = transposed_size(rows, k, stride, padding), transposed_size(columns, m, stride, padding)
    canvas = x.new_zeros(height + 2 * padding, width + 2 * padding)
    steps = []
    for i in range(rows):
        for j in range(columns):
            canvas[i * stride : i * stride + k, j * stride : j * stride + m] += x[i, j] * kernel
            steps.append(canvas[padding : padding + height, padding : padding + width].clone())
    return torch.stack(steps)


def upsampler(upsampling: str, channels_in: int, channels_out: int) -> nn.Module:
    """A layer that maps (N, channels_in, H, W) to (N, channels_out, 2 H, 2 W) with weights.

    ``"nearest"`` and ``"bilinear"`` enlarge and then convolve with 3x3 kernels; ``"transposed"`` is
    a transposed convolution of 2x2 kernels with stride 2, which do not overlap (GT);
    ``"transposed-4"`` one of 4x4 kernels with stride 2 and padding 1, which do;
    ``"pixel-shuffle"`` makes four times the channels by a 3x3 convolution and
    rearranges them (Shi et al. 2016). Raises ValueError for any other.
    """
    channels_in, channels_out = _check.whole("channels_in", channels_in), _check.whole("channels_out", channels_out)
    if upsampling in ("nearest", "bilinear"):
        return nn.Sequential(
            nn.Upsample(scale_factor=2, mode=upsampling), nn.Conv2d(channels_in, channels_out, 3, padding=1)
        )
    if upsampling == "transposed":
        return nn.ConvTranspose2d(channels_in, channels_out, 2, stride=2)
    if upsampling == "transposed-4":
        return nn.ConvTranspose2d(channels_in, channels_out, 4, stride=2, padding=1)
    if upsampling == "pixel-shuffle":
        return nn.Sequential(nn.Conv2d(channels_in, 4 * channels_out, 3, padding=1), nn.PixelShuffle(2))
    raise ValueError(f"upsampling: got {upsampling!r}, expected one of {', '.join(map(repr, UPSAMPLING))}")


class ConvAutoencoder(Autoencoder):
    """Images of ``shape`` (C, H, W) to a code (N, K) of any size and back.

    The encoder halves the image once for each entry of ``channels`` (4x4 convolutions with
    stride 2 and padding 1), and one linear layer makes the code; the decoder is its mirror
    image, with ``upsampling`` (see ``upsampler``) in place of the strided convolutions and a
    sigmoid at its end. ``activation`` follows every layer but the code.
    Raises ValueError if a side cannot be halved that often without a remainder: the decoder
    could not reach the image's size again.
    """

    def __init__(
        self,
        latent_dim: int,
        channels: Sequence[int] = (16, 32),
        shape: Sequence[int] = (1, 28, 28),
        upsampling: str = "transposed",
        activation: Activation = nn.ReLU,
    ) -> None:
        latent_dim = _check.whole("latent_dim", latent_dim)
        if not _check.instance("channels", channels, Sequence, "a list of channels"):
            raise ValueError("channels: got an empty list, expected at least one")
        _check.maker("activation", activation)
        image, small = _halved(shape, len(channels))
        widths = [image[0], *(_check.whole("channels", c) for c in channels)]
        numbers = widths[-1] * small[0] * small[1]
        encoder: list[nn.Module] = []
        decoder: list[nn.Module] = [nn.Linear(latent_dim, numbers), activation()]
        decoder.append(nn.Unflatten(1, (widths[-1], *small)))  # (N, C, h, w)
        for c_in, c_out in zip(widths[:-1], widths[1:], strict=True):
            encoder += [nn.Conv2d(c_in, c_out, 4, stride=2, padding=1), activation()]
        for c_in, c_out in zip(widths[:0:-1], widths[-2::-1], strict=True):
            decoder += [upsampler(upsampling, c_in, c_out), activation()]
        del decoder[-1]  # the sigmoid takes its place
        encoder += [nn.Flatten(), nn.Linear(numbers, latent_dim)]
        super().__init__(nn.Sequential(*encoder), nn.Sequential(*decoder), image, latent_dim, nn.Sigmoid())


def _halved(image: Sequence[int], times: int) -> tuple[tuple[int, ...], tuple[int, int]]:
    """The image's shape (C, H, W), and its height and width after they were halved so often."""
    if len(_check.instance("shape", image, Sequence, "a shape (C, H, W)")) != 3:
        raise ValueError(f"shape: got {image!r}, expected (C, H, W)")
    image = shape("shape", tuple(image))
    if any(side % 2**times for side in image[1:]):
        raise ValueError(
            f"shape: got {image}, expected sides that are multiples of {2**times}, to be halved {times} times"
        )
    return image, (image[1] // 2**times, image[2] // 2**times)


def checkerboard(images: torch.Tensor) -> torch.Tensor:
    """The share of each image's energy that alternates from pixel to pixel; shape (N,), in [0, 1].

    For every 2 x 2 window with rows (a, b) and (c, d) the amplitude of a checkerboard in it is
    (a - b - c + d) / 4; its mean square over all windows is divided by the windows' mean square
    about the image's mean. It is 1 for a checkerboard, 1/4 for white noise, 0 for stripes, and
    near 0 for a smooth image; adding a constant does not change it. Raises ValueError for
    images less than 2 pixels high or wide, and for an image without any contrast.
    """
    _check.tensor("images", images, "N", "C", "H", "W", finite=True)
    if min(images.shape[2:]) < 2:
        raise ValueError(f"images: got {_check.shown(images)}, expected at least 2 x 2 pixels")
    flat = images.amax((1, 2, 3)) == images.amin((1, 2, 3))
    if flat.any():
        raise ValueError(f"images: got {int(flat.sum())} without contrast, expected images that are not constant")
    x = images - images.mean((1, 2, 3), keepdim=True)
    x = x.ldexp(-x.abs().amax((1, 2, 3), keepdim=True).frexp().exponent)  # by a power of 2: no square is too small now
    a, b, c, d = x[:, :, :-1, :-1], x[:, :, :-1, 1:], x[:, :, 1:, :-1], x[:, :, 1:, 1:]
    energy = (a.square() + b.square() + c.square() + d.square()).mean((1, 2, 3)) / 4
    return ((a - b - c + d) / 4).square().mean((1, 2, 3)) / energy
