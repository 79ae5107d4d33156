"""What other runs of a chapter measured, so that whoever runs it can compare.

The replicas of a chapter ship with its register, in ``aelib_checks/ch02.jsonl``, a line a run. Those count that were
judged by today's statement and rules. Nothing here needs torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from aelib.notebook import register
from aelib.notebook.rules import number

FEWEST = 3  # runs, of which a range says something
SAME = 1e-6  # processors do not agree to the last digit


class Others(NamedTuple):
    """What a measurement came to in other runs."""

    values: tuple[float, ...]
    processors: tuple[str, ...]

    @property
    def reach(self) -> tuple[float, float]:
        """Where one more run is expected: the range of the others, and once its width to either side."""
        low, high = min(self.values), max(self.values)
        width = max(high - low, SAME * max(abs(low), abs(high)))
        return low - width, high + width

    def has(self, value: float) -> bool:
        """Whether ``value`` lies where one more run is expected."""
        low, high = self.reach
        return low <= value <= high

    def told(self, value: float) -> str:
        """The range in words, and whether ``value`` lies within its reach."""
        low, high = (number(x, 4) for x in (min(self.values), max(self.values)))
        between = low if low == high else f"{low} to {high}"
        return f"{'within reach of' if self.has(value) else 'OUTSIDE'} other runs, {between}"


def read(chapter: str) -> list[dict[str, Any]]:
    """The replicas of a chapter ("02") that were shipped, those of every data set."""
    file = files("aelib_checks").joinpath(f"ch{chapter}.jsonl")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.is_file() else []


def others(
    replicas: Iterable[Mapping[str, Any]], entries: Mapping[str, dict], chapter: str, dataset: str
) -> dict[tuple[str, str], Others]:
    """The measurements of replicas on one data set, by claim and name, where the register ``entries`` has them as they
    were judged, and where there are at least three. Times and identities are left out: the ones differ everywhere, the
    others are judged in every run."""
    found: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for replica in (one for one in replicas if one["dataset"] == dataset):
        for id, entry in entries.items():
            claim = replica["claims"].get(f"{chapter}/{id}")
            if claim is None or claim["rules"] != register.mark(entry) or entry["kind"] == "exact":
                continue
            for name in [name for name, m in entry["measured"].items() if not m.get("timing", False)]:
                if math.isfinite(value := claim["values"][name]):
                    found.setdefault((f"{chapter}/{id}", name), []).append((value, replica["made"]["processor"]))
    return {
        key: Others(tuple(v for v, _ in pairs), tuple(sorted({where for _, where in pairs})))
        for key, pairs in found.items()
        if len(pairs) >= FEWEST
    }
