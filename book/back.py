"""The pages behind the chapters that are made from records: the ledger of claims and the lecture map."""

from __future__ import annotations

import html
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from book.layout import ROOT, BookError, parsed
from book.ledger import ledger
from book.markup import Labels
from book.twin import DECKS

LECTURES = Path("back") / "lectures.toml"
ORDER = ("holds", "contradicts the lecture")
CLAIM = re.compile(r"`?\b(\d\d/[a-z][a-z0-9-]*)\b`?")
SCRIPT = """<script>
(() => {
  "use strict";
  const table = document.querySelector(".aelib-ledger"), body = table.tBodies[0];
  const filters = [...document.querySelectorAll(".aelib-filter select")];
  const shown = document.querySelector(".aelib-shown");
  function filter() {
    let count = 0;
    for (const row of body.rows) {
      row.hidden = filters.some((f) => f.value && !row.dataset[f.name].split(" ").includes(f.value));
      count += !row.hidden;
    }
    shown.textContent = `${count} of ${body.rows.length} claims`;
  }
  for (const f of filters) f.addEventListener("change", filter);
  table.querySelectorAll("th button").forEach((button, column) => button.addEventListener("click", () => {
    const head = button.parentElement, down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const text = (row) => row.cells[column].textContent;
    const rows = [...body.rows].sort((a, b) => text(a).localeCompare(text(b), "en", { numeric: true }));
    body.append(...(down ? rows.reverse() : rows));
  }));
  document.querySelector(".aelib-filter").hidden = false;
  filter();
})();
</script>"""


@dataclass(frozen=True)
class Topic:
    """One topic of a lecture: what its slides say, and the sections and claims of the book that cover it."""

    deck: str
    topic: str
    says: str
    sections: tuple[str, ...]
    claims: tuple[str, ...]
    note: str


def anchor(claim_id: str) -> str:
    """Where a claim stands on its chapter's page."""
    return f"claim-{claim_id.replace('/', '-')}"


def claims_table(root: Path = ROOT) -> str:
    """Every claim as a row of an HTML table, with a filter and sorting where scripts run."""
    rows = ledger(root)
    names = {row["chapter"]: _page(row["chapter"], root) for row in rows}
    body = "".join(_row(row, names[row["chapter"]]) for row in rows)
    heads = ("claim", "lectures", "what is claimed", "what was measured", "verdict")
    choices = {
        "chapter": {number: f"chapter {int(number)}" for number in names},
        "deck": {deck: deck for deck in (*DECKS, "beyond") if any(deck in row["decks"] for row in rows)},
        "verdict": {_word(v): v for v in ORDER},
    }
    filters = "".join(
        f'<label>{name} <select name="{name}"><option value="">all</option>'
        + "".join(f'<option value="{value}">{text}</option>' for value, text in options.items())
        + "</select></label> "
        for name, options in choices.items()
    )
    head = "".join(f'<th scope="col"><button type="button">{text}</button></th>' for text in heads)
    return (
        f'<form class="aelib-filter" hidden>{filters}<output class="aelib-shown" aria-live="polite"></output></form>\n'
        f'<div class="aelib-wide" tabindex="0" role="region" aria-label="Table of all claims"><table class="aelib-ledger">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n{SCRIPT}"
    )


def link_claims(text: str, name: str, root: Path = ROOT) -> str:
    """The text of the page ``name`` with every claim in it, such as 05/table, as a link to where it was measured."""
    chapter = {row["id"]: _page(row["chapter"], root) for row in ledger(root)}

    def link(found: re.Match) -> str:
        claim = found[1]
        if claim not in chapter:
            raise BookError(f"{name}.md: {claim} is not a claim of any chapter")
        return f'<a href="{"../" * name.count("/")}chapters/{chapter[claim]}.html#{anchor(claim)}">{claim}</a>'

    return CLAIM.sub(link, text)


def _row(row: dict, page: str) -> str:
    measured = "".join(
        f"<li>{html.escape(m['what'])} = {_number(m['value'])} <small>({html.escape(rule)})</small></li>"
        for m, rule in zip(row["measured"], row["rule"], strict=True)
    )
    because = f"<p>{html.escape(row['because'])}</p>" if row["because"] else ""
    cells = (
        f'<a href="../chapters/{page}.html#{anchor(row["id"])}">{row["id"]}</a><br><small>{row["kind"]}</small>',
        ", ".join(row["decks"]),
        html.escape(row["statement"]) + because,
        f"<ul>{measured}</ul>",
        row["verdict"],
    )
    decks = " ".join(row["decks"])
    data = f'data-chapter="{row["chapter"]}" data-deck="{decks}" data-verdict="{_word(row["verdict"])}"'
    return f"<tr {data}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def topics(root: Path = ROOT) -> list[Topic]:
    """Every topic of every lecture, in slide order. Raises BookError for a topic that says nothing or stands twice."""
    decks = parsed(root / LECTURES, tomllib.loads)
    if set(decks) != set(DECKS):
        raise BookError(f"{LECTURES}: it has the lectures {sorted(decks)}, expected {sorted(DECKS)}")
    found = []
    for deck in DECKS:
        seen = set()
        for entry in decks[deck]:
            topic = Topic(
                deck, entry["topic"], entry["says"], tuple(entry["sections"]), tuple(entry["claims"]), entry.get("note", "")
            )
            if topic.topic in seen or not topic.says:
                raise BookError(f"{LECTURES}: {deck}: {topic.topic!r} stands twice or says nothing")
            seen.add(topic.topic)
            found.append(topic)
    return found


def lecture_map(labels: Labels, root: Path = ROOT) -> str:
    """For each lecture a table in slide order: topic, what the slides say, where to read, and the verdicts."""
    verdicts = {row["id"]: row["verdict"] for row in ledger(root)}
    text = []
    for deck, title in DECKS.items():
        lines = [f"## {deck}: {title[0].upper()}{title[1:]}\n"]
        lines += ["| topic | what the slides say | read | claims |", "|---|---|---|---|"]
        for topic in (t for t in topics(root) if t.deck == deck):
            unknown = [s for s in topic.sections if s not in labels.sections] + [c for c in topic.claims if c not in verdicts]
            if unknown or not (topic.sections or topic.note):
                raise BookError(f"{LECTURES}: {deck}: {topic.topic!r}: {unknown or 'no section and no note'}")
            read = "; ".join(f"[{labels.sections[s][1]}](#{s})" for s in topic.sections)
            read = "; ".join(filter(None, (read, topic.note)))
            claims = "; ".join(f"{c} {verdicts[c]}" for c in topic.claims)
            lines.append(f"| {topic.topic} | {topic.says} | {read} | {claims} |")
        text.append("\n".join(lines))
    return "\n\n".join(text)


def _page(number: str, root: Path) -> str:
    [source] = (root / "chapters").glob(f"{number}_*.md")
    return source.stem


def _word(verdict: str) -> str:
    return verdict.split()[0]


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")
