"""Keep the committed twins fresh: execute the stale ones, carry edited prose into the others."""

from __future__ import annotations

from nbformat import NotebookNode

from book import files, source, twin
from book.clean import clean
from book.execute import execute
from book.fingerprint import Fingerprint, changes, fingerprint
from book.layout import BookError, Chapter
from book.outputs import records


def stale(chapter: Chapter) -> list[str]:
    """Why the chapter's twin must be executed anew; empty if it need not be."""
    committed = twin.load(chapter)
    known = committed.metadata["aelib"]["fingerprint"] if committed else None
    return changes(known, fingerprint(source.read(chapter), chapter.root))


def verify_run(chapter: Chapter, run: NotebookNode) -> None:
    """Raise BookError unless the run's claims and exercises came out as a chapter's must."""
    failed = [claim["id"] for claim in records(run, "claim") if claim["verdict"] == "fails"]
    if failed:
        raise BookError(f"claims fail: {', '.join(failed)}")
    if not records(run, "table"):
        raise BookError("the chapter never calls claims.table(), which stops it if a claim fails")
    results: dict[str, list[bool]] = {}
    for exercise in records(run, "exercise"):
        results.setdefault(exercise["id"], []).append(exercise["passed"])
    if len(results) < 3:
        raise BookError(f"it has {len(results)} exercises, expected at least three")
    for number, passed in results.items():
        if passed != [False, True]:
            raise BookError(f"exercise {number}: expected its stub to fail and then its solution to pass, got {passed}")


def new_twin(chapter: Chapter, executed: NotebookNode, seconds: float, started: Fingerprint) -> NotebookNode:
    """The twin that a full run gives: cleaned, verified, with its source's text. Raises BookError if it must not be kept.

    ``started`` is the fingerprint when the run began: what was edited since then makes the twin stale.
    """
    run, claim_seconds = clean(executed, chapter.name)
    verify_run(chapter, run)
    finished = twin.finish(run, claim_seconds, seconds, "full", started)
    return twin.assemble(chapter, finished, twin.labels(chapter.root))


def refresh(chosen: list[Chapter], force: bool = False) -> None:
    """Execute the chapters whose twins are stale (all with ``force``) and bring every twin's prose up to date."""
    reasons = {chapter: ["forced"] if force else stale(chapter) for chapter in chosen}
    todo = [chapter for chapter in chosen if reasons[chapter]]
    started = {chapter: fingerprint(source.read(chapter), chapter.root) for chapter in todo}
    for chapter in todo:
        print(f"{chapter.name}: to be executed ({', '.join(reasons[chapter])})", flush=True)
        files.check_writable(chapter.twin.parent)  # before the work, not after it

    def accept(chapter: Chapter, executed: NotebookNode, seconds: float) -> None:
        twin.write(chapter.twin, new_twin(chapter, executed, seconds, started[chapter]))

    if todo:
        execute(todo, "full", accept)
    for chapter in chosen:
        if sync(chapter):
            print(f"{chapter.name}: prose carried into the notebook", flush=True)


def sync(chapter: Chapter) -> bool:
    """Rebuild a fresh twin's text from its source; True if that changed the file."""
    committed = twin.load(chapter)
    rebuilt = twin.assemble(chapter, twin.load(chapter), twin.labels(chapter.root))
    if rebuilt == committed:
        return False
    twin.write(chapter.twin, rebuilt)
    return True
