"""The ledger as data: JSON with everything, and a CSV table with a line for each measurement.

``back/ledger.md`` says what each of their parts is.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ENTRY = ("id", "chapter", "kind", "verdict", "outcome", "statement")  # of a claim, repeated for each measurement
RULE = ("name", "what", "value", "low", "high", "source", "refuted", "timing", "rounding")
RUNS = ("of", "met", "values")  # for each data set


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """The claims as a list. A value that is not finite is null, since JSON has no such numbers."""
    return json.dumps(_finite(list(map(_quoted, rows))), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line a measurement; several decks, and the values of several runs, stand in one field, parted by spaces."""
    datasets = sorted({dataset for row in rows for dataset in row["runs"]})
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*ENTRY, "decks", *RULE, *(f"{dataset}_{part}" for dataset in datasets for part in RUNS)])
    for row in rows:
        for index, m in enumerate(row["measured"]):
            line = [*(row[part] for part in ENTRY), " ".join(row["decks"]), *(m[part] for part in RULE)]
            for runs in (row["runs"].get(dataset) for dataset in datasets):
                values = " ".join(map(repr, runs["values"][index])) if runs else ""
                line += [runs["of"], runs["met"], values] if runs else ["", "", ""]
            table.writerow(line)
    return text.getvalue()


def _quoted(row: Mapping[str, Any]) -> dict[str, Any]:
    """A claim with the words and the slide of each deck, by deck, in place of its quotations."""
    parts: dict[str, dict[str, list[str]]] = {"quote": {}, "slide": {}}
    for q in row["quotes"]:
        for part, text in (("quote", q["words"]), ("slide", q["slide"])):
            parts[part].setdefault(q["deck"], []).append(text)
    told = {part: {deck: " … ".join(texts) for deck, texts in by_deck.items()} for part, by_deck in parts.items()}
    return {name: value for name, value in row.items() if name != "quotes"} | told


def _finite(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _finite(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_finite(value) for value in part]
    return None if isinstance(part, float) and not math.isfinite(part) else part
