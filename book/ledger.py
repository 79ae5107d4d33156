"""The claims of all chapters, read from the committed notebooks; nothing is executed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from book import files
from book.layout import BUILD, ROOT, BookError, chapters
from book.outputs import records
from book.twin import load


def ledger(root: Path = ROOT) -> list[dict]:
    """Every claim of every chapter, in reading order, with the seconds that it took."""
    rows = []
    for chapter in chapters(root):
        notebook = load(chapter)
        if notebook is None:
            raise BookError(f"{chapter.name} was never executed; run 'make book'")
        seconds = notebook.metadata["aelib"]["seconds"]["claims"]
        rows += [{**claim, "seconds": seconds[claim["id"]]} for claim in records(notebook, "claim")]
    return rows


def totals(root: Path = ROOT) -> dict[str, int]:
    """What the landing page says: claims by verdict, chapters, and the seconds of a whole run."""
    rows = ledger(root)
    verdicts = Counter(row["verdict"] for row in rows)
    seconds = [load(chapter).metadata["aelib"]["seconds"]["chapter"] for chapter in chapters(root)]
    return {
        "claims": len(rows),
        "holds": verdicts["holds"],
        "contradicts": verdicts["contradicts the lecture"],
        "chapters": len(seconds),
        "minutes": round(sum(seconds) / 60, 1),
    }


def write(path: Path = BUILD / "claims.json") -> Path:
    """Write the ledger as JSON."""
    files.write(path, json.dumps(ledger(), indent=1, ensure_ascii=False) + "\n")
    return path
