"""The stack coder against the definition: lengths, order, and what comes back."""

import math
import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib.metrics import coding

COUNTS = st.lists(st.integers(1, 50), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**70), COUNTS, st.data())
def test_a_pop_takes_off_what_a_push_put_on(message, counts, data):
    symbol = data.draw(st.integers(0, len(counts) - 1))
    assert coding.pop(coding.push(message, symbol, counts), counts) == (message, symbol)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**70), COUNTS)
def test_a_push_puts_back_what_a_pop_took_off(message, counts):
    rest, symbol = coding.pop(message, counts)
    assert coding.push(rest, symbol, counts) == message


def test_pops_of_all_numbers_below_the_sum_have_the_frequencies():
    counts = [3, 1, 4]
    drawn = [coding.pop(message, counts)[1] for message in range(8)]
    assert [drawn.count(symbol) for symbol in range(3)] == counts
    assert drawn == sorted(drawn)


def test_the_message_grows_by_the_information_of_its_symbols():
    dice, counts = random.Random(0), [1, 2, 5, 8]
    symbols = dice.choices(range(4), counts, k=500)
    message = 2**64
    for symbol in symbols:
        message = coding.push(message, symbol, counts)
    information = -sum(math.log2(counts[symbol] / 16) for symbol in symbols)
    assert math.log2(message) - 64 == pytest.approx(information, abs=1e-6)
    for symbol in reversed(symbols):
        message, last = coding.pop(message, counts)
        assert last == symbol
    assert message == 2**64


def test_frequencies_are_whole_add_up_and_lose_no_symbol():
    p = torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.2, 0.3, 0.5]])
    counts = coding.frequencies(p, bits=10)
    assert counts.dtype == torch.int64 and (counts >= 1).all() and (counts.sum(1) == 1024).all()
    assert ((counts / 1024 - p).abs() < 4 / 1024).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=8), st.integers(4, 32))
def test_frequencies_come_as_near_as_whole_numbers_can(weights, bits):
    p = torch.tensor([weights], dtype=torch.float64)
    p = p / p.sum()
    counts = coding.frequencies(p, bits)
    assert int(counts.sum()) == 2**bits
    assert float((counts.double() / 2**bits - p).abs().max()) <= (len(weights) + 2) / 2**bits


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: coding.frequencies(torch.tensor([0.5, 0.5])), "p: got"),
        (lambda: coding.frequencies(torch.tensor([[0.5, 0.6]])), "p: got numbers that are no probabilities"),
        (lambda: coding.frequencies(torch.tensor([[1.5, -0.5]])), "p: got numbers that are no probabilities"),
        (lambda: coding.frequencies(torch.full((1, 8), 1 / 8), bits=2), "bits: got 2, expected enough for 8 symbols"),
        (lambda: coding.push(5, 2, [1, 1]), "symbol: got 2, expected one from 0 to 1"),
        (lambda: coding.push(5, -1, [1, 1]), "symbol: got -1"),
        (lambda: coding.push(-1, 0, [1, 1]), "message: got -1"),
        (lambda: coding.push(5, 0, [0, 1]), "counts: got 0 for symbol 0, expected at least 1"),
        (lambda: coding.pop(-1, [1, 1]), "message: got -1"),
    ],
)
def test_what_cannot_be_coded_is_refused(call, expected):
    with pytest.raises(ValueError, match=expected.replace("(", r"\(")):
        call()
