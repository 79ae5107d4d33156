"""A full disk, and a checkout that cannot be written: real limits and permissions."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from book.__main__ import _refusal
from book.read import notebooks, source
from book.read.layout import Chapter, chapters
from book.run import process as run_process

DEMO = Path(__file__).parent / "demo"

# A full disk: a limit on the size of files makes the system refuse in the middle of a write.


@contextlib.contextmanager
def small_files(most: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_leaves_the_old_notebook(quick: Path) -> None:
    first, _ = chapters(quick)
    before, notebook = first.twin.read_bytes(), notebooks.load(first)
    with small_files(1000), pytest.raises(OSError) as caught:
        notebooks.write(first.twin, notebook)
    assert first.twin.read_bytes() == before and list(quick.glob("chapters/.*")) == []
    assert _refusal(caught.value).startswith(f"{os.strerror(errno.EFBIG)}: {first.twin}; finished chapters are kept")


def test_a_disk_that_fills_up_during_a_run_is_told(quick: Path, stale: list, begin) -> None:
    before = stale[0].twin.read_bytes()
    small = (resource.RLIMIT_FSIZE, (4000, 4000))  # the executed notebook is longer
    process = begin("execute", "01", before=lambda: resource.setrlimit(*small))
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in told
    assert told.startswith("\n01_quick, ") and os.strerror(errno.EFBIG) in told
    assert stale[0].twin.read_bytes() == before
    assert [*(quick / "tmp").iterdir(), *quick.glob("chapters/.*"), *quick.glob("_build/failed/.*")] == []


def test_a_notebook_that_was_cut_short_is_not_taken_for_the_run(tmp_path: Path) -> None:
    path = tmp_path / "out.ipynb"
    assert run_process._partial(path) is None
    whole = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("a")]))
    for text, expected in ((whole, whole), (whole[:-9], None), ("", None)):
        path.write_text(text, "utf-8")
        assert run_process._partial(path) == expected


# A checkout that its reader cannot write


def mortal() -> None:
    """Give up root's right to write everywhere, for the program that starts next."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


@pytest.fixture
def read_only(quick: Path, begin) -> Iterator[Path]:
    """``quick``, in which nothing can be written but in ``tmp``."""
    paths = [quick, *quick.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    (quick / "tmp").chmod(0o755)
    yield quick
    for path in paths:
        path.chmod(path.stat().st_mode | 0o200)


@pytest.mark.parametrize("command", ["pages", "book"])
def test_a_command_that_writes_says_in_one_sentence_that_it_cannot(read_only: Path, begin, command: str) -> None:
    process = begin(command, before=mortal)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.startswith(f"\n{os.strerror(errno.EACCES)}: {read_only}/") and told.count("\n") == 2, told
    assert told.endswith("; this command writes there, so run it in a copy of the book that you may change\n")


def test_nothing_is_executed_that_could_not_be_kept(stale: list, read_only: Path, begin) -> None:
    process = begin("execute", before=mortal)
    out, told = process.communicate(timeout=60)
    assert process.returncode == 1 and "executed in" not in out
    assert told.startswith(f"\n{os.strerror(errno.EACCES)}: {read_only / 'chapters'}; "), told


def test_a_reader_needs_no_right_to_write(read_only: Path) -> None:
    """The demo's first chapter and the bundled data, by nbclient in the smoke profile."""
    code = f"""
import nbformat, nbclient
try:
    open("chapters/x", "w")
except PermissionError:
    print("read-only")
notebook = nbformat.reads({nbformat.writes(demo_without_outputs())!r}, as_version=4)
nbclient.NotebookClient(notebook, timeout=60, resources={{"metadata": {{"path": "chapters"}}}}).execute()
print(notebook.cells[-1].outputs[0].text)
"""
    places = os.pathsep.join(map(str, (read_only, DEMO / "chapters")))
    settings = {"PYTHONPATH": places, "AELIB_PROFILE": "smoke", "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**os.environ, **settings, "TMPDIR": str(read_only / "tmp")}
    command = [sys.executable, "-c", code]
    options = {"cwd": read_only, "env": environment, "preexec_fn": mortal, "timeout": 60}
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["read-only", "1438", str(read_only / "aelib" / "data" / "datasets.py")]


def demo_without_outputs() -> nbformat.NotebookNode:
    notebook = source.read(Chapter("01_demo", DEMO))
    last = "from aelib.data import datasets\nprint(len(datasets.load('digits').train), datasets.__file__)"
    notebook.cells.append(nbformat.v4.new_code_cell(last, id="last"))
    return notebook
