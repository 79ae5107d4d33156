"""Checks of arguments, all with one message: the argument's name, what came and what was expected.

A value of the wrong type raises TypeError, any other wrong value ValueError. Each check
returns the value it was given, so that it can stand where the value is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import nn


def shown(value: object) -> str:
    """What came, in a few words: a tensor's type and shape, or else the value itself, cut short."""
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} numbers of shape {tuple(value.shape)}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def plain(value: Any) -> Any:
    """The Python number that a tensor or an array of one element holds; anything else as it is."""
    if isinstance(value, torch.Tensor):
        return value.item() if value.numel() == 1 else value
    return value.item() if isinstance(value, (np.ndarray, np.generic)) and value.size == 1 else value


def instance(name: str, value: Any, kind: type | tuple[type, ...], expected: str) -> Any:
    """``value`` if it is of type ``kind``, which ``expected`` says in words."""
    if not isinstance(value, kind):
        raise TypeError(f"{name}: got {shown(value)} of type {type(value).__name__}, expected {expected}")
    return value


def function(name: str, value: Any, expected: str) -> Callable[..., Any]:
    """``value`` if it can be called; ``expected`` says in words what it should be."""
    if not callable(value):
        raise TypeError(f"{name}: got {shown(value)} of type {type(value).__name__}, expected {expected}")
    return value


def text(name: str, value: Any) -> str:
    """``value`` if it is a string with more than spaces in it."""
    if not instance(name, value, str, "a text").strip():
        raise ValueError(f"{name}: got an empty text, expected one that says something")
    return value


def pair(name: str, value: Any, expected: str) -> tuple[Any, Any]:
    """``value`` as a tuple if it is a tuple or a list of two, which ``expected`` says in words."""
    if len(instance(name, value, (tuple, list), expected)) != 2:
        raise ValueError(f"{name}: got {value!r}, expected {expected}")
    first, second = value
    return first, second


def number(name: str, value: Any, expected: str = "a number") -> float:
    """``value`` if it is a real number (nan and the infinities are numbers, True and False are not)."""
    if isinstance(value, bool):
        raise TypeError(f"{name}: got {value}, expected {expected}")
    return instance(name, value, Real, expected)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond the floating-point numbers
        return False


def real(name: str, value: Any, least: float = -math.inf, positive: bool = False) -> float:
    """``value`` if it is a finite number of at least ``least``, or above 0 if ``positive``."""
    bounds = (
        "a positive number"
        if positive
        else "a finite number" + (f" of at least {least:g}" if least > -math.inf else "")
    )
    number(name, value, bounds)
    if not _finite(value) or value < least or (positive and value <= 0):
        raise ValueError(f"{name}: got {value!r}, expected {bounds}")
    return value


def whole(name: str, value: Any, least: int = 1, most: int | None = None, most_is: str = "") -> int:
    """``value`` as an int if it is a whole number from ``least`` to ``most``; ``most_is`` says where ``most`` comes
    from.
    """
    bounds = (
        f"a whole number of at least {least}" if most is None else f"a whole number from {least} to {most}{most_is}"
    )
    number(name, value, bounds)
    if not _finite(value) or value != int(value) or value < least or (most is not None and value > most):
        raise ValueError(f"{name}: got {value!r}, expected {bounds}")
    return int(value)


def seed(value: Any) -> int:
    """``value`` if it is a seed. Torch draws the same numbers with 5 and with 5 + 2^32, so a larger one is none."""
    return whole("seed", value, least=0, most=2**32 - 1)


def tensor(name: str, value: Any, *dims: int | str, kind: str = "floating-point", finite: bool = False) -> torch.Tensor:
    """``value`` if it is a tensor of shape ``dims``: an int is a size, a letter any size but 0, a last "..." any
    further sizes.

    Its numbers must be of ``kind`` "floating-point", "whole" or "real" (either of them); ``finite`` refuses nan and
    infinities.
    """
    expected = f"{kind} numbers of shape ({', '.join(map(str, dims))}{',' * (len(dims) == 1)})"
    instance(name, value, torch.Tensor, f"a tensor of {expected}")
    fixed = [d for d in dims if d != "..."]
    sizes = value.shape[: len(fixed)] if dims[-1] == "..." else value.shape
    fits = len(sizes) == len(fixed) and all(s == d or isinstance(d, str) for s, d in zip(sizes, fixed, strict=True))
    whole_numbers = not (value.is_floating_point() or value.is_complex() or value.dtype == torch.bool)
    if not fits or not (
        (whole_numbers and kind != "floating-point") or (value.is_floating_point() and kind != "whole")
    ):
        raise ValueError(f"{name}: got {shown(value)}, expected {expected}")
    if value.numel() == 0:
        raise ValueError(f"{name}: got {shown(value)}, which is empty, expected {expected}")
    if finite and not torch.isfinite(value).all():
        count = int((~torch.isfinite(value)).sum())
        raise ValueError(f"{name}: got {count} numbers that are not finite, expected finite {expected}")
    return value


def within(name: str, value: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """``value`` if all its numbers lie in [low, high]. On a GPU nothing is checked: the answer would have to be
    waited for.
    """
    if value.device.type == "cpu":
        least, largest = value.detach().aminmax()
        if not (least >= low and largest <= high):
            came = f"values from {float(least):.4g} to {float(largest):.4g}"
            raise ValueError(f"{name}: got {came}, expected them in [{low:g}, {high:g}]")
    return value


def distinct(name: str, value: torch.Tensor, count: int) -> torch.Tensor:
    """``value`` (N, V), whole numbers, as int64, if all are from 0 to ``count`` - 1 and none is twice in a row. On a
    GPU nothing is checked, as in ``within``.
    """
    if value.device.type == "cpu":
        rows = within(name, value, 0, count - 1).sort(1).values
        twice = rows[:, 1:] == rows[:, :-1]
        if twice.any():
            raise ValueError(f"{name}: got {int(rows[:, 1:][twice][0])} twice in a row, expected each number once")
    return value.long()


def precision(name: str, value: torch.Tensor, model: nn.Module) -> torch.Tensor:
    """``value`` if its numbers have the precision of the model's first parameter."""
    wanted = next((p.dtype for p in model.parameters()), value.dtype)
    if value.dtype != wanted:
        kind = str(wanted).removeprefix("torch.")
        raise ValueError(f"{name}: got {shown(value)}, expected {kind} numbers, which the model has")
    return value


def maker(name: str, value: Any) -> Callable[[], nn.Module]:
    """``value`` if calling it can make a module: the class ``nn.ReLU``, not the module ``nn.ReLU()``."""
    if isinstance(value, nn.Module) or not callable(value):
        raise TypeError(f"{name}: got {shown(value)}, expected a class of modules such as nn.ReLU, without brackets")
    return value
