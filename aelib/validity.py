"""Is a generated image a digit? A classifier that also knows what is none, and a distance between sets of images.

An image is called *valid* if the classifier gives one of the digits a probability of at least a
threshold, which ``calibrate`` sets so that a given share of real digits passes. It learns the
class "none" from images that look like digits and are not (``junk``), since a classifier of
digits alone is confident about everything.
"""

from __future__ import annotations

import torch
from torch import nn

from aelib import _check, judge
from aelib.train import seeded

JUNK = ("overlaid", "shuffled", "halves")  # what the judge learns; "blended" remains to test it


def junk(x: torch.Tensor, kind: str) -> torch.Tensor:
    """Images (N, 1, H, W) that are no digits, made of digits x (N, 1, H, W), with pixels in [0, 1].

    "overlaid": the brighter pixel of two images; "blended": a mean of two, with a weight from 1/3
    to 2/3; "shuffled": the four quarters of an image in another order; "halves": the top of one
    image and the bottom of another, mirrored from left to right. Partners and orders are drawn
    from torch's generator. Raises ValueError for another kind.
    """
    n, _, height, width = _check.tensor("x", x, "N", 1, "H", "W").shape
    other = x[torch.randperm(n)]
    if kind == "overlaid":
        return torch.maximum(x, other)
    if kind == "blended":
        weight = (1 + torch.rand(n, 1, 1, 1)) / 3
        return weight * x + (1 - weight) * other
    if kind == "halves":
        return torch.cat([x[:, :, : height // 2], other.flip(3)[:, :, height // 2 :]], 2)
    if kind != "shuffled":
        raise ValueError(f"kind: got {kind!r}, expected one of {', '.join(JUNK)}, blended")
    h, w = height // 2, width // 2
    if height % 2 or width % 2:
        raise ValueError(f"x: got {height} x {width} pixels, expected even numbers to cut quarters")
    quarters = torch.stack([x[..., :h, :w], x[..., :h, w:], x[..., h:, :w], x[..., h:, w:]], 1)
    step = torch.randint(1, 4, (n, 1))  # turned by one to three places: none stays where it was
    order = (torch.arange(4) + step) % 4
    moved = quarters[torch.arange(n)[:, None], order]
    return torch.cat([torch.cat([moved[:, 0], moved[:, 1]], 3), torch.cat([moved[:, 2], moved[:, 3]], 3)], 2)


def fit_judge(x: torch.Tensor, labels: torch.Tensor, epochs: int = 3, seed: int = 0, classes: int = 10) -> nn.Sequential:
    """A small convolutional classifier of digits x (N, 1, 28, 28) and of as many images that are none, trained.

    Its scores are (N, classes + 1), the last for "none"; all but its last layer give ``features``.
    """
    _check.tensor("x", x, "N", 1, 28, 28)
    _check.tensor("labels", labels, len(x), kind="whole")
    with seeded(seed):
        parts = [junk(part, JUNK[i % len(JUNK)]) for i, part in enumerate(x.split(-(-len(x) // len(JUNK))))]
        model = nn.Sequential(
            nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.ReLU(), nn.Conv2d(16, 32, 5, stride=2, padding=2), nn.ReLU(),
            nn.Flatten(), nn.Linear(32 * 49, 64), nn.ReLU(), nn.Linear(64, classes + 1),
        )  # fmt: skip
    none = torch.full((len(x),), classes, dtype=labels.dtype)
    judge.fit_classifier(model, torch.cat([x, *parts]), torch.cat([labels, none]), epochs, batch_size=128, lr=6e-3, seed=seed)
    return model


@torch.no_grad()
def probabilities(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The classes' probabilities (N, C) of images x (N, 1, H, W); the last class is "none"."""
    return torch.cat([model(part).softmax(1) for part in _check.tensor("x", x, "N", 1, "H", "W").split(1000)])


def calibrate(model: nn.Module, x: torch.Tensor, share: float = 0.95) -> float:
    """The threshold that a ``share`` of real digits x (N, 1, H, W) passes; take images on which the judge was not trained."""
    if not 0 < _check.real("share", share) < 1:
        raise ValueError(f"share: got {share!r}, expected one between 0 and 1")
    return float(probabilities(model, x)[:, :-1].amax(1).quantile(1 - share))


def valid(model: nn.Module, x: torch.Tensor, threshold: float) -> torch.Tensor:
    """Which images (N, 1, H, W) are digits to the judge: a digit has at least the probability ``threshold``; bool (N,)."""
    if not 0 < _check.real("threshold", threshold) < 1:
        raise ValueError(f"threshold: got {threshold!r}, expected a probability between 0 and 1")
    return probabilities(model, x)[:, :-1].amax(1) >= threshold


@torch.no_grad()
def features(model: nn.Sequential, x: torch.Tensor) -> torch.Tensor:
    """What the judge's last layer sees, (N, F)."""
    return torch.cat([model[:-1](part) for part in _check.tensor("x", x, "N", 1, "H", "W").split(1000)])


def frechet(a: torch.Tensor, b: torch.Tensor) -> float:
    """The squared Frechet distance between the Gaussians with the moments of a (N, F) and of b (M, F).

    |m_a - m_b|^2 + tr(A + B - 2 (A^(1/2) B A^(1/2))^(1/2)) with means m and covariances A, B (Heusel et al. 2017,
    who take other features). It is 0 for equal moments, and estimates from few samples are too large.
    """
    _check.tensor("b", b, "M", _check.tensor("a", a, "N", "F", finite=True).shape[1], finite=True)
    if min(len(a), len(b)) < 2:
        raise ValueError(f"a, b: got {len(a)} and {len(b)} examples, expected at least two of each")
    A, B = a.double().T.cov(correction=0), b.double().T.cov(correction=0)
    A, B = torch.atleast_2d(A), torch.atleast_2d(B)
    values, vectors = torch.linalg.eigh(A)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ B @ root).clamp(min=0).sqrt().sum()
    return float((a.double().mean(0) - b.double().mean(0)).square().sum() + A.trace() + B.trace() - 2 * cross)


def wilson(count: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The interval for a share, counted as ``count`` of ``n``; it holds the true one in 95 of 100 cases (Wilson 1927)."""
    n = _check.whole("n", n)
    share, z = (
        _check.whole("count", count, least=0, most=n, most_is=", the number of trials") / n,
        _check.real("z", z, positive=True),
    )
    center, spread = share + z**2 / (2 * n), z * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    return max(0.0, (center - spread) / (1 + z**2 / n)), min(1.0, (center + spread) / (1 + z**2 / n))
