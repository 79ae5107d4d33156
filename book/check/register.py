"""The claims of a notebook must be those of its chapter's register: none lost, none that says something else."""

from __future__ import annotations

import tomllib

from nbformat import NotebookNode

from aelib.notebook.rules import rule
from book.read.layout import BookError, Chapter, parsed
from book.read.records import records

SAME = ("kind", "decks", "statement", "conditions", "because")
RULE = ("what", "low", "high", "refuted", "timing")


def damage(chapter: Chapter) -> list[str]:
    """What is wrong with the chapter's register itself."""
    try:
        expected(chapter)
    except BookError as error:
        return [str(error)]
    return []


def compare(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    """What the claims of ``notebook`` and those of the chapter's register do not have in common."""
    wanted, name = expected(chapter), chapter.register.name
    try:
        got = {claim["id"]: _asked(claim) for claim in records(notebook, "claim")}
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


def expected(chapter: Chapter) -> dict[str, dict]:
    """Each claim of the register as its record must have it."""
    return {f"{chapter.number}/{id}": _asked(_record(id, entry)) for id, entry in entries(chapter).items()}


def entries(chapter: Chapter) -> dict[str, dict]:
    """The claims of the register as they are written. Raises BookError for a register that is damaged."""
    if not chapter.register.exists():
        return {}
    found = parsed(chapter.register, tomllib.loads)
    try:
        for id, entry in found.items():
            _asked(_record(id, entry))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BookError(f"{chapter.register.name}: expected claims as CONTRIBUTING.md shows ({error})") from error
    return found


def _record(id: str, entry: dict) -> dict:
    """What a run with this entry records, without what it measures."""
    measured = [{"name": n, "what": m["what"], **rule(m, f"{id}: {n}")} for n, m in entry["measured"].items()]
    return {"conditions": [], "because": None, **entry, "measured": measured}


def _asked(claim: dict) -> dict:
    """A record as a flat mapping from what the register decides to its value."""
    parts = {part: claim[part] for part in SAME}
    return parts | {f"{m['name']}.{part}": m[part] for m in claim["measured"] for part in RULE}
