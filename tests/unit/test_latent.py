"""Lines and densities of codes, against numpy, scikit-learn and scipy."""

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from aelib import latent
from aelib.random import seeded


def codes(n=400, k=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    mix = torch.randn(k, k, generator=generator, dtype=torch.float64)
    return torch.randn(n, k, generator=generator, dtype=torch.float64) @ mix + 1


def test_a_line_starts_and_ends_at_its_codes():
    z, z_2 = codes(5), codes(5, seed=1)
    line = latent.interpolate(z, z_2, [1, 0.25, 0])
    assert torch.equal(line[0], z) and torch.equal(line[2], z_2)
    torch.testing.assert_close(line[1], 0.25 * z + 0.75 * z_2)
    assert latent.interpolate(z[0], z_2[0], torch.linspace(0, 1, 4)).shape == (4, 3)


@pytest.mark.parametrize("alpha", [[-0.1, 0.5], [0.5, 1.1]])
def test_alpha_outside_the_line_is_refused(alpha):
    with pytest.raises(ValueError, match=r"alpha: got values from .* expected them in \[0, 1\]"):
        latent.interpolate(codes(2), codes(2), alpha)


def test_densities_are_scipy_s():
    z = codes()
    cov = np.cov(z.numpy().T, bias=True)
    mean = z.mean(0).numpy()
    full = multivariate_normal(mean, cov).logpdf(z.numpy())
    np.testing.assert_allclose(latent.full_gaussian(z).log_prob(z).numpy(), full, atol=1e-9)
    diagonal = multivariate_normal(mean, np.diag(np.diag(cov))).logpdf(z.numpy())
    np.testing.assert_allclose(latent.diagonal_gaussian(z).log_prob(z).numpy(), diagonal, atol=1e-9)
    assert full.mean() > diagonal.mean()


def test_mixture_is_scikit_learn_s():
    z = torch.cat([codes(300), codes(300, seed=1) + 6])
    oracle = GaussianMixture(2, reg_covar=1e-6, init_params="k-means++", random_state=3).fit(z.numpy())
    ours = latent.gaussian_mixture(z, 2, seed=3)
    np.testing.assert_allclose(ours.log_prob(z).numpy(), oracle.score_samples(z.numpy()), atol=1e-8)
    with seeded(0):
        drawn = ours.sample((20_000,))
    torch.testing.assert_close(drawn.mean(0), z.mean(0), atol=0.15, rtol=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: latent.full_gaussian(torch.arange(8.0)[:, None] * torch.tensor([1.0, -2.0])),
            "expected a positive definite",
        ),
        (lambda: latent.diagonal_gaussian(torch.ones(5, 2)), "never changes"),
        (lambda: latent.diagonal_gaussian(torch.ones(1, 2)), "at least two codes"),
        (lambda: latent.gaussian_mixture(codes(10), 11, 0), "components: got 11"),
        (lambda: latent.interpolate(codes(2), codes(3), [0.5]), "z_2: got"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
