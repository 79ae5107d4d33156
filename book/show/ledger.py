"""The claims of all chapters, read from the committed notebooks; nothing is executed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from book import files
from book.read.layout import BUILD, ROOT, chapters
from book.read.notebooks import demand
from book.read.records import records


def ledger(root: Path = ROOT) -> list[dict]:
    """Every claim of every chapter, in reading order, with its page and the seconds that it took."""
    rows = []
    for chapter in chapters(root):
        notebook = demand(chapter)
        seconds = notebook.metadata["aelib"]["seconds"]["claims"]
        for claim in records(notebook, "claim"):
            rows.append({**claim, "page": chapter.page, "seconds": seconds[claim["id"]]})
    return rows


def totals(root: Path = ROOT) -> dict[str, int | float]:
    """What the landing page says: claims by verdict, chapters, and the minutes of a whole run."""
    verdicts = Counter(row["verdict"] for row in ledger(root))
    seconds = {chapter: demand(chapter).metadata["aelib"]["seconds"]["chapter"] for chapter in chapters(root)}
    return {
        "claims": verdicts.total(),
        "holds": verdicts["holds"],
        "contradicts": verdicts["contradicts the lecture"],
        "chapters": sum(not chapter.is_appendix for chapter in seconds),
        "minutes": round(sum(seconds.values()) / 60, 1),
    }


def write(path: Path = BUILD / "claims.json") -> Path:
    """Write the ledger as JSON."""
    files.write(path, json.dumps(ledger(), indent=1, ensure_ascii=False) + "\n")
    return path
