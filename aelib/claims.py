"""Claims: a statement of a lecture, its measurement, its rule and its verdict.

    claims = Claims("02", profile)
    claims.check("sgd-pca", "measured", ["GT"], "a trained linear autoencoder reaches PCA's error",
                 ("error over PCA's error", ratio, at_most(1.005)))
    claims.table()

``check`` judges and records; ``table`` shows all claims and stops with ClaimFailed if one is
false. A lecture's statement that our measurement contradicts is a finding: wrap the rule that
is not met in ``refuted(...)`` and give the reason as ``contradicted=``. The verdict then reads
"contradicts the lecture"; if the refuted rule is met after all, or another one is not, the
claim fails as any other.
"""

from __future__ import annotations

import html
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from aelib import _check
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
    refuted: bool = False


def refuted(rule: Rule) -> Rule:
    """The lecture's rule, which the value must *not* meet: we found otherwise."""
    return Rule(f"{rule.text}, refuted", lambda value: not rule.passes(value), True)


def at_most(limit: float) -> Rule:
    """value <= limit"""
    limit = _check.real("limit", _check.plain(limit))
    return Rule(f"at most {_number(limit, 6)}", lambda value: value <= limit)


def at_least(limit: float) -> Rule:
    """value >= limit"""
    limit = _check.real("limit", _check.plain(limit))
    return Rule(f"at least {_number(limit, 6)}", lambda value: value >= limit)


def between(low: float, high: float) -> Rule:
    """low <= value <= high"""
    low, high = _check.real("low", _check.plain(low)), _check.real("high", _check.plain(high))
    if low > high:
        raise ValueError(f"low: got {low!r}, expected at most high, {high!r}")
    return Rule(f"from {_number(low, 6)} to {_number(high, 6)}", lambda value: low <= value <= high)


def close_to(target: float, tolerance: float) -> Rule:
    """|value - target| <= tolerance"""
    target, tolerance = _check.real("target", _check.plain(target)), _check.real("tolerance", _check.plain(tolerance), least=0)
    return Rule(f"within {_number(tolerance, 2)} of {_number(target, 6)}", lambda value: abs(value - target) <= tolerance)


def equals(target: int | float) -> Rule:
    """value == target, with no tolerance"""
    target = _check.real("target", _check.plain(target))
    return Rule(f"exactly {_number(target, 15)}", lambda value: value == target)


Measurement = tuple[str, float, Rule]


class Claims:
    """The claims of one chapter, in the order in which they are checked."""

    def __init__(self, chapter: str, profile: str) -> None:
        self.chapter, self.profile = _check.text("chapter", chapter), check_profile(profile)
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

        Each measurement is (what, value, rule); the claim passes if every value is finite and
        every rule passes. ``contradicted`` says why a rule is refuted, if one is. Exact claims
        are judged in both profiles, the others in the full profile only unless ``smoke`` is
        true. Raises ValueError for an unknown kind or deck, a second claim of the same id, no
        measurement, or a refuted rule without a reason (or the reverse), and TypeError for a
        measurement that is not (text, number, rule).
        """
        self._validate(id, kind, decks, statement, contradicted)
        if not measurements:
            raise ValueError("measurements: got none, expected at least one (what, value, rule)")
        measurements = tuple(_measurement(m) for m in measurements)
        if any(rule.refuted for _, _, rule in measurements) != (contradicted is not None):
            raise ValueError(f"contradicted: got {contradicted!r}, expected a reason if, and only if, a rule is refuted")
        if kind != "exact" and not smoke and self.profile != "full":
            verdict = NOT_JUDGED
        elif not all(math.isfinite(value) and rule.passes(value) for _, value, rule in measurements):
            verdict = FAILS
        else:
            verdict = HOLDS if contradicted is None else CONTRADICTS
        now = time.perf_counter()
        record = {
            "id": f"{self.chapter}/{id}",
            "chapter": self.chapter,
            "decks": list(decks),
            "kind": kind,
            "statement": statement,
            "measured": [{"what": what, "value": value} for what, value, _ in measurements],
            "rule": [rule.text for _, _, rule in measurements],
            "verdict": verdict,
            "because": contradicted,
            "profile": self.profile,
            "seconds": now - self._clock,
        }
        self._clock = now
        self.records.append(record)
        results = "; ".join(_results(record))
        shown = f"<p class='aelib-claim'>Claim {record['id']} {_badge(verdict)}: {html.escape(results)}</p>"
        show_record("claim", record, shown, f"Claim {record['id']} {verdict}: {results}")
        return verdict

    def _validate(self, id: str, kind: str, decks: list[str], statement: str, contradicted: str | None) -> None:
        _check.text("id", id)
        _check.text("statement", statement)
        if contradicted is not None:
            _check.text("contradicted", contradicted)
        if kind not in KINDS:
            raise ValueError(f"kind: got {kind!r}, expected one of {', '.join(map(repr, KINDS))}")
        if not _check.instance("decks", decks, (list, tuple), "a list of decks") or any(deck not in DECKS for deck in decks):
            raise ValueError(f"decks: got {decks!r}, expected some of {', '.join(map(repr, DECKS))}")
        if f"{self.chapter}/{id}" in {record["id"] for record in self.records}:
            raise ValueError(f"id: got {id!r} a second time, expected one check a claim")

    def table(self) -> None:
        """Show every claim of the chapter; raise ClaimFailed if any of them fails."""
        heads = ("Claim", "What we claimed", "What we measured, and the rule", "Verdict")
        head = f"<tr>{''.join(f'<th>{h}</th>' for h in heads)}</tr>"
        rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in self._cells(r))}</tr>" for r in self.records)
        text = "\n".join(f"{r['id']}: {r['verdict']}" for r in self.records)
        show_record("table", {"chapter": self.chapter}, f"<table class='aelib-claims'>{head}{rows}</table>", text)
        failed = [r for r in self.records if r["verdict"] == FAILS]
        if failed:
            lines = "\n".join(f"  {r['id']}: {'; '.join(_results(r))}" for r in failed)
            raise ClaimFailed(f"{len(failed)} of {len(self.records)} claims fail:\n{lines}")

    @staticmethod
    def _cells(r: dict) -> list[str]:
        because = f"<br>{html.escape(r['because'])}" if r["because"] else ""
        name = f"{html.escape(r['id'])}<br><small>{r['kind']}, {', '.join(r['decks'])}</small>"
        results = "".join(f"<li>{html.escape(result)}</li>" for result in _results(r))
        return [name, html.escape(r["statement"]), f"<ul>{results}</ul>", _badge(r["verdict"]) + because]


def _measurement(measurement: Measurement) -> Measurement:
    if len(_check.instance("measurements", measurement, (tuple, list), "(what, value, rule)")) != 3:
        raise TypeError(f"measurements: got {_check.shown(measurement)}, expected (what, value, rule)")
    what, value, rule = measurement
    _check.text("what", what)
    _check.instance(what, rule, Rule, "a rule such as at_most(1.0)")
    return what, float(_check.number(what, _check.plain(value))), rule


def _results(record: dict) -> list[str]:
    pairs = zip(record["measured"], record["rule"], strict=True)
    return [f"{m['what']} = {_number(m['value'])} (rule: {rule})" for m, rule in pairs]


def _number(value: float, digits: int = 4) -> str:
    """``value`` to ``digits`` significant digits; a whole number is a count, and is shown in full."""
    return f"{value:.0f}" if abs(value) < 1e15 and value == int(value) else f"{value:.{digits}g}"


def _badge(verdict: str) -> str:
    return f"<strong class='aelib-verdict aelib-{verdict.split()[0]}'>{verdict}</strong>"
