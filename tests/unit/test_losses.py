"""Losses against slow loops, torch.distributions and scikit-learn, and their gradients against finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss, mean_squared_error

from aelib import losses

ALL = (losses.squared_error, losses.mse, losses.bce)


@pytest.fixture
def pair():
    generator = torch.Generator().manual_seed(3)
    return tuple(torch.rand(5, 1, 3, 4, generator=generator, dtype=torch.float64) * 0.98 + 0.01 for _ in range(2))


def slow(x_hat, x, per_pixel) -> list[float]:
    rows = zip(x_hat.flatten(1).tolist(), x.flatten(1).tolist(), strict=True)
    return [math.fsum(per_pixel(a, b) for a, b in zip(*row, strict=True)) for row in rows]


def test_against_a_slow_loop(pair):
    square = slow(*pair, lambda a, b: (a - b) ** 2)
    cross = slow(*pair, lambda a, b: -b * math.log(a) - (1 - b) * math.log(1 - a))
    np.testing.assert_allclose(losses.squared_error(*pair), square, rtol=1e-12)
    np.testing.assert_allclose(losses.mse(*pair), np.array(square) / 12, rtol=1e-12)
    np.testing.assert_allclose(losses.bce(*pair), np.array(cross) / 12, rtol=1e-12)


@pytest.mark.parametrize("loss", ALL)
def test_single_precision_is_close_to_double(pair, loss):
    x_hat, x = pair
    assert loss(x_hat.float(), x.float()).dtype == torch.float32
    np.testing.assert_allclose(loss(x_hat.float(), x.float()), loss(x_hat, x), rtol=1e-6)


def test_mse_is_scikit_learn_s(pair):
    x_hat, x = (t.flatten(1).numpy() for t in pair)
    np.testing.assert_allclose(losses.mse(*pair).mean(), mean_squared_error(x, x_hat), rtol=1e-12)


def test_bce_is_a_bernoulli_s_negative_log_likelihood(pair):
    x_hat, x = pair[0], pair[1].round()
    log_likelihood = torch.distributions.Bernoulli(probs=x_hat).log_prob(x).flatten(1)
    np.testing.assert_allclose(losses.bce(x_hat, x), -log_likelihood.mean(1), rtol=1e-9)
    np.testing.assert_allclose(
        losses.bce(x_hat, x).mean(), log_loss(x.flatten().numpy(), x_hat.flatten().numpy()), rtol=1e-9
    )


def test_bernoulli_entropy(pair):
    x = pair[1]
    entropy = torch.distributions.Bernoulli(probs=x).entropy().flatten(1).mean(1)
    np.testing.assert_allclose(losses.bernoulli_entropy(x), entropy, rtol=1e-9)
    assert (losses.bce(*pair) >= losses.bernoulli_entropy(x)).all()
    assert not losses.bernoulli_entropy(x.round()).any()


@pytest.mark.parametrize("pixels", [1, 10, 784])
def test_scales(pixels):
    """squared_error grows with the number of pixels, mse and bce do not."""
    x = torch.zeros(2, pixels)
    assert torch.allclose(losses.squared_error(x + 0.5, x), torch.full((2,), 0.25 * pixels))
    assert torch.allclose(losses.mse(x + 0.5, x), torch.full((2,), 0.25))
    assert torch.allclose(losses.bce(x + 0.5, x), torch.full((2,), math.log(2)))


@pytest.mark.parametrize("loss", ALL)
def test_one_number_per_example(pair, loss):
    values = loss(*pair)
    assert values.shape == (5,)
    for i in range(5):
        torch.testing.assert_close(loss(pair[0][i : i + 1], pair[1][i : i + 1])[0], values[i], rtol=1e-12, atol=0)


@pytest.mark.parametrize("loss", ALL)
def test_gradients(pair, loss):
    x_hat, x = pair
    assert torch.autograd.gradcheck(lambda x_hat: loss(x_hat, x), x_hat.clone().requires_grad_())


def test_bce_is_cut_off_at_100():
    x_hat, x = torch.tensor([[0.0, 1.0], [1.0, 0.5]], requires_grad=True), torch.tensor([[1.0, 1.0], [0.0, 0.5]])
    values = losses.bce(x_hat, x)
    np.testing.assert_allclose(values.detach(), [50.0, (100 + math.log(2)) / 2], rtol=1e-6)
    values.sum().backward()
    assert torch.isfinite(x_hat.grad).all()


def test_bce_of_what_is_not_a_number_is_not_a_number():
    x_hat = torch.tensor([[0.5, 0.5], [math.nan, 0.5]])
    values = losses.bce(x_hat, torch.full((2, 2), 0.5))
    assert values[0].item() == pytest.approx(math.log(2)) and math.isnan(values[1])


@pytest.mark.parametrize("bad", [-1e-4, 1.0001, math.inf, -math.inf])
def test_bce_outside_0_to_1_is_refused(bad, refuses):
    inside, outside = torch.full((2, 3), 0.5), torch.tensor([[0.5, 0.5, 0.5], [0.5, bad, 0.5]])
    assert "[0, 1]" in refuses("x_hat", lambda: losses.bce(outside, inside))
    assert "[0, 1]" in refuses("x", lambda: losses.bce(inside, outside))
    refuses("x", lambda: losses.bernoulli_entropy(outside))
    outside[0, 0] = math.nan
    refuses("x_hat", lambda: losses.bce(outside, inside))
    refuses("x", lambda: losses.bce(inside, inside * math.nan))


@pytest.mark.parametrize("loss", ALL)
def test_bad_pairs_are_refused(loss, refuses):
    x = torch.full((4, 6), 0.5)
    for bad in (x[:3], x[:, :1], x[:1], x.view(4, 2, 3), x.view(-1), x.round().long(), 0.5, None):
        assert "(4, 6)" in refuses("x_hat", lambda bad=bad: loss(bad, x))
    for bad in (x[0], torch.zeros(0, 6), torch.zeros(4, 0), torch.tensor(0.5), (x * 2).long(), x.numpy(), None):
        refuses("x", lambda bad=bad: loss(x, bad))
    refuses("x", lambda: losses.bernoulli_entropy(x[0]))


def test_cross_entropy_from_logits_is_that_of_their_sigmoid():
    g = torch.Generator().manual_seed(7)
    logits, x = (
        4 * torch.randn(5, 2, 3, generator=g, dtype=torch.float64),
        torch.rand(5, 2, 3, generator=g, dtype=torch.float64),
    )
    torch.testing.assert_close(
        losses.bce_with_logits(logits, x), losses.bce(logits.sigmoid(), x), rtol=1e-10, atol=1e-12
    )
    far = torch.tensor([[200.0, -200.0]])
    assert losses.bce_with_logits(far, torch.tensor([[0.0, 1.0]])).item() == 200, "where a sigmoid would be cut off"


def test_cross_entropy_from_logits_has_the_gradient_of_the_difference():
    logits, x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True), torch.rand(4, 6, dtype=torch.float64)
    losses.bce_with_logits(logits, x).sum().backward()
    torch.testing.assert_close(logits.grad, (logits.sigmoid() - x).detach() / 6)


def test_psnr_is_scikit_image_s():
    from skimage.metrics import peak_signal_noise_ratio

    g = torch.Generator().manual_seed(8)
    x, x_hat = torch.rand(3, 40, generator=g), torch.rand(3, 40, generator=g)
    expected = [peak_signal_noise_ratio(a.numpy(), b.numpy(), data_range=1) for a, b in zip(x, x_hat, strict=True)]
    torch.testing.assert_close(
        losses.psnr(losses.mse(x_hat, x)).double(), torch.tensor(expected), rtol=1e-5, atol=1e-5, check_dtype=False
    )
    assert float(losses.psnr(255.0, peak=255)) == pytest.approx(10 * math.log10(255))
