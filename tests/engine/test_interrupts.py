"""Interrupts and two runs at once, with real signals and processes."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from book import build, files
from book.check import lint
from book.read import notebooks, source
from book.read.layout import ROOT
from book.run import process as run_process
from book.run.fingerprint import stale as reasons

INTERRUPTED = "\ninterrupted: finished chapters are kept, the same command goes on with the others\n"


def until(condition: Callable[[], bool]) -> None:
    """Wait for ``condition``, a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def slow_processes(root: Path) -> list[int]:
    """The kernel that executes 02_slow in the checkout ``root``, and the process that started the kernel."""
    until((root / "pids").exists)
    return [int(pid) for pid in (root / "pids").read_text().split()]


def gone(pids: list[int]) -> bool:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return False
    return True


def leftovers(root: Path) -> list[Path]:
    return [*(root / "tmp").iterdir(), *root.glob("chapters/.*"), *root.glob("assets/.*.tmp")]


def test_an_interrupt_loses_nothing_and_two_runs_at_once_finish_the_rest(quick: Path, stale: list, begin) -> None:
    first, slow = stale
    before = slow.twin.read_bytes()
    process = begin("execute")
    pids = slow_processes(quick)
    until(lambda: reasons(first) == [])
    process.send_signal(signal.SIGINT)  # to the command alone; a terminal also sends it to the chapters' processes
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, INTERRUPTED)
    until(lambda: gone(pids))
    assert slow.twin.read_bytes() == before
    assert (reasons(first), reasons(slow), leftovers(quick)) == ([], ["cells"], [])

    runs = [begin("execute"), begin("execute")]
    assert [run.stdout.readline() for run in runs] == ["02_slow: to be executed (cells)\n"] * 2
    (quick / "go").touch()
    told = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    assert all("[1/1] 02_slow: executed" in out and "01_quick" not in out for out, _ in told)
    assert (lint.lint(quick), leftovers(quick)) == ([], [])


def test_a_request_to_terminate_is_an_interrupt_too(quick: Path, stale: list, begin) -> None:
    slow = stale[1]
    before = slow.twin.read_bytes()
    process = begin("book", "02")
    pids = slow_processes(quick)
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, INTERRUPTED)
    until(lambda: gone(pids))
    assert slow.twin.read_bytes() == before and leftovers(quick) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_nothing_is_left_running_when_the_command_is_killed(quick: Path, stale: list, begin) -> None:
    before = stale[1].twin.read_bytes()
    process = begin("execute", "02")
    pids = slow_processes(quick)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: gone(pids))
    assert stale[1].twin.read_bytes() == before


def test_a_run_that_does_not_listen_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_process, "GRACE", 0.1)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(300)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"1\n"
    run_process._end(process)
    assert process.wait(60) == -signal.SIGKILL


def test_what_is_edited_during_a_run_makes_its_twin_stale(quick: Path, stale: list, monkeypatch) -> None:
    first = stale[0]

    def run(todo, parameters, accept, threads):
        executed = source.read(first)
        for cell, ran in zip(executed.cells[-2:], notebooks.load(first).cells[-2:], strict=True):
            cell.outputs = ran.outputs
        with (quick / "constraints.txt").open("a") as lock:
            lock.write("new==1.0\n")
        accept(first, executed, 1.0)

    monkeypatch.setattr(build, "execute", run)
    build.refresh([first])
    assert reasons(first) == ["lock"]


def test_a_second_build_of_the_pages_waits_for_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, order, told = tmp_path / "new" / "lock", [], queue.Queue()
    monkeypatch.setattr(files, "print", lambda text, flush: told.put((text, flush)), raising=False)

    def second() -> None:
        with files.alone(lock, "builds"):
            order.append("second")

    thread = threading.Thread(target=second, daemon=True)
    with files.alone(lock, "builds"):
        thread.start()
        assert told.get(timeout=60) == (f"waiting for process {os.getpid()}, which builds", True)
        thread.join(0.2)
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"] and told.empty()


def test_a_lock_whose_process_is_gone_holds_nobody_up(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    lock = tmp_path / "lock"
    code = "import os, sys; from pathlib import Path; from book import files\n"
    code += "files.alone(Path(sys.argv[1]), 'x').__enter__(); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code, str(lock)], cwd=ROOT, timeout=60).returncode == 9
    assert lock.exists()
    with files.alone(lock, "builds"):
        assert lock.read_text() == f"{os.getpid()}\n"
    assert capsys.readouterr().out == ""
