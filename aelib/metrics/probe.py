"""What a code tells about the class: nearest neighbors, a linear probe and a small classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from aelib import _check
from aelib.models.dense import mlp
from aelib.random import seeded
from aelib.train import evaluating, fit


def _labelled(
    prefix: str, codes: torch.Tensor, labels: torch.Tensor, width: int | str
) -> tuple[np.ndarray, np.ndarray]:
    _check.tensor(f"{prefix}codes", codes, "N", width, finite=True)
    _check.tensor(f"{prefix}labels", labels, len(codes), kind="whole")
    return codes.detach().cpu().numpy(), labels.cpu().numpy()


def _scores(model: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The class scores (N, C) of x, if there is one for every label."""
    scores = _check.tensor("model", model(x), len(x), "C")
    low, high = labels.aminmax()
    if low < 0 or high >= scores.shape[1]:
        raise ValueError(
            f"labels: got labels from {low} to {high}, expected 0 to {scores.shape[1] - 1}, the model's classes"
        )
    return scores


def knn_accuracy(
    codes: torch.Tensor, labels: torch.Tensor, test_codes: torch.Tensor, test_labels: torch.Tensor, neighbors: int = 15
) -> float:
    """The share of test codes (M, K) whose nearest training codes (N, K) vote for the right class, in [0, 1].

    Raises ValueError for shapes that do not match and unless 1 <= neighbors <= N.
    """
    from sklearn.neighbors import KNeighborsClassifier

    known = _labelled("", codes, labels, "K")
    asked = _labelled("test_", test_codes, test_labels, codes.shape[1])
    neighbors = _check.whole("neighbors", neighbors, most=len(codes), most_is=", the number of codes")
    return float(KNeighborsClassifier(neighbors).fit(*known).score(*asked))


def linear_accuracy(
    codes: torch.Tensor, labels: torch.Tensor, test_codes: torch.Tensor, test_labels: torch.Tensor
) -> float:
    """The share of test codes (M, K) that a linear probe classifies rightly, in [0, 1].

    The probe is a ridge regression of the classes on codes (N, K) that are scaled to mean 0 and
    variance 1, with a penalty of N / 100 (scikit-learn's RidgeClassifier): it has a closed form,
    so that the score depends on the codes and on nothing else.
    """
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = _labelled("", codes, labels, "K")
    asked = _labelled("test_", test_codes, test_labels, codes.shape[1])
    return float(
        make_pipeline(StandardScaler(), RidgeClassifier(len(codes) / 100, solver="cholesky")).fit(*known).score(*asked)
    )


def classifier(features: int, hidden: tuple[int, ...] = (256,), classes: int = 10, seed: int = 0) -> nn.Sequential:
    """A small fully connected classifier: (N, features) to class scores (N, classes), before any softmax."""
    _check.instance("hidden", hidden, Sequence, "a list of widths")
    widths = [
        _check.whole("features", features),
        *(_check.whole("hidden", h) for h in hidden),
        _check.whole("classes", classes),
    ]
    with seeded(seed):
        return mlp(widths)


def fit_classifier(model: nn.Module, x: torch.Tensor, labels: torch.Tensor, epochs: int = 5, **options: Any) -> None:
    """Train ``model`` on x (N, ...) and labels (N,) by cross-entropy; ``options`` are those of ``train.fit``."""
    _check.tensor("labels", labels, len(_check.tensor("x", x, "N", "...")), kind="whole")

    with evaluating(model), torch.no_grad():
        _scores(model, x[:2], labels)  # once, here: a check in every step would wait for the device

    def objective(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(model(x), y, reduction="none")

    fit(model, (x, labels.long()), objective, epochs, **options)


@torch.no_grad()
def accuracy(model: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of examples whose highest class score is that of their label, in [0, 1]; in evaluation mode."""
    _check.tensor("labels", labels, len(_check.tensor("x", x, "N", "...")), kind="whole")
    with evaluating(model):
        right = [
            _scores(model, *part).argmax(1) == part[1] for part in zip(x.split(1000), labels.split(1000), strict=True)
        ]
    return float(torch.cat(right).double().mean())
