"""Rules as data: the least and the largest value that a measurement may have. Nothing here needs torch.

A measurement is a mapping with ``what`` was measured, its ``value``, and the rule: ``low`` and ``high`` (None where
there is no bound), ``source`` (whose rule it is: ``lecture``, if it follows from the lecture's words, or ``ours``),
``refuted`` (the value must not meet it), ``timing`` (it differs on every run) and ``rounding`` (the bound leaves room
for rounding only).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

NEAR = 0.05  # a value and bounds that lie so close to 1 are printed by how far they are from it
BOUNDS = ("at_least", "at_most", "equals", "within")
FLAGS = ("refuted", "timing", "rounding")
LARGEST = 1e300  # of a bound
CONDITIONS = ("official split", "MNIST")
LECTURE, OURS = "lecture", "ours"
HOLDS, SHORT, SLIP, NOT_JUDGED = "holds", "holds, short of our mark", "slip", "not judged"
NOT_MET = "not met"  # of one run; what several runs say together is the book's verdict
CONTRADICTED, NOT_SETTLED = "contradicted", "not settled"
VERDICTS = (HOLDS, SHORT, CONTRADICTED, SLIP, NOT_SETTLED, NOT_JUDGED)
AGREE, FEWEST = 0.9, 5  # the share of runs that must agree, and how many it takes to contradict a lecture


def rule(entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The rule of a register's entry: ``at_least``, ``at_most`` or both, ``equals``, or ``within`` = [target,
    tolerance].

    Raises ValueError, which names ``where`` the entry stands, for any other.
    """
    given = {name: entry[name] for name in BOUNDS if name in entry}
    unknown = set(entry) - {*BOUNDS, *FLAGS, "what", "quoted", "source"}
    if unknown or tuple(given) not in {("at_least",), ("at_most",), ("at_least", "at_most"), ("equals",), ("within",)}:
        names = ", ".join(sorted(unknown or given)) or "no bound"
        raise ValueError(f"{where}: got {names}, expected at_least, at_most or both, equals, or within")
    bounds = given.get("within", list(given.values()))
    if not isinstance(bounds, list) or "within" in given and len(bounds) != 2:
        raise ValueError(f"{where}: got within = {bounds!r}, expected [target, tolerance]")
    for value in bounds:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < LARGEST:
            raise ValueError(f"{where}: got the bound {value!r}, expected a finite number, of at most 1e300")
    source = entry.get("source", OURS)
    if source not in (LECTURE, OURS):
        raise ValueError(f"{where}: got source = {source!r}, expected {LECTURE!r} or {OURS!r}")
    for flag in FLAGS:
        if not isinstance(entry.get(flag, False), bool):
            raise ValueError(f"{where}: got {flag} = {entry[flag]!r}, expected true or false")
    low, high = given.get("at_least"), given.get("at_most")
    if "equals" in given:
        low = high = given["equals"]
    if "within" in given:
        target, tolerance = map(_decimal, given["within"])
        low, high = (
            float(target - tolerance),
            float(target + tolerance),
        )  # 0.3 - 0.2 is 0.1, as whoever reads it expects
    if low is not None and high is not None and low > high:
        raise ValueError(f"{where}: got at least {low} and at most {high}, expected the lesser number first")
    return {"low": low, "high": high, "source": source, **{flag: bool(entry.get(flag, False)) for flag in FLAGS}}


def meets(m: Mapping[str, Any]) -> bool:
    """Whether the value is finite and lies within the bounds, or, if the rule is refuted, outside of them."""
    value, low, high = m["value"], m["low"], m["high"]
    if not math.isfinite(value):
        return False
    return ((low is None or value >= low) and (high is None or value <= high)) != m["refuted"]


def met(seed: int, dataset: str) -> set[str]:
    """The conditions that a run with this seed and these data meets."""
    return {name for name, holds in zip(CONDITIONS, (seed == 0, dataset == "mnist"), strict=True) if holds}


def outcome(claim: Mapping[str, Any]) -> str:
    """What one run says of a claim: it follows from its record's kind, conditions, values, rules and run.

    Exact claims are judged in every run; the others in the full profile, and where their conditions are met. The rules
    that follow from the lecture's words must be met, in a claim of ours all of them. What else is missed are our marks.
    """
    judged = claim["kind"] == "exact" or claim["profile"] == "full"
    if not judged or not set(claim["conditions"]) <= met(claim["seed"], claim["dataset"]):
        return NOT_JUDGED
    words = [m for m in claim["measured"] if m["source"] == LECTURE] or claim["measured"]
    if not all(map(meets, words)):
        return NOT_MET
    if claim["slip"]:
        return SLIP
    return HOLDS if all(map(meets, claim["measured"])) else SHORT


