"""Compare the claims of several runs of the same chapters: which measurements move, and by how much.

A run is a folder of executed notebooks, such as ``chapters`` or what ``reproduce --out`` wrote.
A measurement is steady if it moves between the runs by at most a tenth of its margin, which is
its distance from the nearest bound of its rule. One that moves by more is told, and one that moves
by more than half is too close to its bound. Timings differ on every run and are listed apart.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from nbformat import NotebookNode

from book import files
from book.layout import ROOT, BookError, parsed
from book.outputs import records
from book.twin import read

SHARE, MOST = 0.1, 0.5  # of a margin: what is steady, and what is too much
RECORD = Path("back") / "steady.json"  # of the last comparison, for the page on how to reproduce
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

    @property
    def close(self) -> bool:
        return self.move > MOST * self.margin

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


def steady(folders: list[Path], keep: Path | None = None) -> None:
    """Tell what moves between the runs in ``folders``, and write it to ``keep``.

    Raises BookError if runs cannot be compared or a measurement other than a timing moves by more than half its margin.
    """
    if len(folders) < 2:
        raise BookError(f"runs: got {len(folders)}, expected at least two folders to compare")
    measurements, odd = compare([claims_of(folder) for folder in folders])
    if odd:
        raise BookError("cannot be compared:\n  " + "\n  ".join(odd))
    timings = [m for m in measurements if m.timing]
    others = [m for m in measurements if not m.timing]
    moved = [m for m in others if not m.steady]
    for m in timings:
        print(f"timing{'' if m.steady else ', more than a tenth of its margin'}: {m}")
    for m in moved:
        print(f"moved: {m}")
    still = sum(m.move == 0 for m in others)
    print(f"runs: {len(folders)}, timings: {len(timings)}, other measurements: {len(others)}, equal in all runs: {still}")
    print(f"measurements that move by more than a tenth of their margin: {len(moved)}")
    if keep:
        counts = {"runs": len(folders), "timings": len(timings), "others": len(others), "still": still}
        files.write(keep, json.dumps(counts | {"moved": [asdict(m) for m in moved]}, indent=1) + "\n")
    if close := [str(m) for m in moved if m.close]:
        raise BookError("moves by more than half its margin:\n  " + "\n  ".join(close))


def summary(root: Path = ROOT) -> str:
    """The record of the last comparison, for a page: a sentence, and a table of what moved by more than a tenth of its margin."""
    found = parsed(root / RECORD, json.loads)
    moved = [Moved(**m) for m in found["moved"]]
    hardly = found["others"] - found["still"] - len(moved)
    lines = [
        f"Of {found['others']} measurements (without the {found['timings']} that are times) {found['still']} are equal to the "
        f"last digit in all {found['runs']} runs, and {hardly} more move by at most a tenth of their margin, the distance from "
        f"the nearest bound of their rule. The other {len(moved)} are:\n",
        "| claim | what was measured | in the runs | rule | it moves by this share of its margin |",
        "|---|---|---|---|---|",
    ]
    for m in sorted(moved, key=lambda m: m.move / m.margin, reverse=True):
        values = ", ".join(dict.fromkeys(f"{value:.3g}" for value in m.values))
        lines.append(f"| {m.claim} | {m.what} | {values} | {'; '.join(dict.fromkeys(m.rules))} | {m.move / m.margin:.0%} |")
    return "\n".join(lines)
