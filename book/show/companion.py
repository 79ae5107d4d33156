"""The pages that are no chapters: written by hand, with the parts that are made from records."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from aelib.notebook.rules import CONTRADICTED, NOT_SETTLED, SLIP, words
from book.read.labels import Labels
from book.read.layout import ROOT, STEADY, parsed
from book.show.claims_table import claims_table, link_claims, verdict_list
from book.show.lectures import lecture_map
from book.show.ledger import totals
from book.show.markup import PAGE, renderer


def companion(name: str, table: Labels, root: Path = ROOT) -> str:
    """The page ``name``, such as "index" or "back/ledger", as Jupyter Book reads it."""
    text = parsed(root / f"{name}.md", str)
    text = _put(text, "lectures", lambda: lecture_map(table, root))
    text = _put(text, "steady", lambda: steadiness(root))
    text = renderer(PAGE, f"{name}.md", table, totals(root), root, "../" * name.count("/") + "chapters/")(text)
    text = link_claims(text, name, root)
    for verdict in (CONTRADICTED, SLIP, NOT_SETTLED):  # after the links, since these have their own
        text = _put(text, verdict, partial(verdict_list, verdict, root))
    return _put(text, "ledger", lambda: claims_table(root))


def _put(text: str, mark: str, make) -> str:
    place = f"<!-- {mark} -->"
    return text.replace(place, make()) if place in text else text


def steadiness(root: Path = ROOT) -> str:
    """The last comparison of runs: a sentence, and a table of what moved by more than a tenth of its margin."""
    found = parsed(root / STEADY, json.loads)
    if found["still"] == found["others"]:
        times = f"without the {found['timings']} that are times"
        return f"All {found['others']} measurements ({times}) are equal to the last digit in all {found['runs']} runs."
    moved = sorted(found["moved"], key=lambda m: m["share"], reverse=True)
    hardly = found["others"] - found["still"] - len(moved)
    lines = [
        f"Of {found['others']} measurements (without the {found['timings']} that are times) {found['still']} are equal "
        f"to the last digit in all {found['runs']} runs, and {hardly} more move by at most a tenth of their margin, "
        f"the distance from the nearest bound of their rule. The other {len(moved)} are:\n",
        "| claim | what was measured | in the runs | rule | it moves by this share of its margin |",
        "|---|---|---|---|---|",
    ]
    for m in moved:
        values = ", ".join(dict.fromkeys(f"{value:.3g}" for value in m["values"]))
        lines.append(f"| {m['claim']} | {m['what']} | {values} | {words(m)} | {m['share']:.0%} |")
    return "\n".join(lines)
