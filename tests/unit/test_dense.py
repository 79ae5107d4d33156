"""Networks against a plain loop of matrix products in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from aelib.models import autoencoder, dense

RELU, SIGMOID, TANH, SAME = lambda a: np.maximum(a, 0), lambda a: 1 / (1 + np.exp(-a)), np.tanh, lambda a: a


def slow(network: nn.Module, x: torch.Tensor, *activations) -> np.ndarray:
    """x times each weight matrix in turn, plus its bias; ``activations[i]`` after layer i."""
    values = [p.detach().double().numpy() for p in network.parameters()]
    h = x.double().numpy()
    for i, activation in enumerate(activations):
        h = activation(h @ values[2 * i].T + values[2 * i + 1])
    assert len(values) == 2 * len(activations)
    return h


def close(a: torch.Tensor, b: np.ndarray) -> bool:
    return np.allclose(a.detach().numpy(), b, rtol=0, atol=1e-6)


@pytest.fixture
def x():
    return torch.rand(6, 12, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("options", "activations"),
    [
        ({}, (RELU, RELU, SAME)),
        ({"activation": nn.Tanh}, (TANH, TANH, SAME)),
        ({"output": nn.Sigmoid}, (RELU, RELU, SIGMOID)),
    ],
)
def test_mlp(x, options, activations):
    network = dense.mlp([12, 7, 5, 3], **options)
    assert close(network(x), slow(network, x, *activations))


def test_mlp_of_one_layer_is_linear(x):
    network = dense.mlp((12, 4))
    assert [type(layer) for layer in network] == [nn.Linear]
    assert close(network(x), slow(network, x, SAME))


@pytest.mark.parametrize(
    ("options", "code", "hidden", "output"),
    [({}, SAME, RELU, SIGMOID), ({"activation": nn.Sigmoid, "code": nn.ReLU, "output": None}, RELU, SIGMOID, SAME)],
)
def test_mlp_autoencoder(x, options, code, hidden, output):
    model = dense.MLPAutoencoder([12, 8, 5, 2], **options)
    z = model.encode(x)
    assert z.shape == (6, 2) and model.decode(z).shape == model(x).shape == (6, 12)
    assert close(z, slow(model.encoder, x, hidden, hidden, code))
    assert close(model(x), slow(model.decoder, z.detach(), hidden, hidden, output))
    assert close(model.logits(z), slow(model.decoder, z.detach(), hidden, hidden, SAME))
    assert (model.input_shape, model.latent_shape) == ((12,), (2,))


def test_mlp_autoencoder_s_decoder_mirrors_its_encoder():
    model = dense.MLPAutoencoder([12, 8, 5, 2])
    widths = [
        [layer.out_features for layer in part if isinstance(layer, nn.Linear)]
        for part in (model.encoder, model.decoder)
    ]
    assert widths == [[8, 5, 2], [5, 8, 12]]


def test_linear_autoencoder(x):
    model = dense.LinearAutoencoder(12, 3)
    assert close(model(x), slow(model.decoder, model.encode(x).detach(), SAME))
    w, w_back = (p.detach().double().numpy() for p in (model.encoder.weight, model.decoder.weight))
    plain = dense.LinearAutoencoder(12, 3, bias=False)
    plain.encoder.weight, plain.decoder.weight = model.encoder.weight, model.decoder.weight
    assert close(plain(x), x.double().numpy() @ w.T @ w_back.T)


def test_tied_linear_autoencoder(x):
    model = dense.TiedLinearAutoencoder(12, 3)
    nn.init.normal_(model.c)
    v, c = model.V.detach().double().numpy(), model.c.detach().double().numpy()
    z = (x.double().numpy() - c) @ v
    assert close(model.encode(x), z)
    assert close(model(x), z @ v.T + c)
    assert close(model.decode(torch.ones(2, 3)), np.ones((2, 3)) @ v.T + c)


def test_tied_linear_autoencoder_starts_near_unit_columns():
    torch.manual_seed(0)
    model = dense.TiedLinearAutoencoder(10_000, 4)
    np.testing.assert_allclose(model.V.detach().norm(dim=0).numpy(), 1, atol=0.03)
    assert not model.c.any()


def test_autoencoder_of_any_two_modules(x):
    model = autoencoder.Autoencoder(nn.Linear(12, 4), nn.Linear(4, 12), 12, 4)
    assert torch.equal(model(x), model.decoder(model.encoder(x)))


def test_logits_are_what_comes_before_the_output(x):
    model = dense.MLPAutoencoder([12, 5, 3])
    z = model.encode(x)
    assert torch.equal(model.logits(z).sigmoid(), model.decode(z))
    linear = dense.LinearAutoencoder(12, 3)
    assert torch.equal(linear.logits(z), linear.decode(z))


@pytest.mark.parametrize(
    ("module", "count"),
    [
        (dense.mlp([784, 128, 32]), 784 * 128 + 128 + 128 * 32 + 32),
        (dense.LinearAutoencoder(5, 2), (5 + 1) * 2 + (2 + 1) * 5),
        (dense.LinearAutoencoder(5, 2, bias=False), 2 * 5 * 2),
        (dense.TiedLinearAutoencoder(5, 2), 5 * 2 + 5),
        (nn.Identity(), 0),
    ],
)
def test_n_parameters(module, count):
    assert autoencoder.n_parameters(module) == count


def test_n_parameters_counts_what_is_trained():
    network = dense.mlp([4, 3, 2])
    network[0].requires_grad_(False)
    assert autoencoder.n_parameters(network) == 3 * 2 + 2


BAD_SIZES = [[], [784], [784, 0], [784, -3], [784, 2.5], [784, "32"], [784, None], [3, float("nan")], 784, {3, 4}]


@pytest.mark.parametrize("sizes", BAD_SIZES)
def test_bad_sizes_are_refused(sizes, refuses):
    refuses("sizes", lambda: dense.mlp(sizes))
    refuses("sizes", lambda: dense.MLPAutoencoder(sizes))


@pytest.mark.parametrize("bad", ["relu", nn.ReLU(), 3])
def test_bad_activations_are_refused(bad, refuses):
    refuses("activation", lambda: dense.mlp([4, 3, 2], bad))
    refuses("output", lambda: dense.mlp([4, 2], output=bad))
    refuses("activation", lambda: dense.MLPAutoencoder([4, 3, 2], bad))
    refuses("code", lambda: dense.MLPAutoencoder([4, 2], code=bad))
    refuses("output", lambda: dense.MLPAutoencoder([4, 2], output=bad))


@pytest.mark.parametrize("bad", [0, -1, 1.5, None, "3"])
def test_bad_widths_are_refused(bad, refuses):
    for build in (dense.LinearAutoencoder, dense.TiedLinearAutoencoder):
        refuses("inputs", lambda build=build: build(bad, 2))
        refuses("latent_dim", lambda build=build: build(2, bad))


def test_what_is_no_module_is_refused(refuses):
    refuses("encoder", lambda: autoencoder.Autoencoder(torch.relu, nn.Identity(), 2, 2))
    refuses("decoder", lambda: autoencoder.Autoencoder(nn.Identity(), None, 2, 2))
    refuses("module", lambda: autoencoder.n_parameters(dense.mlp))


MODELS = [dense.MLPAutoencoder([12, 5, 3]), dense.LinearAutoencoder(12, 3), dense.TiedLinearAutoencoder(12, 3)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_bad_inputs_are_refused(model, refuses):
    images = torch.zeros(2, 1, 3, 4)
    uint8 = torch.zeros(2, 12, dtype=torch.uint8)
    for bad in (images, torch.zeros(12), torch.zeros(2, 11), torch.zeros(0, 12), uint8, [[0.0] * 12]):
        assert "(N, 12)" in refuses("x", lambda bad=bad: model(bad))
        refuses("x", lambda bad=bad: model.encode(bad))
    for bad in (torch.zeros(2, 12), torch.zeros(3), None):
        assert "(N, 3)" in refuses("z", lambda bad=bad: model.decode(bad))


def test_shapes_other_than_vectors():
    encoder = nn.Sequential(nn.Conv2d(1, 2, 2, stride=2))
    decoder = nn.Sequential(nn.ConvTranspose2d(2, 1, 2, stride=2))
    model = autoencoder.Autoencoder(encoder, decoder, input_shape=(1, 6, 4), latent_shape=[2, 3, 2])
    x = torch.rand(5, 1, 6, 4)
    assert model.encode(x).shape == (5, 2, 3, 2) and model(x).shape == x.shape
    assert torch.equal(model(x), decoder(encoder(x)))


def test_a_part_that_breaks_its_promise_is_named():
    model = autoencoder.Autoencoder(nn.Linear(4, 3), nn.Linear(3, 5), 4, 3)
    with pytest.raises(ValueError, match=r"decoder: it returned examples of shape \(5,\), expected \(4,\)"):
        model(torch.zeros(2, 4))
    model = autoencoder.Autoencoder(nn.Linear(4, 2), nn.Linear(3, 4), 4, 3)
    with pytest.raises(ValueError, match=r"encoder: it returned examples of shape \(2,\), expected \(3,\)"):
        model.encode(torch.zeros(2, 4))


@pytest.mark.parametrize("bad", [(), (1, 0), (1, "2"), 0, -1, 1.5, None, "3"])
def test_bad_shapes_are_refused(bad, refuses):
    refuses("input_shape", lambda: autoencoder.Autoencoder(nn.Identity(), nn.Identity(), bad, 2))
    refuses("latent_shape", lambda: autoencoder.Autoencoder(nn.Identity(), nn.Identity(), 2, bad))


def test_tied_weights(x):
    model = dense.TiedMLPAutoencoder([12, 8, 3], activation=nn.Tanh, code=nn.Sigmoid)
    W1, b1, W2, b2 = (p.detach().double().numpy() for p in model.encoder.parameters())
    c2, c1 = (model.decoder[i].bias.detach().double().numpy() for i in (0, 2))
    z = SIGMOID(TANH(x.double().numpy() @ W1.T + b1) @ W2.T + b2)
    x_hat = SIGMOID(TANH(z @ W2 + c2) @ W1 + c1)
    assert close(model.encode(x), z) and close(model(x), x_hat)
    assert autoencoder.n_parameters(model) == 12 * 8 + 8 * 3 + (8 + 3) + (8 + 12)


def test_the_gradient_of_tied_weights_is_the_sum_of_both_uses(x):
    model = dense.TiedMLPAutoencoder([12, 3], output=None)
    model(x).square().sum().backward()
    layer = model.encoder[0]
    W_f, W_g = (layer.weight.detach().clone().requires_grad_() for _ in range(2))
    z = x @ W_f.T + layer.bias.detach()
    (z @ W_g + model.decoder[0].bias.detach()).square().sum().backward()
    assert torch.allclose(layer.weight.grad, W_f.grad + W_g.grad, rtol=1e-5, atol=1e-4)
