"""Execution: failures are named, committed notebooks are safe, runs resume, prose is carried."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from book import execute, files, fresh, layout, twin, watch
from book.layout import BookError, Chapter


def first(root: Path) -> Chapter:
    return layout.chapters(root)[0]


def edit(chapter: Chapter, old: str, new: str) -> None:
    text = chapter.source.read_text("utf-8")
    assert old in text
    chapter.source.write_text(text.replace(old, new, 1), "utf-8")


def ran(notebook: str, drew: tuple[str, ...] = ()) -> str:
    """The notebook of a job, as if it had been executed."""
    executed = nbformat.reads(notebook, as_version=4)
    executed.cells[-1].outputs = [nbformat.v4.new_output("display_data", metadata={"aelib": {"drew": list(drew)}})]
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
    monkeypatch.setattr(fresh, "execute", lambda *a, **k: pytest.fail("executed"))
    before = {c.name: c.twin.read_bytes() for c in layout.chapters(demo)}
    fresh.refresh(layout.chapters(demo))
    assert {c.name: c.twin.read_bytes() for c in layout.chapters(demo)} == before


def test_prose_is_carried_without_execution(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = first(demo)
    edit(chapter, "What is one half?", "What, then, is one half?")
    monkeypatch.setattr(fresh, "execute", lambda *a, **k: pytest.fail("executed"))
    assert fresh.stale(chapter) == []
    fresh.refresh([chapter])
    assert "What, then, is one half?" in chapter.twin.read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda root: edit(first(root), "h = 1 / 2", "h = 2 / 4"), "cells"),
        (lambda root: append(root / "aelib" / "claims.py", "\nX = 1\n"), "aelib.claims"),
        (lambda root: append(root / "constraints.txt", "\nnew==1.0\n"), "lock"),
    ],
)
def test_what_makes_a_chapter_stale(demo: Path, change, part: str) -> None:
    change(demo)
    assert fresh.stale(first(demo)) == [part]


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda root: append(root / "aelib" / "claims.py", "\n# a comment\n"),
        lambda root: append(root / "aelib" / "linear.py", "\nX = 1\n"),  # the demo does not use it
        lambda root: append(root / "constraints.txt", "\n# a comment\n"),
    ],
)
def test_what_does_not(demo: Path, change) -> None:
    change(demo)
    assert fresh.stale(first(demo)) == []


def test_a_module_has_the_same_hash_in_every_python(tmp_path: Path) -> None:
    from book.fingerprint import _module_hash

    module = tmp_path / "module.py"
    head = ('"""Doc."""', "class A(B):", '    """Doc."""')
    lines = (*head, "    def f(self, x: T, *y, z=None) -> str:", '        return f"{x:.3f} {z!r}"')
    module.write_text("\n".join(lines), "utf-8")
    assert _module_hash(module) == "f168a9c02d8026ec"  # as Python 3.11 and 3.13 have it


def test_the_data_checksum_is_part_of_the_fingerprint(demo: Path) -> None:
    chapter = first(demo)
    edit(chapter, "h = 1 / 2", 'h, used = 1 / 2, "mnist"')
    from book import source
    from book.fingerprint import fingerprint

    before = fingerprint(source.read(chapter), demo)
    path = demo / "aelib" / "data.py"
    path.write_text(path.read_text("utf-8").replace('"ba891046', '"00000000'), "utf-8")
    after = fingerprint(source.read(chapter), demo)
    assert [part for part in before if before[part] != after[part]] == ["data mnist"]


def test_a_failing_cell_is_named_and_the_twin_is_untouched(demo: Path, tmp_path: Path) -> None:
    chapter = first(demo)
    before = chapter.twin.read_bytes()
    edit(chapter, "h = 1 / 2", "h = 1 / 0")
    with pytest.raises(BookError, match=r"01_demo, code cell 4 \(h = 1 / 0\): ZeroDivisionError"):
        execute.execute([chapter], "smoke", lambda *a: pytest.fail("accepted"), keep=tmp_path / "failed")
    assert chapter.twin.read_bytes() == before
    partial = nbformat.read(tmp_path / "failed" / "01_demo.ipynb", as_version=4)
    assert any(o.output_type == "error" for c in partial.cells for o in c.get("outputs", []))


def test_an_endless_cell_is_named(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(execute.CHAPTER_SECONDS, "smoke", 5)
    chapter = first(demo)
    edit(chapter, "from aelib.claims import Claims, close_to", "while True: pass")  # before the imports, which take their time
    with pytest.raises(BookError, match=r"01_demo, code cell 3 \(while True: pass\).*[Tt]imeout"):
        execute.execute([chapter], "smoke", lambda *a: None, keep=tmp_path)


def test_any_executor_will_do_and_jobs_are_plain(demo: Path) -> None:
    import pickle

    chapters = layout.chapters(demo)
    accepted = []
    executor = Recorder(lambda job: execute.Outcome(job.name, ran(job.notebook), 1.0, None))
    execute.execute(chapters, "smoke", lambda c, nb, s: accepted.append(c.name), executor)
    assert sorted(accepted) == [c.name for c in chapters]
    assert [pickle.loads(pickle.dumps(job)) for job in executor.jobs] == executor.jobs
    assert pickle.loads(pickle.dumps(execute.run)) is execute.run


@pytest.mark.parametrize(
    ("code", "noticed"),
    [
        ("torch.rand(1)", True),
        ("torch.nn.Linear(1, 1)", True),
        ("numpy.random.rand()", True),
        ("with train.seeded(1): torch.nn.Linear(1, 1)", False),
        ("numpy.random.default_rng(1).random()", False),
    ],
)
def test_cells_that_draw_from_a_global_generator_are_noticed(code: str, noticed: bool) -> None:
    shell = InteractiveShell()
    drew = watch.start(shell)
    for cell in ("import numpy, torch", "from aelib import train", code, "a = 1"):
        shell.run_cell(cell).raise_error()
    assert drew == [code] * noticed


def test_random_numbers_that_differ_from_run_to_run_are_refused(demo: Path, tmp_path: Path) -> None:
    chapter = first(demo)
    edit(chapter, "h = 1 / 2", "import numpy\nh = 1 / 2 + 0 * numpy.random.rand()")
    with pytest.raises(BookError, match="01_demo, code cell 4: it draws random numbers outside train.seeded"):
        execute.execute([chapter], "smoke", lambda *a: pytest.fail("accepted"), keep=tmp_path)


def test_a_run_that_was_not_watched_is_refused(demo: Path, tmp_path: Path) -> None:
    recorder = Recorder(lambda job: execute.Outcome(job.name, job.notebook, 1.0, None))
    with pytest.raises(BookError, match="gave 0 records of drawn random numbers, expected one"):
        execute.execute([first(demo)], "smoke", lambda *a: pytest.fail("accepted"), recorder, keep=tmp_path)


def test_one_failure_does_not_stop_the_others(demo: Path, tmp_path: Path) -> None:
    chapters = layout.chapters(demo)
    accepted = []
    answer = lambda job: execute.Outcome(job.name, ran(job.notebook), 1.0, "broke" if job.name == "01_demo" else None)  # noqa: E731
    with pytest.raises(BookError, match="01_demo, broke") as caught:
        execute.execute(chapters, "smoke", lambda c, nb, s: accepted.append(c.name), Recorder(answer), keep=tmp_path)
    assert accepted == ["02_more"] and "02_more" not in str(caught.value)


def test_an_interrupted_run_resumes_with_what_is_still_stale(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapters = layout.chapters(demo)
    for chapter in chapters:
        edit(chapter, "profile = None", "profile = None  # edited")
    runs = {c.name: twin.load(c) for c in chapters}

    def interrupted(todo, profile, accept):
        chapter = todo[0]
        run = twin.load(chapter)
        from book import source

        for old, new in zip(run.cells, source.read(chapter).cells, strict=True):
            old.id = new.id
            for output in old.get("outputs", []):
                claim = output.get("metadata", {}).get("aelib", {}).get("claim")
                if claim:
                    claim["seconds"] = 0.1
        accept(chapter, run, 1.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(fresh, "execute", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fresh.refresh(chapters)
    assert fresh.stale(chapters[0]) == []
    assert fresh.stale(chapters[1]) == ["cells"]
    assert twin.load(chapters[1]) == runs["02_more"]


def test_executing_twice_gives_the_same_bytes_but_for_the_seconds(demo: Path) -> None:
    chapter = first(demo)

    def without_seconds() -> str:
        notebook = twin.load(chapter)
        notebook.metadata["aelib"].pop("seconds")
        notebook.cells[0].source = ""  # the line under the title tells the seconds
        return nbformat.writes(notebook)

    before = without_seconds()
    fresh.refresh([chapter], force=True)
    assert without_seconds() == before


def test_write_leaves_nothing_half_written(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = first(demo)
    before, notebook = chapter.twin.read_bytes(), twin.load(chapter)
    monkeypatch.setattr(files.os, "replace", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        twin.write(chapter.twin, notebook)
    assert chapter.twin.read_bytes() == before
    assert not list(chapter.twin.parent.glob("*.tmp")) and not list(chapter.twin.parent.glob(".*.tmp"))


def test_a_cell_without_any_output_is_named_too() -> None:
    def cell(source: str, status: str):
        return nbformat.v4.new_code_cell(source, metadata={"papermill": {"status": status}})

    notebook = nbformat.v4.new_notebook(cells=[cell("a = 1", "completed"), cell("# why\nb = 2", "running"), cell("c", "pending")])
    failure = "a warning\nCellTimeoutError: A cell timed out\nthe rest"
    named = execute._name_cell(nbformat.writes(notebook), failure, 9)
    assert named == "code cell 2 (b = 2): CellTimeoutError: A cell timed out"
