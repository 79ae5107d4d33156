"""Execute chapters, two at a time.

The work is handed to a ``concurrent.futures.Executor`` as ``run(job)``, a plain function of plain data: any executor
will do, also one whose workers are other machines that have this project installed. The default executor's threads each
wait for one local process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book import files
from book.read import source
from book.read.layout import BUILD, ROOT, BookError, Chapter
from book.run import watch
from book.run.process import THREADS, Job, Outcome, end_all, environment, run

AT_ONCE = 2
CHAPTER_SECONDS = {"full": 900, "smoke": 240}


def execute(
    chosen: Iterable[Chapter],
    parameters: dict,
    accept: Callable[[Chapter, NotebookNode, float], None],
    executor: Executor | None = None,
    keep: Path = BUILD / "failed",
    threads: int = THREADS,
) -> None:
    """Execute the chapters and hand each finished notebook to ``accept`` as soon as it is there.

    ``parameters`` are those of the chapters, at least a profile. A chapter that fails, or that ``accept`` refuses with
    BookError, does not stop the others: its partial notebook is kept in ``keep``, and at the end BookError tells of all
    of them. Anything else that is raised, an interrupt or a disk that is full, stops the local runs.
    """
    by_name = {chapter.name: chapter for chapter in chosen}
    jobs = [_job(chapter, parameters, threads) for chapter in by_name.values()]
    failures: list[str] = []
    futures: list[Future[Outcome]] = []
    pool = executor or ThreadPoolExecutor(max(1, AT_ONCE // threads))
    try:
        futures += [pool.submit(run, job) for job in jobs]
        for i, future in enumerate(as_completed(futures), 1):
            outcome = future.result()
            head = f"[{i}/{len(jobs)}] {outcome.name}:"
            try:
                if outcome.failure:
                    raise BookError(outcome.failure)
                executed = nbformat.reads(outcome.notebook, as_version=4)
                watch.check(by_name[outcome.name], executed)
                accept(by_name[outcome.name], executed, outcome.seconds)
                print(f"{head} executed in {outcome.seconds:.1f} s ({parameters['profile']})", flush=True)
            except BookError as error:
                kept = keep / f"{outcome.name}.ipynb"
                files.write(kept, outcome.notebook)
                failures.append(f"{outcome.name}, {error}\n  (the notebook as far as it got: {kept})")
                print(f"{head} FAILED after {outcome.seconds:.1f} s", flush=True)
    finally:
        if executor is None:
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(future.done() for future in futures):
                end_all()
                time.sleep(0.05)
    if failures:
        raise BookError("\n".join(failures))


def _job(chapter: Chapter, parameters: dict, threads: int) -> Job:
    notebook = nbformat.writes(watch.watched(source.read(chapter)))
    root = "" if chapter.root == ROOT else str(chapter.root)
    return Job(chapter.name, notebook, parameters, CHAPTER_SECONDS[parameters["profile"]], threads, root)


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
