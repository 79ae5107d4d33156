"""Sizes, unpooling and upsampling against torch's own layers and against slow loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from aelib.models import autoencoder, conv

GRID = [(n, k, s, p) for n in (1, 2, 3, 7, 14) for k in (1, 2, 3, 5) for s in (1, 2, 3) for p in (0, 1, 2)]
SMALL = torch.tensor([[1.0, 2], [3, 4]])


def numbers(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def board(side: int = 8) -> torch.Tensor:
    i, j = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return ((-1.0) ** (i + j))[None, None]


@pytest.mark.parametrize(("n", "k", "s", "p"), GRID)
def test_sizes_are_torchs(n, k, s, p):
    if n + 2 * p >= k:
        assert (
            conv.conv_size(n, k, s, p)
            == F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), stride=s, padding=p).shape[2]
        )
    else:
        with pytest.raises(ValueError, match=f"kernel: got {k}, expected at most {n + 2 * p}"):
            conv.conv_size(n, k, s, p)
    if s * (n - 1) + k > 2 * p:
        made = F.conv_transpose1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), stride=s, padding=p)
        assert conv.transposed_size(n, k, s, p) == made.shape[2]
    else:
        with pytest.raises(ValueError, match=f"padding: got {p}, which leaves an output of size"):
            conv.transposed_size(n, k, s, p)


def test_the_slides_example_of_a_size():
    assert conv.transposed_size(3, 3, stride=2, padding=1) == 5


@pytest.mark.parametrize("size", [conv.conv_size, conv.transposed_size])
@pytest.mark.parametrize(
    ("arguments", "name"), [((0, 3), "n"), ((4, 0), "kernel"), ((4, 3, 0), "stride"), ((4, 3, 1, -1), "padding")]
)
def test_sizes_refuse_impossible_layers(size, arguments, name):
    with pytest.raises(ValueError, match=f"{name}: got"):
        size(*arguments)


def test_bed_of_nails_is_the_slides():
    expected = torch.tensor([[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]])
    assert (conv.bed_of_nails(SMALL[None, None])[0, 0] == expected).all()


def test_bed_of_nails_of_many_maps():
    x = numbers(2, 3, 4, 5)
    nails = conv.bed_of_nails(x, 3)
    assert nails.shape == (2, 3, 12, 15) and (nails[:, :, ::3, ::3] == x).all()
    assert int((nails != 0).sum()) == x.numel()


@pytest.mark.parametrize(("bad", "name"), [(torch.zeros(4, 4), "x"), (torch.zeros(1, 1, 2, 2, dtype=torch.bool), "x")])
def test_bed_of_nails_refuses_other_shapes(bad, name):
    with pytest.raises(ValueError, match=f"{name}: got"):
        conv.bed_of_nails(bad)


def test_steps_are_the_slides():
    steps = conv.transposed_conv_steps(SMALL, torch.ones(2, 2), stride=2)
    assert steps.shape == (4, 4, 4)
    assert (steps[1] == torch.tensor([[1, 1, 2, 2], [1, 1, 2, 2], [0, 0, 0, 0], [0, 0, 0, 0]])).all()
    assert (steps[-1] == SMALL.repeat_interleave(2, 0).repeat_interleave(2, 1)).all()


@pytest.mark.parametrize(("k", "s", "p"), [(2, 2, 0), (3, 2, 1), (3, 1, 0), (4, 2, 1), (2, 3, 0)])
def test_last_step_is_torchs_transposed_convolution(k, s, p):
    x, w = numbers(3, 4), numbers(k, k, seed=2)
    last = conv.transposed_conv_steps(x, w, s, p)[-1]
    assert torch.allclose(last, F.conv_transpose2d(x[None, None], w[None, None], stride=s, padding=p)[0, 0], atol=1e-12)


def test_each_step_adds_one_weighted_filter():
    x, w = numbers(2, 3), numbers(3, 3, seed=2)
    steps = conv.transposed_conv_steps(x, w, stride=2)
    added = torch.diff(steps, dim=0, prepend=torch.zeros_like(steps[:1]))
    for t, (i, j) in enumerate(np.ndindex(2, 3)):
        assert torch.allclose(added[t, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3], x[i, j] * w, atol=1e-12)
        assert math.isclose(float(added[t].abs().sum()), float((x[i, j] * w).abs().sum()), rel_tol=1e-9)


@pytest.mark.parametrize("kind", conv.UPSAMPLING)
def test_upsamplers_double_the_size(kind):
    assert conv.upsampler(kind, 3, 5)(torch.zeros(2, 3, 7, 4)).shape == (2, 5, 14, 8)


def test_pixel_shuffle_puts_four_maps_into_one():
    layer = conv.upsampler("pixel-shuffle", 1, 1)
    x = torch.rand(1, 1, 3, 3)
    maps, made = layer[0](x)[0], layer(x)[0, 0]
    for i, j in np.ndindex(6, 6):
        assert made[i, j] == maps[2 * (i % 2) + j % 2, i // 2, j // 2]


@pytest.mark.parametrize(("kind", "mode"), [("nearest", nn.UpsamplingNearest2d), ("bilinear", None)])
def test_enlarging_comes_before_the_convolution(kind, mode):
    layer = conv.upsampler(kind, 1, 1)
    nn.init.zeros_(layer[1].weight)
    nn.init.zeros_(layer[1].bias)
    layer[1].weight.data[0, 0, 1, 1] = 1  # the convolution does nothing
    x = torch.rand(1, 1, 4, 4)
    expected = (
        mode(scale_factor=2)(x) if mode else F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    )
    assert torch.allclose(layer(x), expected, atol=1e-6)


@pytest.mark.parametrize("bad", ["subpixel", "", None])
def test_unknown_upsampling_is_named(bad):
    with pytest.raises(ValueError, match=r"upsampling: got .*, expected one of 'nearest'"):
        conv.upsampler(bad, 1, 1)


@pytest.mark.parametrize("kind", conv.UPSAMPLING)
@pytest.mark.parametrize(("side", "channels"), [(28, (16, 32)), (8, (3,)), (24, (2, 3, 4))])
def test_conv_autoencoder(kind, side, channels):
    model = conv.ConvAutoencoder(5, channels, (1, side, side), kind)
    x = torch.rand(3, 1, side, side)
    z = model.encode(x)
    x_hat = model.decode(z)
    assert z.shape == (3, 5) and x_hat.shape == x.shape
    assert x_hat.min() > 0 and x_hat.max() < 1  # a sigmoid at the end
    assert z.min() < 0 or z.max() > 1 or z.std() > 0  # and none at the code
    assert torch.equal(model(x), x_hat)


def test_conv_autoencoder_parameters():
    encoder = (16 * 16 + 16) + (32 * 16 * 16 + 32) + (1568 * 32 + 32)
    decoder = (32 * 1568 + 1568) + (32 * 16 * 4 + 16) + (16 * 4 + 1)
    assert autoencoder.n_parameters(conv.ConvAutoencoder(32)) == encoder + decoder


def test_conv_autoencoder_activations():
    model = conv.ConvAutoencoder(4, (2, 3), (1, 8, 8), activation=nn.Tanh)
    kinds = [type(m).__name__ for m in model.encoder]
    assert kinds == ["Conv2d", "Tanh", "Conv2d", "Tanh", "Flatten", "Linear"]
    kinds = [type(m).__name__ for m in model.decoder]
    assert kinds == ["Linear", "Tanh", "Unflatten", "ConvTranspose2d", "Tanh", "ConvTranspose2d"]
    assert type(model.output).__name__ == "Sigmoid"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"shape": (1, 28, 30)},
            r"shape: got \(1, 28, 30\), expected sides that are multiples of 4, to be halved 2 times",
        ),
        ({"channels": (1, 2, 3)}, r"shape: got \(1, 28, 28\), expected sides that are multiples of 8"),
        ({"shape": (28, 28)}, r"shape: got \(28, 28\), expected \(C, H, W\)"),
        ({"shape": (1, 0, 28)}, "shape: got 0"),
        ({"channels": ()}, "channels: got an empty list"),
        ({"channels": (4, 0)}, "channels: got 0"),
        ({"latent_dim": 0}, "latent_dim: got 0"),
        ({"upsampling": "magic"}, "upsampling: got 'magic'"),
    ],
)
def test_conv_autoencoder_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        conv.ConvAutoencoder(**{"latent_dim": 4, **options})


def test_conv_autoencoder_wants_a_class_of_activations():
    with pytest.raises(TypeError, match="activation: got"):
        conv.ConvAutoencoder(4, activation=nn.ReLU())


def test_checkerboard_of_known_patterns():
    assert float(conv.checkerboard(board())) == pytest.approx(1)
    stripes = torch.tensor([1.0, -1]).repeat(4).expand(8, 8)[None, None]
    assert float(conv.checkerboard(stripes)) == float(conv.checkerboard(stripes.mT)) == 0
    assert float(conv.checkerboard(torch.arange(64.0).reshape(1, 1, 8, 8))) == pytest.approx(0, abs=1e-10)


def test_checkerboard_of_white_noise_is_a_quarter():
    noise = numbers(4, 1, 400, 400)
    assert torch.allclose(conv.checkerboard(noise), torch.full((4,), 0.25, dtype=torch.float64), atol=0.004)


def test_checkerboard_ignores_brightness_and_contrast():
    x = numbers(3, 2, 6, 5)
    assert torch.allclose(conv.checkerboard(3 * x + 7), conv.checkerboard(x), atol=1e-9)


def test_checkerboard_by_a_slow_loop():
    x = numbers(2, 3, 5, 6)
    for image, got in zip(x, conv.checkerboard(x), strict=True):
        squares = [
            ((m[i, j] - m[i, j + 1] - m[i + 1, j] + m[i + 1, j + 1]) / 4) ** 2
            for m in image
            for i in range(4)
            for j in range(5)
        ]
        m = image - image.mean()
        energy = [
            (p[i + a, j + b] ** 2) / 4 for p in m for i in range(4) for j in range(5) for a in (0, 1) for b in (0, 1)
        ]
        assert float(got) == pytest.approx(float(sum(squares) / sum(energy)), abs=1e-12)


@pytest.mark.parametrize("sides", [(2, 2), (2, 3), (3, 3), (5, 4)])
def test_checkerboard_is_a_share_also_of_the_smallest_images(sides):
    i, j = torch.meshgrid(*map(torch.arange, sides), indexing="ij")
    assert float(conv.checkerboard((((i + j) % 2) * 2.0 - 1)[None, None])) <= 1 + 1e-6
    assert float(conv.checkerboard(numbers(300, 1, *sides)).max()) <= 1 + 1e-9


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 24, 36), (3, 8, 16)])
def test_conv_autoencoder_of_color_and_any_sides(shape):
    model = conv.ConvAutoencoder(6, (4, 5), shape)
    x = torch.rand(2, *shape)
    assert model.encode(x).shape == (2, 6) and model(x).shape == x.shape


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (torch.zeros(8, 8), "images: got"),
        (torch.rand(1, 1, 1, 8), "images: got .*at least 2 x 2"),
        (torch.stack([torch.rand(1, 4, 4), torch.ones(1, 4, 4)]), "images: got 1 without contrast"),
        (torch.full((1, 1, 4, 4), torch.nan), "images: got 16 numbers that are not finite"),
    ],
)
def test_checkerboard_refuses(bad, message):
    with pytest.raises(ValueError, match=message):
        conv.checkerboard(bad)
