"""The traps of workers elsewhere, each on a real cluster of Dask's with one worker in a process of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from book.read import source
from book.read.layout import BookError, chapters
from book.run import execute, process, workers
from book.run.execute import Task, execute_all
from book.run.process import Job, code, run

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    import dask

    with dask.config.set({"distributed.worker.daemon": False, **workers.SETTINGS}):
        options = {"n_workers": 1, "threads_per_worker": 2, "processes": True, "dashboard_address": ":0"}
        with distributed.LocalCluster(**options) as cluster:
            yield cluster.scheduler_address


def job(name: str, text: str, seconds: int = 60, digest: str | None = None) -> Job:
    cells = [nbformat.v4.new_code_cell(text)]
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=source.METADATA))
    return Job(name, notebook, {"profile": "smoke"}, seconds, code=code() if digest is None else digest)


def gone(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return True


def until(what, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def waiting(place: Path) -> str:
    """A cell that tells its process and then waits for long."""
    return f"import os, time\nopen({str(place)!r}, 'w').write(str(os.getpid()))\ntime.sleep(300)"


def test_equal_jobs_are_run_as_often_as_they_are_asked_for(address: str, tmp_path: Path) -> None:
    text = f"import tempfile\ntempfile.mkstemp(dir={str(tmp_path)!r})"
    with workers.workers(address) as executor:
        futures = [executor.submit(run, job("same", text)) for _ in range(2)]
        assert [future.result().failure for future in futures] == [None, None]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_worker_with_other_code_is_refused(address: str) -> None:
    with workers.workers(address) as executor:
        told = executor.submit(run, job("other", "a = 1", digest="0123456789abcdef")).result().failure
    assert told.startswith(
        f"this worker has other code ({code()}, expected 0123456789abcdef); give it the same checkout"
    )


def test_chapters_are_executed_by_the_workers_with_one_thread_each(quick: Path, address: str, tmp_path: Path) -> None:
    accepted = []
    with workers.workers(address) as executor:
        execute.execute(
            chapters(quick)[:1], {"profile": "full"}, lambda c, nb, s: accepted.append(c.name), executor, tmp_path
        )
        text = "import os\nprint(os.environ['OMP_NUM_THREADS'], os.environ['PYTHONHASHSEED'])"
        outcome = executor.submit(run, job("threads", text)).result()
    assert accepted == ["01_quick"]
    assert nbformat.reads(outcome.notebook, as_version=4).cells[-1].outputs[0].text == "1 0\n"


def test_a_kernel_ends_when_its_worker_is_killed_and_the_job_is_reported(address: str, tmp_path: Path) -> None:
    place = tmp_path / "pid"
    with workers.workers(address) as executor:
        future = executor.submit(run, job("killed", waiting(place), 400))
        until(place.exists)
        until(lambda: place.read_text("utf-8"))
        with distributed.Client(address, set_as_default=False) as client:
            [worker] = client.run(os.getpid).values()
        os.kill(worker, signal.SIGKILL)
        told = execute._answer(future, job("killed", "")).failure
        assert told.startswith("KilledWorker")
        until(lambda: gone(int(place.read_text("utf-8"))))
    with distributed.Client(address, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)  # the next test's


def test_an_interrupt_ends_what_the_workers_run(address: str, tmp_path: Path, quick: Path, monkeypatch) -> None:
    place = tmp_path / "pid"
    monkeypatch.setattr(execute, "_job", lambda task, threads, elsewhere: job(task.name, waiting(place), 400))

    def interrupted(futures):
        until(place.exists)
        until(lambda: place.read_text("utf-8"))
        raise KeyboardInterrupt

    monkeypatch.setattr(execute, "as_completed", interrupted)
    task = Task("long", chapters(quick)[0], {"profile": "smoke"})
    with pytest.raises(KeyboardInterrupt), workers.workers(address) as executor:
        execute_all([task], lambda *_: None, executor, tmp_path)
    until(lambda: gone(int(place.read_text("utf-8"))))


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "CONNECT", "1s")
    told = "scheduler: got tcp://127.0.0.1:9, where no scheduler answers"
    with pytest.raises(BookError, match=told), workers.workers("tcp://127.0.0.1:9"):
        pass


def test_a_scheduler_without_workers_is_named() -> None:
    told = "has no worker; start some with 'dask worker tcp://"
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
        address = cluster.scheduler_address
        with pytest.raises(BookError, match=told), workers.workers(address):
            pass


def test_the_digest_is_of_all_code(tmp_path: Path) -> None:
    for place in ("book/run", "aelib", "chapters/aelib_checks"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "a.py").write_text("a = 1", "utf-8")
    found = {process.code.__wrapped__(tmp_path)}
    for place in ("book/run/a.py", "aelib/a.py", "chapters/aelib_checks/a.py", "aelib/more.toml"):
        (tmp_path / place).write_text("a = 2", "utf-8")
        found.add(process.code.__wrapped__(tmp_path))
    assert len(found) == 5
