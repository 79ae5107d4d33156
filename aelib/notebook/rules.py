"""Rules as data: the least and the largest value that a measurement may have. Nothing here needs torch.

A measurement is a mapping with ``what`` was measured, its ``value``, and the rule: ``low`` and ``high`` (None where
there is no bound), ``refuted`` (the lecture's rule, which the value must not meet) and ``timing`` (it differs on
every run).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

NEAR = 0.05  # a value and bounds that lie so close to 1 are printed by how far they are from it
BOUNDS = ("at_least", "at_most", "equals", "within")
FLAGS = ("refuted", "timing")


def rule(entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The rule of a register's entry: ``at_least``, ``at_most`` or both, ``equals``, or ``within`` = [target,
    tolerance].

    Raises ValueError, which names ``where`` the entry stands, for any other.
    """
    given = {name: entry[name] for name in BOUNDS if name in entry}
    unknown = set(entry) - {*BOUNDS, *FLAGS, "what", "quoted"}
    if unknown or tuple(given) not in {("at_least",), ("at_most",), ("at_least", "at_most"), ("equals",), ("within",)}:
        names = ", ".join(sorted(unknown or given)) or "no bound"
        raise ValueError(f"{where}: got {names}, expected at_least, at_most or both, equals, or within")
    for value in given.get("within", list(given.values())):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ValueError(f"{where}: got the bound {value!r}, expected a finite number")
    low, high = given.get("at_least"), given.get("at_most")
    if "equals" in given:
        low = high = given["equals"]
    if "within" in given:
        target, tolerance = given["within"]
        low, high = target - tolerance, target + tolerance
    if low is not None and high is not None and low > high:
        raise ValueError(f"{where}: got at least {low} and at most {high}, expected the lesser number first")
    return {"low": low, "high": high, **{flag: bool(entry.get(flag, False)) for flag in FLAGS}}


def meets(m: Mapping[str, Any]) -> bool:
    """Whether the value is finite and lies within the bounds, or, if the rule is refuted, outside of them."""
    value, low, high = m["value"], m["low"], m["high"]
    if not math.isfinite(value):
        return False
    return ((low is None or value >= low) and (high is None or value <= high)) != m["refuted"]


def words(m: Mapping[str, Any]) -> str:
    """The rule in words, with its bounds as they are judged."""
    return _words(m, number)


def result(m: Mapping[str, Any]) -> str:
    """What was measured, the value and the rule in one line; close to 1, by how much the value is above or below it."""
    bounds = [bound for bound in (m["low"], m["high"]) if bound is not None]
    whole = all(float(x).is_integer() for x in (m["value"], *bounds) if math.isfinite(x))
    if not whole and all(abs(x - 1) <= NEAR for x in (m["value"], *bounds)):
        return f"{m['what']}: {excess(m['value'])} (rule: {_words(m, excess)})"
    return f"{m['what']} = {number(m['value'], 4)} (rule: {words(m)})"


def excess(value: float) -> str:
    """How far a number near 1 is from it, in percent."""
    share = 100 * (value - 1)
    if value == 1:
        return "1"
    return f"{number(float(f'{abs(share):.4g}'))} % {'above' if share > 0 else 'below'} 1"


def number(value: float, digits: int = 15) -> str:
    """``value`` to ``digits`` significant digits, as short as it can be; a whole number is a count, and is shown in
    full.
    """
    return (
        f"{value:.0f}" if math.isfinite(value) and abs(value) < 1e15 and value == int(value) else f"{value:.{digits}g}"
    )


def _words(m: Mapping[str, Any], shown) -> str:
    low, high = m["low"], m["high"]
    if low is None or high is None:
        text = f"at most {shown(high)}" if low is None else f"at least {shown(low)}"
    elif low == high:
        text = f"exactly {shown(low)}"
    else:
        middle, half = (low + high) / 2, (high - low) / 2
        narrow = shown is number and half < 0.01 * abs(middle) or abs(middle) < 1e-9 * half
        text = f"within {number(half, 6)} of {number(middle, 12)}" if narrow else f"from {shown(low)} to {shown(high)}"
    return text + ", refuted" * m["refuted"]
