"""The reach of real examples, against loops."""

import pytest
import torch

from aelib.metrics.reach import within_reach
from aelib.random import seeded


def by_loops(x, real, k):
    def distance(a, b):
        return sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5

    radii = [sorted(distance(a, b) for j, b in enumerate(real) if j != i)[k - 1] for i, a in enumerate(real)]
    return [any(distance(a, b) <= radius for b, radius in zip(real, radii, strict=True)) for a in x]


@pytest.mark.parametrize("k", [1, 3])
def test_within_reach_is_a_ball_to_the_kth_nearest_other(k):
    with seeded(k):
        x, real = 2 * torch.randn(40, 3, dtype=torch.float64), torch.randn(20, 3, dtype=torch.float64)
    expected = by_loops(x.tolist(), real.tolist(), k)
    assert 3 < sum(expected) < 37  # both answers occur
    assert within_reach(x, real, k).tolist() == expected


def test_a_real_example_is_within_its_own_reach_and_a_far_one_is_not():
    with seeded(0):
        real = torch.randn(30, 64) + 100  # far from 0, where a quick distance is not exact
    assert within_reach(real, real).all()
    assert not within_reach(real + 50, real).any()


def test_bad_arguments_are_named():
    real = torch.rand(4, 2)
    with pytest.raises(ValueError, match="k: got 4, expected"):
        within_reach(real, real, 4)
    with pytest.raises(ValueError, match="x: got"):
        within_reach(torch.rand(3, 5), real)
