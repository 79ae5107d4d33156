"""A chapter's way through the engine: read, run, check, show.

``refresh`` keeps the committed twins fresh; ``reproduce`` runs everything again and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from book import files
from book.check.compare import compare, compare_replica
from book.check.displayed import captions, displayed
from book.check.outcome import verify_run
from book.read import notebooks
from book.read.labels import labels
from book.read.layout import BUILD, ROOT, BookError, Chapter
from book.run.clean import clean
from book.run.execute import Task, execute, execute_all
from book.run.fingerprint import Fingerprint, fingerprint, stale
from book.run.process import THREADS
from book.run.replicate import drawn, keep_own
from book.show.twin import twin

OUT = BUILD / "reproduced"


def lead(chosen: list[Chapter], keep: Callable[[Chapter, NotebookNode, float], None], threads: int = THREADS) -> None:
    """Execute the chapters at full budget and hand each new twin to ``keep``, with the seconds that it took."""
    started = {chapter: fingerprint(chapter) for chapter in chosen}

    def accept(chapter: Chapter, executed: NotebookNode, seconds: float) -> None:
        keep(chapter, new_twin(chapter, executed, seconds, started[chapter]), seconds)

    execute(chosen, {"profile": "full"}, accept, threads=threads)


def new_twin(chapter: Chapter, executed: NotebookNode, seconds: float, started: Fingerprint) -> NotebookNode:
    """The twin that a full run gives: cleaned, checked, with its source's text. Raises BookError if it must not be."""
    run = clean(executed, seconds, started)
    verify_run(chapter, run)
    made = twin(chapter, run, labels(chapter.root))
    if problems := displayed(chapter, made) + captions(made):
        raise BookError("\n".join(problems))
    return made


def refresh(chosen: list[Chapter], force: bool = False) -> None:
    """Execute the chapters whose twins are stale (all with ``force``) and bring every twin's prose up to date."""
    reasons = {chapter: ["forced"] if force else stale(chapter) for chapter in chosen}
    todo = [chapter for chapter in chosen if reasons[chapter]]
    for chapter in todo:
        print(f"{chapter.name}: to be executed ({', '.join(reasons[chapter])})", flush=True)
        files.check_writable(chapter.twin.parent)  # before the work, not after it
    if todo:
        lead(todo, lambda chapter, fresh, _: notebooks.write(chapter.twin, fresh))
    for chapter in chosen:
        if sync(chapter):
            print(f"{chapter.name}: prose carried into the notebook", flush=True)
        keep_own(chapter, notebooks.demand(chapter))


def sync(chapter: Chapter) -> bool:
    """Rebuild a fresh twin's text from its source; True if that changed the file."""
    committed = notebooks.demand(chapter)
    rebuilt = twin(chapter, notebooks.demand(chapter), labels(chapter.root))
    if rebuilt == committed:
        return False
    notebooks.write(chapter.twin, rebuilt)
    return True


def reproduce(chosen: list[Chapter], out: Path = OUT, threads: int = THREADS) -> None:
    """Write a fresh run of each chapter into ``out``; raise BookError if any differs from its committed twin."""
    _refuse_book(out.resolve())
    out.mkdir(parents=True, exist_ok=True)
    files.check_writable(out)
    for chapter in chosen:  # so that a chapter that fails now does not leave an earlier run there
        (out / chapter.twin.name).unlink(missing_ok=True)
    differences: list[str] = []
    spent: list[tuple[float, str]] = []

    def keep(chapter: Chapter, fresh: NotebookNode, seconds: float) -> None:
        notebooks.write(out / chapter.twin.name, fresh)
        differences.extend(compare(chapter, fresh))
        spent.append((seconds, chapter.name))

    lead(chosen, keep, threads)
    for seconds, name in sorted(spent, reverse=True)[:5]:
        print(f"slowest: {name} {seconds:.1f} s")
    if differences:
        raise BookError("the run differs from what is committed:\n  " + "\n  ".join(differences))
    print(f"{len(chosen)} chapters reproduced: every claim has the verdict that the book prints")


def spotcheck(chosen: list[Chapter], lot: str) -> None:
    """Make one kept replica again, drawn by ``lot``; raise BookError if another verdict or other values come out."""
    task, kept = drawn(chosen, lot)
    differences: list[str] = []

    def look(_: Task, executed: NotebookNode, __: float) -> None:
        verify_run(task.chapter, executed)
        if kept:
            differences.extend(compare_replica(kept, executed))

    execute_all([task], look)
    if differences:
        raise BookError(f"{task.name} differs from what is kept of it:\n  " + "\n  ".join(differences))
    told = "it came out as it is kept" if kept else "no replica of this code is kept, so none was compared"
    print(f"{task.name}: {told}")


def _refuse_book(out: Path) -> None:
    """A run is kept beside the book or in its _build, never among what is committed."""
    if ROOT.is_relative_to(out) or (out.is_relative_to(ROOT) and not out.is_relative_to(BUILD)):
        expected = f"a folder in {BUILD} or outside the book"
        raise BookError(f"--out: got {out}, which is part of the book, expected {expected}")