def verdict(outcomes: Sequence[str], lecture: bool) -> str:
    """The book's verdict on a claim, from the outcomes of its runs, the book's own first.

    What counts is what comes out in the book's run and in at least nine of ten runs; with fewer than ten, in all. If
    the lecture's rules are met so, the claim holds, short of our mark if ours are not. If they are missed so, in at
    least five runs, the lecture (``lecture``: a lecture says it) is contradicted. Otherwise it is not settled.
    """
    own, judged = outcomes[0], [outcome for outcome in outcomes if outcome != NOT_JUDGED]
    if own == NOT_JUDGED:
        return NOT_JUDGED
    enough = math.ceil(AGREE * len(judged))
    missed = judged.count(NOT_MET)
    if own == NOT_MET:
        contradicted = lecture and len(judged) >= FEWEST and missed >= enough
        return CONTRADICTED if contradicted else NOT_SETTLED
    if len(judged) - missed < enough:
        return NOT_SETTLED
    return own if judged.count(own) >= enough else SHORT


def words(m: Mapping[str, Any]) -> str:
    """The rule in words, with its bounds as they are judged."""
    return _words(m, number)


def result(m: Mapping[str, Any]) -> str:
    """What was measured, the value and the rule in one line; close to 1, by how much the value is above or below it.

    The value has four digits, and more where it would else seem to lie on the other side of a bound.
    """
    value, bounds = m["value"], [bound for bound in (m["low"], m["high"]) if bound is not None]
    whole = all(float(x).is_integer() for x in (value, *bounds) if math.isfinite(x))
    if not whole and all(abs(x - 1) <= NEAR for x in (value, *bounds)):
        digits = _digits(m, lambda digits: float(1 + Decimal(f"{_decimal(value) - 1:.{digits}g}")))
        return f"{m['what']}: {excess(value, digits)} (rule: {_words(m, excess)})"
    digits = _digits(m, lambda digits: float(number(value, digits)))
    return f"{m['what']} = {number(value, digits)} (rule: {words(m)})"


def _digits(m: Mapping[str, Any], rounded: Callable[[int], float]) -> int:
    """How many digits of the value it takes to see whether it meets the rule."""
    return next((n for n in range(4, 17) if meets({**m, "value": rounded(n)}) == meets(m)), 17)


def excess(value: float, digits: int | None = None) -> str:
    """How far a number near 1 is from it, in percent; the bounds of a rule are decimals, and none of theirs is lost."""
    share = 100 * (_decimal(value) - 1)
    if not share:
        return "1"
    return f"{number(float(abs(share)), digits)} % {'above' if share > 0 else 'below'} 1"


def number(value: float, digits: int | None = None) -> str:
    """``value`` to ``digits`` significant digits, or to the last; a whole number is a count, and is shown in full."""
    if math.isfinite(value) and abs(value) < 1e15 and value == int(value):
        return f"{value:.0f}"
    return f"{float(value)!r}" if digits is None else f"{value:.{digits}g}"


def _decimal(value: float) -> Decimal:
    """The number as it is written, 0.1 and not the binary fraction next to it."""
    return Decimal(repr(float(value)))


def _words(m: Mapping[str, Any], shown) -> str:
    low, high = m["low"], m["high"]
    if low is None or high is None:
        text = f"at most {shown(high)}" if low is None else f"at least {shown(low)}"
    elif low == high:
        text = f"exactly {shown(low)}"
    else:
        middle = float((_decimal(low) + _decimal(high)) / 2)
        half = float((_decimal(high) - _decimal(low)) / 2)
        exact = _decimal(middle) - _decimal(half) == _decimal(low) and _decimal(middle) + _decimal(half) == _decimal(
            high
        )
        narrow = exact and (shown is number and half < 0.01 * abs(middle) or middle == 0)
        text = f"within {number(half)} of {number(middle)}" if narrow else f"from {shown(low)} to {shown(high)}"
    return text + ", refuted" * m["refuted"] + ", to allow for rounding" * m["rounding"]
