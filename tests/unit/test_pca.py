"""PCA against scikit-learn and numpy, angles against scipy."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA as SklearnPCA

from aelib.data import datasets
from aelib.models.pca import covariance, fit, principal_angles


def gaussian(*shape, seed=0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def x():
    return gaussian(40, 7) @ gaussian(7, 7, seed=1) + 3


@pytest.mark.parametrize("k", [1, 3, 7])
def test_pca_is_scikit_learn_s(x, k):
    ours, theirs = fit(x, k), SklearnPCA(k, svd_solver="full").fit(x.numpy())
    np.testing.assert_allclose(ours.mean, theirs.mean_, rtol=1e-12)
    np.testing.assert_allclose(
        ours.eigenvalues[:k], theirs.explained_variance_ * 39 / 40, rtol=1e-9
    )  # 1/N against 1/(N-1)
    signs = np.sign((ours.V.T.numpy() * theirs.components_).sum(1))
    np.testing.assert_allclose(ours.V.T.numpy(), theirs.components_ * signs[:, None], atol=1e-9)
    np.testing.assert_allclose(ours.encode(x), theirs.transform(x.numpy()) * signs, atol=1e-9)
    np.testing.assert_allclose(ours(x), theirs.inverse_transform(theirs.transform(x.numpy())), atol=1e-9)


def test_pca_s_shapes_and_conventions(x):
    fitted = fit(x, 3)
    assert fitted.mean.shape == (7,) and fitted.V.shape == (7, 3) and fitted.eigenvalues.shape == (7,)
    np.testing.assert_allclose(fitted.V.T @ fitted.V, np.eye(3), atol=1e-12)
    assert (fitted.eigenvalues.diff() <= 0).all()
    for column in fitted.V.T:
        assert column[column.abs().argmax()] > 0
    z = fitted.encode(x[:5])
    assert z.shape == (5, 3) and fitted.decode(z).shape == fitted(x[:5]).shape == (5, 7)


def test_the_eigenvalues_are_errors(x):
    """The sum of all is the mean squared distance to the mean; that of the discarded ones is PCA's error."""
    for k in range(1, 8):
        fitted = fit(x, k)
        error = (fitted(x) - x).square().sum(1).mean().item()
        assert error == pytest.approx(fitted.eigenvalues[k:].sum().item(), abs=1e-10)
    assert fitted.eigenvalues.sum().item() == pytest.approx((x - x.mean(0)).square().sum(1).mean().item(), rel=1e-12)


def test_pca_without_a_mean_is_a_singular_value_decomposition(x):
    fitted = fit(x, 2, center=False)
    u, s, vt = np.linalg.svd(x.numpy(), full_matrices=False)
    assert not fitted.mean.any()
    np.testing.assert_allclose(fitted.eigenvalues, s**2 / 40, rtol=1e-9)
    np.testing.assert_allclose(fitted(x), u[:, :2] * s[:2] @ vt[:2], atol=1e-9)


def test_pca_keeps_the_type_and_computes_in_double():
    """A spread of 1e-3 around 1000: in single precision the covariance would be noise."""
    x = (1000 + 1e-3 * gaussian(500, 2) * torch.tensor([2.0, 1.0])).float()
    fitted = fit(x, 1)
    assert fitted.mean.dtype == fitted.V.dtype == fitted.eigenvalues.dtype == torch.float32
    np.testing.assert_allclose(
        fitted.eigenvalues, np.linalg.eigvalsh(np.cov(x.double().numpy().T, bias=True))[::-1], rtol=1e-6
    )


def test_pca_of_fewer_points_than_inputs():
    x = gaussian(3, 5)
    fitted = fit(x, 5)
    assert (fitted.eigenvalues >= 0).all() and fitted.eigenvalues[2:].max() < 1e-12
    torch.testing.assert_close(fitted(x), x)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("center", [True, False])
def test_pca_on_the_gpu(x, center):
    torch.testing.assert_close(fit(x.cuda(), 2, center)(x.cuda()).cpu(), fit(x, 2, center)(x))


def test_pca_refuses_bad_arguments(x, refuses):
    holed = x.clone()
    holed[0, 0] = math.nan
    for bad in (x[0], x[None], x[:0], x[:, :0], x.long(), x.numpy(), None, holed, x / 0):
        refuses("x", lambda bad=bad: fit(bad, 1))
    for bad in (0, 8, -1, 1.5, "2", None, True):
        refuses("k", lambda bad=bad: fit(x, bad))
    fitted = fit(x, 2)
    for bad in (x[:, :6], x[0], x.long(), None):
        assert "(N, 7)" in refuses("x", lambda bad=bad: fitted.encode(bad))
        refuses("x", lambda bad=bad: fitted(bad))
    for bad in (x, torch.zeros(2, dtype=torch.float64), 0.5):
        assert "(N, 2)" in refuses("z", lambda bad=bad: fitted.decode(bad))


