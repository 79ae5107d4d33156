"""Against torch.distributions, numerical integration, scikit-learn and autograd."""

import math

import pytest
import torch
from sklearn.decomposition import PCA as SklearnPCA
from torch.distributions import (
    Bernoulli,
    Independent,
    LowRankMultivariateNormal,
    MultivariateNormal,
    Normal,
    kl_divergence,
)

from aelib.models import ppca, vae
from aelib.random import seeded

EYE = torch.eye(2, dtype=torch.float64)


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def covariance(k, seed):
    a = draw(k, k, seed=seed)
    return a @ a.T + 0.3 * torch.eye(k, dtype=a.dtype)


def small(sizes=(6, 5, 2)):
    with seeded(0):
        return vae.BernoulliVAE(list(sizes), torch.nn.Tanh).double()


@pytest.mark.parametrize("shape", [(3, 2), (4, 3, 5)])
def test_log_densities_are_torch_s(shape):
    z, mu, log_var = (draw(*shape, seed=s) for s in range(3))
    expected = Independent(Normal(mu, (log_var / 2).exp()), 1).log_prob(z)
    torch.testing.assert_close(vae.log_normal(z, mu, log_var), expected, atol=1e-10, rtol=0)
    torch.testing.assert_close(
        vae.log_normal(z), Independent(Normal(torch.zeros_like(z), 1), 1).log_prob(z), atol=1e-10, rtol=0
    )
    x = (mu > 0).double()
    torch.testing.assert_close(
        vae.log_bernoulli(x, z), Independent(Bernoulli(logits=z), 1).log_prob(x), atol=1e-10, rtol=0
    )


def test_log_bernoulli_survives_large_logits():
    assert vae.log_bernoulli(torch.tensor([1.0, 0.0]), torch.tensor([500.0, -500.0])) == 0
    assert vae.log_bernoulli(torch.tensor([0.0]), torch.tensor([500.0])) == -500


def test_kl_diagonal_is_torch_s():
    mu, log_var, mu_2, log_var_2 = (draw(7, 3, seed=s) for s in range(4))
    q, p = (Independent(Normal(m, (v / 2).exp()), 1) for m, v in ((mu, log_var), (mu_2, log_var_2)))
    torch.testing.assert_close(vae.kl_diagonal(mu, log_var, mu_2, log_var_2), kl_divergence(q, p), atol=1e-10, rtol=0)
    prior = Independent(Normal(torch.zeros_like(mu), 1), 1)
    torch.testing.assert_close(vae.kl_diagonal(mu, log_var), kl_divergence(q, prior), atol=1e-10, rtol=0)
    assert vae.kl_diagonal(torch.zeros(1, 4), torch.zeros(1, 4)) == 0


