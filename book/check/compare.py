"""Compare a fresh run of a chapter with its committed twin.

A difference is a claim that is new, gone or judged otherwise, a measurement that is no time and moved by more than a
tenth and by more than half its distance from the nearest bound of its rule, or a figure or glued number that is new or
missing. Values may move by less, since processors do not agree to the last digit; the moves are shown.
"""

from __future__ import annotations

from nbformat import NotebookNode

from book.check.steady import MOST, Moved
from book.read.layout import Chapter
from book.read.notebooks import load
from book.read.records import glued, records
from book.read.replicas import Replica

TENTH = 0.1


def compare(chapter: Chapter, fresh: NotebookNode) -> list[str]:
    """The differences between the committed twin and a fresh run, in words."""
    committed = load(chapter)
    if committed is None:
        return [f"{chapter.name}: there is no committed notebook"]
    found = _claims(*({claim["id"]: claim for claim in records(notebook, "claim")} for notebook in (committed, fresh)))
    for what, list_of in (("figures", _figures), ("glued numbers", lambda notebook: list(glued(notebook)))):
        if list_of(committed) != list_of(fresh):
            found.append(f"{chapter.name}: other {what}: committed {list_of(committed)}, now {list_of(fresh)}")
    return found


def compare_replica(kept: Replica, fresh: NotebookNode) -> list[str]:
    """The differences between what is kept of a replica and a fresh run of it, in words."""
    old = {
        id: {
            "id": id,
            "verdict": claim["verdict"],
            "measured": [{"name": name, "value": value} for name, value in claim["values"].items()],
        }
        for id, claim in kept.claims.items()
    }
    return _claims(old, {claim["id"]: claim for claim in records(fresh, "claim")})


def _claims(old: dict[str, dict], new: dict[str, dict]) -> list[str]:
    found = [f"{id}: only in what is committed" for id in old if id not in new]
    found += [f"{id}: only in the fresh run" for id in new if id not in old]
    for id in [id for id in old if id in new]:
        if old[id]["verdict"] != new[id]["verdict"]:
            found.append(f"{id}: committed {old[id]['verdict']!r}, now {new[id]['verdict']!r}")
        found += [f"{id}: {told}" for told in _far(old[id], new[id])]
        print(f"  {id}: {_moves(old[id], new[id])}")
    return found


def _far(old: dict, new: dict) -> list[str]:
    """The measurements that moved further than they may."""
    before = {m["name"]: m["value"] for m in old["measured"]}
    pairs = [
        Moved(old["id"], m["what"], m, (before[m["name"]], m["value"])) for m in new["measured"] if m["name"] in before
    ]
    far = [pair for pair in pairs if not pair.rule["timing"] and pair.share > MOST and pair.move > TENTH * _size(pair)]
    return [f"moved too far: {pair}" for pair in far]


def _size(pair: Moved) -> float:
    return max(map(abs, pair.values))


def _figures(notebook: NotebookNode) -> list[str]:
    return [figure["name"] for figure in records(notebook, "figure")]


def _moves(old: dict, new: dict) -> str:
    before, after = ({m["name"]: m["value"] for m in claim["measured"]} for claim in (old, new))
    names = [name for name in after if before.get(name, after[name]) != after[name]]
    moved = [f"{name} {before[name]:.4g} -> {after[name]:.4g}" for name in names]
    return f"{new['verdict']}, {', '.join(moved) or 'same values'}"
