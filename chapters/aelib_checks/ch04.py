"""Checkers of the exercises of chapter 4: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from aelib.random import seeded


def size_of(n, layers):
    """What torch makes of n numbers."""
    kinds = {"conv": nn.Conv1d, "transposed": nn.ConvTranspose1d}
    with seeded(0):
        made = [kinds[kind](1, 1, k, s, p) for kind, k, s, p in layers]
    return nn.Sequential(*made)(torch.zeros(1, 1, n)).shape[2]


def check_4_1(answer):
    encoder = [("conv", 3, 1, 1), ("conv", 2, 2, 0), ("conv", 3, 1, 1), ("conv", 2, 2, 0)]
    there_and_back = [("conv", 3, 2, 1), ("transposed", 3, 2, 1)]
    cases = [(28, encoder), (7, [("transposed", 2, 2, 0)] * 2), (29, there_and_back), (28, there_and_back)]
    for n, layers in cases:
        got, wanted = answer(n, layers), size_of(n, layers)
        assert isinstance(got, int), f"a size is a whole number, and {got!r} is not; a division with // rounds down"
        assert got == wanted, f"input {n}, layers {layers}: got {got}, torch makes {wanted}"


def check_4_2(answer):
    for k, n, s in ((2, 3, 2), (3, 4, 2), (3, 5, 1), (1, 2, 3)):
        w = torch.randn(k, generator=torch.Generator().manual_seed(k), dtype=torch.float64)
        pixels = torch.eye(n, dtype=torch.float64)
        wanted = F.conv_transpose1d(pixels[:, None], w[None, None], stride=s)[:, 0].T
        got, case = answer(w, n, s), f"k = {k}, n = {n}, s = {s}"
        shape, right_shape = tuple(got.shape), tuple(wanted.shape)
        assert shape == right_shape, f"{case}: the matrix has shape {shape}, expected {right_shape}"
        assert torch.allclose(got.double(), wanted), (
            f"{case}: column j holds the filter, starting in row s j, and zeros elsewhere"
        )


def field_of(layers):
    """How many pixels the gradient of one unit of the last layer reaches, with weights of one."""
    with seeded(0):
        net = nn.Sequential(*(nn.Conv1d(1, 1, k, s, bias=False) for k, s in layers))
    for p in net.parameters():
        nn.init.ones_(p)
    x = torch.zeros(1, 1, 200, requires_grad=True)
    h = net(x)
    h[0, 0, h.shape[2] // 2].backward()
    return int((x.grad != 0).sum())


def check_4_3(answer):
    assert answer([(3, 1)]) == 3, "a single 3 x 3 convolution sees three pixels across"
    for layers in ([(3, 1), (3, 1)], [(2, 2), (3, 1)], [(3, 1), (2, 2), (3, 1), (2, 2)], [(4, 2), (4, 2), (3, 1)]):
        got, wanted = answer(layers), field_of(layers)
        assert got == wanted, (
            f"layers {layers}: got {got}, but the gradient reaches {wanted} pixels; "
            "a step in a later layer is as long as the product of the strides before it"
        )


def check_4_4(answer):
    for k in range(1, 9):
        for s in range(1, 5):
            counts = F.conv_transpose1d(torch.ones(1, 1, 30), torch.ones(1, 1, k), stride=s)[0, 0, 10:-10]
            wanted = int(counts.max()) / int(counts.min()) if counts.min() > 0 else float("inf")
            assert answer(k, s) == wanted, (
                f"k = {k}, s = {s}: got {answer(k, s)}, expected {wanted}; "
                "pixel m is covered once for every a < k with a = m modulo s"
            )
