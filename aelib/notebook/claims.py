"""Claims: a statement of a lecture, its measurements, its rules and its verdict.

    claims = Claims("02", profile, seed, dataset)
    claims.check("sgd-pca", ratio=ratio, angle=angle)
    claims.table()

The statement and the rules stand in the chapter's register, ``aelib_checks/ch02.toml``, where they were written
before the run; the chapter hands over what it measured, by the names that the register has. ``check`` judges and
records, ``table`` shows all claims of the chapter. A lecture's statement that our measurement contradicts is a
finding: its rule is marked ``refuted`` in the register and must not be met; the verdict then reads "contradicts the
lecture".
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from aelib import _check
from aelib.notebook import shown
from aelib.notebook.decks import BEYOND, DECKS
from aelib.notebook.profiles import check_profile
from aelib.notebook.records import show_record
from aelib.notebook.rules import CONDITIONS, FAILS, met, result, rule, verdict

KINDS = ("exact", "measured", "audit")


class ClaimFailed(AssertionError):
    """A claim of the chapter whose rules its measurements do not meet, in the book's own run."""


def register(chapter: str) -> dict[str, dict]:
    """The claims of a chapter ("02"), as its register has them: by id, their statement and their rules."""
    return tomllib.loads(files("aelib_checks").joinpath(f"ch{chapter}.toml").read_text("utf-8"))


class Claims:
    """The claims of one run of one chapter, in the order in which they are checked.

    ``seed`` 0 is the official split of the data, ``dataset`` names them. ``entries`` is the register of the chapter;
    if it is None, the one that is shipped. Raises ValueError for a register whose entries are not complete.
    """

    def __init__(
        self,
        chapter: str,
        profile: str,
        seed: int = 0,
        dataset: str = "mnist",
        entries: Mapping[str, dict] | None = None,
    ) -> None:
        self.chapter, self.profile = _check.text("chapter", chapter), check_profile(profile)
        self.seed, self.dataset = _check.whole("seed", seed, least=0), _check.text("dataset", dataset)
        self.register = {
            id: _entry(id, entry) for id, entry in (register(chapter) if entries is None else entries).items()
        }
        self.records: list[dict] = []
        self._clock = time.perf_counter()

    @property
    def own(self) -> bool:
        """Whether this is the run that the book shows: the full profile, the official split, MNIST."""
        return self.profile == "full" and met(self.seed, self.dataset) == set(CONDITIONS)

    def check(self, id: str, **values: float) -> str:
        """Judge one claim by the rules of the register, show the verdict and return it.

        Exact claims are judged in every run; the others in the full profile, and where their conditions are met. A
        claim passes if every value is finite and meets its rule. Raises ValueError for a claim that the register does
        not have, for a second check of the same claim, and for values under other names than the register's;
        TypeError for a value that is no number.
        """
        if id not in self.register:
            raise ValueError(
                f"id: got {id!r}, expected one of the register of chapter {self.chapter}: {', '.join(self.register)}"
            )
        if f"{self.chapter}/{id}" in {record["id"] for record in self.records}:
            raise ValueError(f"id: got {id!r} a second time, expected one check a claim")
        entry = self.register[id]
        if values.keys() != entry["measured"].keys():
            raise ValueError(f"values: got {', '.join(values) or 'none'}, expected {', '.join(entry['measured'])}")
        measured = [
            {
                "name": name,
                "what": m["what"],
                "value": float(_check.number(name, _check.plain(values[name]))),
                **m["rule"],
            }
            for name, m in entry["measured"].items()
        ]
        now = time.perf_counter()
        record = {
            "id": f"{self.chapter}/{id}",
            "chapter": self.chapter,
            **{key: entry[key] for key in ("decks", "kind", "statement", "conditions", "because")},
            "measured": measured,
            "profile": self.profile,
            "seed": self.seed,
            "dataset": self.dataset,
            "seconds": now - self._clock,
        }
        record["verdict"] = verdict(record)
        self._clock = now
        self.records.append(record)
        show_record("claim", record, *shown.claim(record))
        return record["verdict"]

    def table(self) -> None:
        """Show every claim of the chapter. In the book's own run, raise ClaimFailed if any of them fails."""
        show_record("table", {"chapter": self.chapter}, *shown.table(self.records))
        failed = [r for r in self.records if r["verdict"] == FAILS]
        if failed and self.own:
            lines = "\n".join(f"  {r['id']}: {'; '.join(map(result, r['measured']))}" for r in failed)
            raise ClaimFailed(f"{len(failed)} of {len(self.records)} claims fail:\n{lines}")


def _entry(id: str, entry: Mapping[str, Any]) -> dict:
    """A claim of the register, checked, with its rules. Raises ValueError, which names the claim, for what is missing
    or odd.
    """
    where, known = f"register: {id}", {"kind", "decks", "statement", "conditions", "because", "given", "measured"}
    if unknown := set(entry) - known:
        raise ValueError(f"{where}: got {', '.join(sorted(unknown))}, expected some of {', '.join(sorted(known))}")
    if entry.get("kind") not in KINDS:
        raise ValueError(f"{where}: got the kind {entry.get('kind')!r}, expected one of {', '.join(KINDS)}")
    for name, allowed in (("decks", (*DECKS, BEYOND)), ("conditions", CONDITIONS)):
        if any(value not in allowed for value in entry.get(name, [])) or (name == "decks" and not entry.get(name)):
            raise ValueError(f"{where}: got {name} {entry.get(name)!r}, expected some of {', '.join(allowed)}")
    for name, text in {
        "statement": entry.get("statement"),
        **{n: m.get("what") for n, m in entry.get("measured", {}).items()},
    }.items():
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{where}: got no text for {name}, expected one that says something")
    if not all(isinstance(text, str) for text in entry.get("given", [])):
        raise ValueError(f"{where}: got given = {entry['given']!r}, expected texts, the numbers that were set")
    measured = {n: {"what": m["what"], "rule": rule(m, f"{where}: {n}")} for n, m in entry.get("measured", {}).items()}
    if not measured:
        raise ValueError(f"{where}: got no measurement, expected at least one")
    because = entry.get("because")
    if any(m["rule"]["refuted"] for m in measured.values()) != bool(because):
        raise ValueError(f"{where}: got because = {because!r}, expected a reason if, and only if, a rule is refuted")
    return {**entry, "conditions": list(entry.get("conditions", [])), "because": because, "measured": measured}
