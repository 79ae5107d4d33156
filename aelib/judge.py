"""Judges of codes and images: nearest neighbours, a linear probe and a small classifier."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from aelib.nets import mlp
from aelib.train import fit, seeded


def _labelled(codes: torch.Tensor, labels: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    if codes.ndim != 2 or labels.shape != codes.shape[:1]:
        raise ValueError(f"labels: got codes {tuple(codes.shape)} and labels {tuple(labels.shape)}, expected (N, K) and (N,)")
    return codes.detach().cpu().numpy(), labels.cpu().numpy()


def knn_accuracy(
    codes: torch.Tensor, labels: torch.Tensor, test_codes: torch.Tensor, test_labels: torch.Tensor, neighbours: int = 15
) -> float:
    """The share of test codes (M, K) whose nearest training codes (N, K) vote for the right class, in [0, 1].

    Raises ValueError for shapes that do not match and unless 1 <= neighbours <= N.
    """
    from sklearn.neighbors import KNeighborsClassifier

    if not 1 <= neighbours <= len(codes):
        raise ValueError(f"neighbours: got {neighbours!r}, expected a whole number from 1 to {len(codes)}, the number of codes")
    voter = KNeighborsClassifier(neighbours).fit(*_labelled(codes, labels))
    return float(voter.score(*_labelled(test_codes, test_labels)))


def classifier(features: int, hidden: tuple[int, ...] = (256,), classes: int = 10, seed: int = 0) -> nn.Sequential:
    """A small fully connected classifier: (N, features) to class scores (N, classes), before any softmax."""
    with seeded(seed):
        return mlp([features, *hidden, classes])


def fit_classifier(model: nn.Module, x: torch.Tensor, labels: torch.Tensor, epochs: int = 5, **options) -> None:
    """Train ``model`` on x (N, ...) and labels (N,) by cross-entropy; ``options`` are those of ``train.fit``."""
    if labels.shape != x.shape[:1]:
        raise ValueError(f"labels: got shape {tuple(labels.shape)}, expected ({len(x)},), one label an example")

    def objective(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(model(x), y, reduction="none")

    fit(model, (x, labels), objective, epochs, **options)


@torch.no_grad()
def accuracy(model: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of examples whose highest class score is that of their label, in [0, 1]."""
    model.eval()
    return float((model(x).argmax(1) == labels).double().mean())
