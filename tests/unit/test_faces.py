"""Faces against areas, gray values and places that their factors promise."""

import math

import pytest
import torch

from aelib.data.faces import FACTORS, draw, faces

MIDDLE = torch.full((1, len(FACTORS)), 0.5)


def with_factor(name, values):
    """The middle face with one factor set to each of ``values``."""
    factors = MIDDLE.repeat(len(values), 1)
    factors[:, FACTORS.index(name)] = torch.tensor(values)
    return factors


def test_faces_are_repeatable_and_bounded_and_drawn_from_their_factors():
    a, b = faces(50, seed=3), faces(50, seed=3)
    assert torch.equal(a[0], b[0]) and torch.equal(a[1], b[1]) and not torch.equal(a[0], faces(50, seed=4)[0])
    assert a[0].shape == (50, 1, 28, 28) and a[1].shape == (50, 6) and a[0].min() >= 0 and a[0].max() <= 1
    assert torch.equal(draw(a[1]), a[0])
    assert faces(2, side=20)[0].shape == (2, 1, 20, 20)


def test_faces_are_symmetric():
    images, _ = faces(20, seed=5)
    torch.testing.assert_close(images, images.flip(3), rtol=0, atol=1e-5)


# Where each factor may change a picture of 112 x 112: rows and columns, in units of half the side from the middle.
PLACES = {
    "eyes": (-0.35, -0.05, 0.12, 0.42),
    "nose": (-0.16, 0.28, 0.0, 0.32),
    "lips": (0.26, 0.7, 0.0, 0.36),
}


@pytest.mark.parametrize("name", PLACES)
def test_features_change_the_picture_where_they_should_and_nowhere_else(name):
    low, high = draw(with_factor(name, [0.0, 1.0]), side=112)[:, 0]
    place = (2 * torch.arange(112) + 1) / 112 - 1
    top, bottom, inner, outer = PLACES[name]
    inside = ((place > top) & (place < bottom))[:, None] & ((place.abs() > inner) & (place.abs() < outer))
    change = (high - low).abs()
    assert change[inside].max() > 0.4 and change[~inside].max() == 0


@pytest.mark.parametrize("name", ["size", "shape", "skin"])
def test_the_skull_does_not_move_eyes_nose_and_lips(name):
    low, high = draw(with_factor(name, [0.0, 1.0]), side=112)[:, 0]
    dark = (low > 0.79) | (high > 0.79)
    torch.testing.assert_close(low[dark], high[dark], rtol=0, atol=0.02)  # edges let a little of the skin through
    assert dark.sum() > 200 and (low - high).abs().max() > 0.3


@pytest.mark.parametrize(("size", "shape", "skin"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 0), (0.5, 0.5, 0.5)])
def test_the_skull_has_its_area_its_shape_and_its_gray(size, shape, skin):
    factors = torch.tensor([[size, shape, skin, 0.5, 0.5, 0.5]])
    image = draw(factors, side=224)[0, 0]
    covered = image > 0
    rows, columns = int(covered.any(1).sum()), int(covered.any(0).sum())
    radius = 0.66 + 0.16 * size
    assert rows / columns == pytest.approx(1 + 0.4 * shape, rel=0.02)
    assert rows * columns / 224**2 == pytest.approx(radius**2, rel=0.03)
    assert math.pi / 4 * rows * columns > covered.sum() - 0.01 * 224**2
    assert float(image[112 - 224 // 4, 112]) == pytest.approx(0.2 + 0.35 * skin, abs=1e-6)  # the forehead


def test_eyes_and_lips_follow_their_factors():
    iris = draw(with_factor("eyes", [0.0, 0.5, 1.0]), side=112)[:, 0, 44, 71]  # at (0.27, -0.2)
    torch.testing.assert_close(iris, torch.tensor([0.1, 0.55, 1.0]))
    sad, glad = draw(with_factor("lips", [0.0, 1.0]), side=112)[:, 0, 70:]
    height = torch.arange(42.0)[:, None]
    dark = [picture * (picture > 0.75) for picture in (sad, glad)]
    corner, middle = slice(39, 42), slice(54, 58)
    for picture, sign in zip(dark, (-1, 1), strict=True):
        where = [(height * picture[:, c]).sum() / picture[:, c].sum() for c in (corner, middle)]
        assert sign * (where[1] - where[0]) > 5  # downwards is positive: glad corners lie higher


def test_edges_fade_without_gaps():
    """A small change of a factor is a small change of the picture: no pixel jumps."""
    for name in FACTORS:
        steps = draw(with_factor(name, torch.linspace(0, 1, 201).tolist()))
        assert (steps[1:] - steps[:-1]).abs().max() < 0.05


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="n: got 0"):
        faces(0)
    with pytest.raises(ValueError, match="factors: got values from 0.5 to 1.5"):
        draw(torch.tensor([[0.5, 0.5, 0.5, 0.5, 0.5, 1.5]]))
    with pytest.raises(ValueError, match=r"factors: got .*expected floating-point numbers of shape \(N, 6\)"):
        draw(torch.zeros(2, 5))
