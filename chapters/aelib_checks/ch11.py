"""Checkers of the exercises of chapter 11: each raises, with a hint, for a wrong answer."""

from __future__ import annotations

import torch
from scipy import special
from sklearn import metrics

from aelib.data import galaxies
from aelib.metrics import hashing, neighborhoods


def check_11_1(answer):
    value = float(answer(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0, 5.0])))
    assert abs(value - 1) < 1e-9, f"every anomaly is above every normal example: 1, not {value:.3f}"
    value = float(answer(torch.ones(4), torch.ones(3)))
    assert abs(value - 0.5) < 1e-9, (
        f"a score that is always the same knows nothing: one half, not {value:.3f}; do equal scores count half?"
    )
    generator = torch.Generator().manual_seed(3)
    low = torch.randint(0, 9, (50,), generator=generator).float()
    high = torch.randint(3, 12, (30,), generator=generator).float()
    wanted = metrics.roc_auc_score([0] * 50 + [1] * 30, torch.cat([low, high]).numpy())
    value = float(answer(low, high))
    assert abs(value - wanted) < 1e-6, f"random scores: got {value:.4f}, expected {wanted:.4f}"


def check_11_2(answer):
    codes = torch.tensor([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    value = answer(torch.tensor([[0.0, 1.0, 1.0]]), codes)
    assert tuple(value.shape) == (1, 3), f"one distance for each pair: (1, 3), not {tuple(value.shape)}"
    distances = value.flatten().tolist()
    assert distances == [0, 3, 1], f"011 differs from 011, 100 and 001 in 0, 3 and 1 bits, not {distances}"
    generator = torch.Generator().manual_seed(4)
    b = torch.randint(0, 2, (20, 70), generator=generator)
    c = torch.randint(0, 2, (30, 70), generator=generator)
    counted = hashing.hamming(hashing.pack(b.bool()), hashing.pack(c.bool()))
    wanted = torch.from_numpy(counted.astype("float32"))
    got = answer(b.float(), c.float()).float()
    assert torch.equal(got, wanted), "random codes of 70 bits: not the distances of aelib.metrics.hashing"


def check_11_3(answer):
    assert abs(float(answer(0.0, 2.0, 1.5))) < 1e-9, "no light falls inside a radius of zero"
    b = float(galaxies.sersic_b(torch.ones(1, dtype=torch.float64)))
    value = float(answer(3.0, 3.0, b))
    assert abs(value - 0.5) < 1e-6, (
        f"inside R falls one half if b is right, not {value:.4f}; a ring at radius r has the area 2 pi r dr"
    )
    for r in (0.5, 2.0, 9.0):
        wanted = float(special.gammainc(2, b * r / 2.5))
        value = float(answer(r, 2.5, b))
        assert abs(value - wanted) < 1e-6, f"r = {r}, R = 2.5: got {value:.4f}, expected {wanted:.4f}"


def check_11_4(answer):
    line = torch.arange(12.0)[:, None] ** 1.1
    value = float(answer(line, torch.cat([line, torch.zeros(12, 1)], 1), 3))
    assert abs(value - 1) < 1e-6, f"a map that keeps all neighbors has 1, not {value:.4f}; is a point its own neighbor?"
    generator = torch.Generator().manual_seed(5)
    x, z = torch.randn(40, 6, generator=generator), torch.randn(40, 2, generator=generator)
    for k in (1, 5, 15):
        wanted, other = neighborhoods.kept(x, z, k)
        value = float(answer(x, z, k))
        assert abs(value - other) > 1e-6, f"k = {k}: {value:.4f} is the continuity; whose neighbors pay?"
        assert abs(value - wanted) < 1e-5, f"k = {k}: got {value:.4f}, expected {wanted:.4f}"
