"""Lists and tables of numbers, for captions and cells: the bookkeeping between a measurement and the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from IPython.display import display

from aelib import _check
from aelib.notebook import shown


def listed(values: Mapping[Any, Any], form: str = ".2f", last: str = ", ") -> str:
    """Names and numbers in one line: ``listed({"PCA": 0.12, "network": 0.34})`` is "PCA 0.12, network 0.34".

    ``last`` stands before the last of them, such as " and ".
    """
    texts = [f"{name} {_number(_check.plain(value), form)}" for name, value in values.items()]
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + last + texts[-1]


def table(rows: Mapping[Any, Any], columns: Mapping[str, str], corner: str = "") -> None:
    """Display a table: a line for each of ``rows``, whose values are formatted as ``columns`` say, in the same order.

    ``columns`` maps heads to formats, such as {"MSE": ".4f"}; ``corner`` is the head of the rows' names. A row is a
    list of values, or a single one. A value is a number, a text, None (an empty cell), a tuple (value, low, high),
    which is shown with its interval, or a tensor of runs (R,), shown as mean and standard deviation.
    """
    lines = [[corner, *columns]]
    for name, row in rows.items():
        values = row if isinstance(row, list) else [row]
        if len(values) != len(columns):
            raise ValueError(f"rows: got {len(values)} values for {name!r}, expected {len(columns)}, one a column")
        lines.append([str(name), *(_cell(value, form) for value, form in zip(values, columns.values(), strict=True))])
    text = shown.rows({"lines": lines})
    display({"text/markdown": text, "text/plain": text}, raw=True, metadata={"aelib": {"rows": {"lines": lines}}})


def collect(rows: Iterable[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
    """What a sweep measured, name by name: rows {"K": 8, "error": 0.1}, ... to {"K": (N,), "error": (N,)}, tensors."""
    rows = list(rows)
    if not rows or any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError(f"rows: got {len(rows)} rows, expected at least one, all with the same names")
    return {name: torch.stack([torch.as_tensor(row[name]) for row in rows]) for name in rows[0]}


def _cell(value: Any, form: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, tuple):
        middle, low, high = (_number(v, form) for v in value)
        return f"{middle} ({low} to {high})"
    if isinstance(value, torch.Tensor) and value.numel() > 1:
        return f"{_number(float(value.double().mean()), form)} ± {_number(float(value.double().std()), form)}"
    return _number(_check.plain(value), form)


def _number(value: float | str, form: str) -> str:
    return value if isinstance(value, str) else format(value, form).replace("-", "\N{MINUS SIGN}")
