"""The judge of generated images and the Frechet distance, against scipy and by counting."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from aelib.data import datasets
from aelib.metrics import validity
from aelib.random import seeded


def images(n=6, seed=0):
    return torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(seed))


def test_junk_is_made_of_digits():
    x = images()
    with seeded(0):
        made = {kind: validity.junk(x, kind) for kind in (*validity.JUNK, "blended")}
    with seeded(0):
        order = torch.randperm(6).tolist()
    partner = {order[i]: order[i - 1] for i in range(6)}  # the one before it in a random circle
    other = x[[partner[i] for i in range(6)]]
    torch.testing.assert_close(made["overlaid"], torch.maximum(x, other))
    assert all(m.shape == x.shape and m.min() >= 0 and m.max() <= 1 for m in made.values())
    for image, moved in zip(x, made["shuffled"], strict=True):

        def cut(t):
            return [t[:, i : i + 14, j : j + 14] for i in (0, 14) for j in (0, 14)]

        assert sorted(float(q.sum()) for q in cut(image)) == pytest.approx(sorted(float(q.sum()) for q in cut(moved)))
        assert not any(torch.equal(a, b) for a, b in zip(cut(image), cut(moved), strict=True))
    assert torch.equal(made["halves"][:, :, :14], x[:, :, :14])


@pytest.mark.parametrize("kind", [*validity.JUNK, "blended"])
def test_junk_never_leaves_an_image_as_it_is(kind):
    for n in (2, 3, 50):
        x = images(n)
        for seed in range(20):
            with seeded(seed):
                made = validity.junk(x, kind)
            assert not any(torch.equal(a, b) for a, b in zip(x, made, strict=True))


def test_a_judge_knows_digits_from_others():
    digits = datasets.load("digits")
    x = digits.train[:1000]
    model = validity.fit_judge(x, digits.train_labels[:1000], epochs=8, seed=0)
    threshold = validity.calibrate(model, digits.train[1000:], 0.8)
    assert float(validity.valid(model, digits.train[1000:], threshold).double().mean()) == pytest.approx(0.8, abs=0.01)
    shares = {"digits": float(validity.valid(model, digits.test, threshold).double().mean())}
    with seeded(1):
        for kind in validity.JUNK:
            shares[kind] = float(validity.valid(model, validity.junk(digits.test, kind), threshold).double().mean())
        shares["noise"] = float(validity.valid(model, torch.rand_like(digits.test), threshold).double().mean())
    assert shares["digits"] > 0.7 and max(shares[kind] for kind in (*validity.JUNK, "noise")) < 0.35, shares
    p = validity.probabilities(model, digits.test)
    torch.testing.assert_close(p.sum(1), torch.ones(len(p)))
    assert p.shape[1] == 11
    assert torch.equal(validity.valid(model, digits.test, 0.6), p[:, :10].amax(1) >= 0.6)
    torch.testing.assert_close(model[-1](validity.features(model, digits.test)).softmax(1), p)


def test_frechet_is_scipy_s():
    a, b = (
        np.random.default_rng(s).normal(size=(200, 5)) @ np.random.default_rng(s + 9).normal(size=(5, 5))
        for s in (0, 1)
    )
    A, B = np.cov(a.T, bias=True), np.cov(b.T, bias=True)
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(A + B - 2 * sqrtm(A @ B).real)
    assert validity.squared_frechet(torch.from_numpy(a), torch.from_numpy(b)) == pytest.approx(expected, rel=1e-9)
    assert validity.squared_frechet(torch.from_numpy(a), torch.from_numpy(a)) == pytest.approx(0, abs=1e-6)
    one = torch.tensor([[0.0], [2.0]])
    assert validity.squared_frechet(one, 3 * one + 1) == pytest.approx(3**2 + (3 - 1) ** 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: validity.junk(images(), "letters"), "kind: got 'letters'"),
        (lambda: validity.junk(images(1), "overlaid"), "x: got 1 image"),
        (lambda: validity.junk(torch.rand(2, 1, 5, 5), "shuffled"), "x: got 5 x 5 pixels"),
        (lambda: validity.valid(torch.nn.Flatten(), images(), 1.0), "threshold: got 1.0"),
        (lambda: validity.calibrate(torch.nn.Flatten(), images(), 0.0), "share: got 0.0"),
        (lambda: validity.fit_judge(images(), torch.zeros(5).long(), 1, 0), "labels: got"),
        (lambda: validity.squared_frechet(torch.rand(1, 2), torch.rand(3, 2)), "a, b: got 1 and 3"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
