"""Checkers of the exercises of chapter 1: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

from collections.abc import Callable

import torch

from aelib.random import seeded


def check_1_1(answer: Callable[[list[float]], int]) -> None:
    assert answer([64.0, 32.0, 16.0, 1.0, 0.9, 0.8]) == 3, (
        "errors 64, 32, 16, 1, 0.9, 0.8: the third number divides the error by 16 and the fourth by hardly more than "
        "1, so the knee is 3"
    )
    assert answer([10.0, 1.0, 0.9, 0.8]) == 1, "the knee may be the first number; E_0 comes first in the list"
    assert answer([1000.0, 900.0, 90.0, 80.0, 0.5, 0.4]) == 4, (
        "there are two steps here, and the second is the greater as a factor, though not as a difference"
    )
    assert answer([8.0, 4.0, 2.0, 1.9]) == 2, (
        "errors 8, 4, 2, 1.9: both numbers divide by 2, but only the second is followed by one that is worth little; "
        "the knee is where r_K / r_(K+1) is largest, not r_K"
    )
    assert answer([8.0, 7.0, 6.0, 1.0]) == 1, "the last number cannot be the knee, since nothing follows it"
    like_the_chapter = [0.026, 0.015, 0.009, 0.006, 0.0035, 0.0022, 0.0006, 0.0005, 0.00045, 0.0004]
    assert answer(like_the_chapter) == 6, "errors like those of the chapter's faces do not give the chapter's knee"


def half_step(low: float, high: float, bits: int) -> float:
    return (high - low) / (2**bits - 1) / 2


def check_1_2(answer: Callable[[float, float, float], int]) -> None:
    assert answer(0.0, 1.0, 0.5) == 1, "two values, 0 and 1, are never more than one half away"
    assert answer(0.0, 1.0, 0.49) == 2, "with 1 bit the step is 1; did you round the number of bits up?"
    assert answer(-3.0, 4.0, 0.5) == 3, (
        "8 values between -3 and 4 have steps of 1: there is one step fewer than there are values"
    )
    for low, high, change in ((-2.0, 5.0, 0.1), (0.0, 255.0, 0.5), (-1.0, 1.0, 1e-4), (0.0, 1.0, 3.0)):
        bits = answer(low, high, change)
        most = change * (1 + 1e-9)
        enough = half_step(low, high, bits) <= most
        needed = bits == 1 or half_step(low, high, bits - 1) > most
        assert enough, f"{low} to {high} with {bits} bits: a change can be greater than {change}"
        assert needed, f"{low} to {high}: fewer than {bits} bits would do for a change of {change}"


def check_1_3(answer: Callable[[int, int, int], int | None]) -> None:
    for a in (40, 30):
        never = answer(a, 40, 1000) is None
        assert never, "an autoencoder whose codes are no shorter never pays for its decoder"
    assert answer(50, 40, 0) == 1, "a decoder without weights pays at once, but not with no pictures at all"
    assert answer(50, 40, 100) == 41, (
        "100 weights are 400 bytes; with 40 pictures both send 2000 bytes, and equal is not fewer"
    )
    for a, c, n in ((90, 40, 435_000), (41, 40, 1000), (784, 1, 7)):
        got = answer(a, c, n)
        case = f"a = {a}, c = {c}, n = {n}"
        assert got * c + 4 * n < got * a, f"{case}: {got} pictures are too few"
        assert (got - 1) * c + 4 * n >= (got - 1) * a, f"{case}: fewer than {got} pictures would do"


def check_1_4(answer: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
    with seeded(1):
        x, z = torch.randn(40, 6), torch.randint(5, (40,))
    x_hat = answer(x, z)
    assert x_hat.shape == x.shape, f"got shape {tuple(x_hat.shape)}, expected {tuple(x.shape)}"
    for c in z.unique():
        rows = x_hat[z == c]
        equal = (rows - rows[0]).abs().max() < 1e-6
        least = (rows[0] - x[z == c].mean(0)).abs().max() < 1e-5
        assert equal, "pictures with the same code must get the same reconstruction"
        assert least, "there is a reconstruction with a lower error; which single picture is closest to a whole group?"
    gap = x.square().sum() - x_hat.square().sum() - (x - x_hat).square().sum()
    assert abs(float(gap)) < 1e-3, "the energies do not add up"
