"""The table of all claims, the lists made from it, and the links to where each claim was measured."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from aelib.notebook.decks import BEYOND, DECKS
from aelib.notebook.rules import VERDICTS
from aelib.notebook.shown import badge, slug
from book.read.layout import ROOT, BookError
from book.show.claim import KINDS, anchor, chosen, counted, evidence, judgment, words
from book.show.ledger import ledger
from book.show.strips import measurement
from book.show.typeset import typeset

SCRIPT = Path(__file__).with_name("ledger.js")
HEADS = ("claim", "lectures", "what is claimed", "what was measured", "verdict")
CLAIM = re.compile(r"`?\b(\d\d/[a-z][a-z0-9-]*)\b`?")
PLURAL = {"exact": "identities", "measured": "findings", "audit": "audits"}


def claims_table(root: Path = ROOT) -> str:
    """How many claims of each kind came to each verdict, and every claim as a row; scripts search, filter and sort."""
    rows = ledger(root)
    choices = {
        "chapter": {row["chapter"]: f"chapter {row['chapter'].lstrip('0')}" for row in rows},
        "deck": {deck: deck for deck in (*DECKS, BEYOND) if any(deck in row["decks"] for row in rows)},
        "kind": PLURAL,
        "verdict": {slug(verdict): verdict for verdict in VERDICTS},
    }
    filters = " ".join(f"<label>{name} {_select(name, options)}</label>" for name, options in choices.items())
    head = "".join(f'<th scope="col"><button type="button">{text}</button></th>' for text in HEADS)
    return (
        f"{counts(rows)}\n"
        f'<form class="aelib-filter" hidden><label>search <input type="search" name="q"></label> {filters}'
        '<output class="aelib-shown" aria-live="polite"></output></form>\n'
        '<div class="aelib-wide" tabindex="0" role="region" aria-label="Table of all claims">'
        f'<table class="aelib-ledger"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(_row, rows))}</tbody></table></div>\n"
        f"<script>\n{SCRIPT.read_text('utf-8')}</script>"
    )


def counts(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many identities, findings and audits came to each verdict; each number leads to the claims that it counts."""
    found = Counter((row["kind"], row["verdict"]) for row in rows)
    heads = "".join(f'<th scope="col">{name}</th>' for name in PLURAL.values())
    lines = ""
    for verdict in VERDICTS:
        cells = ((found[kind, verdict], f"?kind={kind}&amp;verdict={slug(verdict)}") for kind in PLURAL)
        numbers = "".join(f'<td><a href="{way}">{n}</a></td>' if n else "<td>0</td>" for n, way in cells)
        lines += f'<tr><th scope="row">{badge(verdict)}</th>{numbers}</tr>'
    return f'<table class="aelib-counts"><thead><tr><td></td>{heads}</tr></thead><tbody>{lines}</tbody></table>'


def verdict_list(verdict: str, root: Path = ROOT) -> str:
    """The claims of one verdict: who says what, what came out, and where it is shown."""
    rows = [row for row in ledger(root) if row["verdict"] == verdict and row["decks"] != [BEYOND]]
    if not rows:
        return f"<p>No statement of a lecture is <em>{escape(verdict)}</em> by the runs that we have.</p>"
    lines = "".join(
        f"<tr><td>{words(row)}</td><td>{typeset(row['slip'] or row['statement'])}</td><td>{counted(row)}</td>"
        f"<td>{_link(row['id'], row['page'], '../')}</td></tr>"
        for row in rows
    )
    heads = ("The words", "The slip" if rows[0]["slip"] else "What is judged", "Runs that met it", "Claim")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return f'<table class="aelib-claims"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'


def link_claims(text: str, name: str, root: Path = ROOT) -> str:
    """The text of the page ``name`` with every claim in it, such as 05/table, as a link to where it was measured."""
    pages = {row["id"]: row["page"] for row in ledger(root)}

    def link(found: re.Match) -> str:
        claim = found[1]
        if claim not in pages:
            raise BookError(f"{name}.md: {claim} is not a claim of any chapter")
        return _link(claim, pages[claim], "../" * name.count("/"))

    return CLAIM.sub(link, text)


def _link(claim: str, page: str, up: str) -> str:
    return f'<a href="{up}{page}.html#{anchor(claim)}">{escape(claim)}</a>'


def _select(name: str, options: dict[str, str]) -> str:
    lines = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options.items())
    return f'<select name="{name}"><option value="">all</option>{lines}</select>'


def _row(row: Mapping[str, Any]) -> str:
    place, name, first = anchor(row["id"]), escape(row["id"]), chosen(row)
    cells = (
        f"{_link(row['id'], row['page'], '../')}<br><small>{KINDS[row['kind']]}</small> "
        f'<a class="aelib-permalink" href="#{place}" aria-label="Link to this row, {name}">#</a>',
        escape(", ".join(row["decks"])),
        f"{words(row)}{judgment(row)}",
        f"{measurement(row, first)}<details><summary>More of {name}</summary>{evidence(row, first)}</details>",
        f"{badge(row['verdict'])}<br><small>{counted(row)}</small>",
    )
    data = {"chapter": row["chapter"], "deck": " ".join(row["decks"]), "kind": row["kind"]}
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    attributes += f' data-verdict="{slug(row["verdict"])}" id="{place}"'
    return f"<tr {attributes}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
