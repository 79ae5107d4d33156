"""Execute chapters again with other seeds, or on other data, and keep what each claim came to."""

from __future__ import annotations

import hashlib
import platform
import sys
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib.metadata import version

from nbformat import NotebookNode

from book.read import replicas
from book.read.layout import BookError, Chapter
from book.read.records import records
from book.read.replicas import Replica
from book.run.execute import Task, execute_all
from book.run.fingerprint import fingerprint

DATASETS = ("mnist", "fashion_mnist")
LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn")


@dataclass(frozen=True)
class Again(Task):
    """A replica that is to be made."""

    number: int


def missing(chosen: list[Chapter], dataset: str, count: int) -> list[Again]:
    """The runs that are still to be made: the first replica of every chapter, then the second, ..."""
    if dataset not in DATASETS:
        raise BookError(f"dataset: got {dataset!r}, expected one of {', '.join(DATASETS)}")
    if count < 1:
        raise BookError(f"count: got {count}, expected the number of replicas, at least 1")
    chapters = [chapter for chapter in chosen if chapter.register.exists()]
    there = {chapter: {r.number for r in current(chapter) if r.dataset == dataset} for chapter in chapters}
    return [
        _task(chapter, dataset, number)
        for number in range(1, count + 1)
        for chapter in chapters
        if number not in there[chapter]
    ]


def current(chapter: Chapter) -> list[Replica]:
    """The replicas of today's code, lock and rules."""
    today = replicas.mark(fingerprint(chapter))
    return [replica for replica in replicas.load(chapter) if replica.fingerprint == today]


def replicate(
    chosen: list[Chapter], dataset: str, count: int, executor: Executor | None = None, minutes: float = 60 * 24
) -> None:
    """Make what is missing of ``count`` replicas of each chapter; each is kept as soon as it is finished."""
    tasks = missing(chosen, dataset, count)
    marks = {task.chapter: replicas.mark(fingerprint(task.chapter)) for task in tasks}

    def keep(task: Again, executed: NotebookNode, seconds: float) -> None:
        replicas.keep(task.chapter, made(task, executed, seconds, marks[task.chapter]))

    print(f"{len(tasks)} replicas to make ({dataset})", flush=True)
    execute_all(tasks, keep, executor, minutes=minutes)


def drawn(chosen: list[Chapter], lot: str) -> tuple[Again, Replica | None]:
    """One replica of one chapter, drawn by a text such as a commit, to be made again; with what is kept of it.

    Where no replica is current, the first of a chapter is drawn, and nothing is kept of it yet.
    """
    kept = [(chapter, replica) for chapter in chosen for replica in current(chapter)]
    number = int.from_bytes(hashlib.sha256(lot.encode()).digest()[:8])
    if not kept:
        chapters = [chapter for chapter in chosen if chapter.register.exists()]
        return _task(chapters[number % len(chapters)], DATASETS[0], 1), None
    chapter, replica = kept[number % len(kept)]
    return _task(chapter, replica.dataset, replica.number), replica


def made(task: Again, executed: NotebookNode, seconds: float, mark: str) -> Replica:
    """What a finished run of ``task`` came to."""
    rules = replicas.rules(task.chapter)
    claims = {
        claim["id"]: {
            "verdict": claim["verdict"],
            "values": {m["name"]: m["value"] for m in claim["measured"]},
            "rules": rules.get(claim["id"], ""),  # a claim that the register lacks is lint's matter
        }
        for claim in records(executed, "claim")
    }
    if not claims:
        raise BookError("it checked no claim")
    where = {name: version(name) for name in LIBRARIES} | {
        "python": platform.python_version(),
        "processor": processor(),
    }
    dataset, seed = task.parameters["dataset"], task.parameters["seed"]
    return Replica(dataset, task.number, seed, mark, where, round(seconds, 1), claims)


def keep_own(chapter: Chapter, twin: NotebookNode) -> None:
    """Keep the book's own run beside the replicas, for readers to compare theirs with."""
    if records(twin, "claim") and not same_own(chapter, twin):
        replicas.keep(chapter, _own(chapter, twin))


def same_own(chapter: Chapter, twin: NotebookNode) -> bool:
    """Whether what is kept of the book's own run is what its notebook says."""
    kept, new = replicas.own(chapter), _own(chapter, twin)
    return kept is not None and (kept.fingerprint, kept.claims) == (new.fingerprint, new.claims)


def _own(chapter: Chapter, twin: NotebookNode) -> Replica:
    about = twin.metadata["aelib"]
    task = Again(chapter.name, chapter, {"dataset": DATASETS[0], "seed": 0}, replicas.BOOK)
    return made(task, twin, about["seconds"]["chapter"], replicas.mark(about["fingerprint"]))


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    if sys.platform == "linux":
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
        if names:
            return names[0]
    return platform.processor() or platform.machine()


def _task(chapter: Chapter, dataset: str, number: int) -> Again:
    parameters = {"profile": "full", "seed": replicas.seed(chapter, dataset, number), "dataset": dataset}
    return Again(f"{chapter.name} {dataset} {number}", chapter, parameters, number)
