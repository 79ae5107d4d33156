"""Compare the claims of several runs of the same chapters: which measurements move, and by how much.

A run is a folder of executed notebooks, such as ``chapters`` or what ``reproduce --out`` wrote.
A measurement is steady if it moves between the runs by at most a tenth of its margin, which is
its distance from the nearest bound of its rule. Timings differ on every run and are listed apart.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from book.layout import BookError
from book.outputs import records
from book.twin import read

SHARE = 0.1
NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
TIMING = re.compile(r"(?<!at a )\b(time|seconds|speed|faster|slower)\b")


@dataclass(frozen=True)
class Moved:
    """One measurement in all runs."""

    claim: str
    what: str
    values: tuple[float, ...]
    rules: tuple[str, ...]

    @property
    def move(self) -> float:
        return max(self.values) - min(self.values) if all(map(math.isfinite, self.values)) else math.inf

    @property
    def margin(self) -> float:
        return min(map(margin, self.values, self.rules))

    @property
    def timing(self) -> bool:
        return bool(TIMING.search(self.what))

    @property
    def steady(self) -> bool:
        return self.move <= SHARE * self.margin

    def __str__(self) -> str:
        values = ", ".join(f"{value:.6g}" for value in self.values)
        rules = "; ".join(dict.fromkeys(self.rules))
        return f"{self.claim}: {self.what}: {values} (moves by {self.move:.2g}, margin {self.margin:.2g}, rule: {rules})"


def bounds(rule: str) -> tuple[float, float]:
    """The least and the greatest value that a rule allows, or refuses if it is refuted, as its text gives them."""
    text = rule.removesuffix(", refuted")
    forms = {
        rf"at most {NUMBER}": lambda limit: (-math.inf, limit),
        rf"at least {NUMBER}": lambda limit: (limit, math.inf),
        rf"from {NUMBER} to {NUMBER}": lambda low, high: (low, high),
        rf"within {NUMBER} of {NUMBER}": lambda tolerance, target: (target - tolerance, target + tolerance),
        rf"exactly {NUMBER}": lambda target: (target, target),
    }
    for form, make in forms.items():
        if found := re.fullmatch(form, text):
            return make(*map(float, found.groups()))
    raise BookError(f"the rule {rule!r} is none of aelib.claims")


def margin(value: float, rule: str) -> float:
    """How far ``value`` is from the nearest bound of its rule."""
    return min(abs(value - bound) for bound in bounds(rule) if math.isfinite(bound))


def compare(runs: list[list[dict]]) -> tuple[list[Moved], list[str]]:
    """All measurements of the claims in ``runs``, and in words what cannot be compared because not every run has it."""
    tables = [{claim["id"]: claim for claim in run} for run in runs]
    numbers = [{id.split("/")[0] for id in table} for table in tables]
    rare = {n: sum(n in run for run in numbers) for n in sorted(set().union(*numbers)) if not all(n in run for run in numbers)}
    odd = [f"chapter {n}: only in {count} of {len(runs)} runs" for n, count in rare.items()]
    measurements = []
    for id in sorted(id for id in set().union(*tables) if id.split("/")[0] not in rare):
        claims = [table[id] for table in tables if id in table]
        measured = {tuple(m["what"] for m in claim["measured"]) for claim in claims}
        verdicts = [claim["verdict"] for claim in claims]
        if len(claims) < len(runs):
            odd.append(f"{id}: only in {len(claims)} of {len(runs)} runs")
        elif len(measured) > 1:
            odd.append(f"{id}: the runs measure different things")
        else:
            if len(set(verdicts)) > 1:
                odd.append(f"{id}: the verdicts differ: {', '.join(verdicts)}")
            for i, what in enumerate(measured.pop()):
                values, rules = zip(*((c["measured"][i]["value"], c["rule"][i]) for c in claims), strict=True)
                measurements.append(Moved(id, what, values, rules))
    return measurements, odd


def claims_of(folder: Path) -> list[dict]:
    """The claims of all notebooks in ``folder``. Raises BookError if there is none."""
    notebooks: list[NotebookNode] = [read(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]
    if not notebooks:
        raise BookError(f"{folder} has no executed chapter")
    return [claim for notebook in notebooks for claim in records(notebook, "claim")]


def steady(folders: list[Path]) -> None:
    """Tell what moves between the runs in ``folders``; raise BookError if a measurement other than a timing is not steady."""
    if len(folders) < 2:
        raise BookError(f"runs: got {len(folders)}, expected at least two folders to compare")
    measurements, odd = compare([claims_of(folder) for folder in folders])
    timings = [m for m in measurements if m.timing]
    moved = [m for m in measurements if not m.timing and not m.steady]
    for m in timings:
        print(f"timing{'' if m.steady else ', more than a tenth of its margin'}: {m}")
    others = len(measurements) - len(timings)
    still = sum(m.move == 0 for m in measurements if not m.timing)
    print(f"{len(folders)} runs: {len(timings)} timings, {others} other measurements, of which {still} do not move at all")
    if moved or odd:
        lines = odd + [str(m) for m in moved]
        raise BookError("moves by more than a tenth of its margin, or cannot be compared:\n  " + "\n  ".join(lines))
    print("no measurement but the timings moves by more than a tenth of its margin")
