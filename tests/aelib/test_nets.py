"""Networks against a plain loop of matrix products in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from aelib import nets

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
    network = nets.mlp([12, 7, 5, 3], **options)
    assert close(network(x), slow(network, x, *activations))


def test_mlp_of_one_layer_is_linear(x):
    network = nets.mlp((12, 4))
    assert [type(layer) for layer in network] == [nn.Linear]
    assert close(network(x), slow(network, x, SAME))


@pytest.mark.parametrize(
    ("options", "code", "hidden", "output"),
    [({}, SAME, RELU, SIGMOID), ({"activation": nn.Sigmoid, "code": nn.ReLU, "output": None}, RELU, SIGMOID, SAME)],
)
def test_mlp_autoencoder(x, options, code, hidden, output):
    model = nets.MLPAutoencoder([12, 8, 5, 2], **options)
    z = model.encode(x)
    assert z.shape == (6, 2) and model.decode(z).shape == model(x).shape == (6, 12)
    assert close(z, slow(model.encoder, x, hidden, hidden, code))
    assert close(model(x), slow(model.decoder, z.detach(), hidden, hidden, output))
    assert (model.inputs, model.latents) == ((12,), (2,))


def test_mlp_autoencoder_s_decoder_mirrors_its_encoder():
    model = nets.MLPAutoencoder([12, 8, 5, 2])
    widths = [[layer.out_features for layer in part if isinstance(layer, nn.Linear)] for part in (model.encoder, model.decoder)]
    assert widths == [[8, 5, 2], [5, 8, 12]]


def test_linear_autoencoder(x):
    model = nets.LinearAutoencoder(12, 3)
    assert close(model(x), slow(model.decoder, model.encode(x).detach(), SAME))
    w, w_back = (p.detach().double().numpy() for p in (model.encoder.weight, model.decoder.weight))
    plain = nets.LinearAutoencoder(12, 3, bias=False)
    plain.encoder.weight, plain.decoder.weight = model.encoder.weight, model.decoder.weight
    assert close(plain(x), x.double().numpy() @ w.T @ w_back.T)


def test_tied_linear_autoencoder(x):
    model = nets.TiedLinearAutoencoder(12, 3)
    nn.init.normal_(model.c)
    v, c = model.V.detach().double().numpy(), model.c.detach().double().numpy()
    z = (x.double().numpy() - c) @ v
    assert close(model.encode(x), z)
    assert close(model(x), z @ v.T + c)
    assert close(model.decode(torch.ones(2, 3)), np.ones((2, 3)) @ v.T + c)


def test_tied_linear_autoencoder_starts_near_unit_columns():
    torch.manual_seed(0)
    model = nets.TiedLinearAutoencoder(10_000, 4)
    np.testing.assert_allclose(model.V.detach().norm(dim=0).numpy(), 1, atol=0.03)
    assert not model.c.any()


def test_autoencoder_of_any_two_modules(x):
    model = nets.Autoencoder(nn.Linear(12, 4), nn.Linear(4, 12), 12, 4)
    assert torch.equal(model(x), model.decoder(model.encoder(x)))


@pytest.mark.parametrize(
    ("module", "count"),
    [
        (nets.mlp([784, 128, 32]), 784 * 128 + 128 + 128 * 32 + 32),
        (nets.LinearAutoencoder(5, 2), (5 + 1) * 2 + (2 + 1) * 5),
        (nets.LinearAutoencoder(5, 2, bias=False), 2 * 5 * 2),
        (nets.TiedLinearAutoencoder(5, 2), 5 * 2 + 5),
        (nn.Identity(), 0),
    ],
)
def test_n_parameters(module, count):
    assert nets.n_parameters(module) == count


def test_n_parameters_counts_what_is_trained():
    network = nets.mlp([4, 3, 2])
    network[0].requires_grad_(False)
    assert nets.n_parameters(network) == 3 * 2 + 2


BAD_SIZES = [[], [784], [784, 0], [784, -3], [784, 2.5], [784, "32"], [784, None], [3, float("nan")], 784, {3, 4}]


@pytest.mark.parametrize("sizes", BAD_SIZES)
def test_bad_sizes_are_refused(sizes, refuses):
    refuses("sizes", lambda: nets.mlp(sizes))
    refuses("sizes", lambda: nets.MLPAutoencoder(sizes))


@pytest.mark.parametrize("bad", ["relu", nn.ReLU(), 3])
def test_bad_activations_are_refused(bad, refuses):
    refuses("activation", lambda: nets.mlp([4, 3, 2], bad))
    refuses("output", lambda: nets.mlp([4, 2], output=bad))
    refuses("activation", lambda: nets.MLPAutoencoder([4, 3, 2], bad))
    refuses("code", lambda: nets.MLPAutoencoder([4, 2], code=bad))
    refuses("output", lambda: nets.MLPAutoencoder([4, 2], output=bad))


@pytest.mark.parametrize("bad", [0, -1, 1.5, None, "3"])
def test_bad_widths_are_refused(bad, refuses):
    def general(inputs, latents):
        return nets.Autoencoder(nn.Identity(), nn.Identity(), inputs, latents)

    for build in (nets.LinearAutoencoder, nets.TiedLinearAutoencoder, general):
        refuses("inputs", lambda build=build: build(bad, 2))
        refuses("latents", lambda build=build: build(2, bad))


def test_what_is_no_module_is_refused(refuses):
    refuses("encoder", lambda: nets.Autoencoder(torch.relu, nn.Identity(), 2, 2))
    refuses("decoder", lambda: nets.Autoencoder(nn.Identity(), None, 2, 2))
    refuses("module", lambda: nets.n_parameters(nets.mlp))


MODELS = [nets.MLPAutoencoder([12, 5, 3]), nets.LinearAutoencoder(12, 3), nets.TiedLinearAutoencoder(12, 3)]


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
    model = nets.Autoencoder(encoder, decoder, inputs=(1, 6, 4), latents=[2, 3, 2])
    x = torch.rand(5, 1, 6, 4)
    assert model.encode(x).shape == (5, 2, 3, 2) and model(x).shape == x.shape
    assert torch.equal(model(x), decoder(encoder(x)))


def test_a_part_that_breaks_its_promise_is_named():
    model = nets.Autoencoder(nn.Linear(4, 3), nn.Linear(3, 5), 4, 3)
    with pytest.raises(ValueError, match=r"decoder: it returned examples of shape \(5,\), expected \(4,\)"):
        model(torch.zeros(2, 4))
    model = nets.Autoencoder(nn.Linear(4, 2), nn.Linear(3, 4), 4, 3)
    with pytest.raises(ValueError, match=r"encoder: it returned examples of shape \(2,\), expected \(3,\)"):
        model.encode(torch.zeros(2, 4))


@pytest.mark.parametrize("bad", [(), (1, 0), (1, "2")])
def test_bad_shapes_are_refused(bad, refuses):
    refuses("inputs", lambda: nets.Autoencoder(nn.Identity(), nn.Identity(), bad, 2))
    refuses("latents", lambda: nets.Autoencoder(nn.Identity(), nn.Identity(), 2, bad))


def test_tied_weights(x):
    model = nets.TiedMLPAutoencoder([12, 8, 3], activation=nn.Tanh, code=nn.Sigmoid)
    W1, b1, W2, b2 = (p.detach().double().numpy() for p in model.encoder.parameters())
    c2, c1 = (model.decoder[i].bias.detach().double().numpy() for i in (0, 2))
    z = SIGMOID(TANH(x.double().numpy() @ W1.T + b1) @ W2.T + b2)
    x_hat = SIGMOID(TANH(z @ W2 + c2) @ W1 + c1)
    assert close(model.encode(x), z) and close(model(x), x_hat)
    assert nets.n_parameters(model) == 12 * 8 + 8 * 3 + (8 + 3) + (8 + 12)


def test_the_gradient_of_tied_weights_is_the_sum_of_both_uses(x):
    model = nets.TiedMLPAutoencoder([12, 3], output=None)
    model(x).square().sum().backward()
    layer = model.encoder[0]
    W_f, W_g = (layer.weight.detach().clone().requires_grad_() for _ in range(2))
    z = x @ W_f.T + layer.bias.detach()
    (z @ W_g + model.decoder[0].bias.detach()).square().sum().backward()
    assert torch.allclose(layer.weight.grad, W_f.grad + W_g.grad, rtol=1e-5, atol=1e-4)
