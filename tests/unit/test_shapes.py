"""Shapes against their areas and corners."""

import math

import pytest
import torch

from aelib.data.shapes import NAMES, shapes


def test_areas_are_those_of_the_formulas():
    images, labels = shapes(300, seed=1, side=112)
    per_square = {"circle": math.pi, "square": 2.0, "triangle": 3 * math.sqrt(3) / 4}
    for label, name in enumerate(NAMES):
        area = images[labels == label].sum((1, 2, 3))
        tall = (images[labels == label].amax((1, 3)) > 0.5).sum(1).double()  # rows that are touched
        radius = tall / {"circle": 2, "square": math.sqrt(2), "triangle": 1.5}[name]
        torch.testing.assert_close(area.double(), per_square[name] * radius**2, rtol=0.14, atol=0)
        assert radius.min() > 4 * 4 - 2 and radius.max() < 12 * 4 + 2


def test_triangles_point_upwards():
    images, labels = shapes(60, seed=2)
    rows = images[labels == 2].sum(3)[:, 0]
    assert (rows[:, :14].sum(1) < rows[:, 14:].sum(1)).all()


def test_images_are_repeatable_and_bounded():
    a, b = shapes(20, seed=3), shapes(20, seed=3)
    assert torch.equal(a[0], b[0]) and torch.equal(a[1], b[1]) and not torch.equal(a[0], shapes(20, seed=4)[0])
    assert a[0].shape == (20, 1, 28, 28) and a[0].min() >= 0 and a[0].max() <= 1


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="n: got 0"):
        shapes(0)
