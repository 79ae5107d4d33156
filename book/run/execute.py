"""Execute chapters, two at a time.

The work is handed to a ``concurrent.futures.Executor`` as ``run(job)``, a plain function of plain data: any executor
will do, also one whose workers are other machines that have this project installed. The default executor's threads each
wait for one local process.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import nbformat
from nbformat import NotebookNode

from book import files
from book.read import source
from book.read.layout import BUILD, ROOT, BookError, Chapter
from book.run import watch
from book.run.process import THREADS, Job, Outcome, code, end_all, environment, run

AT_ONCE = 2
CHAPTER_SECONDS = {"full": 900, "smoke": 240}


T = TypeVar("T", bound="Task")


@dataclass(frozen=True)
class Task:
    """One run of one chapter, under a name that no other run has."""

    name: str
    chapter: Chapter
    parameters: dict


def execute(
    chosen: Iterable[Chapter],
    parameters: dict,
    accept: Callable[[Chapter, NotebookNode, float], None],
    executor: Executor | None = None,
    keep: Path = BUILD / "failed",
    threads: int = THREADS,
) -> None:
    """Execute each of the chapters once, with these parameters, at least a profile (see ``execute_all``)."""
    tasks = [Task(chapter.name, chapter, parameters) for chapter in chosen]
    execute_all(tasks, lambda task, *found: accept(task.chapter, *found), executor, keep, threads)


def execute_all(
    tasks: Iterable[T],
    accept: Callable[[T, NotebookNode, float], None],
    executor: Executor | None = None,
    keep: Path = BUILD / "failed",
    threads: int = THREADS,
    minutes: float = math.inf,
) -> None:
    """Execute the tasks and hand each finished notebook to ``accept`` as soon as it is there.

    A task that fails, or whose notebook ``accept`` refuses with BookError, does not stop the others: its partial
    notebook is kept in ``keep``, and at the end BookError tells of all of them. After so many ``minutes`` no task is
    begun any more. Anything else that is raised, an interrupt or a disk that is full, stops the local runs.
    """
    by_name = {task.name: task for task in tasks}
    jobs = [_job(task, threads, elsewhere=executor is not None) for task in by_name.values()]
    failures: list[str] = []
    futures: dict[Future[Outcome], Job] = {}
    end = time.monotonic() + 60 * minutes
    late = False
    pool = executor or ThreadPoolExecutor(max(1, AT_ONCE // threads))
    try:
        futures |= {pool.submit(run, job): job for job in jobs}
        for i, future in enumerate(as_completed(futures), 1):
            if late and future.cancelled():
                continue
            outcome = future.result() if executor is None else _answer(future, futures[future])
            task, head = by_name[outcome.name], f"[{i}/{len(jobs)}] {outcome.name}:"
            try:
                if outcome.failure:
                    raise BookError(outcome.failure)
                executed = nbformat.reads(outcome.notebook, as_version=4)
                watch.check(task.chapter, executed)
                accept(task, executed, outcome.seconds)
                print(f"{head} executed in {outcome.seconds:.1f} s ({task.parameters['profile']})", flush=True)
            except BookError as error:
                kept = keep / f"{outcome.name}.ipynb"
                files.write(kept, outcome.notebook)
                failures.append(f"{outcome.name}, {error}\n  (the notebook as far as it got: {kept})")
                print(f"{head} FAILED after {outcome.seconds:.1f} s", flush=True)
            if late := time.monotonic() > end:
                for waiting in futures:
                    waiting.cancel()
    finally:
        if executor is None:
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(future.done() for future in futures):
                end_all()
                time.sleep(0.05)
    if failures:
        raise BookError("\n".join(failures))


def _answer(future: Future[Outcome], job: Job) -> Outcome:
    """What came of a job elsewhere; a worker that was killed, or a scheduler that is gone, is a failure of the job."""
    try:
        return future.result()
    except Exception as error:  # whatever another machine's executor raises
        return Outcome(job.name, job.notebook, 0.0, f"{type(error).__name__}: {error}")


def _job(task: Task, threads: int, elsewhere: bool) -> Job:
    chapter, seconds = task.chapter, CHAPTER_SECONDS[task.parameters["profile"]]
    notebook = nbformat.writes(watch.watched(source.read(chapter)))
    root = "" if chapter.root == ROOT else str(chapter.root)
    return Job(task.name, notebook, task.parameters, seconds, threads, root, code() if elsewhere else "")


def nbval(chosen: Iterable[Chapter], profile: str) -> None:
    """Re-execute the committed notebooks under nbval, as ``pytest`` does it, in one profile."""
    options = ["--nbval-lax", "--nbval-current-env", "--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg")]
    options += [f"--nbval-cell-timeout={CHAPTER_SECONDS[profile]}", "-n", str(AT_ONCE), "--dist", "loadfile", "-q"]
    options += ["-o", "faulthandler_timeout=0", "-p", "no:cacheprovider"]  # a cell has its own time
    command = [sys.executable, "-m", "pytest", *options, *(str(chapter.twin) for chapter in chosen)]
    with tempfile.TemporaryDirectory(prefix="aelib-") as home:
        failed = subprocess.run(command, env=environment(profile, Path(home)), cwd=ROOT).returncode
    if failed:
        raise BookError(f"nbval: a committed notebook does not re-execute in the {profile} profile")
