"""Judges against slow loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from aelib.metrics import probe
from aelib.models.autoencoder import n_parameters


def blobs(n, seed, spread=0.3) -> tuple[torch.Tensor, torch.Tensor]:
    """Points around the corners of a triangle, and which corner."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 3, (n,), generator=generator)
    corners = torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    return corners[labels] + spread * torch.randn(n, 2, generator=generator), labels


@pytest.mark.parametrize("neighbors", [1, 4, 15, 60])
def test_knn_is_a_slow_vote(neighbors):
    codes, labels = blobs(60, 0, spread=3)
    test_codes, test_labels = blobs(40, 1, spread=3)
    right = 0
    for code, label in zip(test_codes.double().numpy(), test_labels.tolist(), strict=True):
        nearest = np.argsort(((codes.double().numpy() - code) ** 2).sum(1))[:neighbors]
        right += np.bincount(labels.numpy()[nearest]).argmax() == label
    assert probe.knn_accuracy(codes, labels, test_codes, test_labels, neighbors) == pytest.approx(right / 40, abs=1e-12)
    assert 0.3 < right / 40 < 1


def test_knn_asks_fifteen_neighbors_and_takes_codes_with_gradients():
    codes, labels = blobs(60, 0, spread=3)
    fifteen = probe.knn_accuracy(codes, labels, codes, labels, 15)
    assert probe.knn_accuracy(codes.requires_grad_(), labels, codes, labels) == fifteen


def test_knn_refuses_bad_arguments(refuses):
    good = dict(zip(("codes", "labels", "test_codes", "test_labels"), blobs(20, 0) + blobs(10, 1), strict=True))

    def call(**changes):
        return probe.knn_accuracy(**{**good, **changes})

    for bad in (0, 21, 2.5, None, "3"):
        refuses("neighbors", lambda bad=bad: call(neighbors=bad))
    for name in ("codes", "test_codes"):
        x = good[name]
        for bad in (x[:, 0], x[:0], x.long(), x / 0, x.numpy(), None):
            refuses(name, lambda name=name, bad=bad: call(**{name: bad}))
    assert "(N, 2)" in refuses("test_codes", lambda: call(test_codes=torch.zeros(10, 3)))
    for name in ("labels", "test_labels"):
        y = good[name]
        for bad in (y[:5], y[:, None], y.float(), y.numpy(), None):
            refuses(name, lambda name=name, bad=bad: call(**{name: bad}))


def test_classifier():
    model = probe.classifier(6, hidden=(5, 4), classes=3)
    assert model(torch.zeros(2, 6)).shape == (2, 3)
    assert n_parameters(model) == 7 * 5 + 6 * 4 + 5 * 3
    assert n_parameters(probe.classifier(784)) == 785 * 256 + 257 * 10
    assert [type(layer) for layer in probe.classifier(6, hidden=())] == [nn.Linear]


def test_a_classifier_s_weights_depend_on_its_seed_only():
    state = torch.get_rng_state()
    first, again, other = (probe.classifier(3, (2,), seed=seed)[0].weight for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8])
def test_a_classifier_learns_separable_blobs(dtype):
    (x, labels), (test_x, test_labels) = blobs(300, 0), blobs(200, 1)
    model = probe.classifier(2, (16,), classes=3)
    assert probe.accuracy(model, test_x, test_labels) < 0.9
    probe.fit_classifier(model, x, labels.to(dtype), epochs=15, batch_size=32, lr=0.02, progress=False, device="cpu")
    assert probe.accuracy(model, test_x, test_labels) > 0.99


def test_fit_classifier_minimises_the_cross_entropy():
    """One logistic layer at its optimum: the gradient of the mean negative log-likelihood, written out, is zero."""
    x, labels = blobs(200, 0, spread=2)
    model = probe.classifier(2, (), classes=3)
    probe.fit_classifier(model, x, labels, epochs=400, batch_size=200, lr=0.1, progress=False, device="cpu")
    scores = (x @ model[0].weight.T + model[0].bias).detach().double().numpy()
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    gradient = (shares - np.eye(3)[labels.numpy()]).T @ np.hstack([x.double().numpy(), np.ones((200, 1))]) / 200
    np.testing.assert_allclose(gradient, 0, atol=1e-3)


