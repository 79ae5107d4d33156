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
from aelib.random import seeded

# The CPU takes numbers below 1e-38 for zero. Where a pixel is always black, a sigmoid's output sinks towards zero and
# its gradient with the square of that, down to such numbers, with which most processors multiply many times more
# slowly; they have no weight in any sum. Set here, once: torch's other threads inherit the setting when they start,
# and never again.
torch.set_flush_denormal(True)

Objective = Callable[..., torch.Tensor]


@dataclass
class History:
    """What ``fit`` saw: the mean objective of each epoch, and what it cost."""

    loss: list[float] = field(default_factory=list)
    seconds: float = 0.0
    samples_per_second: float = 0.0


class TrainingError(RuntimeError):
    """Training that cannot go on."""


def fit(
    model: nn.Module,
    data: torch.Tensor | Sequence[torch.Tensor],
    objective: Objective,
    epochs: int,
    batch_size: int = 256,
    lr: float = 2e-3,
    weight_decay: float = 0.0,
    seed: int = 0,
    device: torch.device | str | None = None,
    progress: bool = True,
) -> History:
    """Minimize the mean of ``objective(model, *batch)`` over ``data`` with Adam and a one-cycle learning rate.

    ``data`` is a tensor (N, ...) or several with the same N, all in memory; a batch is the same rows of each. In every
    epoch the rows are shuffled, and what does not fill a last batch is left out. ``objective`` returns one number per
    example, or one number. The learning rate rises to ``lr`` in the first fifth of the steps and then falls to almost
    zero, while Adam's beta_1 falls from 0.95 to 0.85 and rises again (Smith & Topin 2019). ``weight_decay`` is AdamW's.

    Model and data stay where they are, on one device. If ``device`` is given, both are moved there for the training,
    and the model back afterwards. After the training, or after an error, the model is in evaluation mode.

    Raises ValueError for bad arguments, and TrainingError after the first epoch in which a loss was not finite.
    """
    tensors, device = _tensors(data), _device(model, device)
    _check_numbers(objective, lr, weight_decay)
    epochs, n = _check.whole("epochs", epochs), len(tensors[0])
    batch_size = min(_check.whole("batch_size", batch_size), n)
    steps = n // batch_size
    history, start, bar_options = History(), time.perf_counter(), {} if progress else {"disable": True}
    with seeded(seed), _at_work(model, device) as moved, tqdm(total=epochs, unit="epoch", **bar_options) as bar:
        tensors = _placed(tensors, device, moved)
        adam = torch.optim.AdamW(model.parameters(), lr, weight_decay=weight_decay, fused=device.type != "mps")
        # 0.21, not a round fifth: torch's schedule divides by zero where the rise takes exactly one step. Two steps at
        # least: the last step's learning rate is almost zero, and a single step would be that last one.
        schedule = torch.optim.lr_scheduler.OneCycleLR(adam, lr, total_steps=max(epochs * steps, 2), pct_start=0.21)
        for epoch in range(epochs):
            seen = []  # the losses stay where the model is until the epoch ends: reading one would wait for the device
            for rows in torch.randperm(n).to(device)[: steps * batch_size].split(batch_size):
                loss = _mean(objective(model, *(t[rows] for t in tensors)), batch_size)
                adam.zero_grad()
                loss.backward()
                adam.step()
                schedule.step()
                seen.append(loss.detach())
            values = torch.stack(seen).tolist()
            if bad := [value for value in values if not math.isfinite(value)]:
                raise TrainingError(f"the loss is {bad[0]} in epoch {epoch + 1} of {epochs}; {_advice(tensors, lr)}")
            history.loss.append(sum(values) / steps)
            bar.set_postfix(loss=f"{history.loss[-1]:.5f}")
            bar.update()
    history.seconds = time.perf_counter() - start
    history.samples_per_second = epochs * steps * batch_size / history.seconds
    return history


@contextmanager
def _at_work(model: nn.Module, device: torch.device) -> Iterator[bool]:
    """``model`` in training mode on ``device``, and whether it was moved; afterwards in evaluation mode where it came
    from.
    """
    home = next(model.parameters()).device
    try:
        if home != device:
            model.to(device)
        model.train()
        yield home != device
    finally:
        model.to(home).eval()


