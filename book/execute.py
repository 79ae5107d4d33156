"""Execute chapters: papermill, one process a chapter, two at a time.

The work is handed to a ``concurrent.futures.Executor`` as ``run(job)``, a plain function of
plain data: any executor will do, also one whose workers are other machines that have this
project installed. The default executor's threads each wait for one local process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book import files, source, watch
from book.layout import BUILD, ROOT, BookError, Chapter

AT_ONCE = 2
# One thread a chapter: on two cores two chapters run side by side, and the sums do not depend on the number of cores.
THREADS = 1
CHAPTER_SECONDS = {"full": 900, "smoke": 240}
GRACE = 15  # seconds in which a run that is stopped should have ended its kernel
_local: set[subprocess.Popen] = set()  # the processes of this process's runs


@dataclass(frozen=True)
class Job:
    """What ``run`` needs to know; all of it can be sent to another machine."""

    name: str
    notebook: str
    profile: str
    seconds: int
    threads: int = THREADS


@dataclass(frozen=True)
class Outcome:
    """What came of a job: the notebook as far as it got, and the failure in words, or None."""

    name: str
    notebook: str
    seconds: float
    failure: str | None


def run(job: Job) -> Outcome:
    """Execute ``job`` in a process of its own; a run past its time is stopped and tried once more."""
    for attempt in (1, 2):
        with tempfile.TemporaryDirectory(prefix="aelib-") as folder:
            start, target = Path(folder) / "in.ipynb", Path(folder) / "out.ipynb"
            start.write_text(job.notebook, "utf-8")
            began = time.perf_counter()
            command = [sys.executable, "-m", "book.run_one", str(start), str(target), job.profile, str(job.seconds)]
            try:
                failure = _run_local(command, job)
            except subprocess.TimeoutExpired:
                failure = f"no end after {job.seconds + 60} seconds (attempt {attempt} of 2)"
                if attempt == 1:
                    continue
            spent = time.perf_counter() - began
            partial = _partial(target) or job.notebook
            return Outcome(job.name, partial, spent, failure and _name_cell(partial, failure, job.seconds))
    raise AssertionError("unreachable")


def _run_local(command: list[str], job: Job) -> str | None:
    """Run ``command`` to its end; what it wrote to stderr if it failed. Raises TimeoutExpired, and leaves no process behind."""
    settings = {"env": _environment(job), "cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **settings) as process:
        _local.add(process)
        try:
            _, stderr = process.communicate(timeout=job.seconds + 60)
        except BaseException:
            _end(process)
            raise
        finally:
            _local.discard(process)
    if process.returncode == 0:
        return None
    lines = [line for line in stderr.splitlines() if not line.startswith("[IPKernelApp] WARNING")]  # of every run
    return "\n".join(lines).strip() or f"its process ended with {process.returncode}, which is a signal if negative"


def _end(process: subprocess.Popen) -> None:
    """End a run: so that it ends its kernel, or, if it does not listen, at once."""
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


def _end_all(futures: list[Future[Outcome]]) -> None:
    """End the local runs that are still under way."""
    while not all(future.done() for future in futures):
        for process in set(_local):
            _end(process)
        time.sleep(0.05)


def _partial(path: Path) -> str | None:
    """The notebook as far as it got, or None if there is none that can be read (its disk may be full)."""
    try:
        text = path.read_text("utf-8")
        nbformat.reads(text, as_version=4)
    except (OSError, ValueError):
        return None
    return text


def _environment(job: Job) -> dict[str, str]:
    threads = {name: str(job.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ,
        **threads,
        "AELIB_PROFILE": job.profile,
        "TQDM_DISABLE": "1",
        "PYTHONPATH": python_path,
        "MPLBACKEND": "agg",
    }


def _name_cell(notebook: str, failure: str, limit: int) -> str:
    """The failure with the cell that it happened in: its number among the code cells, its first line and the error."""
    cells = [c for c in source.own_cells(nbformat.reads(notebook, as_version=4)) if c.cell_type == "code"]
    for number, cell in enumerate(cells, 1):
        for output in cell.outputs:
            if output.output_type == "error":
                late = output.ename == "KeyboardInterrupt"  # how papermill stops a cell that is past its time
                what = f"timeout: no end after {limit} seconds" if late else f"{output.ename}: {output.evalue}"
                return f"code cell {number} ({_first_line(cell)}): {what}"
    error = next((line for line in failure.splitlines() if "Error: " in line), failure)
    for number, cell in enumerate(cells, 1):
        if cell.metadata.get("papermill", {}).get("status") != "completed":
            return f"code cell {number} ({_first_line(cell)}): {error}"
    return failure


def _first_line(cell: NotebookNode) -> str:
    return next((line.strip() for line in cell.source.splitlines() if line.strip() and not line.startswith("#")), "empty")


def execute(
    chosen: Iterable[Chapter],
    profile: str,
    accept: Callable[[Chapter, NotebookNode, float], None],
    executor: Executor | None = None,
    keep: Path = BUILD / "failed",
    threads: int = THREADS,
) -> None:
    """Execute the chapters and hand each finished notebook to ``accept`` as soon as it is there.

    A chapter that fails, or that ``accept`` refuses with BookError, does not stop the others:
    its partial notebook is kept in ``keep``, and at the end BookError tells of all of them.
    Anything else that is raised, an interrupt or a disk that is full, stops the local runs.
    """
    texts = {c.name: nbformat.writes(watch.watched(source.read(c))) for c in chosen}
    jobs = {name: Job(name, text, profile, CHAPTER_SECONDS[profile], threads) for name, text in texts.items()}
    by_name = {c.name: c for c in chosen}
    failures: list[str] = []
    futures: list[Future[Outcome]] = []
    pool = executor or ThreadPoolExecutor(max(1, AT_ONCE // threads))
    try:
        futures += [pool.submit(run, job) for job in jobs.values()]
        for i, future in enumerate(as_completed(futures), 1):
            outcome = future.result()
            try:
                if outcome.failure:
                    raise BookError(outcome.failure)
                executed = nbformat.reads(outcome.notebook, as_version=4)
                watch.check(executed)
                accept(by_name[outcome.name], executed, outcome.seconds)
                print(f"[{i}/{len(jobs)}] {outcome.name}: executed in {outcome.seconds:.1f} s ({profile})", flush=True)
            except BookError as error:
                files.write(keep / f"{outcome.name}.ipynb", outcome.notebook)
                failures.append(f"{outcome.name}, {error}\n  (the notebook as far as it got: {keep / outcome.name}.ipynb)")
                print(f"[{i}/{len(jobs)}] {outcome.name}: FAILED after {outcome.seconds:.1f} s", flush=True)
    finally:
        if executor is None:
            pool.shutdown(wait=False, cancel_futures=True)
            _end_all(futures)
    if failures:
        raise BookError("\n".join(failures))