def test_accuracy_is_a_slow_count():
    scores = torch.tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 1.0], [1.0, 2.0, 3.0], [9.0, 2.0, 3.0], [0.0, 0.5, 0.1]])
    assert probe.accuracy(nn.Identity(), scores, torch.tensor([0, 1, 2, 2, 2])) == pytest.approx(3 / 5, abs=1e-12)


def test_accuracy_is_without_dropout():
    model = nn.Sequential(nn.Dropout(0.9)).train()
    x = torch.eye(10).repeat(20, 1)
    assert probe.accuracy(model, x, torch.arange(10).repeat(20)) == 1.0


def test_classifiers_refuse_bad_arguments(refuses):
    for bad in (0, 2.5, None):
        refuses("features", lambda bad=bad: probe.classifier(bad))
        refuses("classes", lambda bad=bad: probe.classifier(3, classes=bad))
    for bad in (256, (0,), (3, "4"), None):
        refuses("hidden", lambda bad=bad: probe.classifier(3, bad))
    refuses("seed", lambda: probe.classifier(3, seed=-1))
    x, y = blobs(20, 0)
    model = probe.classifier(2, (), classes=3)
    for call in (probe.accuracy, lambda *args: probe.fit_classifier(*args, epochs=1, progress=False)):
        for bad in (y[:5], y[:, None], y.float(), y + 1, y - 1, y.numpy(), None):
            refuses("labels", lambda call=call, bad=bad: call(model, x, bad))
        for bad in (x[:0], torch.tensor(1.0), x.numpy(), None):
            refuses("x", lambda call=call, bad=bad: call(model, bad, y))
        refuses("model", lambda call=call: call(blobs, x, y))
    refuses("model", lambda: probe.accuracy(nn.Flatten(0), x, y))
    refuses("lr", lambda: probe.fit_classifier(model, x, y, lr=math.nan))


def test_the_probe_is_a_ridge_regression_in_closed_form():
    """Codes scaled to mean 0 and variance 1, targets +1 and -1, penalty N / 100, and the largest score wins."""
    (x, y), (x_test, y_test) = (
        blobs(60, 0, spread=3),
        blobs(40, 1, spread=3),
    )  # so wide that unseen codes are judged worse
    a, b, t = x.double(), x_test.double(), 2 * torch.nn.functional.one_hot(y).double() - 1
    mean, std = a.mean(0), a.std(0, unbiased=False)
    a, b = (a - mean) / std, (b - mean) / std
    w = torch.linalg.solve(a.T @ a + len(a) / 100 * torch.eye(a.shape[1], dtype=torch.float64), a.T @ (t - t.mean(0)))
    expected = float(((b @ w + t.mean(0)).argmax(1) == y_test).double().mean())
    assert probe.linear_accuracy(x, y, x_test, y_test) == pytest.approx(expected, abs=1e-12)
    assert abs(probe.linear_accuracy(x, y, x, y) - expected) > 0.01


def test_the_probe_is_linear():
    """It cannot tell inside from outside a circle, where the nearest neighbors can."""
    x = torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    y = (x.norm(dim=1) > 1.2).long()
    assert (
        probe.linear_accuracy(x[:300], y[:300], x[300:], y[300:])
        < 0.8
        < probe.knn_accuracy(x[:300], y[:300], x[300:], y[300:])
    )


def test_the_probe_refuses_bad_arguments(refuses):
    x, y = blobs(20, 0)
    refuses("codes", lambda: probe.linear_accuracy(x[0], y, x, y))
    refuses("labels", lambda: probe.linear_accuracy(x, y[:3], x, y))
    refuses("test_codes", lambda: probe.linear_accuracy(x, y, x[:, :1], y))
    refuses("test_labels", lambda: probe.linear_accuracy(x, y, x, y.float()))
