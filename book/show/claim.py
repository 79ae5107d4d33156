"""A claim on its chapter's page: the lecture's words, what was judged, the verdict, one number, and how it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from aelib.notebook.decks import BEYOND
from aelib.notebook.rules import LECTURE
from aelib.notebook.shown import badge, slug
from book.show.strips import judged, measurement, named, plural, spread, told
from book.show.typeset import typeset

EMPTY = '<ul class="aelib-measured"></ul>'
LEDGER = "../back/ledger.html"  # from a chapter
KINDS = {"exact": "identity", "measured": "finding", "audit": "audit"}


def anchor(claim_id: str) -> str:
    """Where a claim stands on its chapter's page, and in the ledger."""
    return escape(f"claim-{claim_id.replace('/', '-')}")


def card(row: Mapping[str, Any], register: str) -> str:
    """A claim with everything that the ledger knows of it. ``register`` is the address of the file with its rules."""
    place, name = anchor(row["id"]), escape(row["id"])
    return (
        f'<div class="aelib-card aelib-{slug(row["verdict"])}" id="{place}" role="group" aria-label="Claim {name}">'
        f'<p class="aelib-head"><a href="#{place}">Claim {name}</a> {badge(row["verdict"])} '
        f"<small>{KINDS[row['kind']]}</small></p>{words(row)}{judgment(row)}"
        f'<p class="aelib-key">{key(row)}<br>{counted(row)}</p>'
        f'<details class="aelib-more"><summary>How {name} was judged</summary>{evidence(row)}'
        f'<p><a href="{LEDGER}#{place}">{name} in the ledger</a>, '
        f'<a href="{escape(register)}">{name} in the register of rules</a></p></details></div>'
    )


def words(row: Mapping[str, Any]) -> str:
    """What the lectures say, each in its own words with its slide, and how we read it."""
    quotes = "".join(
        f'<blockquote class="aelib-quote"><p>“{typeset(q["words"])}”</p>'
        f'<p class="aelib-source">{escape(q["deck"])}, slide <cite>{typeset(q["slide"])}</cite></p></blockquote>'
        for q in row["quotes"]
    )
    read = row["reading"] and typeset(row["reading"].removesuffix("."))
    reading = f"<p><strong>Our reading:</strong> {read}.</p>" if read else ""
    return quotes + reading


def judgment(row: Mapping[str, Any]) -> str:
    """What is judged, and under which conditions; of a slip, what is misprinted."""
    ours = " No lecture states it." if row["decks"] == [BEYOND] else ""
    only = f" Judged only for: {', '.join(row['conditions'])}." if row["conditions"] else ""
    slip = f"<p><strong>The slip:</strong> {typeset(row['slip'])}</p>" if row["slip"] else ""
    text = f"{typeset(row['statement'])}.{ours}{escape(only)}"
    return f'<p class="aelib-statement"><strong>What is judged:</strong> {text}</p>{slip}'


def chosen(row: Mapping[str, Any]) -> int:
    """Which measurement stands for the claim: the first that follows from the words and is no time."""
    found = [i for i, m in enumerate(row["measured"]) if not m["timing"]] or [0]
    return next((i for i in found if row["measured"][i]["source"] == LECTURE), found[0])


def key(row: Mapping[str, Any]) -> str:
    """The number that stands for the claim, with its spread over the runs on the book's data."""
    m = row["measured"][chosen(row)]
    values = judged(row).get("mnist", {"values": {}})["values"]
    others = values[chosen(row)] if values else []
    runs = f" (in {len(others)} other {plural('run', len(others))}: {escape(spread(m, others))})" if others else ""
    return f"{typeset(m['what'])}: <strong>{escape(told(m)[0])}</strong>{runs}"


def counted(row: Mapping[str, Any]) -> str:
    """In how many runs the rules were met on which the verdict rests: "11 of 11 runs; Fashion-MNIST 5 of 5"."""
    parts = []
    for dataset, runs in judged(row).items():
        where = "" if dataset == "mnist" else f"{named(dataset)} "
        parts.append(f"{where}{runs['met']} of {runs['of']}{'' if where else ' ' + plural('run', runs['of'])}")
    parts += [f"not judged on {named(dataset)}" for dataset, runs in row["runs"].items() if not runs["of"]]
    text = "; ".join(parts) or "no other run yet"
    if stale := row.get("stale", 0):
        changed = row.get("changed", 0)
        why = f"{changed} of them by another statement or rule" if changed else "by other code"
        text += f"; {stale} out of date, {why}, not counted"
    return escape(f"{text}. The book's own run: {row['outcome']}.")


def evidence(row: Mapping[str, Any], but: int | None = None) -> str:
    """Every measurement with its strip, what the runs say together, and what would have made the claim fail.

    ``but``: the measurement that is shown elsewhere.
    """
    measured = "".join(f"<li>{measurement(row, index)}</li>" for index in range(len(row["measured"])) if index != but)
    lines = [f"<p>{escape(_together(row, dataset, runs))}</p>" for dataset, runs in judged(row).items()]
    fails = typeset(row["fails_if"][:1].upper() + row["fails_if"][1:])
    return f'<ul class="aelib-measured">{measured}</ul>{"".join(lines)}<p>{fails}.</p>'.replace(EMPTY, "")


def _together(row: Mapping[str, Any], dataset: str, runs: Mapping[str, Any]) -> str:
    """What the runs on one data set say, with the share of all such runs that this leaves possible."""
    met = f"On {named(dataset)} the rules on which the verdict rests were met in {runs['met']} of {runs['of']} runs"
    marks = f", all rules with our marks in {runs['marks']}" if runs["marks"] < runs["met"] else ""
    if not runs["met"] or row["kind"] == "exact":
        return f"{met}{marks}."
    return f"{met}{marks}. With 95 % confidence they are met in more than {100 * runs['bound']:.0f} % of such runs."


def overview(rows: Sequence[Mapping[str, Any]]) -> str:
    """The claims of a chapter, a line each, at its end."""
    lines = "".join(
        f'<tr><td><a href="#{anchor(row["id"])}">{escape(row["id"])}</a></td><td>{typeset(row["statement"])}</td>'
        f"<td>{badge(row['verdict'])}</td><td>{counted(row)}</td></tr>"
        for row in rows
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Claim", "What is judged", "Verdict", "Runs"))
    return f'<table class="aelib-claims"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'
