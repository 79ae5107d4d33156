"""A measurement as a small strip: a dot for each run, the bounds of the rule, the book's run; and the same in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from statistics import median
from typing import Any

from aelib.notebook.decks import BEYOND
from aelib.notebook.rules import LECTURE, meets, number, result
from book.show.typeset import numbers, typeset

NAMES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
WIDTH, ROW, EDGE = 240, 14, 8  # of a strip, in pixels: across, for each data set, and free at both ends
DECADES = 1.5  # from so many on the axis is logarithmic


def told(m: Mapping[str, Any]) -> tuple[str, str]:
    """The value and the rule in words, with as many digits as it takes to see on which side of a bound it lies."""
    value, _, rule = result(m)[len(m["what"]) :].lstrip(" :=").removesuffix(")").partition(" (rule: ")
    return numbers(value), numbers(rule)


def judged(row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The runs of a claim by data set, where they judge it; those on the book's own data first."""
    return {dataset: row["runs"][dataset] for dataset in sorted(row["runs"], key=_order) if row["runs"][dataset]["of"]}


def _order(dataset: str) -> int:
    return list(NAMES).index(dataset) if dataset in NAMES else len(NAMES)


def named(dataset: str) -> str:
    return NAMES.get(dataset, dataset)


def plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def spread(m: Mapping[str, Any], values: Sequence[float]) -> str:
    """What a measurement came to in several runs: "from 1.2 to 1.5, median 1.3"."""
    texts = [told({**m, "value": value})[0] for value in (min(values), max(values), median(values))]
    if len({text.partition(" % ")[1] for text in texts if text != "1"}) > 1:  # some near 1, and some not
        texts = [numbers(number(value, 4)) for value in (min(values), max(values), median(values))]
    low, high, middle = texts
    if low == high:
        return f"{low} each" if len(values) > 1 else low
    return f"from {low} to {high}, median {middle}"


def spreads(row: Mapping[str, Any], index: int) -> list[str]:
    """The spread of one measurement on each data set."""
    m = row["measured"][index]
    return [
        f"{len(values)} {plural('run', len(values))} on {named(dataset)}: {spread(m, values)}"
        for dataset, runs in judged(row).items()
        if (values := runs["values"][index])
    ]


def whose(row: Mapping[str, Any], m: Mapping[str, Any]) -> str:
    """Whose rule it is."""
    if m["source"] == LECTURE:
        return "from the lecture's words"
    return "ours" if row["decks"] == [BEYOND] else "our mark"


def measurement(row: Mapping[str, Any], index: int) -> str:
    """One measurement: value, strip, rule and whose it is, the spread over runs."""
    m = row["measured"][index]
    value, rule = told(m)
    others = "".join(f"<br>{escape(text)}" for text in spreads(row, index))
    return (
        f"{typeset(m['what'])}: <strong>{escape(value)}</strong><br>{strip(row, index)}<br>"
        f"<small>Rule, {whose(row, m)}: {escape(rule)} ({'met' if meets(m) else 'not met'}){others}</small>"
    )


def strip(row: Mapping[str, Any], index: int) -> str:
    """The drawing, with everything that it shows as its text: no color or shape says more."""
    m = row["measured"][index]
    value, rule = told(m)
    said = "; ".join([f"{m['what']}: {value} in the book's run", f"rule: {rule}", *spreads(row, index)])
    rows = [(dataset, [v for v in runs["values"][index] if math.isfinite(v)]) for dataset, runs in judged(row).items()]
    own = [m["value"]] if math.isfinite(m["value"]) else []
    bounds = [bound for bound in (m["low"], m["high"]) if bound is not None]
    at = _axis([*own, *bounds, *(value for _, values in rows for value in values)])
    height = ROW * max(len(rows), 1)
    drawn = [f'<path class="aelib-axis" d="{"".join(f"M0 {y}h{WIDTH}" for y in range(ROW // 2, height, ROW))}"/>']
    drawn += [f'<rect class="aelib-met" x="{a}" width="{b - a:.1f}" height="{height}"/>' for a, b in _allowed(m, at)]
    drawn += [f'<path class="aelib-bound" d="M{at(bound)} 0v{height}"/>' for bound in sorted(set(bounds))]
    for line, (dataset, values) in enumerate(rows):
        dots = "".join(f"M{at(v)} {ROW * line + ROW // 2}h0" for v in values)
        drawn.append(f'<path class="aelib-dots aelib-on-{escape(dataset)}" d="{dots}"/>')
    drawn += [f'<path class="aelib-own" d="M{at(v)} 2l5 5l-5 5l-5 -5z"/>' for v in own]
    box = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return f'<svg class="aelib-strip" role="img" aria-label="{escape(said)}" {box}>{"".join(drawn)}</svg>'


def _axis(values: Sequence[float]) -> Callable[[float], float]:
    """From a value to its place on the strip; logarithmic where positive values differ by powers of ten."""
    logarithmic = min(values) > 0 and math.log10(max(values)) - math.log10(min(values)) > DECADES
    scale = math.log10 if logarithmic else float
    low, high = scale(min(values)), scale(max(values))

    def at(value: float) -> float:
        share = (scale(value) - low) / (high - low) if high > low else 0.5
        return round(EDGE + (WIDTH - 2 * EDGE) * share, 1)

    return at


def _allowed(m: Mapping[str, Any], at: Callable[[float], float]) -> Iterator[tuple[float, float]]:
    """From where to where the rule is met."""
    low = 0.0 if m["low"] is None else at(m["low"])
    high = float(WIDTH) if m["high"] is None else at(m["high"])
    yield from ((0.0, low), (high, float(WIDTH))) if m["refuted"] else ((low, high),)
