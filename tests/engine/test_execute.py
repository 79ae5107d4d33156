"""Execution: failures are named, committed notebooks are safe, runs resume, prose is carried."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path

import nbformat
import pytest

from book import build, files
from book.read import layout, notebooks, source
from book.read.layout import BookError
from book.run import execute, process
from book.run.fingerprint import stale

from .edits import edit, first

SMOKE = {"profile": "smoke"}


def ran(notebook: str) -> str:
    """The notebook of a job, as if it had been executed."""
    executed = nbformat.reads(notebook, as_version=4)
    seen = {"cells": [], "odd": [], "modules": []}
    executed.cells[-1].outputs = [nbformat.v4.new_output("display_data", metadata={"aelib": {"watch": seen}})]
    return nbformat.writes(executed)


class Recorder(Executor):
    """An executor that runs nothing: it answers each job with a prepared outcome."""

    def __init__(self, answer) -> None:
        self.answer, self.jobs = answer, []

    def submit(self, fn, /, job):
        self.jobs.append(job)
        future: Future = Future()
        future.set_result(self.answer(job))
        return future


def test_a_fresh_book_executes_nothing(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "execute", lambda *a, **k: pytest.fail("executed"))
    before = {c.name: c.twin.read_bytes() for c in layout.chapters(demo)}
    build.refresh(layout.chapters(demo))
    assert {c.name: c.twin.read_bytes() for c in layout.chapters(demo)} == before


def test_prose_is_carried_without_execution(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = first(demo)
    edit(chapter, "What is one half?", "What, then, is one half?")
    monkeypatch.setattr(build, "execute", lambda *a, **k: pytest.fail("executed"))
    assert stale(chapter) == []
    build.refresh([chapter])
    assert "What, then, is one half?" in chapter.twin.read_text("utf-8")


def test_a_run_imports_its_own_checkout_first(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    root = layout.ROOT
    assert process.environment("smoke", demo)["PYTHONPATH"].split(":") == [
        str(root),
        str(root / "chapters"),
        "/elsewhere",
    ]
    there = process.environment("smoke", demo, root=demo)["PYTHONPATH"].split(":")
    assert there == [str(demo), str(demo / "chapters"), str(root), "/elsewhere"]


def test_nbval_and_runs_have_the_same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    class Done:
        returncode = 0

    called = []
    monkeypatch.setattr(execute.subprocess, "run", lambda command, env, cwd: called.append((command, env)) or Done)
    execute.nbval(layout.chapters()[:1], "smoke")
    [(command, env)] = called
    assert env == process.environment("smoke", Path(env["IPYTHONDIR"])) and command[-1] == str(
        layout.chapters()[0].twin
    )


def test_a_failing_cell_is_named_and_the_twin_is_untouched(quick: Path, tmp_path: Path) -> None:
    chapter = first(quick)
    before = chapter.twin.read_bytes()
    edit(chapter, "ch00.picture", "h = 1 / 0\nch00.picture")
    with pytest.raises(BookError, match=r"01_quick, code cell 4 \(h = 1 / 0\): ZeroDivisionError"):
        execute.execute([chapter], SMOKE, lambda *a: pytest.fail("accepted"), keep=tmp_path / "failed")
    assert chapter.twin.read_bytes() == before
    partial = nbformat.read(tmp_path / "failed" / "01_quick.ipynb", as_version=4)
    assert any(o.output_type == "error" for c in partial.cells for o in c.get("outputs", []))


def test_an_endless_cell_is_named(quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(execute.CHAPTER_SECONDS, "smoke", 5)
    chapter = first(quick)
    edit(chapter, "from aelib_checks", "while True: time.sleep(1)\nfrom aelib_checks")
    edit(chapter, "profile = None", "import time\n\nprofile = None")
    with pytest.raises(BookError, match=r"01_quick, code cell 3 \(while True: time\.sleep\(1\)\).*[Tt]imeout"):
        execute.execute([chapter], SMOKE, lambda *a: None, keep=tmp_path)


def test_any_executor_will_do_and_jobs_are_plain(demo: Path) -> None:
    import pickle

    chapters = layout.chapters(demo)
    accepted = []
    executor = Recorder(lambda job: process.Outcome(job.name, ran(job.notebook), 1.0, None))
    execute.execute(chapters, SMOKE, lambda c, nb, s: accepted.append(c.name), executor)
    assert sorted(accepted) == [c.name for c in chapters]
    assert [pickle.loads(pickle.dumps(job)) for job in executor.jobs] == executor.jobs
    assert pickle.loads(pickle.dumps(process.run)) is process.run


def test_a_run_that_was_not_watched_is_refused(demo: Path, tmp_path: Path) -> None:
    recorder = Recorder(lambda job: process.Outcome(job.name, job.notebook, 1.0, None))
    with pytest.raises(BookError, match="gave 0 records of what was seen, expected one"):
        execute.execute([first(demo)], SMOKE, lambda *a: pytest.fail("accepted"), recorder, keep=tmp_path)


def test_one_failure_does_not_stop_the_others(demo: Path, tmp_path: Path) -> None:
    chapters = layout.chapters(demo)
    accepted = []

    def answer(job: process.Job) -> process.Outcome:
        return process.Outcome(job.name, ran(job.notebook), 1.0, "broke" if job.name == "01_demo" else None)

    with pytest.raises(BookError, match="01_demo, broke") as caught:
        execute.execute(chapters, SMOKE, lambda c, nb, s: accepted.append(c.name), Recorder(answer), keep=tmp_path)
    assert sorted(accepted) == ["02_more", "A1_extra"] and "02_more" not in str(caught.value)


def test_an_interrupted_run_resumes_with_what_is_still_stale(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapters = layout.chapters(demo)
    for chapter in chapters:
        edit(chapter, "profile = None", "profile = None  # edited")
    runs = {c.name: notebooks.load(c) for c in chapters}

    def interrupted(todo, parameters, accept, threads):
        chapter = todo[0]
        run = notebooks.load(chapter)
        for old, new in zip(run.cells, source.read(chapter).cells, strict=True):
            old.id = new.id
            for output in old.get("outputs", []):
                claim = output.get("metadata", {}).get("aelib", {}).get("claim")
                if claim:
                    claim["seconds"] = 0.1
        accept(chapter, run, 1.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "execute", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.refresh(chapters)
    assert stale(chapters[0]) == []
    assert stale(chapters[1]) == ["cells"]
    assert notebooks.load(chapters[1]) == runs["02_more"]


def test_executing_twice_gives_the_same_bytes_but_for_the_seconds(demo: Path) -> None:
    chapter = first(demo)

    def without_seconds() -> str:
        notebook = notebooks.load(chapter)
        del notebook.metadata["aelib"]["seconds"], notebook.metadata["aelib"]["checksum"]
        notebook.cells[0].source = ""  # the line under the title tells the seconds
        return nbformat.writes(notebook)

    before = without_seconds()
    build.refresh([chapter], force=True)
    assert without_seconds() == before


def test_write_leaves_nothing_half_written(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = first(demo)
    before, notebook = chapter.twin.read_bytes(), notebooks.load(chapter)
    monkeypatch.setattr(files.os, "replace", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        notebooks.write(chapter.twin, notebook)
    assert chapter.twin.read_bytes() == before
    assert not list(chapter.twin.parent.glob("*.tmp")) and not list(chapter.twin.parent.glob(".*.tmp"))


def test_a_cell_without_any_output_is_named_too() -> None:
    def cell(source: str, ended: bool):
        return nbformat.v4.new_code_cell(
            source, metadata={"execution": {"shell.execute_reply": "now"} if ended else {}}
        )

    cells = [cell("a = 1", True), cell("# why\nb = 2", False), cell("c", False)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    failure = "a warning\nCellTimeoutError: A cell timed out\nthe rest"
    named = process._name_cell(nbformat.writes(notebook), failure, "late")
    assert named == "code cell 2 (b = 2): CellTimeoutError: A cell timed out"
