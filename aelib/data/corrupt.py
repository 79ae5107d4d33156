"""Corruptions of images: what a denoising autoencoder is asked to undo.

Every function returns a new tensor. Random numbers come from torch's generator: call them
inside ``train.seeded`` or in an objective of ``train.fit`` to have the same ones again.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image, ImageDraw, ImageFont

from aelib import _check


def gaussian(x: torch.Tensor, sigma: float) -> torch.Tensor:
    """x + sigma w, where the entries of w are independent standard normal numbers (IITH, SUT); not clipped to [0, 1].

    ``sigma`` is in units of x; raises ValueError if it is below 0.
    """
    _check.real("sigma", sigma, least=0)
    return x + sigma * torch.randn_like(_check.tensor("x", x, "N", "P", "..."))


def masking_noise(x: torch.Tensor, rate: float) -> torch.Tensor:
    """x with every pixel off, that is 0, with probability ``rate``, independently (SUT); the others stay as they are.

    nn.Dropout would also divide the others by 1 - rate.

    Raises ValueError unless 0 <= rate <= 1.
    """
    if not 0 <= _check.real("rate", rate) <= 1:
        raise ValueError(f"rate: got {rate!r}, expected a probability from 0 to 1")
    return x * (torch.rand_like(_check.tensor("x", x, "N", "P", "...")) >= rate)


def shrink(x: torch.Tensor, factor: int = 2) -> torch.Tensor:
    """The means over blocks of ``factor`` x ``factor`` pixels: (N, C, H, W) to (N, C, H / factor, W / factor).

    Raises ValueError if ``factor`` does not divide H and W.
    """
    height, width = _check.tensor("x", x, "N", "C", "H", "W").shape[2:]
    factor = _check.whole("factor", factor)
    if height % factor or width % factor:
        raise ValueError(f"factor: got {factor}, expected a divisor of the image's {height} x {width} pixels")
    return torch.nn.functional.avg_pool2d(x, factor)


def watermarks(
    n: int, texts: Sequence[str], opacity: tuple[float, float] = (0.4, 0.8), shape: tuple[int, int] = (28, 28)
) -> torch.Tensor:
    """``n`` watermarks (n, 1, H, W): how opaque each pixel of a short text is, from 0 to 1.

    The text, its size, its place and its opacity are drawn anew for each; ``opacity`` is the range
    of the latter. Lay one over an image with ``overlay``.
    """
    n, (height, width) = (
        _check.whole("n", n),
        (_check.whole("shape", s) for s in _check.pair("shape", shape, "(height, width)")),
    )
    if not _check.instance("texts", texts, (list, tuple), "a list of texts"):
        raise ValueError("texts: got an empty list, expected at least one text")
    low, high = (_check.real("opacity", o) for o in _check.pair("opacity", opacity, "(least, largest)"))
    if not 0 <= low <= high <= 1:
        raise ValueError(f"opacity: got {opacity!r}, expected (least, largest) within 0 to 1")
    fonts = [ImageFont.load_default(size) for size in range(10, 17)]
    marks = torch.zeros(n, 1, height, width)
    for mark in marks:
        text, font = texts[int(torch.randint(len(texts), ()))], fonts[int(torch.randint(len(fonts), ()))]
        sheet = Image.new("L", (width, height))
        left, top, right, bottom = ImageDraw.Draw(sheet).textbbox((0, 0), _check.text("texts", text), font=font)
        spare = (width - (right - left), height - (bottom - top))  # negative if the text is larger than the image
        place = [int(torch.rand(()) * room) for room in spare]
        ImageDraw.Draw(sheet).text((place[0] - left, place[1] - top), text, fill=255, font=font)
        alpha = torch.frombuffer(bytearray(sheet.tobytes()), dtype=torch.uint8).reshape(height, width) / 255
        mark[0] = alpha * (low + (high - low) * torch.rand(()))
    return marks


def overlay(x: torch.Tensor, marks: torch.Tensor, gray: float = 1.0) -> torch.Tensor:
    """(1 - a) x + a gray: images x (N, C, H, W) seen through watermarks a (N, 1, H, W) of one gray value."""
    n, _, height, width = _check.tensor("x", x, "N", "C", "H", "W").shape
    _check.tensor("marks", marks, n, 1, height, width)
    return (1 - marks) * x + marks * _check.real("gray", gray)
