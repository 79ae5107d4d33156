"""What a record looks like in a notebook, as HTML and as plain text; nothing here needs torch.

An output is made from its record alone, so whoever reads a notebook can make it again and compare.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from aelib.notebook.others import Others
from aelib.notebook.rules import number, result

Shown = tuple[str, str]  # HTML and plain text


def claim(record: Mapping[str, Any]) -> Shown:
    """A claim with its verdict and what was measured."""
    results = "; ".join(map(result, record["measured"]))
    name = html.escape(record["id"])
    shown = f"<p class='aelib-claim'>Claim {name} {badge(record['verdict'])}: {html.escape(results)}</p>"
    return shown, f"Claim {record['id']} {record['verdict']}: {results}"


def table(records: Sequence[Mapping[str, Any]], others: Mapping[tuple[str, str], Others] | None = None) -> Shown:
    """The claims of a chapter; with ``others``, each value beside what other runs of the chapter came to."""
    others = others or {}
    heads = ("Claim", "What we claimed", "What we measured, and the rule", "Verdict")
    head = f"<tr>{''.join(f'<th>{name}</th>' for name in heads)}</tr>"
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in _cells(record, others))}</tr>" for record in records)
    text = "\n".join(f"{record['id']}: {record['verdict']}" for record in records)
    shown = f"<table class='aelib-claims'>{head}{rows}</table>"
    if not others:
        return shown, text
    told = _compared(records, others)
    return f"{shown}<p>{html.escape(told)}</p>", f"{text}\n{told}"


def _compared(records: Sequence[Mapping[str, Any]], others: Mapping[tuple[str, str], Others]) -> str:
    """How many values lie where other runs lead to expect them, and which do not."""
    values = {(r["id"], m["name"]): m["value"] for r in records for m in r["measured"]}
    both = [key for key in values if key in others]
    outside = [" ".join(key) for key in both if not others[key].has(values[key])]
    runs = max(len(others[key].values) for key in others)
    processors = sorted({name for other in others.values() for name in other.processors})
    where = f"{runs} other runs on {records[0]['dataset']} ({', '.join(processors)})"
    told = f"Beside {where}, {len(both) - len(outside)} of {len(both)} values lie within reach"
    return f"{told}; outside: {', '.join(outside)}." if outside else f"{told}."


def exercise(record: Mapping[str, Any]) -> Shown:
    """How an answer did, with the hint of its checker."""
    text = f"Exercise {record['id']}: {'correct.' if record['passed'] else 'not yet. ' + record['hint']}"
    return f"<p class='aelib-exercise'>{html.escape(text)}</p>", text


def glue(values: Mapping[str, float | int | str]) -> str:
    """The names and numbers that a cell keeps for the text, in the order in which a notebook's file has them."""
    parts = (
        f"{name} = {value if isinstance(value, str) else number(value, 4)}" for name, value in sorted(values.items())
    )
    return f"For the text: {', '.join(parts)}"


def rows(record: Mapping[str, Any]) -> str:
    """A table in Markdown; the first of its lines holds the heads."""
    heads, *lines = record["lines"]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *lines))


def badge(verdict: str) -> str:
    """A verdict, with a class of its own for the page."""
    return f"<strong class='aelib-verdict aelib-{slug(verdict)}'>{html.escape(verdict)}</strong>"


def slug(verdict: str) -> str:
    """A verdict as a word: "short" for one that holds short of our mark, "not-met"."""
    return "short" if "short" in verdict else verdict.replace(" ", "-")


def _cells(record: Mapping[str, Any], others: Mapping[tuple[str, str], Others]) -> list[str]:
    slip = f"<br>{html.escape(record['slip'])}" if record["slip"] else ""
    name = f"{html.escape(record['id'])}<br><small>{record['kind']}, {', '.join(record['decks'])}</small>"
    lines = []
    for m in record["measured"]:
        other = others.get((record["id"], m["name"]))
        beside = f"<br><small>{html.escape(other.told(m['value']))}</small>" if other else ""
        lines.append(f"<li>{html.escape(result(m))}{beside}</li>")
    return [name, html.escape(record["statement"]), f"<ul>{''.join(lines)}</ul>", badge(record["verdict"]) + slip]
