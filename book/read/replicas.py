"""The replicas of a chapter: what other runs of the same code and rules, with other seeds and data, measured.

They stand beside the chapter's register, in ``chapters/aelib_checks/ch02.jsonl``, a line for each. The seed of a
replica follows from the rules that judge it: who changes a rule or a statement gets fresh runs. The book's own run has
a line, too, as number 0: it ships with the package, where the notebook does not.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from aelib.notebook import register
from book import files
from book.read.layout import BookError, Chapter, parsed

BOOK = 0  # the number of the book's own run
SEEDS = 4_000_000  # torch uses 32 bits of a seed, and a run has a thousand of them


@dataclass(frozen=True)
class Replica:
    """One run: on which data, the how-manieth, with which seed, of which code, how and where it was made."""

    dataset: str
    number: int
    seed: int
    fingerprint: str
    made: dict[str, str]
    seconds: float
    claims: dict[
        str, dict
    ]  # by id: "verdict", what this run says; "values" by name; "rules", the mark of what judged it


def path(chapter: Chapter) -> Path:
    """The file of a chapter's replicas."""
    return chapter.register.with_suffix(".jsonl")


def load(chapter: Chapter) -> list[Replica]:
    """All replicas of a chapter, stale ones too. Raises BookError, which names the line, for what is damaged."""
    return [replica for replica in _lines(chapter) if replica.number != BOOK]


def own(chapter: Chapter) -> Replica | None:
    """The book's own run of a chapter, as it stands beside its replicas."""
    return next((replica for replica in _lines(chapter) if replica.number == BOOK), None)


def _lines(chapter: Chapter) -> list[Replica]:
    place = path(chapter)
    if not place.exists():
        return []
    found = []
    for number, line in enumerate(parsed(place, str.splitlines), 1):
        try:
            found.append(_replica(json.loads(line)))
        except (KeyError, TypeError, ValueError) as error:
            told = f"{place.name}, line {number}: it is no replica ({error}); restore it, or delete the line"
            raise BookError(told) from error
    return found


def _replica(entry: dict) -> Replica:
    replica = Replica(**entry)
    for name, kind in (("dataset", str), ("number", int), ("seed", int), ("fingerprint", str), ("claims", dict)):
        if not isinstance(getattr(replica, name), kind):
            raise TypeError(f"{name} is {getattr(replica, name)!r}")
    for id, claim in replica.claims.items():
        if set(claim) != {"verdict", "values", "rules"} or not all(map(_number, claim["values"].values())):
            raise ValueError(f"its claim {id} is {claim!r:.80}")
    return replica


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def keep(chapter: Chapter, replica: Replica) -> None:
    """Write a replica in the place of any other of its data set and number."""
    rest = [r for r in _lines(chapter) if (r.dataset, r.number) != (replica.dataset, replica.number)]
    lines = [
        json.dumps(asdict(r), sort_keys=True) for r in sorted([*rest, replica], key=lambda r: (r.dataset, r.number))
    ]
    files.write(path(chapter), "\n".join(lines) + "\n")


def seed(chapter: Chapter, dataset: str, number: int) -> int:
    """The seed of a chapter's replica, from the register's rules and statements. Raises BookError below number 1."""
    if number < 1:
        raise BookError(f"number: got {number}, expected a replica's, from 1")
    text = json.dumps([_register(chapter), dataset, number], sort_keys=True)
    return 1 + int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % SEEDS


def rules(chapter: Chapter) -> dict[str, str]:
    """The mark of each claim's entry in the register, by id."""
    return {f"{chapter.number}/{id}": register.mark(entry) for id, entry in _register(chapter).items()}


def _register(chapter: Chapter) -> dict[str, dict]:
    return parsed(chapter.register, tomllib.loads) if chapter.register.exists() else {}


def mark(fingerprint: dict[str, str]) -> str:
    """A chapter's fingerprint in a word: the same code, rules, lock and data."""
    return hashlib.sha256(json.dumps(fingerprint, sort_keys=True).encode()).hexdigest()[:16]
