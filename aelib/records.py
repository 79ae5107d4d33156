"""Numbers and figures kept in a notebook's outputs, so that nothing is executed to read them.

A glued number is stored the way scrapbook and MyST-NB do it; a figure's name, caption and
description travel in the metadata of its output.
"""

from __future__ import annotations

import base64
from typing import Any

from IPython.display import display

from aelib import _check

GLUE_MIME = "application/papermill.record/text/plain"


def glue(**values: float | int | str) -> None:
    """Keep each value under its name in this cell's outputs; the prose around it shows it.

    Values are numbers or strings (a one-element tensor or array counts as a number). Raises
    TypeError for anything else, before any value is kept.
    """
    for name, value in {name: _plain(name, value) for name, value in values.items()}.items():
        scrapbook = {"name": name, "mime_prefix": "application/papermill.record/"}
        display({GLUE_MIME: repr(value)}, raw=True, metadata={"scrapbook": scrapbook})


def _plain(name: str, value: Any) -> float | int | str:
    value = _check.plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(f"{name}: got {_check.shown(value)} of type {type(value).__name__}, expected a number or a string")
    return value


def show_record(kind: str, record: dict[str, Any], html: str, text: str) -> None:
    """Display ``html`` (or ``text`` where HTML cannot be shown) and keep ``record`` with it."""
    display({"text/html": html, "text/plain": text}, raw=True, metadata={"aelib": {kind: record}})


def show_image(png: bytes, name: str, caption: str, alt: str) -> None:
    """Display a figure's PNG with its description, and its caption below it."""
    figure = {what: _check.text(what, value) for what, value in (("name", name), ("caption", caption), ("alt", alt))}
    image = base64.b64encode(_check.instance("png", png, bytes, "the bytes of a PNG")).decode("ascii")
    display({"image/png": image, "text/plain": alt}, raw=True, metadata={"image/png": {"alt": alt}, "aelib": {"figure": figure}})
    display({"text/markdown": f"*{caption}*", "text/plain": caption}, raw=True, metadata={"aelib": {"caption": name}})
