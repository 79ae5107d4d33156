"""Claims: a statement of a lecture, its measurements, its rules and its verdict.

    claims = Claims("02", profile, seed, dataset)
    claims.check("sgd-pca", ratio=ratio, angle=angle)
    claims.table()

The statement and the rules stand in the chapter's register (see ``register``), where they were written before the run;
the chapter hands over what it measured, by the names that the register has. ``check`` judges and records what this run
says, ``table`` shows all claims of the chapter. The book's verdict follows from several runs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from aelib import _check
from aelib.notebook import others, register, shown
from aelib.notebook.profiles import check_profile
from aelib.notebook.records import show_record
from aelib.notebook.rules import NOT_MET, outcome, result


class ClaimFailed(AssertionError):
    """An identity whose measurements do not meet its rules."""


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
        given = register.read(chapter) if entries is None else entries
        self.register = {id: register.entry(id, entry) for id, entry in given.items()}
        self._given = given
        self.records: list[dict] = []
        self._clock = time.perf_counter()

    def check(self, id: str, **values: float) -> str:
        """Judge one claim by the rules of the register, show what this run says of it, and return that.

        Raises ValueError for a claim that the register does not have, for a second check of the same claim, and for
        values under other names than the register's; TypeError for a value that is no number.
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
            {"name": name, "value": float(_check.number(name, _check.plain(values[name]))), **rule}
            for name, rule in entry["measured"].items()
        ]
        now = time.perf_counter()
        record = {
            "id": f"{self.chapter}/{id}",
            "chapter": self.chapter,
            **{part: entry[part] for part in register.SAME},
            "measured": measured,
            "profile": self.profile,
            "seed": self.seed,
            "dataset": self.dataset,
            "seconds": now - self._clock,
        }
        record["verdict"] = outcome(record)
        self._clock = now
        self.records.append(record)
        show_record("claim", record, *shown.claim(record))
        return record["verdict"]

    def table(self) -> None:
        """Show every claim of the chapter, and in a full run of your own what other runs came to.

        Raises ClaimFailed if an identity does not hold, in any run.
        """
        show_record("table", {"chapter": self.chapter}, *shown.table(self.records, self._others()))
        failed = [r for r in self.records if r["verdict"] == NOT_MET and r["kind"] == "exact"]
        if failed:
            lines = "\n".join(f"  {r['id']}: {'; '.join(map(result, r['measured']))}" for r in failed)
            raise ClaimFailed(f"{len(failed)} of {len(self.records)} claims are identities that do not hold:\n{lines}")

    def _others(self) -> dict[tuple[str, str], others.Others]:
        """What other runs on the same data measured; empty in a short run, and where the book itself is made."""
        if self.profile != "full" or "AELIB_BOOK" in os.environ:
            return {}
        return others.others(others.read(self.chapter), self._given, self.chapter, self.dataset)
