"""Hashing against bits compared one by one and a ranking sorted by hand."""

import numpy as np
import pytest
import torch

from aelib.metrics import hashing


def random_bits(n, width, seed):
    return torch.rand(n, width, generator=torch.Generator().manual_seed(seed)) < 0.5


@pytest.mark.parametrize("width", [1, 7, 16, 63, 64, 65, 130])
def test_distances_are_those_of_bits_compared_one_by_one(width):
    a, b = random_bits(5, width, 1), random_bits(9, width, 2)
    packed, other = hashing.pack(a), hashing.pack(b)
    assert packed.dtype == np.uint64 and packed.shape == (5, -(-width // 64))
    expected = [[sum(p != q for p, q in zip(x, y, strict=True)) for y in b.tolist()] for x in a.tolist()]
    assert hashing.hamming(packed, other).tolist() == expected


@pytest.mark.parametrize("old_numpy", [False, True])
def test_ones_are_counted_with_and_without_numpy_2(old_numpy, monkeypatch):
    if old_numpy:
        monkeypatch.delattr(np, "bitwise_count", raising=False)
    words = np.array([[0, 1, 2**64 - 1], [2**63, 0b1011, 2**32 - 1]], np.uint64)
    assert hashing.popcount(words).tolist() == [[0, 1, 64], [1, 3, 32]]
    words = np.random.default_rng(3).integers(0, 2**63, 50, dtype=np.uint64)
    assert hashing.popcount(words).tolist() == [int(w).bit_count() for w in words]


def test_precision_without_equals_is_a_sorted_list():
    rng = np.random.default_rng(4)
    distances = np.stack([rng.permutation(30) for _ in range(6)])
    asked = torch.randint(3, (6,), generator=torch.Generator().manual_seed(5))
    known = torch.randint(3, (30,), generator=torch.Generator().manual_seed(6))
    for k in (1, 7, 30):
        nearest = [known[torch.from_numpy(row.argsort()[:k])] for row in distances]
        expected = [float((labels == label).double().mean()) for labels, label in zip(nearest, asked, strict=True)]
        np.testing.assert_allclose(hashing.precision(distances, asked, known, k), expected, rtol=0, atol=1e-12)


def test_equals_share_the_places_that_are_left():
    """The mean over random orders of the equals, and exact in a case small enough to count."""
    distances, known, asked = np.array([[0, 2, 2, 2, 5]]), torch.tensor([1, 1, 0, 0, 1]), torch.tensor([1])
    assert hashing.precision(distances, asked, known, 2).tolist() == [pytest.approx((1 + 1 / 3) / 2)]
    rng = np.random.default_rng(7)
    distances, known = rng.integers(0, 4, (1, 40)), torch.from_numpy(rng.integers(0, 2, 40))
    draws = []
    for _ in range(4000):
        order = rng.permutation(40)
        nearest = order[distances[0, order].argsort(kind="stable")[:10]]
        draws.append((known.numpy()[nearest] == 1).mean())
    assert abs(np.mean(draws) - hashing.precision(distances, asked, known, 10)[0]) < 5 * np.std(draws) / 4000**0.5


def test_bad_arguments_are_named():
    codes = hashing.pack(random_bits(3, 10, 1))
    with pytest.raises(ValueError, match=r"bits: got .*expected True and False of shape \(N, B\)"):
        hashing.pack(torch.zeros(3, 10))
    with pytest.raises(TypeError, match="queries: got"):
        hashing.hamming([[1]], codes)
    with pytest.raises(
        ValueError, match=r"codes: got uint64 of shape \(3, 2\), expected packed codes of shape \(N, 1\)"
    ):
        hashing.hamming(codes, hashing.pack(random_bits(3, 70, 1)))
    with pytest.raises(ValueError, match="queries: got int64"):
        hashing.hamming(codes.astype(np.int64), codes)
    labels = torch.zeros(3, dtype=torch.long)
    with pytest.raises(ValueError, match="k: got 4"):
        hashing.precision(hashing.hamming(codes, codes), labels, labels, 4)
    with pytest.raises(ValueError, match="query_labels"):
        hashing.precision(hashing.hamming(codes, codes), labels[:2], labels, 1)
    with pytest.raises(ValueError, match=r"distances: got shape \(3,\)"):
        hashing.precision(np.zeros(3), labels, labels, 1)


def test_codes_longer_than_a_short_number_counts():
    ones, zeros = (np.full((1, 1024), value, np.uint64) for value in (2**64 - 1, 0))
    assert hashing.hamming(ones, zeros).tolist() == [[65_536]]
