"""Attacks: commands that look away, test another library, or drown in what a cell prints; markup that is alive."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from book.build import new_twin
from book.check.displayed import displayed
from book.read import notebooks, source
from book.read.layout import ROOT, BookError, chapters
from book.read.records import records
from book.run.fingerprint import fingerprint
from book.run.process import Job, run


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    """``python ARGUMENTS`` in the checkout ``root``, with no other path than that."""
    env = {"PATH": "/usr/bin:/bin", "HOME": str(root), "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True)


IGNORED = ["lint 99", "claims foo", "pdf 77", "pages all", "format x"]
FOLDERS = {
    "reproduce --out .": "which is part of the book, expected a folder in",
    "reproduce --out chapters": "which is part of the book, expected a folder in",
    "steady chapters chapters": "expected at least two folders, each of them once",
    "steady chapters ./chapters/": "expected at least two folders, each of them once",
}
ALL = """
import contextlib, io, json, sys
from book.__main__ import main
done = {}
for command in json.loads(sys.argv[1]):
    sys.argv[1:] = command.split()
    with contextlib.redirect_stderr(io.StringIO()) as told:
        try:
            status = main()
        except SystemExit as stopped:
            status = stopped.code
    done[command] = status, told.getvalue()
print(json.dumps(done))
"""


@pytest.fixture(scope="module")
def refused(made_quick: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """The status of each command and what it writes to stderr: all in one process, in a checkout of its own."""
    root = shutil.copytree(made_quick, tmp_path_factory.mktemp("refused") / "checkout")
    before = {path: path.read_bytes() for path in (root / "chapters").glob("*.*")}
    done = python(root, "-c", ALL, json.dumps([*IGNORED, *FOLDERS]))
    assert done.returncode == 0, done.stderr
    assert {path: path.read_bytes() for path in (root / "chapters").glob("*.*")} == before
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("command", IGNORED)
def test_refused_is_an_argument_that_a_command_would_ignore(refused, command: str) -> None:
    status, told = refused[command]
    assert status == 2 and f"unrecognized arguments: {command.split()[1]}" in told


@pytest.mark.parametrize(("command", "expected"), FOLDERS.items(), ids=FOLDERS)
def test_refused_is_a_folder_that_would_be_overwritten_or_compared_with_itself(refused, command, expected) -> None:
    status, told = refused[command]
    assert status == 1 and expected in told and "Traceback" not in told


def test_nbval_tests_the_library_of_its_own_checkout(quick: Path) -> None:
    """Also where the environment has another checkout installed, as the one that runs these tests has."""
    (quick / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "nbval.cfg", quick / "tests")
    done = python(quick, "-m", "book", "nbval", "01")
    assert done.returncode == 0, done.stdout
    with (quick / "aelib" / "notebook" / "shown.py").open("a", encoding="utf-8") as file:
        file.write("\nimport sys\nif 'ipykernel' in sys.modules: raise RuntimeError('of this checkout')\n")
    done = python(quick, "-m", "book", "nbval", "01")
    assert done.returncode == 1 and "of this checkout" in done.stdout


def job(code: str, seconds: int = 60) -> Job:
    cells = [nbformat.v4.new_code_cell(text) for text in ("a = 1", code, "b = 2")]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=source.METADATA)
    return Job("loud", nbformat.writes(notebook), {"profile": "smoke"}, seconds)


@pytest.mark.parametrize(
    "code",
    [
        "for _ in range(10**6): print('x' * 1000)",
        "import os\nfor _ in range(10**6): os.write(1, b'x' * 1000)",
        "try:\n    while True: print('x' * 1000)\nexcept BaseException:\n    pass",
        "from IPython.display import display\nfor _ in range(10**4): display({'text/plain': 'x' * 10**5}, raw=True)",
    ],
)
def test_stopped_is_a_cell_whose_outputs_have_no_end(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with it, ipykernel does not show what goes past sys.stdout
    outcome = run(job(code))
    first = code.splitlines()[0]
    assert outcome.failure == f"code cell 2 ({first}): ValueError: the outputs have more than 4000000 bytes"
    assert len(outcome.notebook) < notebooks.MOST_BYTES


def test_a_dead_kernel_is_reported_with_its_cell() -> None:
    outcome = run(job("import os; os.kill(os.getpid(), 9)"))
    assert outcome.failure == "code cell 2 (import os; os.kill(os.getpid(), 9)): DeadKernelError: Kernel died"


def test_an_interrupt_is_not_called_a_timeout() -> None:
    outcome = run(job("raise KeyboardInterrupt"))
    assert outcome.failure == "code cell 2 (raise KeyboardInterrupt): interrupted"


LIVE = [
    "<script>alert()</script>",
    "<b>holds</b>",
    "<!-- -->",
    "<img src=x onerror=alert()>",
    "[x](javascript:alert())",
]


@pytest.mark.parametrize("markup", LIVE)
@pytest.mark.parametrize("kind", ["figure", "glue"])
def test_refused_is_markup_in_a_caption_or_a_glued_text(demo: Path, markup: str, kind: str) -> None:
    chapter = chapters(demo)[0]
    notebook = notebooks.load(chapter)
    found = records(notebook, kind)[0]
    found["caption" if kind == "figure" else "text"] = f"A {markup} line."
    assert "which a browser does not show as text" in "\n".join(displayed(chapter, notebook))


def test_a_run_that_displays_what_it_must_not_becomes_no_notebook(demo: Path) -> None:
    chapter = chapters(demo)[0]
    notebook = notebooks.load(chapter)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if claim := output.get("metadata", {}).get("aelib", {}).get("claim"):
                claim["seconds"] = 0.1
    extra = nbformat.v4.new_output("display_data", {"text/html": "<p class='aelib-claim'>Claim 01/x holds</p>"})
    notebook.cells[-1].outputs.append(extra)
    with pytest.raises(BookError, match="it displays text/html, which only a record of aelib has"):
        new_twin(chapter, notebook, 1.0, fingerprint(chapter))


def test_the_publishing_workflow_runs_every_check_that_needs_no_execution() -> None:
    """It builds with ``make site``, which begins with lint."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    workflow = (ROOT / ".github" / "workflows" / "publish.yml").read_text("utf-8")
    assert re.search(r"^site: lint pages claims$", makefile, re.M)
    assert re.search(r"run: make site\b", workflow, re.M) and "make pages" not in workflow
