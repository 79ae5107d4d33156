"""Execute every chapter from scratch at full budget and compare with what is committed.

The committed twins are not touched. A difference is a claim that is new, gone or judged
otherwise, a claim, figure or glued number that is missing, or a failing chapter. Measured
values may move, since each claim's rule says by how much they may; the largest moves are
shown.
"""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from book import files, source, twin
from book.execute import THREADS, execute
from book.fingerprint import fingerprint
from book.fresh import new_twin
from book.layout import BUILD, BookError, Chapter
from book.outputs import glued, records

OUT = BUILD / "reproduced"


def reproduce(chosen: list[Chapter], out: Path = OUT, threads: int = THREADS) -> None:
    """Write a fresh run of each chapter into ``out``; raise BookError if any differs from its committed twin."""
    if any(out.resolve() == chapter.twin.parent for chapter in chosen):
        raise BookError(f"--out: got {out}, which holds the committed notebooks, expected another folder")
    out.mkdir(parents=True, exist_ok=True)
    files.check_writable(out)
    for chapter in chosen:  # so that a chapter that fails now does not leave an earlier run there
        (out / chapter.twin.name).unlink(missing_ok=True)
    started = {chapter: fingerprint(source.read(chapter), chapter.root) for chapter in chosen}
    differences: list[str] = []
    spent: list[tuple[float, str]] = []

    def accept(chapter: Chapter, executed: NotebookNode, seconds: float) -> None:
        fresh = new_twin(chapter, executed, seconds, started[chapter])
        twin.write(out / chapter.twin.name, fresh)
        differences.extend(compare(chapter, fresh))
        spent.append((seconds, chapter.name))

    execute(chosen, "full", accept, threads=threads)
    for seconds, name in sorted(spent, reverse=True)[:5]:
        print(f"slowest: {name} {seconds:.1f} s")
    if differences:
        raise BookError("the run differs from what is committed:\n  " + "\n  ".join(differences))
    print(f"{len(chosen)} chapters reproduced: every claim has the verdict that the book prints")


def compare(chapter: Chapter, fresh: NotebookNode) -> list[str]:
    """The differences between the committed twin and a fresh run, in words."""
    committed = twin.load(chapter)
    if committed is None:
        return [f"{chapter.name}: there is no committed notebook"]
    old = {claim["id"]: claim for claim in records(committed, "claim")}
    new = {claim["id"]: claim for claim in records(fresh, "claim")}
    found = [
        f"{id}: only in {'the committed notebook' if id in old else 'the fresh run'}" for id in sorted(old.keys() ^ new.keys())
    ]
    for id in old.keys() & new.keys():
        if old[id]["verdict"] != new[id]["verdict"]:
            found.append(f"{id}: committed {old[id]['verdict']!r}, now {new[id]['verdict']!r}")
        print(f"  {id}: {_moves(old[id], new[id])}")
    for what, before, after in (
        ("figures", [f["name"] for f in records(committed, "figure")], [f["name"] for f in records(fresh, "figure")]),
        ("glued numbers", list(glued(committed)), list(glued(fresh))),
    ):
        if before != after:
            found.append(f"{chapter.name}: other {what}: committed {before}, now {after}")
    return found


def _moves(old: dict, new: dict) -> str:
    pairs = [(m["value"], n["value"]) for m, n in zip(old["measured"], new["measured"], strict=False)]
    if all(a == b for a, b in pairs):
        return f"{new['verdict']}, same values"
    return f"{new['verdict']}, " + ", ".join(f"{a:.4g} -> {b:.4g}" for a, b in pairs)
