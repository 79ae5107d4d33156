"""Numbers that the book quotes from a lecture or a paper, each with its source.

They live in ``quoted.toml`` beside this file and nowhere else: the prose and the code read
the same entry, so that a quoted number can be told from a measured one.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Quoted:
    """``text`` is the number as its source prints it, ``value`` the same as a float."""

    text: str
    value: float
    source: str
    about: str


@cache
def all_quoted() -> dict[str, Quoted]:
    """Every quoted number by its key."""
    table = tomllib.loads(files("aelib.notebook").joinpath("quoted.toml").read_text("utf-8"))
    return {k: Quoted(e["text"], float(e["text"]), e["source"], e["about"]) for k, e in table.items()}


def quoted(key: str) -> float:
    """The quoted number ``key`` as a float. Raises KeyError with the known keys."""
    table = all_quoted()
    if not isinstance(key, str) or key not in table:
        raise KeyError(f"key: got {key!r}, expected one of {', '.join(sorted(table))}")
    return table[key].value
