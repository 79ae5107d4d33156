"""Random numbers that depend on a seed and on nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from aelib import _check

STREAMS = 1000  # seeds of one run: `spread(seed)`, `spread(seed) + 1`, ... up to this many


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers drawn inside this block depend on ``seed`` only; those drawn after it do not notice.

    It holds for torch's generators, those of the CPU and of every GPU. Raises ValueError for a ``seed`` below 0 or of
    more than 32 bits.
    """
    seed = _check.seed(seed)
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):  # named, or torch warns of more than one
        torch.manual_seed(seed)
        yield


def spread(seed: int) -> int:
    """``STREAMS`` times ``seed``: where the seeds of run ``seed`` begin, so that two runs never share one.

    A chapter draws with this number, with one more, two more and so on; run 0 has 0, 1, 2, ..., run 1 has 1000, 1001,
    ... Raises ValueError for a ``seed`` below 0, and for one whose streams have more than 32 bits.
    """
    return STREAMS * _check.whole("seed", seed, least=0, most=2**32 // STREAMS - 1)
