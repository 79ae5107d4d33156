"""One chapter's run: a process of its own, its environment, and what came of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book.read.layout import CHECKS, ROOT
from book.read.source import own_cells

# One thread a chapter: on two cores two chapters run side by side, and the sums do not depend on the number of cores.
THREADS = 1
# Without bytecode kept, a chapter spends ten seconds on its imports; Dask's setting of the memory costs it ten percent;
# the others run code or find kernels.
LEFT_OUT = {
    "MALLOC_TRIM_THRESHOLD_",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONSTARTUP",
    "PYTHONHOME",
    "JUPYTER_PATH",
    "JUPYTER_CONFIG_PATH",
}
GRACE = 15  # seconds in which a run that is stopped should have ended its kernel
SLACK = 60  # seconds beyond its time after which a run is stopped from outside
_local: set[subprocess.Popen] = set()  # the processes of this process's runs


@dataclass(frozen=True)
class Job:
    """What ``run`` needs to know; all of it can be sent to another machine."""

    name: str
    notebook: str
    parameters: dict
    seconds: int
    threads: int = THREADS
    root: str = ""  # the book whose packages the chapter imports; the one that this module belongs to for none
    code: str = ""  # a digest of the code that must run it, if another machine may (see ``code``)


@dataclass(frozen=True)
class Outcome:
    """What came of a job: the notebook as far as it got, and the failure in words, or None."""

    name: str
    notebook: str
    seconds: float
    failure: str | None


def environment(profile: str, home: Path, threads: int = THREADS, root: Path = ROOT) -> dict[str, str]:
    """The variables of a process that executes chapters.

    It imports this checkout's packages, whatever is installed, and the libraries' settings are their own: none of the
    start-up files, kernels and styles in the user's folders count, and sets of texts have one order. ``home`` is an
    empty folder for what IPython keeps.
    """
    first = dict.fromkeys(map(str, (root, root / "chapters", ROOT)))
    inherited = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {
        **inherited,
        **{name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")},
        "AELIB_PROFILE": profile,
        "AELIB_BOOK": str(root),
        "AELIB_PREFIX": sys.prefix,
        "TQDM_DISABLE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [*first, os.environ.get("PYTHONPATH")])),
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(home),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MPLBACKEND": "agg",
        "MATPLOTLIBRC": os.devnull,
    }


@cache
def code(root: Path = ROOT) -> str:
    """A digest of the engine, the package and the registers: what a worker elsewhere must have, too."""
    kinds = (".py", ".toml", ".js")
    places = (root / "book", root / "aelib", root / CHECKS)
    paths = sorted(path for place in places for path in place.rglob("*") if path.suffix in kinds)
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def run(job: Job) -> Outcome:
    """Execute ``job`` in a process of its own; a run past its time is stopped and tried once more."""
    if job.code and job.code != code():
        told = (
            f"this worker has other code ({code()}, expected {job.code}); give it the same checkout and start it again"
        )
        return Outcome(job.name, job.notebook, 0.0, told)
    for attempt in (1, 2):
        with tempfile.TemporaryDirectory(prefix="aelib-") as folder:
            start, target = Path(folder) / "in.ipynb", Path(folder) / "out.ipynb"
            start.write_text(job.notebook, "utf-8")
            began = time.perf_counter()
            arguments = [str(start), str(target), json.dumps(job.parameters), str(job.seconds), str(os.getpid())]
            try:
                command = [sys.executable, "-m", "book.run.run_one", *arguments]
                failure = _run_local(command, job, Path(folder) / "ipython")
            except subprocess.TimeoutExpired:
                failure = f"no end after {job.seconds + SLACK} seconds (attempt {attempt} of 2)"
                if attempt == 1:
                    continue
            spent = time.perf_counter() - began
            partial = _partial(target) or job.notebook
            late = f"timeout: no end after {job.seconds} seconds" if spent >= job.seconds else "interrupted"
            failure = failure and _name_cell(partial, failure, late)
            return Outcome(job.name, partial, _processor(target) or spent, failure)
    raise AssertionError("unreachable")


def end_all() -> None:
    """End the local runs that are under way."""
    for process in set(_local):
        _end(process)


def _run_local(command: list[str], job: Job, home: Path) -> str | None:
    """Run ``command`` to its end; its stderr if it failed. Raises TimeoutExpired, and leaves no process behind."""
    root = Path(job.root) if job.root else ROOT
    env = environment(job.parameters["profile"], home, job.threads, root)
    with subprocess.Popen(
        command, env=env, cwd=root, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        _local.add(process)
        try:
            _, stderr = process.communicate(timeout=job.seconds + SLACK)
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


def _processor(target: Path) -> float:
    """The processor seconds that a run says it took, 0 if it does not."""
    try:
        return float(target.with_suffix(".seconds").read_text("utf-8"))
    except (OSError, ValueError):
        return 0.0


def _partial(path: Path) -> str | None:
    """The notebook as far as it got, or None if there is none that can be read (its disk may be full)."""
    try:
        text = path.read_text("utf-8")
        nbformat.reads(text, as_version=4)
    except (OSError, ValueError):
        return None
    return text


def _name_cell(notebook: str, failure: str, late: str) -> str:
    """The failure with the cell that it happened in: its number among the code cells, its first line and the error."""
    cells = [c for c in own_cells(nbformat.reads(notebook, as_version=4)) if c.cell_type == "code"]
    for number, cell in enumerate(cells, 1):
        for output in cell.outputs:
            if output.output_type == "error":  # papermill interrupts a cell that is past its time
                what = late if output.ename == "KeyboardInterrupt" else f"{output.ename}: {output.evalue}"
                return f"code cell {number} ({_first_line(cell)}): {what}"
    error = next((line for line in failure.splitlines() if "Error: " in line), failure)
    for number, cell in enumerate(cells, 1):
        if "shell.execute_reply" not in cell.metadata.get("execution", {}):  # the first that did not come to its end
            return f"code cell {number} ({_first_line(cell)}): {error}"
    return failure


def _first_line(cell: NotebookNode) -> str:
    code = (line.strip() for line in cell.source.splitlines() if line.strip() and not line.startswith("#"))
    return next(code, "empty")
