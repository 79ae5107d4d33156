"""Rules that cannot fail are no rules: those of an executed chapter, beside the values that its runs came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nbformat import NotebookNode

from aelib.notebook.rules import LECTURE, NOT_JUDGED
from book.read import replicas
from book.read.layout import Chapter
from book.read.records import records
from book.read.replicas import Replica

FAR = 100  # times the largest value that the runs came to: a bound beyond that judges nothing
ROUNDING = 1e-3  # the most that a bound may leave for it
ORDERS = (0, 1)  # bounds of a difference and of a ratio whose direction is what a lecture says


def can_fail(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    """The claims of ``notebook`` that no run could miss, or that its own run does not judge."""
    try:
        return [*_problems(records(notebook, "claim"), replicas.load(chapter))]
    except (KeyError, TypeError) as error:
        return [f"the record of a claim is damaged ({error!r})"]


def _problems(claims: list[dict], kept: list[Replica]) -> Iterator[str]:
    for id, count in Counter(claim["id"] for claim in claims).items():
        if count > 1:
            yield f"claim {id} is checked {count} times"
    for claim in claims:
        if claim["verdict"] == NOT_JUDGED and not claim["conditions"]:
            yield f"claim {claim['id']} has no condition, and is not judged"
        others = [one.claims[claim["id"]]["values"] for one in kept if claim["id"] in one.claims]
        for m in claim["measured"]:
            values = [m["value"], *(other[m["name"]] for other in others if m["name"] in other)]
            yield from (f"claim {claim['id']}, {m['name']}: {told}" for told in _vacuous(claim, m, values))


def _vacuous(claim: dict, m: dict, values: list[float]) -> Iterator[str]:
    bounds = [bound for bound in (m["low"], m["high"]) if bound is not None]
    room = min(abs(m["value"] - bound) for bound in bounds)
    if m["rounding"] and room > ROUNDING:
        yield f"a bound for rounding leaves {room:g}, expected at most {ROUNDING:g}"
    order = m["source"] == LECTURE and set(bounds) <= set(ORDERS)
    rounding = (m["rounding"] or claim["kind"] == "exact") and room <= ROUNDING
    if room > FAR * (max(map(abs, values)) or 1) and not order and not rounding:
        yield f"its bound is {room:g} from the value {m['value']:g}, more than {FAR} times what any run came to"
    if claim["kind"] != "exact" and 0 < room < 1e-9 * abs(m["value"]):
        yield f"its bound is the measured value, {m['value']!r}"
