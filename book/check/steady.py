"""Compare the claims of several runs of the same chapters: which measurements move, and by how much.

A run is a folder of executed notebooks, such as ``chapters`` or what ``reproduce --out`` wrote. A measurement is steady
if it moves between the runs by at most a tenth of its margin, its distance from the nearest bound of its rule. One that
moves by more is told, and one that moves by more than half is too close to its bound. Timings differ on every run and
are listed apart.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from aelib.notebook.rules import words
from book import files
from book.read.layout import NAME, BookError
from book.read.notebooks import read
from book.read.records import records

SHARE, MOST = 0.1, 0.5  # of a margin: what is steady, and what is too much
RULE = ("low", "high", "source", "refuted", "timing", "rounding")


@dataclass(frozen=True)
class Moved:
    """One measurement in all runs."""

    claim: str
    what: str
    rule: dict
    values: tuple[float, ...]

    @property
    def move(self) -> float:
        return max(self.values) - min(self.values) if all(map(math.isfinite, self.values)) else math.inf

    @property
    def margin(self) -> float:
        """How far the values are from the nearest bound of the rule."""
        bounds = [bound for bound in (self.rule["low"], self.rule["high"]) if bound is not None]
        return min(abs(value - bound) for value in self.values for bound in bounds)

    @property
    def share(self) -> float:
        """The move as a share of the margin."""
        if self.move == 0:
            return 0.0
        return self.move / self.margin if self.margin else math.inf

    @property
    def steady(self) -> bool:
        return self.share <= SHARE

    def __str__(self) -> str:
        values = ", ".join(f"{value:.6g}" for value in self.values)
        moves = f"moves by {self.move:.2g}, margin {self.margin:.2g}, rule: {words(self.rule)}"
        return f"{self.claim}: {self.what}: {values} ({moves})"

    def kept(self) -> dict:
        """What the page on how to reproduce tells of it."""
        return {"claim": self.claim, "what": self.what, "values": self.values, **self.rule, "share": self.share}


def compare(runs: list[list[dict]]) -> tuple[list[Moved], list[str]]:
    """All measurements of the claims in ``runs``, and in words what cannot be compared since not every run has it."""
    tables = [{claim["id"]: claim for claim in run} for run in runs]
    chapters = [{id.split("/")[0] for id in table} for table in tables]
    counts = {n: sum(n in run for run in chapters) for n in sorted(set().union(*chapters))}
    rare = {n: count for n, count in counts.items() if count < len(runs)}
    odd = [f"chapter {n}: only in {count} of {len(runs)} runs" for n, count in rare.items()]
    measurements: list[Moved] = []
    for id in sorted(id for id in set().union(*tables) if id.split("/")[0] not in rare):
        claims = [table[id] for table in tables if id in table]
        verdicts = dict.fromkeys(claim["verdict"] for claim in claims)
        if len(claims) < len(runs):
            odd.append(f"{id}: only in {len(claims)} of {len(runs)} runs")
        elif any(_asked(claim) != _asked(claims[0]) for claim in claims):
            odd.append(f"{id}: the runs measure different things")
        else:
            if len(verdicts) > 1:
                odd.append(f"{id}: the verdicts differ: {', '.join(claim['verdict'] for claim in claims)}")
            values = zip(*([float(m["value"]) for m in claim["measured"]] for claim in claims), strict=True)
            measurements += [Moved(id, *asked, v) for asked, v in zip(_asked(claims[0]), values, strict=True)]
    return measurements, odd


def _asked(claim: dict) -> list[tuple[str, dict]]:
    """What a claim measures, each with its rule."""
    return [(m["what"], {part: m[part] for part in RULE}) for m in claim["measured"]]


def claims_of(folder: Path) -> list[dict]:
    """The claims of all notebooks in ``folder``. Raises BookError if there is none."""
    paths = [path for path in sorted(folder.glob("*.ipynb")) if NAME.fullmatch(path.stem)]
    if not paths:
        raise BookError(f"{folder} has no executed chapter")
    return [claim for path in paths for claim in records(read(path), "claim")]


def steady(folders: list[Path], keep: Path | None = None) -> None:
    """Tell what moves between the runs in ``folders``, and write it to ``keep``.

    Raises BookError if runs cannot be compared or a measurement that is no time moves by more than half its margin.
    """
    if len({folder.resolve() for folder in folders}) < max(2, len(folders)):
        raise BookError(f"runs: got {', '.join(map(str, folders))}, expected at least two folders, each of them once")
    measurements, odd = compare([claims_of(folder) for folder in folders])
    if odd:
        raise BookError("cannot be compared:\n  " + "\n  ".join(odd))
    timings = [m for m in measurements if m.rule["timing"]]
    others = [m for m in measurements if not m.rule["timing"]]
    moved = [m for m in others if not m.steady]
    for m in timings:
        print(f"timing{'' if m.steady else ', more than a tenth of its margin'}: {m}")
    for m in moved:
        print(f"moved: {m}")
    still = sum(m.move == 0 for m in others)
    counts = {"runs": len(folders), "timings": len(timings), "others": len(others), "still": still}
    print("runs: {runs}, timings: {timings}, other measurements: {others}, equal in all runs: {still}".format(**counts))
    print(f"measurements that move by more than a tenth of their margin: {len(moved)}")
    if keep:
        files.write(keep, json.dumps(counts | {"moved": [m.kept() for m in moved]}, indent=1) + "\n")
    if close := [str(m) for m in moved if m.share > MOST]:
        raise BookError("moves by more than half its margin:\n  " + "\n  ".join(close))