@pytest.mark.parametrize(("k", "m"), [(1, 1), (3, 3), (2, 5), (5, 2), (9, 9)])
def test_angles_are_scipy_s(k, m):
    a, b = gaussian(9, k), gaussian(9, m, seed=1)
    angles = principal_angles(a, b)
    assert angles.shape == (min(k, m),) and (angles.diff() >= 0).all()
    np.testing.assert_allclose(angles, subspace_angles(a.numpy(), b.numpy())[::-1], atol=1e-10)


EIGHTH, QUARTER = math.pi / 4, math.pi / 2


@pytest.mark.parametrize("angle", [1e-9, 1e-7, 1e-3, EIGHTH - 1e-9, EIGHTH + 1e-9, 1.0, QUARTER - 1e-7, QUARTER])
def test_a_known_angle(angle):
    """Two planes that share an axis, the other turned by ``angle``, in a random frame, with columns of any length and
    mixture.
    """
    frame = torch.linalg.qr(gaussian(6, 6)).Q
    a, b = torch.zeros(6, 2, dtype=torch.float64), torch.zeros(6, 2, dtype=torch.float64)
    a[0, 0] = a[1, 1] = b[0, 0] = 1
    b[1, 1], b[2, 1] = math.cos(angle), math.sin(angle)
    mixed = [frame @ m @ torch.tensor([[1.0, 0.4], [-0.3, 2.0]], dtype=torch.float64) for m in (a, b)]
    angles = principal_angles(*mixed)
    assert angles[0] < 1e-14
    assert angles[1].item() == pytest.approx(angle, abs=1e-14)


def test_angles_between_equal_and_orthogonal_spaces():
    a = gaussian(8, 3)
    assert principal_angles(a, a @ gaussian(3, 3, seed=1)).max() < 1e-14
    frame = torch.linalg.qr(gaussian(8, 6)).Q
    np.testing.assert_allclose(principal_angles(frame[:, :3], frame[:, 3:] @ gaussian(3, 3)), math.pi / 2, atol=1e-14)


def test_angles_in_single_precision_are_computed_in_double():
    a = gaussian(8, 3).float()
    assert principal_angles(a, a).dtype == torch.float64
    assert principal_angles(a, a * 3).max() < 1e-7


def test_principal_angles_refuse_bad_arguments(refuses):
    a = gaussian(6, 2)
    for bad in (a[:, 0], a[:0], a[:, :0], a.long(), a / 0, None):
        refuses("a", lambda bad=bad: principal_angles(bad, a))
        refuses("b", lambda bad=bad: principal_angles(a, bad))
    refuses("b", lambda: principal_angles(a, a[:5]))
    twice = torch.stack([a[:, 0], 2 * a[:, 0]], dim=1)
    for name, pair in (
        ("a", (twice, a)),
        ("b", (a, twice)),
        ("a", (gaussian(2, 3), gaussian(2, 1))),
        ("b", (a, 0 * a)),
    ):
        with pytest.raises(
            ValueError, match=f"^{name}: its . columns are linearly dependent, expected independent columns"
        ):
            principal_angles(*pair)


def test_first_components_are_those_of_a_smaller_fit():
    x = torch.randn(40, 6, generator=torch.Generator().manual_seed(3))
    small, cut = fit(x, 2), fit(x, 5).first(2)
    assert torch.allclose(cut.V, small.V) and torch.equal(cut.eigenvalues, small.eigenvalues)
    assert torch.allclose(cut(x), small(x), atol=1e-6)
    with pytest.raises(ValueError, match="^k: got 6, expected a whole number from 1 to 5, the number of components"):
        fit(x, 5).first(6)


@pytest.mark.parametrize("chunk", [1, 7, 40, 100])
def test_the_covariance_in_parts_is_numpy_s(chunk):
    x = torch.randn(40, 6, generator=torch.Generator().manual_seed(4))
    mean = x.mean(0, dtype=torch.float64)
    expected = np.cov(x.double().numpy().T, bias=True)
    np.testing.assert_allclose(covariance(x, mean, chunk).numpy(), expected, rtol=1e-12)


def test_columns_that_depend_on_each_other_are_refused_in_single_precision_too():
    for dtype in (torch.float32, torch.float64):
        a = torch.randn(50, 2, generator=torch.Generator().manual_seed(5), dtype=dtype)
        dependent = torch.cat([a, a @ torch.tensor([[0.3], [1.7]], dtype=dtype)], 1)
        with pytest.raises(ValueError, match="^a: its 3 columns are linearly dependent"):
            principal_angles(dependent, a)


def test_on_the_real_mnist_pca_and_the_mean_image_leave_what_they_always_left():
    if not (os.environ.get("AELIB_DATA") and datasets.places("mnist")[0].is_dir()):
        pytest.skip("AELIB_DATA names no folder with MNIST")
    mnist = datasets.load("mnist", download=False)
    fitted, x = fit(mnist.train.flatten(1), 32), mnist.test.flatten(1)
    assert float((fitted(x) - x).square().mean()) == pytest.approx(0.01683, abs=5e-6)
    assert float((fitted.mean - x).square().mean()) == pytest.approx(0.0675, abs=5e-5)
