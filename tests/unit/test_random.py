"""Random numbers that depend on a seed and nothing else."""

from __future__ import annotations

import warnings

import pytest
import torch

from aelib.random import STREAMS, seeded, spread


def test_the_same_seed_draws_the_same_and_nobody_else_notices():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with seeded(1):
        first = torch.rand(3)
    assert torch.equal(torch.rand(3), expected)
    with seeded(1):
        assert torch.equal(torch.rand(3), first)
    with seeded(2):
        assert not torch.equal(torch.rand(3), first)


def test_two_gpus_are_no_reason_to_warn(monkeypatch):
    forked = []
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(
        torch.random, "fork_rng", lambda devices: forked.append(list(devices)) or warnings.catch_warnings()
    )
    with seeded(0):
        pass
    assert forked == [[0, 1]], "named devices: torch warns if it has to choose"


def test_runs_do_not_share_seeds():
    ranges = [set(range(spread(seed), spread(seed) + STREAMS)) for seed in range(4)]
    assert spread(0) == 0 and len(set().union(*ranges)) == 4 * STREAMS


@pytest.mark.parametrize("bad", [-1, 0.5, "1", None, float("inf")])
def test_bad_seeds_are_refused(bad, refuses):
    refuses("seed", lambda: spread(bad))
    with pytest.raises((TypeError, ValueError), match="^seed: got"), seeded(bad):
        pass
