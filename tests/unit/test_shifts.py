"""Moved images against a slow loop."""

from __future__ import annotations

import torch

from aelib.data import shifts
from aelib.random import seeded


def pictures(n: int = 6) -> torch.Tensor:
    return torch.rand(n, 2, 5, 7, generator=torch.Generator().manual_seed(1))


def moved(x: torch.Tensor, down: int, right: int) -> torch.Tensor:
    """One image (C, H, W) whose content moves down and right, pixel by pixel."""
    y = torch.zeros_like(x)
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            if 0 <= i - down < x.shape[1] and 0 <= j - right < x.shape[2]:
                y[:, i, j] = x[:, i - down, j - right]
    return y


def test_copies_are_all_positions():
    x = pictures()
    got = shifts.copies(x, 1).reshape(9, 6, 2, 5, 7)
    for k, (down, right) in enumerate((d, r) for d in (1, 0, -1) for r in (1, 0, -1)):
        for image, copy in zip(x, got[k], strict=True):
            assert torch.equal(copy, moved(image, down, right))


def test_jitter_moves_each_image_by_its_own_draw():
    x = pictures(1).expand(400, -1, -1, -1)
    with seeded(3):
        got = shifts.jitter(x, 2)
    ways = {(d, r): moved(x[0], d, r) for d in range(-2, 3) for r in range(-2, 3)}
    seen = [[way for way, image in ways.items() if torch.equal(image, one)] for one in got]
    assert all(len(found) == 1 for found in seen)
    assert {found[0] for found in seen} == set(ways)  # each of 25 positions, of 400 draws


def test_no_shift_changes_nothing():
    x = pictures()
    assert torch.equal(shifts.jitter(x, 0), x) and torch.equal(shifts.copies(x, 0), x)


def test_bad_arguments_are_named(refuses):
    for bad in (-1, 1.5):
        refuses("most", lambda bad=bad: shifts.jitter(pictures(), bad))
        refuses("most", lambda bad=bad: shifts.copies(pictures(), bad))
    refuses("x", lambda: shifts.jitter(pictures()[:, 0], 1))
    refuses("x", lambda: shifts.copies(pictures()[0], 1))
