"""``python -m book``: what it does not know is refused with what it knows; the profile is one of two everywhere."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import papermill
import pytest

from book import __main__ as command
from book.check import lint
from book.read import layout, source

DEMO = Path(__file__).parent / "demo"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Run:
    """run("lint"): the status of ``python -m book lint`` and what it writes to stderr."""

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["book", *arguments])
        try:
            status = command.main()
        except SystemExit as stopped:
            status = stopped.code
        return status, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "the following arguments are required"),
        ("publish", "invalid choice: 'publish' (choose from"),
        ("pages --fast", "unrecognized arguments: --fast"),
        ("lint --force", "unrecognized arguments: --force"),
        ("execute --profile smoke", "unrecognized arguments: --profile"),
        ("nbval --profile medium", "argument --profile: invalid choice: 'medium' (choose from"),
        ("reproduce --threads 0", "argument --threads: invalid choice: 0 (choose from"),
        ("reproduce --threads two", "argument --threads: invalid int value: 'two'"),
        ("steady", "the following arguments are required: runs"),
        ("lint 99", "unrecognized arguments: 99"),
        ("claims 02", "unrecognized arguments: 02"),
        ("pages 02", "unrecognized arguments: 02"),
        ("pdf 77", "unrecognized arguments: 77"),
    ],
)
def test_an_unknown_command_or_option_is_refused(run: Run, arguments: str, told: str) -> None:
    status, text = run(*arguments.split())
    assert status == 2 and text.startswith("usage: python -m book") and told in text


@pytest.mark.parametrize("name", ["execute", "book", "reproduce", "nbval"])
def test_an_unknown_chapter_is_refused(run: Run, name: str) -> None:
    status, text = run(name, "02", "99", "2_pca")
    known = ", ".join(chapter.name for chapter in layout.chapters())
    assert (status, text) == (1, f"\nno chapter 99, 2_pca; _toc.yml has {known}\n")


def test_a_chapter_is_chosen_by_its_number_or_name() -> None:
    first, second, appendix = layout.chapters(DEMO)
    assert layout.select(["02", "01_demo"], DEMO) == [first, second]
    assert layout.select([], DEMO) == [first, second, appendix]
    assert layout.select(["02_more"], DEMO) == [second] and layout.select(["A1"], DEMO) == [appendix]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "/x"),
            "Permission denied: /x; this command writes there, so run it in",
        ),
        (OSError(errno.EROFS, "Read-only file system", "/x"), "Read-only file system: /x; this command writes there"),
        (OSError(errno.ENOSPC, "No space left", "/x"), "No space left: /x; finished chapters are kept"),
        (OSError(errno.ENOSPC, "No space left"), "[Errno 28] No space left; finished chapters are kept"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/x"), "No such file or directory: /x\n"),
    ],
)
def test_what_the_system_refuses_is_told_in_one_sentence(run: Run, monkeypatch, error: OSError, told: str) -> None:
    def refused() -> None:
        raise error

    monkeypatch.setattr(lint, "lint", refused)
    status, text = run("lint")
    assert status == 1 and text.startswith(f"\n{told}") and text.count("\n") == 2


def test_an_interrupted_command_says_how_to_go_on(run: Run, monkeypatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lint, "lint", interrupted)
    assert run("lint") == (130, "\ninterrupted: finished chapters are kept, the same command goes on with the others\n")


@pytest.mark.parametrize("chapter", layout.chapters(), ids=lambda chapter: chapter.name)
def test_a_chapter_knows_the_parameters_that_the_engine_sets(chapter: layout.Chapter, tmp_path) -> None:
    """Their names and defaults; the set-up cell hands them to Claims, which refuses all but the two profiles."""
    notebook = source.read(chapter)
    nbformat.write(notebook, tmp_path / "chapter.ipynb")
    known = papermill.inspect_notebook(str(tmp_path / "chapter.ipynb"))
    defaults = {"profile": "None"} if chapter.is_appendix else {"profile": "None", "seed": "0", "dataset": '"mnist"'}
    assert {name: known[name]["default"] for name in defaults if name in known} == defaults
    setup = "\n".join(cell.source for cell in source.code_cells(notebook)[1:3])  # one cell, or two
    assert chapter.is_appendix or f'Claims("{chapter.number}", profile, seed, dataset)' in setup


def test_a_profile_that_there_is_not_stops_a_chapter_at_its_start() -> None:
    cells = source.code_cells(source.read(layout.chapters(DEMO)[0]))
    names = {"profile": "medium", "seed": 0, "dataset": "mnist"}  # as papermill sets it, after the first cell
    with pytest.raises(ValueError, match="^profile: got 'medium', expected one of 'full', 'smoke'$"):
        exec(cells[1].source, names)
    assert "claims" not in names
