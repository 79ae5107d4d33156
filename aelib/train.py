"""The training loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn
from tqdm import tqdm


@dataclass
class History:
    """What ``fit`` saw: the mean objective of each epoch, and what it cost."""

    loss: list[float] = field(default_factory=list)
    seconds: float = 0.0
    samples_per_second: float = 0.0


class TrainingError(RuntimeError):
    """Training that cannot go on."""


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers drawn inside this block depend on ``seed`` only; those drawn after it do not notice."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def pick_device() -> torch.device:
    """A GPU if torch can see one, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def fit(
    model: nn.Module,
    data: torch.Tensor | Sequence[torch.Tensor],
    objective: Callable[..., torch.Tensor],
    epochs: int,
    batch_size: int = 256,
    lr: float = 2e-3,
    weight_decay: float = 0.0,
    seed: int = 0,
    device: torch.device | str | None = None,
    progress: bool = True,
) -> History:
    """Minimise the mean of ``objective(model, *batch)`` over ``data`` with Adam and a one-cycle learning rate.

    ``data`` is a tensor (N, ...) or several with the same N, all in memory; a batch is the same
    rows of each. ``objective`` returns one number per example, or one number. The learning rate
    rises to ``lr`` in the first fifth of the steps and then falls to almost zero (Smith & Topin
    2019). ``weight_decay`` is AdamW's. The model is trained on ``device`` (a GPU if there is
    one), and is back where it came from afterwards.

    Raises ValueError for bad arguments and TrainingError at the first loss that is not finite.
    """
    tensors = [data] if isinstance(data, torch.Tensor) else list(data)
    _check(tensors, epochs, batch_size, lr)
    home, device = next(model.parameters()).device, torch.device(device or pick_device())
    n, batch_size = len(tensors[0]), min(batch_size, len(tensors[0]))
    tensors = [t.to(device) for t in tensors]
    steps = n // batch_size  # a last, smaller batch is left out; the next epoch shuffles anew
    model.to(device).train()
    adam = torch.optim.AdamW(model.parameters(), lr, weight_decay=weight_decay, fused=device.type != "mps")
    # 0.21, not a round fifth: torch's schedule divides by zero where the rise takes exactly one step
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, lr, total_steps=epochs * steps, pct_start=0.21)
    history, start, bar_options = History(), time.perf_counter(), {} if progress else {"disable": True}
    with seeded(seed), tqdm(total=epochs, unit="epoch", **bar_options) as bar:
        for epoch in range(epochs):
            total = torch.zeros((), device=device)
            for rows in torch.randperm(n).to(device)[: steps * batch_size].split(batch_size):
                loss = objective(model, *(t[rows] for t in tensors)).mean()
                if not torch.isfinite(loss):
                    raise TrainingError(f"the loss is {loss.item()} in epoch {epoch + 1} of {epochs}; try an lr below {lr}")
                adam.zero_grad()
                loss.backward()
                adam.step()
                schedule.step()
                total += loss.detach()
            history.loss.append(float(total) / steps)
            bar.set_postfix(loss=f"{history.loss[-1]:.5f}")
            bar.update()
    history.seconds = time.perf_counter() - start
    history.samples_per_second = epochs * steps * batch_size / history.seconds
    model.to(home).eval()
    return history


def _check(tensors: list[torch.Tensor], epochs: int, batch_size: int, lr: float) -> None:
    lengths = {len(t) for t in tensors}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"data: got tensors of lengths {sorted(lengths)}, expected one common length of at least 1")
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name}: got {value!r}, expected a whole number of at least 1")
    if not lr > 0:
        raise ValueError(f"lr: got {lr!r}, expected a positive number")


@torch.no_grad()
def evaluate(model: nn.Module, x: torch.Tensor, loss: Callable[..., torch.Tensor], batch_size: int = 4096) -> float:
    """The mean over all examples of ``loss(x_hat, x)``, one number per example, without gradients."""
    model.eval()
    return float(sum(loss(model(part), part).sum().double() for part in x.split(batch_size)) / len(x))
