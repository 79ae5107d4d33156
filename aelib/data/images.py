"""What a data set is, and what is raised for one that is not there."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Images:
    """A data set: images (N, C, H, W), float32 in [0, 1]; labels (N,), int64, 0, 1, ... for the classes."""

    name: str
    train: torch.Tensor
    train_labels: torch.Tensor
    test: torch.Tensor
    test_labels: torch.Tensor


class DataError(RuntimeError):
    """A data set that cannot be found, read or trusted."""
