"""Checkers of the exercises of chapter 3: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import math

import torch

from aelib import losses
from aelib.models import autoencoder, dense
from aelib.random import seeded


def check_3_1(answer):
    value = float(answer(torch.full((2, 3), 0.5)))
    fair = f"a pixel of one half is a fair coin and costs log 2 nats, not {value:.4f}"
    hint = f"{fair}; did you take the mean over all pixels?"
    assert abs(value - math.log(2)) < 1e-6, hint
    value = float(answer(torch.tensor([[0.0, 1.0], [1.0, 0.0]])))
    assert not math.isnan(value), "black and white pixels give nan: 0 log 0 counts as 0"
    assert abs(value) < 1e-6, "black and white pixels can be predicted without any loss"
    with seeded(1):
        gray = torch.rand(20, 5)
    wanted = float(losses.bernoulli_entropy(gray).mean())
    hint = "random gray pixels do not have the right entropy; are both terms there?"
    assert abs(float(answer(gray)) - wanted) < 1e-6, hint


def check_3_2(answer):
    for widths in ([784, 32], [784, 128, 64, 32], [784, 1000, 500, 250, 30], [3, 7, 2, 9]):
        with seeded(0):
            wanted = autoencoder.n_parameters(dense.MLPAutoencoder(widths))
        got = answer(widths)
        matrices = 2 * sum(a * b for a, b in zip(widths[:-1], widths[1:], strict=True))
        assert got != matrices, f"{widths}: {got} counts the matrices only; where are the biases?"
        hint = "a layer has as many biases as outputs, and the decoder's outputs are not the encoder's"
        assert got == wanted, f"{widths}: got {got}, expected {wanted}; {hint}"


def check_3_3(answer):
    with seeded(1):
        gray, real = torch.rand(4, 5), 2 * torch.randn(50, 7)
    assert abs(float(answer(gray, 1.0, 0.0))) < 1e-12, "targets inside (0, 1) are all within reach"
    value = float(answer(torch.tensor([[-1.0, 0.5], [3.0, 1.0]]), 1.0, 0.0))
    hint = f"targets -1, 1/2, 3 and 1 are missed by 1, 0, 2 and 0; the mean of the squares is not {value:.4f}"
    assert abs(value - 1.25) < 1e-6, hint
    assert abs(float(answer(2 * gray - 1, 2.0, -1.0))) < 1e-12, "with c = 2 and d = -1 the outputs fill (-1, 1)"
    above, below = (real - 1.5).relu(), (-0.5 - real).relu()  # what sticks out of (-0.5, 1.5)
    wanted = float((above + below).square().mean())
    hint = "with c = 2 and d = -1/2 the outputs fill (-1/2, 3/2), and random targets are missed by another number"
    assert abs(float(answer(real, 2.0, -0.5)) - wanted) < 1e-5, hint


def check_3_4(answer):
    for w in (1.0, 4.0, -3.0):
        for L in (1, 2, 8):
            h0 = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
            h = h0
            for _ in range(L):
                h = torch.sigmoid(w * h)
            h.backward()
            got, wanted = float(answer(0.3, w, L)), float(h0.grad)
            where = f"w = {w}, L = {L}: got {got:.6g}"
            assert abs(got) <= (abs(w) / 4) ** L * (1 + 1e-9), f"{where}, which is above the bound |w / 4|^L"
            hint = "each layer gives w h (1 - h), with its own output h"
            assert abs(got - wanted) < 1e-9, f"{where}, expected {wanted:.6g}; {hint}"
