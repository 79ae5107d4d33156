"""Numbers and figures kept in a notebook's outputs, so that nothing is executed to read them.

A glued number is stored the way scrapbook and MyST-NB do it; a figure's name, caption and
description travel in the metadata of its output.
"""

from __future__ import annotations

import numbers
from typing import Any

from IPython.display import display

GLUE_MIME = "application/papermill.record/text/plain"


def glue(**values: float | int | str) -> None:
    """Keep each value under its name in this cell's outputs; the prose around it shows it.

    Values are numbers or strings (a one-element tensor or array counts as a number). Raises
    TypeError for anything else.
    """
    for name, value in values.items():
        if hasattr(value, "item"):
            value = value.item()
        if not isinstance(value, (numbers.Real, str)):
            raise TypeError(f"{name}: got {type(value).__name__}, expected a number or a string")
        scrapbook = {"name": name, "mime_prefix": "application/papermill.record/"}
        display({GLUE_MIME: repr(value)}, raw=True, metadata={"scrapbook": scrapbook})


def show_record(kind: str, record: dict[str, Any], html: str, text: str) -> None:
    """Display ``html`` (or ``text`` where HTML cannot be shown) and keep ``record`` with it."""
    display({"text/html": html, "text/plain": text}, raw=True, metadata={"aelib": {kind: record}})


def show_image(png: bytes, name: str, caption: str, alt: str) -> None:
    """Display a figure's PNG with its description, and its caption below it."""
    import base64

    for what, value in (("name", name), ("caption", caption), ("alt", alt)):
        if not value.strip():
            raise ValueError(f"{what}: got an empty text; every figure needs one")
    figure = {"name": name, "caption": caption, "alt": alt}
    image = base64.b64encode(png).decode("ascii")
    display({"image/png": image, "text/plain": alt}, raw=True, metadata={"image/png": {"alt": alt}, "aelib": {"figure": figure}})
    display({"text/markdown": f"*{caption}*", "text/plain": caption}, raw=True, metadata={"aelib": {"caption": name}})
