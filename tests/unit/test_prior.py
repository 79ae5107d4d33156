"""Against torch.distributions, scikit-learn's mixture, and a prior of which the answer is known."""

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal

from aelib.models import prior, vae
from aelib.random import seeded


def codes(n=4000):
    """Means of which the second and the fourth number vary, and small variances."""
    with seeded(1):
        mu = torch.randn(n, 4, dtype=torch.float64) * torch.tensor([0.01, 1.0, 0.1, 2.0])
    return mu, torch.tensor([0.0, -4.0, 0.0, -4.0], dtype=torch.float64).expand(n, 4)


def fitted(components=1):
    with seeded(2):
        return prior.fit(*codes(), components, seed=0)


def test_with_one_component_it_is_the_gaussian_of_the_draws():
    found = fitted()
    assert found.active.tolist() == [False, True, False, True]
    z = torch.randn(7, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    with seeded(2):
        drawn = vae.reparameterize(*codes())[:, [1, 3]]
    S = torch.from_numpy(np.cov(drawn.T.numpy(), bias=True)) + 1e-6 * torch.eye(2).double()
    active = torch.distributions.MultivariateNormal(drawn.mean(0), S).log_prob(z[:, [1, 3]])
    rest = Independent(Normal(torch.zeros(2).double(), 1), 1).log_prob(z[:, [0, 2]])
    torch.testing.assert_close(found.log_prob(z), active + rest, atol=1e-6, rtol=0)
    assert found.log_prob(z.expand(2, 7, 4)).shape == (2, 7)


def test_samples_have_its_moments():
    with seeded(4):
        z = fitted(3).sample((50_000,))
    assert z.shape == (50_000, 4)
    expected = torch.tensor([1.0, (1 + 0.0183) ** 0.5, 1.0, (4 + 0.0183) ** 0.5])
    torch.testing.assert_close(z.std(0), expected, atol=0.06, rtol=0)
    torch.testing.assert_close(z.mean(0), torch.zeros(4), atol=0.06, rtol=0)


def test_log_weights_with_a_prior_differ_by_its_log_ratio():
    with seeded(0):
        model = vae.BernoulliVAE([6, 5, 4], torch.nn.Tanh).double()
    x, found = (codes(10)[0].repeat(1, 2)[:, :6] > 0).double(), fitted()
    with seeded(5):
        plain = vae.log_weights(model, x, 3)
    with seeded(5):
        other = vae.log_weights(model, x, 3, found.log_prob)
    with seeded(5):
        mu, log_var = model.encode(x)
        z = vae.reparameterize(mu.expand(3, -1, -1), log_var)
    torch.testing.assert_close(other - plain, found.log_prob(z) - vae.log_normal(z), atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: prior.fit(torch.zeros(5, 2), torch.zeros(5, 2), 1, 0), "mu: got variances up to 0"),
        (lambda: prior.fit(torch.randn(5, 2), torch.zeros(5, 3), 1, 0), "log_var: got"),
        (lambda: prior.fit(torch.randn(5, 2), torch.zeros(5, 2), 6, 0), "components: got 6"),
        (lambda: prior.fit(torch.randn(5, 2), torch.zeros(5, 2), 1, 0, least=-1), "least: got -1"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with seeded(0), pytest.raises(ValueError, match=message):
        call()