@pytest.mark.parametrize("k", [1, 2, 6])
def test_kl_gaussian_is_torch_s_and_the_deck_s(k):
    mu_0, mu_1, S_0, S_1 = draw(k), draw(k, seed=1), covariance(k, 2), covariance(k, 3)
    got = vae.kl_gaussian(mu_0, S_0, mu_1, S_1)
    oracle = kl_divergence(MultivariateNormal(mu_0, S_0), MultivariateNormal(mu_1, S_1))
    torch.testing.assert_close(got, oracle, atol=1e-9, rtol=1e-9)
    inverse, gap = torch.linalg.inv(S_1), mu_1 - mu_0
    deck = 0.5 * (
        (inverse @ S_0).trace() + gap @ inverse @ gap - k + (torch.linalg.det(S_1) / torch.linalg.det(S_0)).log()
    )
    torch.testing.assert_close(got, deck, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vae.kl_gaussian(draw(2), -EYE, draw(2), EYE), "S_0: got the least eigenvalue -1"),
        (lambda: vae.kl_gaussian(draw(2), EYE, draw(3), EYE), "mu_1: got"),
        (
            lambda: vae.kl_gaussian(draw(2), EYE, draw(2), torch.tensor([[1.0, 0.5], [0, 1]]).double()),
            "S_1: got entries that differ from their mirror images",
        ),
        (lambda: vae.kl_diagonal(draw(2, 3), draw(2, 2)), "log_var: got"),
        (lambda: vae.elbo(small(), torch.zeros(2, 5).double()), "x: got"),
        (lambda: vae.elbo(small(), torch.zeros(2, 6).double(), samples=0), "samples: got 0"),
        (lambda: vae.elbo(small(), torch.zeros(2, 6).double(), beta=-1), "beta: got -1"),
        (lambda: vae.log_weights(small(), torch.zeros(2, 6).double(), 0), "k: got 0"),
        (lambda: vae.log_likelihood(small(), torch.zeros(2, 6).double(), 0), "k: got 0"),
        (lambda: vae.iwae(torch.zeros(3)), "log_w: got"),
        (lambda: vae.BernoulliVAE([6, 5, 0]), "sizes: got 0"),
        (lambda: vae.LinearVAE(3, 0), "latent_dim: got 0"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def exact_log_p(model, x, side=161, reach=8.0):
    """log p(x) of a model with two latent numbers, by a fine grid over the plane."""
    ticks = torch.linspace(-reach, reach, side, dtype=torch.float64)
    z = torch.cartesian_prod(ticks, ticks)[:, None]
    with torch.no_grad():
        joint = model.log_likelihood(x, z.expand(-1, len(x), -1)) + vae.log_normal(z)
    return joint.logsumexp(0) + 2 * math.log(float(ticks[1] - ticks[0]))


def test_bounds_lie_below_the_exact_value_and_reach_it():
    model, x = small(), (draw(4, 6, seed=5) > 0).double()
    exact = exact_log_p(model, x)
    with seeded(1), torch.no_grad():
        low = vae.elbo(model, x, samples=4000)
        log_w = vae.log_weights(model, x, 4000)
        estimate = vae.log_likelihood(model, x, 20_001, chunk=4000)
    assert (low < exact).all()
    torch.testing.assert_close(log_w.mean(0), low, atol=0.1, rtol=0)  # both are the lower bound, by other samples
    five = vae.iwae(log_w[:4000].reshape(5, -1)).reshape(800, 4).mean(0)
    assert (five > low).all() and (five < exact + 0.02).all()
    torch.testing.assert_close(estimate, exact, atol=0.05, rtol=0)


def test_elbo_is_its_formula():
    model, x = small(), (draw(4, 6, seed=5) > 0).double()
    with seeded(3):
        got = vae.elbo(model, x, samples=2, beta=0.5)
    with seeded(3):
        mu, log_var = model.encode(x)
        eps = torch.randn(2, *mu.shape, dtype=mu.dtype)
    total = 0
    for e in eps:
        x_hat = model.decode(mu + (log_var / 2).exp() * e)
        total = total + (x * x_hat.log() + (1 - x) * (1 - x_hat).log()).sum(1) / 2
    kl = 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum(1)
    torch.testing.assert_close(got, total - 0.5 * kl, atol=1e-9, rtol=0)


def test_the_encoder_s_first_numbers_are_the_means():
    model, x = vae.BernoulliVAE([6, 5, 3]), torch.rand(4, 6)
    mu, log_var = model.encode(x)
    torch.testing.assert_close(torch.cat([mu, log_var], 1), model.encoder(x))


def test_samples_have_a_gradient():
    mu, log_var = draw(3, 2).requires_grad_(), draw(3, 2, seed=1).requires_grad_()
    with seeded(0):
        z = vae.reparameterize(mu, log_var)
    z.sum().backward()
    torch.testing.assert_close(mu.grad, torch.ones_like(mu))
    torch.testing.assert_close(log_var.grad, ((z - mu) / 2).detach())


def test_linear_vae_with_ppca_s_weights_has_no_gap():
    x = draw(200, 5) @ draw(5, 5, seed=1)
    best = ppca.fit(x, 2)
    mean, S = best.posterior(x)
    model = vae.LinearVAE(5, 2).double()
    with torch.no_grad():
        model.decoder.weight.copy_(best.W)
        model.decoder.bias.copy_(best.mean)
        model.encoder.weight.copy_(torch.linalg.lstsq(x - best.mean, mean).solution.T)
        model.encoder.bias.copy_(-model.encoder.weight @ best.mean)
        model.log_var.copy_(S.diagonal().log())
        model.log_noise.fill_(math.log(best.noise))
        log_w = vae.log_weights(model, x, 3)
    torch.testing.assert_close(log_w, best.log_likelihood(x).expand(3, -1), atol=1e-8, rtol=0)  # every weight is p(x)


@pytest.mark.parametrize("k", [1, 3])
def test_ppca_is_scikit_learn_s(k):
    x = draw(400, 6) @ draw(6, 6, seed=1)
    model, oracle = ppca.fit(x, k), SklearnPCA(k).fit(x.numpy())
    scale = 399 / 400  # scikit-learn divides by N - 1
    assert model.noise == pytest.approx(oracle.noise_variance_ * scale, rel=1e-9)
    expected = LowRankMultivariateNormal(model.mean, model.W, torch.full((6,), model.noise, dtype=torch.float64))
    torch.testing.assert_close(model.log_likelihood(x), expected.log_prob(x), atol=1e-8, rtol=0)
    assert float(model.log_likelihood(x).mean()) >= oracle.score(x.numpy()) - 1e-12
    assert float(model.log_likelihood(x).mean()) == pytest.approx(oracle.score(x.numpy()), abs=0.01)
    mean, S = model.posterior(x)
    full = torch.cat([torch.eye(k, dtype=torch.float64), model.W])  # (z, x) = full z' + noise on x
    joint = full @ full.T
    joint[k:, k:] += model.noise * torch.eye(6, dtype=torch.float64)
    gain = joint[:k, k:] @ torch.linalg.inv(joint[k:, k:])  # the conditional Gaussian, from the joint one
    torch.testing.assert_close(mean, (x - model.mean) @ gain.T, atol=1e-8, rtol=0)
    torch.testing.assert_close(S, joint[:k, :k] - gain @ joint[:k, k:].T, atol=1e-8, rtol=0)


def test_no_other_weights_are_more_likely():
    x = draw(300, 4) @ draw(4, 4, seed=1)
    best = ppca.fit(x, 2)
    top = float(best.log_likelihood(x).mean())
    for seed in range(5):
        other = ppca.log_marginal(x, best.mean, best.W + 0.1 * draw(4, 2, seed=seed), best.noise * (0.8 + 0.1 * seed))
        assert float(other.mean()) < top


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ppca.fit(draw(9, 3), 3), "k: got 3"),
        (lambda: ppca.fit(draw(9, 1) @ draw(1, 4, seed=1), 2), "x: its points lie in a subspace"),
        (lambda: ppca.log_marginal(draw(9, 3), draw(3), draw(3, 1), 0.0), "noise: got 0.0"),
        (lambda: ppca.log_marginal(draw(9, 3), draw(3), draw(2, 1), 1.0), "W: got"),
    ],
)
def test_ppca_names_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
