"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn
from tqdm import tqdm

from aelib import _check


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
    _check.whole("seed", seed, least=0)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@contextmanager
def _at_work(model: nn.Module, device: torch.device) -> Iterator[None]:
    """``model`` in training mode on ``device``; after this block, however it ends, in evaluation mode where it came from."""
    home = next(model.parameters()).device
    try:
        model.to(device).train()
        yield
    finally:
        model.to(home).eval()


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """Inside this block the CPU takes numbers below 1e-38 for zero; afterwards it does what it did before.

    Where a pixel is always black, a sigmoid's output sinks towards zero and its gradient with
    the square of that, down to such numbers, with which most processors multiply many times
    more slowly. They have no weight in any sum.
    """
    before = bool(torch.tensor(1e-38) / 10 == 0)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


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
    """Minimize the mean of ``objective(model, *batch)`` over ``data`` with Adam and a one-cycle learning rate.

    ``data`` is a tensor (N, ...) or several with the same N, all in memory; a batch is the same
    rows of each. ``objective`` returns one number per example, or one number. The learning rate
    rises to ``lr`` in the first fifth of the steps and then falls to almost zero (Smith & Topin
    2019). ``weight_decay`` is AdamW's. The model is trained on ``device`` (a GPU if there is
    one); afterwards, or after an error, it is in evaluation mode and back where it came from.

    Raises ValueError for bad arguments and TrainingError at the first loss that is not finite.
    """
    tensors, device = _tensors(data), _device(device)
    _check_numbers(model, objective, lr, weight_decay)
    epochs, batch_size = _check.whole("epochs", epochs), _check.whole("batch_size", batch_size)
    n, batch_size = len(tensors[0]), min(batch_size, len(tensors[0]))
    tensors = [t.to(device) for t in tensors]
    steps = n // batch_size  # a last, smaller batch is left out; the next epoch shuffles anew
    history, start, bar_options = History(), time.perf_counter(), {} if progress else {"disable": True}
    with seeded(seed), flushed_denormals(), _at_work(model, device), tqdm(total=epochs, unit="epoch", **bar_options) as bar:
        adam = torch.optim.AdamW(model.parameters(), lr, weight_decay=weight_decay, fused=device.type != "mps")
        # 0.21, not a round fifth: torch's schedule divides by zero where the rise takes exactly one step. Two steps at
        # least: the last step's learning rate is almost zero, and a single step would be that last one.
        schedule = torch.optim.lr_scheduler.OneCycleLR(adam, lr, total_steps=max(epochs * steps, 2), pct_start=0.21)
        for epoch in range(epochs):
            total = 0.0
            for rows in torch.randperm(n).to(device)[: steps * batch_size].split(batch_size):
                loss = _mean(objective(model, *(t[rows] for t in tensors)), batch_size)
                if not math.isfinite(value := loss.item()):
                    raise TrainingError(f"the loss is {value} in epoch {epoch + 1} of {epochs}; try an lr below {lr}")
                adam.zero_grad()
                loss.backward()
                adam.step()
                schedule.step()
                total += value
            history.loss.append(total / steps)
            bar.set_postfix(loss=f"{history.loss[-1]:.5f}")
            bar.update()
    history.seconds = time.perf_counter() - start
    history.samples_per_second = epochs * steps * batch_size / history.seconds
    return history


def _tensors(data: torch.Tensor | Sequence[torch.Tensor]) -> list[torch.Tensor]:
    expected = "a tensor or a list of tensors"
    tensors = [data] if isinstance(data, torch.Tensor) else _check.instance("data", data, (list, tuple), expected)
    shapes = [tuple(_check.instance("data", t, torch.Tensor, expected).shape) for t in tensors]
    if len({shape[:1] for shape in shapes}) != 1 or shapes[0][:1] in ((), (0,)):
        raise ValueError(f"data: got tensors of shapes {shapes}, expected (N, ...) with one N of at least 1")
    return list(tensors)


def _device(device: torch.device | str | None) -> torch.device:
    try:
        return torch.zeros(1, device=pick_device() if device is None else device).device
    except (TypeError, RuntimeError, AssertionError) as error:  # unknown to torch, or not in this machine
        raise ValueError(f"device: got {device!r}, expected one that torch can use here, such as 'cpu': {error}") from error


def _check_numbers(model: nn.Module, objective: Callable[..., torch.Tensor], lr: float, weight_decay: float) -> None:
    _check.real("lr", lr, positive=True)
    _check.real("weight_decay", weight_decay, least=0)
    _check.instance("objective", objective, Callable, "a function of the model and a batch")
    if not any(p.requires_grad for p in _check.instance("model", model, nn.Module, "a module").parameters()):
        raise ValueError("model: got a module without trainable parameters, expected at least one")


def _mean(value: torch.Tensor, n: int) -> torch.Tensor:
    """The objective's mean over a batch of ``n``; a value per pixel, say, would hide a scale, and is refused."""
    _check.instance("objective", value, torch.Tensor, "it to return a tensor")
    if value.shape not in ((), (n,)) or not value.requires_grad:
        came = f"shape {tuple(value.shape)}{'' if value.requires_grad else ', which does not depend on the parameters'}"
        raise ValueError(f"objective: it returned {came}, expected one number per example, ({n},), or one number, ()")
    return value.mean()


@torch.no_grad()
def evaluate(model: nn.Module, x: torch.Tensor, loss: Callable[..., torch.Tensor], batch_size: int = 4096) -> float:
    """The mean over all examples of ``loss(x_hat, x)``, one number per example, without gradients.

    Raises ValueError if x (N, ...) is empty or ``loss`` does not return one number per example.
    """
    _check.instance("model", model, nn.Module, "a module").eval()
    total = 0.0
    for part in _check.tensor("x", x, "N", "...", kind="real").split(_check.whole("batch_size", batch_size)):
        losses = loss(model(part), part)
        if not isinstance(losses, torch.Tensor) or losses.shape != part.shape[:1]:
            raise ValueError(f"loss: it returned {_check.shown(losses)}, expected one number per example, shape ({len(part)},)")
        total += float(losses.double().sum())
    return total / len(x)
