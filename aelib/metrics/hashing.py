"""Semantic hashing: codes of bits, packed into bytes, and retrieval by Hamming distance.

A packed code of B bits is a row of ceil(B / 64) * 8 bytes; what is left over is zero in every
code. Distances are exclusive or and a count of ones, 64 bits at a time (Salakhutdinov & Hinton 2009).
"""

from __future__ import annotations

import numpy as np
import torch

from aelib import _check

_ONES = np.array([i.bit_count() for i in range(2**16)], np.uint8)  # for numpy before 2.0, which cannot count ones


def pack(bits: torch.Tensor) -> np.ndarray:
    """Bits (N, B), True or False, packed into whole 64-bit words: (N, ceil(B / 64)), uint64."""
    _check.instance("bits", bits, torch.Tensor, "a tensor of True and False of shape (N, B)")
    if bits.dtype != torch.bool or bits.dim() != 2 or not bits.numel():
        raise ValueError(f"bits: got {_check.shown(bits)}, expected True and False of shape (N, B)")
    room = np.zeros((len(bits), -(-bits.shape[1] // 64) * 64), bool)
    room[:, : bits.shape[1]] = bits.cpu().numpy()
    return np.packbits(room, axis=1).view(np.uint64)


def _packed(name: str, codes: np.ndarray, words: int | None = None) -> np.ndarray:
    expected = f"packed codes of shape (N, {'W' if words is None else words}), uint64, as pack makes them"
    _check.instance(name, codes, np.ndarray, expected)
    if codes.dtype != np.uint64 or codes.ndim != 2 or not codes.size or codes.shape[1] != (words or codes.shape[1]):
        raise ValueError(f"{name}: got {codes.dtype} of shape {codes.shape}, expected {expected}")
    return codes


def popcount(words: np.ndarray) -> np.ndarray:
    """How many bits of each uint64 of an array are 1; same shape, uint8."""
    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(words)
    return _ONES[np.ascontiguousarray(words)[..., None].view(np.uint16)].sum(-1, dtype=np.uint8)


def hamming(queries: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The number of bits in which queries (M, W) and codes (N, W), both packed, differ: (M, N), uint16, or uint32 for
    long codes.
    """
    words = _packed("queries", queries).shape[1]
    _packed("codes", codes, words)
    distances = np.zeros((len(queries), len(codes)), np.uint16 if 64 * words < 2**16 else np.uint32)
    for w in range(words):
        distances += popcount(queries[:, w, None] ^ codes[:, w])
    return distances


def precision(distances: np.ndarray, query_labels: torch.Tensor, labels: torch.Tensor, k: int) -> np.ndarray:
    """Of the k nearest codes, the share with the query's label, for each query: distances (M, N) to (M,).

    Codes that are equally far at the k-th place share the places that are left: the result is
    the mean over all orders of equals, and does not depend on the order of the data.
    """
    if _check.instance("distances", distances, np.ndarray, "an array (M, N)").ndim != 2 or not distances.size:
        raise ValueError(f"distances: got shape {distances.shape}, expected (M, N)")
    m, n = distances.shape
    asked = _check.tensor("query_labels", query_labels, m, kind="whole").cpu().numpy()
    known = _check.tensor("labels", labels, n, kind="whole").cpu().numpy()
    k = _check.whole("k", k, most=n, most_is=", the number of codes")
    last = np.partition(distances, k - 1, axis=1)[:, k - 1 : k]  # the distance of the k-th
    right, nearer, equal = known == asked[:, None], distances < last, distances == last
    sure, places = (right & nearer).sum(1), k - nearer.sum(1)
    return (sure + places * (right & equal).sum(1) / equal.sum(1)) / k
