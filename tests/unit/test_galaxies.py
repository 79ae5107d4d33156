"""Galaxies against integrals of their light, moments of their images and turns of the plane."""

import math

import pytest
import torch
from scipy.integrate import quad

from aelib.data import galaxies


def one(radius=3.0, index=1.0, ratio=1.0, angle=0.0, **options):
    return galaxies.render(*(torch.tensor([v], dtype=torch.float64) for v in (radius, index, ratio, angle)), **options)[
        0, 0
    ]


@pytest.mark.parametrize("index", [0.5, 1.0, 2.5, 4.0])
def test_half_of_the_light_falls_inside_the_radius(index):
    n, radius = torch.tensor([index], dtype=torch.float64), torch.tensor([2.5], dtype=torch.float64)

    def ring(r):
        return r * float(galaxies.sersic(torch.tensor([r], dtype=torch.float64), radius, n))

    inside, outside = quad(ring, 0, 2.5, limit=200)[0], quad(ring, 2.5, math.inf, limit=200)[0]
    assert inside / (inside + outside) == pytest.approx(0.5, abs=1e-6)
    assert float(galaxies.sersic(radius, radius, n)) == pytest.approx(1, abs=1e-12)


def test_b_of_a_disc_and_its_known_series():
    """The asymptotic series of Ciotti and Bertin (1999)."""
    assert float(galaxies.sersic_b(torch.ones(1, dtype=torch.float64))) == pytest.approx(1.6783469900166605, abs=1e-9)
    index = torch.linspace(1, 4, 7, dtype=torch.float64)
    expected = 2 * index - 1 / 3 + 4 / (405 * index) + 46 / (25515 * index**2)
    torch.testing.assert_close(galaxies.sersic_b(index), expected, rtol=1e-4, atol=0)


def moments(image):
    place = torch.arange(image.shape[0], dtype=torch.float64) - (image.shape[0] - 1) / 2
    y, x = torch.meshgrid(-place, place, indexing="ij")
    w = image / image.sum()
    return [float((w * m).sum()) for m in (x, y, x * x, y * y, x * y)]


@pytest.mark.parametrize("angle", [0.0, 0.4, math.pi / 2, 2.5])
def test_the_angle_turns_from_the_columns_towards_falling_rows_and_the_ratio_flattens(angle):
    x, y, xx, yy, xy = moments(one(2.0, 1.0, 0.5, angle, side=60))
    assert abs(x) < 1e-6 and abs(y) < 1e-6
    measured = 0.5 * math.atan2(2 * xy, xx - yy) % math.pi
    assert min(abs(measured - angle), math.pi - abs(measured - angle)) < 0.01
    spread = math.hypot(xx - yy, 2 * xy)
    long, short = (xx + yy + spread) / 2 - 1, (xx + yy - spread) / 2 - 1  # less the variance of the blur, one pixel
    assert math.sqrt(short / long) == pytest.approx(0.5, abs=0.03)


def test_a_round_galaxy_looks_the_same_from_every_angle_and_a_larger_one_is_wider():
    torch.testing.assert_close(one(3, 2, 1, 0.0), one(3, 2, 1, 1.1), rtol=0, atol=1e-12)
    assert one(4.0).sum() > one(2.0).sum() and float(one().max()) == 1 and float(one().min()) >= 0


def test_a_sample_is_repeatable_and_made_of_its_parameters_and_noise():
    a, b = galaxies.sample(600, seed=3), galaxies.sample(600, seed=3)
    assert torch.equal(a.images, b.images) and a.images.shape == (600, 1, 28, 28)
    assert not torch.equal(a.images, galaxies.sample(600, seed=4).images)
    parts = zip(*(values.split(500) for values in (a.radius, a.index, a.ratio, a.angle)), strict=True)
    clean = torch.cat([galaxies.render(*part) for part in parts])
    residual = a.images - clean
    assert float(residual.std()) == pytest.approx(0.05, rel=0.01) and abs(float(residual.mean())) < 1e-3
    for values, low, high in ((a.radius, 2, 5), (a.index, 1, 4), (a.ratio, 0.3, 1), (a.angle, 0, math.pi)):
        assert (
            low <= float(values.min()) < low + 0.1 * (high - low)
            and high - 0.1 * (high - low) < float(values.max()) <= high
        )


def test_parameters_do_not_know_half_turns():
    a = galaxies.sample(10, seed=1)
    b = galaxies.Galaxies(a.images, a.radius, a.index, a.ratio, a.angle + math.pi)
    for name, value in a.parameters().items():
        torch.testing.assert_close(value, b.parameters()[name], rtol=0, atol=1e-5)
    size = (a.parameters()["ellipticity 1"] ** 2 + a.parameters()["ellipticity 2"] ** 2).sqrt()
    torch.testing.assert_close((1 - size) / (1 + size), a.ratio, rtol=0, atol=1e-5)


def test_bad_arguments_are_named():
    good = torch.ones(2)
    with pytest.raises(ValueError, match=r"ratio: got values from 1.5 to 1.5, expected them in \(0, 1\]"):
        galaxies.render(good, good, 1.5 * good, good)
    with pytest.raises(ValueError, match="index: got values down to 0"):
        galaxies.sersic_b(torch.zeros(2))
    with pytest.raises(ValueError, match="radius: got"):
        galaxies.sersic(good[:, None], -good, good)
    with pytest.raises(ValueError, match="noise: got -1"):
        galaxies.sample(2, noise=-1)
    with pytest.raises(ValueError, match="n: got 0"):
        galaxies.sample(0)
