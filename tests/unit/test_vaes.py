"""Against torch.distributions, the layers written out, and models that are the same by construction."""

import math

import pytest
import torch
from torch.distributions import Independent, Normal

from aelib.models import vae, vaes
from aelib.random import seeded


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def small_conv():
    with seeded(0):
        return vaes.ConvVAE(3, 4, 5, side=8).double()


def test_convolutional_vae_is_its_layers_written_out():
    model, x = small_conv(), (draw(6, 64) > 0).double()
    f = torch.nn.functional
    _, c1, _, c2, _, _, l1, _, l2 = model.encoder
    patches = x.view(6, 2, 4, 2, 4).transpose(2, 3).reshape(6, 4, 16)  # row by row
    h = f.silu(patches @ c1.weight.view(4, 16).T + c1.bias).transpose(1, 2).view(6, 4, 2, 2)
    h = f.silu(f.conv2d(h, c2.weight, c2.bias, padding=1))
    both = f.silu(h.flatten(1) @ l1.weight.T + l1.bias) @ l2.weight.T + l2.bias
    mu, log_var = model.encode(x)
    torch.testing.assert_close(torch.cat([mu, log_var], 1), both, atol=1e-12, rtol=0)
    g1, _, g2, _, _, g3, _, last, *_ = model.decoder
    z = draw(6, 3, seed=1)
    h = f.silu(f.silu(z @ g1.weight.T + g1.bias) @ g2.weight.T + g2.bias).view(6, 4, 2, 2)
    h = f.silu(f.conv2d(h, g3.weight, g3.bias, padding=1)).flatten(2).transpose(1, 2)  # (6, 4 places, 4)
    patches = (h @ last.weight.view(16, 4).T + last.bias).view(6, 2, 2, 4, 4)
    torch.testing.assert_close(model.logits(z), patches.transpose(2, 3).reshape(6, 64), atol=1e-12, rtol=0)


def test_convolutional_vae_takes_codes_of_any_depth():
    model, z = small_conv(), draw(4, 5, 3)
    one_by_one = torch.stack([model.logits(part) for part in z])
    torch.testing.assert_close(model.logits(z), one_by_one, atol=1e-12, rtol=0)
    x = (draw(5, 64) > 0).double()
    assert vae.elbo(model, x, samples=2).shape == (5,) and vae.log_weights(model, x, 3).shape == (3, 5)
    assert vaes.ConvVAE(4)(torch.rand(2, 784)).shape == (2, 784)


def test_gaussian_vae_is_torch_s_density():
    with seeded(0):
        model = vaes.GaussianVAE([6, 5, 2], torch.nn.Tanh, noise=0.3).double()
    x, z = torch.rand(4, 6, dtype=torch.float64), draw(3, 4, 2)
    expected = Independent(Normal(model.decode(z), math.sqrt(0.3)), 1).log_prob(x)
    torch.testing.assert_close(model.log_likelihood(x, z), expected, atol=1e-6, rtol=0)
    assert "log_noise" in model.state_dict() and all(p is not model.log_noise for p in model.parameters())


def test_conditional_vae_sees_the_class_as_a_one_at_its_place():
    with seeded(0):
        model = vaes.ConditionalVAE([6, 5, 2], 3, torch.nn.Tanh).double()
    x, z, y = (draw(4, 6) > 0).double(), draw(4, 2), torch.tensor([2, 0, 1, 2])
    told = torch.tensor([[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]).double()
    mu, log_var = model.encode(x, y)
    torch.testing.assert_close(torch.cat([mu, log_var], 1), model.encoder(torch.cat([x, told], 1)))
    logits = model.decoder(torch.cat([z, told], 1))
    torch.testing.assert_close(model.decode(z, y), logits.sigmoid())
    expected = Independent(torch.distributions.Bernoulli(logits=logits), 1).log_prob(x)
    torch.testing.assert_close(model.log_likelihood(x, z, y), expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vaes.ConvVAE(3, side=10), "side: got 10, expected a multiple of 4"),
        (lambda: vaes.ConvVAE(0), "latent_dim: got 0"),
        (lambda: vaes.ConvVAE(3, 0), "channels: got 0"),
        (lambda: vaes.ConvVAE(3)(torch.zeros(2, 700)), "x: got"),
        (lambda: vaes.GaussianVAE([6, 2], noise=0), "noise: got 0"),
        (lambda: vaes.ConditionalVAE([6, 2], 0), "classes: got 0"),
        (lambda: vaes.ConditionalVAE([6, 2], 3).decode(torch.zeros(4, 2), torch.zeros(3).long()), "y: got"),
        (lambda: vaes.ConditionalVAE([6, 2], 3).decode(torch.zeros(4, 2), torch.zeros(4)), "y: got"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
