"""The lecture map: each topic of each lecture with the sections and the claims of the book that treat it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from aelib.notebook.decks import DECKS
from aelib.notebook.shown import badge
from book.read.labels import Labels
from book.read.layout import ROOT, BookError, parsed
from book.show.ledger import ledger

LECTURES = Path("back") / "lectures.toml"


@dataclass(frozen=True)
class Topic:
    """One topic of a lecture: what its slides say, and the sections and claims of the book that cover it."""

    deck: str
    topic: str
    says: str
    sections: list[str]
    claims: list[str]
    note: str = ""


def topics(root: Path = ROOT) -> list[Topic]:
    """Every topic of every lecture, in slide order. Raises BookError for a topic that says nothing or stands twice."""
    decks = parsed(root / LECTURES, tomllib.loads)
    if set(decks) != set(DECKS):
        raise BookError(f"{LECTURES}: it has the lectures {sorted(decks)}, expected {sorted(DECKS)}")
    found = []
    for deck in DECKS:
        seen = set()
        for entry in decks[deck]:
            topic = Topic(deck, **entry)
            if topic.topic in seen or not topic.says:
                raise BookError(f"{LECTURES}: {deck}: {topic.topic!r} stands twice or says nothing")
            seen.add(topic.topic)
            found.append(topic)
    return found


def lecture_map(labels: Labels, root: Path = ROOT) -> str:
    """For each lecture a table in slide order: topic, what the slides say, where to read, and the verdicts."""
    verdicts = {row["id"]: row["verdict"] for row in ledger(root)}
    found = topics(root)
    tables = []
    for deck, title in DECKS.items():
        lines = [f"## {deck}: {title[0].upper()}{title[1:]}\n"]
        lines += [f'<p><a href="ledger.html?deck={deck}">All claims of this lecture, in the ledger</a></p>\n']
        lines += ["| topic | what the slides say | read | claims |", "|---|---|---|---|"]
        lines += [_line(topic, labels, verdicts) for topic in found if topic.deck == deck]
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def _line(topic: Topic, labels: Labels, verdicts: dict[str, str]) -> str:
    unknown = [s for s in topic.sections if s not in labels.sections] + [c for c in topic.claims if c not in verdicts]
    if unknown or not (topic.sections or topic.note):
        raise BookError(f"{LECTURES}: {topic.deck}: {topic.topic!r}: {unknown or 'no section and no note'}")
    sections = [f"[{labels.sections[label][1]}](#{label})" for label in topic.sections]
    read = "; ".join(filter(None, [*sections, topic.note]))
    claims = "; ".join(f"{claim} {badge(verdicts[claim])}" for claim in topic.claims)
    return f"| {topic.topic} | {topic.says} | {read} | {claims} |"
