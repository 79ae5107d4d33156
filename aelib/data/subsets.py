"""Choices of a few examples of a data set: a split of one's own, the first of each class, a few labels a class."""

from __future__ import annotations

import torch

from aelib import _check
from aelib.random import seeded


def resplit(n_train: int, n_test: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The places 0, 1, ..., n_train + n_test - 1 in a random order, cut into ``n_train`` and ``n_test``."""
    n_train, n_test = _check.whole("n_train", n_train), _check.whole("n_test", n_test)
    with seeded(seed):
        order = torch.randperm(n_train + n_test)
    return order[:n_train], order[n_train:]


def first_of_each(labels: torch.Tensor) -> torch.Tensor:
    """Where each class occurs first in ``labels`` (N,): one place a class that occurs, in the order of the classes."""
    _check.tensor("labels", labels, "N", kind="whole")
    return torch.stack([(labels == c).nonzero()[0, 0] for c in labels.unique()])


def few_labels(labels: torch.Tensor, per_class: int, seed: int) -> torch.Tensor:
    """Places of ``per_class`` random examples of each class in ``labels`` (N,), class by class.

    Raises ValueError if a class has fewer.
    """
    least = int(_check.tensor("labels", labels, "N", kind="whole").bincount()[labels.unique()].min())
    per_class = _check.whole("per_class", per_class, most=least, most_is=", the size of the smallest class")
    with seeded(seed):
        order = torch.randperm(len(labels))
    return torch.cat([order[labels[order] == c][:per_class] for c in labels.unique()])
