"""Against scikit-learn's mutual information, and cases in which it is known."""

import math

import pytest
import torch
from sklearn.metrics import mutual_info_score

from aelib.metrics import factors
from aelib.random import seeded


def drawn(n=1000):
    with seeded(0):
        known = torch.rand(n, 3)
        return torch.stack([known[:, 0] ** 3, -known[:, 1] + 0.3 * torch.rand(n), torch.rand(n), known[:, 0]], 1), known


def test_information_is_scikit_learn_s():
    codes, known = drawn()
    shares = factors.information(codes, known, bins=8)
    rank = lambda t: (t.argsort().argsort() * 8 // len(t)).numpy()  # noqa: E731
    for k in range(4):
        for f in range(3):
            expected = mutual_info_score(rank(codes[:, k]), rank(known[:, f])) / math.log(8)
            assert float(shares[k, f]) == pytest.approx(expected, abs=1e-6)


def test_a_number_tells_all_of_what_it_rises_with_and_nothing_of_what_it_does_not_know():
    shares = factors.information(*drawn(20_000), bins=20)
    assert float(shares[0, 0]) == pytest.approx(1, abs=1e-6) and float(shares[3, 0]) == pytest.approx(1, abs=1e-6)
    chance = 19**2 / (2 * 20_000 * math.log(20))
    assert float(shares[2].mean()) == pytest.approx(chance, rel=0.3)


def test_gap_is_the_lead_of_the_best_number():
    shares = torch.tensor([[0.9, 0.2], [0.3, 0.7], [0.1, 0.7]])
    torch.testing.assert_close(factors.gap(shares), torch.tensor([0.6, 0.0]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: factors.information(torch.rand(5, 2), torch.rand(4, 2)), "factors: got"),
        (lambda: factors.information(torch.rand(5, 2), torch.rand(5, 2), bins=6), "bins: got 6"),
        (lambda: factors.information(torch.rand(5, 2), torch.rand(5, 2), bins=1), "bins: got 1"),
        (lambda: factors.gap(torch.rand(1, 3)), "shares: got 1 code number"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
