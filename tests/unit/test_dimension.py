"""The intrinsic dimension of points that were drawn in a known number of directions."""

from __future__ import annotations

import pytest
import torch

from aelib.metrics import dimension
from aelib.random import seeded


def cloud(d: int, n: int = 5000, coordinates: int = 50) -> torch.Tensor:
    """``n`` Gaussian points in ``d`` directions, turned at random in a space of 50."""
    with seeded(d):
        turn = torch.linalg.qr(torch.randn(coordinates, d)).Q
        return torch.randn(n, d) @ turn.T + 3


@pytest.mark.parametrize("d", [1, 2, 5])
def test_few_directions_are_counted_within_a_tenth(d):
    assert dimension.two_neighbors(cloud(d)) == pytest.approx(d, rel=0.1)


def test_many_directions_come_out_too_few():
    assert 5 < dimension.two_neighbors(cloud(20)) < 20


def test_a_circle_has_one_direction_and_scale_does_not_matter():
    with seeded(1):
        angle = 6.28 * torch.rand(3000)
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    found = dimension.two_neighbors(circle)
    assert found == pytest.approx(1, rel=0.1) and dimension.two_neighbors(1000 * circle) == pytest.approx(found, 1e-2)


def test_the_first_points_are_asked_among_all():
    x = cloud(2)
    among_all, alone = dimension.two_neighbors(x, 500), dimension.two_neighbors(x[:500])
    assert among_all == pytest.approx(2, rel=0.15) and among_all != alone


def test_points_that_occur_twice_say_nothing():
    x = cloud(2, 2000)
    assert dimension.two_neighbors(torch.cat([x, x[:50]])) == pytest.approx(2, rel=0.1)
    with pytest.raises(ValueError, match="x: got no point"):
        dimension.two_neighbors(torch.ones(5, 3))


def test_bad_arguments_are_named(refuses):
    refuses("x", lambda: dimension.two_neighbors(torch.rand(2, 4)))
    refuses("x", lambda: dimension.two_neighbors(torch.rand(9)))
    refuses("asked", lambda: dimension.two_neighbors(torch.rand(9, 4), 10))
