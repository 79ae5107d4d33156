"""Claims: a statement of a lecture, its measurement, its rule and its verdict.

    claims = Claims("02", profile)
    claims.check("sgd-pca", "measured", ["GT"], "a trained linear autoencoder reaches PCA's error",
                 ("error over PCA's error", ratio, at_most(1.005)))
    claims.table()

``check`` judges and records; ``table`` shows all claims and stops with ClaimFailed if one is
false. A lecture's statement that our measurement contradicts is a finding: say so with
``contradicted=`` and the reason. Then the rule must fail, and the verdict reads
"contradicts the lecture"; if the rule passes after all, that is an error too.
"""

from __future__ import annotations

import html
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from aelib.profiles import check_profile
from aelib.records import show_record

KINDS = ("exact", "measured", "audit")
DECKS = ("IITH", "MINES", "SUT", "GT", "UofT", "beyond")
HOLDS, CONTRADICTS, NOT_JUDGED, FAILS = "holds", "contradicts the lecture", "not judged", "fails"


class ClaimFailed(AssertionError):
    """A claim of the chapter whose rule its measurement does not meet."""


@dataclass(frozen=True)
class Rule:
    """A pass rule: ``passes(value)`` decides, ``text`` says the same in words."""

    text: str
    passes: Callable[[float], bool]


def at_most(limit: float) -> Rule:
    """value <= limit"""
    return Rule(f"at most {limit:.6g}", lambda value: value <= limit)


def at_least(limit: float) -> Rule:
    """value >= limit"""
    return Rule(f"at least {limit:.6g}", lambda value: value >= limit)


def between(low: float, high: float) -> Rule:
    """low <= value <= high"""
    return Rule(f"from {low:.6g} to {high:.6g}", lambda value: low <= value <= high)


def close_to(target: float, tolerance: float) -> Rule:
    """|value - target| <= tolerance"""
    return Rule(f"within {tolerance:.2g} of {target:.6g}", lambda value: abs(value - target) <= tolerance)


def equals(target: int | float) -> Rule:
    """value == target, with no tolerance"""
    return Rule(f"exactly {target:.6g}", lambda value: value == target)


Measurement = tuple[str, float, Rule]


class Claims:
    """The claims of one chapter, in the order in which they are checked."""

    def __init__(self, chapter: str, profile: str) -> None:
        self.chapter, self.profile = chapter, check_profile(profile)
        self.records: list[dict] = []
        self._clock = time.perf_counter()

    def check(
        self,
        id: str,
        kind: str,
        decks: list[str],
        statement: str,
        *measurements: Measurement,
        contradicted: str | None = None,
        smoke: bool = False,
    ) -> str:
        """Judge one claim, show the verdict and return it.

        Each measurement is (what, value, rule); the claim's rule passes if all do. A value that
        is not finite never passes. Exact claims are judged in both profiles, the others in the
        full profile only unless ``smoke`` is true. Raises ValueError for an unknown kind or deck,
        a second claim of the same id, or no measurement.
        """
        self._validate(id, kind, decks, measurements)
        passed = all(math.isfinite(value) and rule.passes(value) for _, value, rule in measurements)
        if kind != "exact" and not smoke and self.profile != "full":
            verdict = NOT_JUDGED
        elif contradicted is None:
            verdict = HOLDS if passed else FAILS
        else:
            verdict = FAILS if passed else CONTRADICTS
        now = time.perf_counter()
        record = {
            "id": f"{self.chapter}/{id}",
            "chapter": self.chapter,
            "decks": decks,
            "kind": kind,
            "statement": statement,
            "measured": [{"what": what, "value": float(value)} for what, value, _ in measurements],
            "rule": [rule.text for _, _, rule in measurements],
            "verdict": verdict,
            "because": contradicted,
            "profile": self.profile,
            "seconds": now - self._clock,
        }
        self._clock = now
        self.records.append(record)
        results = "; ".join(f"{what} = {value:.4g} (rule: {rule.text})" for what, value, rule in measurements)
        text = f"Claim {record['id']} {verdict}: {results}"
        show_record("claim", record, f"<p class='aelib-claim'>{_badge(verdict)} {html.escape(text)}</p>", text)
        return verdict

    def _validate(self, id: str, kind: str, decks: list[str], measurements: tuple[Measurement, ...]) -> None:
        if kind not in KINDS:
            raise ValueError(f"kind: got {kind!r}, expected one of {', '.join(map(repr, KINDS))}")
        if not decks or set(decks) - set(DECKS):
            raise ValueError(f"decks: got {decks!r}, expected some of {', '.join(map(repr, DECKS))}")
        if f"{self.chapter}/{id}" in {record["id"] for record in self.records}:
            raise ValueError(f"id: got {id!r} a second time, expected one check a claim")
        if not measurements:
            raise ValueError("measurements: got none, expected at least one (what, value, rule)")

    def table(self) -> None:
        """Show every claim of the chapter; raise ClaimFailed if any of them fails."""
        head = "<tr><th>Claim</th><th>From</th><th>What we claimed</th><th>What we measured</th><th>Rule</th><th>Verdict</th></tr>"
        rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in self._cells(r))}</tr>" for r in self.records)
        text = "\n".join(f"{r['id']}: {r['verdict']}" for r in self.records)
        show_record("table", {"chapter": self.chapter}, f"<table class='aelib-claims'>{head}{rows}</table>", text)
        failed = [r for r in self.records if r["verdict"] == FAILS]
        if failed:
            lines = "\n".join(f"  {r['id']}: {_measured(r)}, rule: {'; '.join(r['rule'])}" for r in failed)
            raise ClaimFailed(f"{len(failed)} of {len(self.records)} claims fail:\n{lines}")

    @staticmethod
    def _cells(r: dict) -> list[str]:
        because = f"<br>{html.escape(r['because'])}" if r["because"] else ""
        kind = f"<br><small>{r['kind']}</small>"
        plain = [html.escape(s) for s in (r["statement"], _measured(r), "; ".join(r["rule"]))]
        return [f"{r['id']}{kind}", ", ".join(r["decks"]), *plain, _badge(r["verdict"]) + because]


def _measured(record: dict) -> str:
    return "; ".join(f"{m['what']} {m['value']:.4g}" for m in record["measured"])


def _badge(verdict: str) -> str:
    return f"<strong class='aelib-verdict aelib-{verdict.split()[0]}'>{verdict}</strong>"