def _tensors(data: torch.Tensor | Sequence[torch.Tensor]) -> list[torch.Tensor]:
    expected = "a tensor or a list of tensors"
    tensors = [data] if isinstance(data, torch.Tensor) else _check.instance("data", data, (list, tuple), expected)
    shapes = [tuple(_check.instance("data", t, torch.Tensor, expected).shape) for t in tensors]
    if len({shape[:1] for shape in shapes}) != 1 or shapes[0][:1] in ((), (0,)):
        raise ValueError(f"data: got tensors of shapes {shapes}, expected (N, ...) with one N of at least 1")
    return [t.detach() for t in tensors]  # or it would collect gradients


def _device(model: nn.Module, device: torch.device | str | None) -> torch.device:
    """Where to train: where the model is, if nothing else is asked for."""
    if not any(p.requires_grad for p in _check.instance("model", model, nn.Module, "a module").parameters()):
        raise ValueError("model: got a module without trainable parameters, expected at least one")
    if device is None:
        return next(model.parameters()).device
    try:
        found = torch.zeros(1, device=device).device
    except (TypeError, RuntimeError, AssertionError) as error:  # unknown to torch, or not in this machine
        raise ValueError(
            f"device: got {device!r}, expected one that torch can use here, such as 'cpu': {error}"
        ) from error
    if found.type == "meta":
        raise ValueError(
            "device: got 'meta', which holds no numbers, expected one that torch can compute on, such as 'cpu'"
        )
    return found


def _placed(tensors: list[torch.Tensor], device: torch.device, move: bool) -> list[torch.Tensor]:
    """The data on ``device``; moved there only if the model was."""
    elsewhere = {str(t.device) for t in tensors if t.device != device}
    if elsewhere and not move:
        where = f"device: got none, expected one: the data are on {', '.join(elsewhere)} and the model is on {device}"
        raise ValueError(where)
    return [t.to(device) for t in tensors]


def _check_numbers(objective: Objective, lr: float, weight_decay: float) -> None:
    _check.real("lr", lr, positive=True)
    _check.real("weight_decay", weight_decay, least=0)
    _check.function("objective", objective, "a function of the model and a batch")


def _mean(value: torch.Tensor, n: int) -> torch.Tensor:
    """The objective's mean over a batch of ``n``; a value per pixel, say, would hide a scale, and is refused."""
    _check.instance("objective", value, torch.Tensor, "it to return a tensor")
    if value.shape not in ((), (n,)) or not value.requires_grad:
        came = f"shape {tuple(value.shape)}{'' if value.requires_grad else ', which does not depend on the parameters'}"
        raise ValueError(f"objective: it returned {came}, expected one number per example, ({n},), or one number, ()")
    return value.mean()


def _advice(tensors: list[torch.Tensor], lr: float) -> str:
    """What to say of a loss that is not finite: are the data to blame, or the learning rate?"""
    broken = sum(int((~torch.isfinite(t)).sum()) for t in tensors if t.is_floating_point())
    return f"the data hold {broken} numbers that are not finite" if broken else f"try an lr below {lr}"


@torch.no_grad()
def evaluate(model: nn.Module, x: torch.Tensor, loss: Callable[..., torch.Tensor], batch_size: int = 500) -> float:
    """The mean over all examples of ``loss(x_hat, x)``, one number per example, in evaluation mode and without
    gradients.

    The model is in the mode afterwards that it was in before. Raises ValueError if x (N, ...) is empty or ``loss`` does
    not return one number per example.
    """
    _check.function("loss", loss, "a function of x_hat and x")
    batch_size, total = _check.whole("batch_size", batch_size), 0.0
    with evaluating(model):
        for part in _check.tensor("x", x, "N", "...", kind="real").split(batch_size):
            losses = loss(model(part), part)
            if not isinstance(losses, torch.Tensor) or losses.shape != part.shape[:1]:
                came = _check.shown(losses)
                raise ValueError(f"loss: it returned {came}, expected one number per example, shape ({len(part)},)")
            total += float(losses.double().sum())
    return total / len(x)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """``model`` in evaluation mode; after this block, however it ends, in the mode that it was in before."""
    modes = {part: part.training for part in _check.instance("model", model, nn.Module, "a module").modules()}
    try:
        model.eval()
        yield
    finally:
        for part, training in modes.items():
            part.training = training
