"""The claims of a notebook must be those of its chapter's register: none lost, none that says something else."""

from __future__ import annotations

import re
import tomllib

from nbformat import NotebookNode

from aelib.notebook import register
from book.read.layout import BookError, Chapter, parsed
from book.read.records import records

WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,} [A-Za-z]{2,}")  # what no formula has
RULE = ("what", "low", "high", "source", "refuted", "timing", "rounding")


def damage(chapter: Chapter) -> list[str]:
    """What is wrong with the chapter's register itself."""
    try:
        quoted = [(id, quote["words"]) for id, entry in entries(chapter).items() for quote in entry["quotes"]]
    except BookError as error:
        return [str(error)]
    return [
        f"{chapter.register.name}: {id}: got the quotation {words!r}, expected its formulas between dollars"
        for id, words in quoted
        if "\\" in words and "$" not in words and WORDS.search(words)  # all of it would be typeset as a formula
    ]


def compare(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    """What the claims of ``notebook`` and those of the chapter's register do not have in common."""
    wanted, name = {id: _asked(entry) for id, entry in entries(chapter).items()}, chapter.register.name
    try:
        got = {claim["id"]: _asked({**claim, "measured": _named(claim)}) for claim in records(notebook, "claim")}
    except (KeyError, TypeError) as error:
        return [f"the record of a claim is damaged ({error!r})"]
    problems = [f"claim {id} of {name} is lost" for id in wanted if id not in got]
    problems += [f"claim {id} is not in {name}" for id in got if id not in wanted]
    for id in wanted.keys() & got.keys():
        for part in sorted(wanted[id].keys() | got[id].keys()):
            here, there = wanted[id].get(part), got[id].get(part)
            if here != there:
                problems.append(f"claim {id}: {name} has {part} {here!r}, the notebook {there!r}")
    return problems


def entries(chapter: Chapter) -> dict[str, dict]:
    """The claims of the register, complete, by id with the chapter. Raises BookError for a register that is damaged."""
    if not chapter.register.exists():
        return {}
    found = parsed(chapter.register, tomllib.loads)
    try:
        return {f"{chapter.number}/{id}": register.entry(id, given) for id, given in found.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BookError(f"{chapter.register.name}: expected claims as CONTRIBUTING.md shows ({error})") from error


def _named(claim: dict) -> dict[str, dict]:
    return {m["name"]: m for m in claim["measured"]}


def _asked(claim: dict) -> dict:
    """An entry or a record as a flat mapping from what the register decides to its value."""
    parts = {part: claim[part] for part in register.SAME}
    return parts | {f"{name}.{part}": m[part] for name, m in claim["measured"].items() for part in RULE}
