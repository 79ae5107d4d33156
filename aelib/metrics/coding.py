"""A stack of bits: asymmetric numeral systems (ANS), the coder that bits back needs (Duda 2009, Townsend et al. 2019).

The message is one whole number, of any size. ``push`` writes a symbol, and the number grows by -log2 of its frequency's
share; ``pop`` takes the last one off and leaves the number that was there before. Whoever pops what nobody pushed draws
a symbol from the given frequencies, with the number's own bits for dice. Nothing is rounded: a message of b bits is a
number below 2^b.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import torch

from aelib import _check


def frequencies(p: torch.Tensor, bits: int = 16) -> torch.Tensor:
    """Whole numbers of at least 1 and of the sum 2^bits, as near to the probabilities p (N, S) as such numbers get.

    Each is the rounded difference of two neighbors on the way of the cumulative sum, so that no symbol is lost, not
    even one of probability 0. Raises ValueError for probabilities that are negative or do not add up to 1, and for more
    than 2^bits symbols.
    """
    bits = _check.whole("bits", bits, most=32)
    symbols = _check.tensor("p", p, "N", "S", finite=True).shape[1]
    spare = 2**bits - symbols  # what is left when every symbol has one
    if spare < 0:
        raise ValueError(f"bits: got {bits}, expected enough for {symbols} symbols")
    total = p.double().sum(1, keepdim=True)  # (N, 1)
    if float(p.min()) < 0 or float((total - 1).abs().max()) > 1e-4:
        raise ValueError("p: got numbers that are no probabilities, expected them from 0, with the sum 1")
    ends = (p.double().cumsum(1) / total * spare).round().long()  # (N, S), the last of each is ``spare``
    return ends.diff(dim=1, prepend=torch.zeros_like(ends[:, :1])) + 1


def push(message: int, symbol: int, counts: Sequence[int]) -> int:
    """``message`` with ``symbol`` on top, written with the frequencies ``counts`` of all symbols, whose sum is M:

    message' = M (message // f) + c + message % f, for the symbol's frequency f and the sum c of those before it.
    """
    total, before, own = _slot(message, counts, symbol)
    return total * (message // own) + before + message % own


def pop(message: int, counts: Sequence[int]) -> tuple[int, int]:
    """The message without its last symbol, and this symbol: what ``push`` with the same ``counts`` had put there."""
    place = message % sum(counts)
    symbol = bisect_right(list(accumulate(counts)), place)  # the first whose interval ends behind the place
    total, before, own = _slot(message, counts, symbol)
    return own * (message // total) + place - before, symbol


def _slot(message: int, counts: Sequence[int], symbol: int) -> tuple[int, int, int]:
    """The sum of all frequencies, of those before the symbol's, and its own."""
    if message < 0:
        raise ValueError(f"message: got {message}, expected a whole number from 0")
    if not 0 <= symbol < len(counts):
        raise ValueError(f"symbol: got {symbol}, expected one from 0 to {len(counts) - 1}")
    if counts[symbol] < 1:
        raise ValueError(f"counts: got {counts[symbol]} for symbol {symbol}, expected at least 1")
    return sum(counts), sum(counts[:symbol]), counts[symbol]
