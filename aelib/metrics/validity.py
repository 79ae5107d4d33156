"""Is a generated image a digit? A classifier that also knows what is none, and a distance between sets of images.

An image is called *valid* if the classifier gives one of the digits a probability of at least a
threshold, which ``calibrate`` sets so that a given share of real digits passes. It learns the
class "none" from images that look like digits and are not (``junk``), since a classifier of
digits alone is confident about everything.
"""

from __future__ import annotations

import torch
from torch import nn

from aelib import _check
from aelib.metrics import probe
from aelib.random import seeded
from aelib.train import evaluating

JUNK = ("overlaid", "shuffled", "halves")  # what the judge learns; "blended" remains to test it


def junk(x: torch.Tensor, kind: str) -> torch.Tensor:
    """Images (N, C, H, W) that are no digits, made of digits x (N, C, H, W), with pixels in [0, 1].

    "overlaid": the brighter pixel of two images; "blended": a mean of two, with a weight from 1/3
    to 2/3; "shuffled": the four quarters of an image in another order; "halves": the top of one
    image and the bottom of another, mirrored from left to right. Partners and orders are drawn
    from torch's generator. Raises ValueError for another kind.
    """
    n, _, height, width = _check.tensor("x", x, "N", "C", "H", "W").shape
    if n < 2:
        raise ValueError(f"x: got {n} image, expected at least two, to make junk of")
    order = torch.randperm(n, device=x.device)
    other = torch.empty_like(x)
    other[order] = x[order.roll(1)]  # the next one in a random circle: never the image itself
    if kind == "overlaid":
        return torch.maximum(x, other)
    if kind == "blended":
        weight = (1 + torch.rand(n, 1, 1, 1, device=x.device)) / 3
        return weight * x + (1 - weight) * other
    if kind == "halves":
        return torch.cat([x[:, :, : height // 2], other.flip(3)[:, :, height // 2 :]], 2)
    if kind != "shuffled":
        raise ValueError(f"kind: got {kind!r}, expected one of {', '.join(JUNK)}, blended")
    h, w = height // 2, width // 2
    if height % 2 or width % 2:
        raise ValueError(f"x: got {height} x {width} pixels, expected even numbers to cut quarters")
    quarters = torch.stack([x[..., :h, :w], x[..., :h, w:], x[..., h:, :w], x[..., h:, w:]], 1)
    step = torch.randint(1, 4, (n, 1), device=x.device)  # turned by one to three places: none stays where it was
    places = (torch.arange(4, device=x.device) + step) % 4  # (N, 4)
    moved = quarters[torch.arange(n, device=x.device)[:, None], places]  # (N, 4, C, H / 2, W / 2)
    return torch.cat([torch.cat([moved[:, 0], moved[:, 1]], 3), torch.cat([moved[:, 2], moved[:, 3]], 3)], 2)


def fit_judge(x: torch.Tensor, labels: torch.Tensor, epochs: int, seed: int, classes: int = 10) -> nn.Sequential:
    """A small convolutional classifier of digits x (N, C, H, W) and of as many images that are none, trained.

    Its scores are (N, classes + 1), the last for "none"; all but its last layer give ``features``.
    """
    _, channels, height, width = _check.tensor("x", x, "N", "C", "H", "W").shape
    quarter = -(-height // 4) * -(-width // 4)  # pixels left after two strides of 2
    _check.tensor("labels", labels, len(x), kind="whole")
    classes = _check.whole("classes", classes)
    with seeded(seed):
        parts = [junk(part, JUNK[i % len(JUNK)]) for i, part in enumerate(x.split(-(-len(x) // len(JUNK))))]
        model = nn.Sequential(
            nn.Conv2d(channels, 16, 5, stride=2, padding=2), nn.ReLU(),
            nn.Conv2d(16, 32, 5, stride=2, padding=2), nn.ReLU(),
            nn.Flatten(), nn.Linear(32 * quarter, 64), nn.ReLU(), nn.Linear(64, classes + 1),
        )  # fmt: skip
    none = torch.full((len(x),), classes, dtype=labels.dtype)
    probe.fit_classifier(
        model, torch.cat([x, *parts]), torch.cat([labels, none]), epochs, batch_size=128, lr=6e-3, seed=seed
    )
    return model


@torch.no_grad()
def probabilities(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The classes' probabilities (N, classes + 1) of images x (N, C, H, W); the last class is "none"."""
    with evaluating(model):
        return torch.cat([model(part).softmax(1) for part in _check.tensor("x", x, "N", "C", "H", "W").split(1000)])


def calibrate(model: nn.Module, x: torch.Tensor, share: float = 0.95) -> float:
    """The threshold that a ``share`` of real digits x (N, C, H, W) passes; take images on which the judge was not
    trained.
    """
    if not 0 < _check.real("share", share) < 1:
        raise ValueError(f"share: got {share!r}, expected one between 0 and 1")
    found = float(probabilities(model, x)[:, :-1].amax(1).quantile(1 - share))
    return min(found, 1 - 1e-6)  # a judge that is sure of everything gives 1, which no threshold may be


def valid(model: nn.Module, x: torch.Tensor, threshold: float) -> torch.Tensor:
    """Which images (N, C, H, W) are digits to the judge: a digit has at least the probability ``threshold``; bool
    (N,).
    """
    if not 0 < _check.real("threshold", threshold) < 1:
        raise ValueError(f"threshold: got {threshold!r}, expected a probability between 0 and 1")
    return probabilities(model, x)[:, :-1].amax(1) >= threshold


@torch.no_grad()
def features(model: nn.Sequential, x: torch.Tensor) -> torch.Tensor:
    """What the judge's last layer sees, (N, F)."""
    with evaluating(model):
        return torch.cat([model[:-1](part) for part in _check.tensor("x", x, "N", "C", "H", "W").split(1000)])


def squared_frechet(a: torch.Tensor, b: torch.Tensor) -> float:
    """The squared Frechet distance between the Gaussians with the moments of a (N, F) and of b (M, F).

    ``|m_a - m_b|^2 + tr(A + B - 2 (A^(1/2) B A^(1/2))^(1/2))`` with means m and covariances A, B (Heusel et al. 2017,
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
