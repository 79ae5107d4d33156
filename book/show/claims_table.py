"""The table of all claims, and the links to where each of them was measured."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from aelib.notebook.decks import BEYOND, DECKS
from aelib.notebook.rules import result
from book.read.layout import ROOT, BookError
from book.show.ledger import ledger

SCRIPT = Path(__file__).with_name("ledger.js")
HEADS = ("claim", "lectures", "what is claimed", "what was measured", "verdict")
VERDICTS = ("holds", "contradicts the lecture")
CLAIM = re.compile(r"`?\b(\d\d/[a-z][a-z0-9-]*)\b`?")


def anchor(claim_id: str) -> str:
    """Where a claim stands on its chapter's page."""
    return escape(f"claim-{claim_id.replace('/', '-')}")


def claims_table(root: Path = ROOT) -> str:
    """Every claim as a row of an HTML table, with a filter and sorting where scripts run."""
    rows = ledger(root)
    choices = {
        "chapter": {row["chapter"]: f"chapter {row['chapter'].lstrip('0')}" for row in rows},
        "deck": {deck: deck for deck in (*DECKS, BEYOND) if any(deck in row["decks"] for row in rows)},
        "verdict": {_word(verdict): verdict for verdict in VERDICTS},
    }
    filters = " ".join(f"<label>{name} {_select(name, options)}</label>" for name, options in choices.items())
    head = "".join(f'<th scope="col"><button type="button">{text}</button></th>' for text in HEADS)
    return (
        f'<form class="aelib-filter" hidden>{filters}<output class="aelib-shown" aria-live="polite"></output></form>\n'
        '<div class="aelib-wide" tabindex="0" role="region" aria-label="Table of all claims">'
        f'<table class="aelib-ledger"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(_row, rows))}</tbody></table></div>\n"
        f"<script>\n{SCRIPT.read_text('utf-8')}</script>"
    )


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


def _row(row: dict) -> str:
    measured = "".join(f"<li>{escape(result(m))}</li>" for m in row["measured"])
    because = f"<p>{escape(row['because'])}</p>" if row["because"] else ""
    cells = (
        f"{_link(row['id'], row['page'], '../')}<br><small>{escape(row['kind'])}</small>",
        escape(", ".join(row["decks"])),
        escape(row["statement"]) + because,
        f"<ul>{measured}</ul>",
        escape(row["verdict"]),
    )
    data = {"chapter": row["chapter"], "deck": " ".join(row["decks"]), "verdict": _word(row["verdict"])}
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    return f"<tr {attributes}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _word(verdict: str) -> str:
    return verdict.split()[0]
