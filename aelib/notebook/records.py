"""Numbers and figures kept in a notebook's outputs, so that nothing is executed to read them.

What is kept travels in the metadata of an output under "aelib"; the output itself has a plain form for any viewer.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from IPython.display import display

from aelib import _check
from aelib.notebook import shown


def glue(**values: Any) -> None:
    """Keep values under their names in this cell's output; the prose around it shows them.

    Values are numbers, texts, and mappings, lists, arrays and tensors of them, in which each value gets a name of its
    own: ``glue(sweep={"linear": [0.1, 0.2]})`` keeps ``sweep.linear.0`` and ``sweep.linear.1``. Raises TypeError for
    anything else, before any value is kept.
    """
    kept = {name: value for key, given in values.items() for name, value in _flat(key, given)}
    stored = {name: _json(value) for name, value in kept.items()}
    display({"text/plain": shown.glue(stored)}, raw=True, metadata={"aelib": {"glue": stored}})


def _flat(name: str, value: Any) -> Iterator[tuple[str, float | int | str]]:
    """``value`` with the names of its parts."""
    value = _check.plain(value)
    if isinstance(value, (torch.Tensor, np.ndarray)):
        value = value.tolist()
    if isinstance(value, Mapping):
        parts: Iterator[tuple[Any, Any]] = iter(value.items())
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        parts = enumerate(value)
    elif isinstance(value, bool) or not isinstance(value, (int, float, str)):
        came = f"{_check.shown(value)} of type {type(value).__name__}"
        raise TypeError(f"{name}: got {came}, expected numbers or texts, or mappings and lists of them")
    else:
        yield name, value
        return
    for key, part in parts:
        yield from _flat(f"{name}.{'.'.join(map(str, key)) if isinstance(key, tuple) else key}", part)


def _json(value: float | int | str) -> float | int | str:
    """JSON knows neither nan nor infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def show_record(kind: str, record: dict[str, Any], html: str, text: str) -> None:
    """Display ``html`` (or ``text`` where HTML cannot be shown) and keep ``record`` with it."""
    display({"text/html": html, "text/plain": text}, raw=True, metadata={"aelib": {kind: record}})


def show_image(png: bytes, name: str, caption: str, alt: str) -> None:
    """Display a figure's PNG with its description, and its caption below it."""
    image = base64.b64encode(_check.instance("png", png, bytes, "the bytes of a PNG")).decode("ascii")
    show_figure({"image/png": image}, name, caption, alt)


def show_figure(data: dict[str, str], name: str, caption: str, alt: str) -> None:
    """Display a figure of any MIME types, ``alt`` where none of them can be shown, and its caption below it."""
    figure = {what: _check.text(what, value) for what, value in (("name", name), ("caption", caption), ("alt", alt))}
    described = {"image/png": {"alt": alt}} if "image/png" in data else {}
    display({**data, "text/plain": alt}, raw=True, metadata={**described, "aelib": {"figure": figure}})
    below = {"text/markdown": f"*{caption}*", "text/plain": caption}
    display(below, raw=True, metadata={"aelib": {"caption": name}})
