"""Two small books: one of two chapters and an appendix, executed once, and a checkout for real commands."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from book import build
from book.read import layout, notebooks, source
from book.run.fingerprint import fingerprint

from .once import once

DEMO = Path(__file__).parent / "demo"
CELL = "```{{code-cell}} ipython3\n:tags: [{}]\n\n{}\n```\n"
# What the engine asks of a chapter, without torch, in a module that the cells call: exercises, a table, the README's
# picture. ``wait`` tells the processes that execute it and then waits for a file.
CALLED = '''"""What the chapters of the quick book display."""

import os
import time

from IPython.display import display

from aelib.notebook import shown


def show(data, **record):
    display(data, raw=True, metadata={"aelib": record})


def exercises():
    for n in (1, 2, 3):
        for record in ({"id": f"0.{n}", "passed": False, "hint": "no"}, {"id": f"0.{n}", "passed": True}):
            html, text = shown.exercise(record)
            show({"text/html": html, "text/plain": text}, exercise=record)
    html, text = shown.table([])
    show({"text/html": html, "text/plain": text}, table={})


def picture(name):
    alt, caption = "A picture that a test has put here, and that nobody will ever look at.", "A picture."
    data = {"image/png": "aGVybw==", "text/plain": alt}
    figure = dict(name=name, caption=caption, alt=alt)
    display(data, raw=True, metadata={"image/png": {"alt": alt}, "aelib": {"figure": figure}})
    show({"text/markdown": f"*{caption}*", "text/plain": caption}, caption=name)


def wait():
    with open("pids.part", "w") as file:
        print(os.getpid(), os.getppid(), file=file)
    os.replace("pids.part", "pids")
    while not os.path.exists("go"):
        time.sleep(0.05)
'''
IMPORT = "from aelib_checks import ch00\n\n"
CELLS = {
    "01_quick": [f"{IMPORT}ch00.exercises()", 'ch00.picture(name="fig-03-big")'],
    "02_slow": [f"{IMPORT}ch00.wait()\nch00.exercises()"],
}


# Every process that reads a notebook imports it, and the tests begin some sixty of them.
SLOW, ABSENT = "rfc3987_syntax", "raise ImportError('jsonschema can do without it, and it takes a second')\n"


@pytest.fixture(scope="session", autouse=True)
def quick_imports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The runs that the tests begin do without what takes long to import and is not used."""
    folder = tmp_path_factory.mktemp("imports")
    (folder / f"{SLOW}.py").write_text(ABSENT, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        yield


def copy_demo(root: Path) -> Path:
    shutil.copytree(DEMO, root, dirs_exist_ok=True)
    shutil.copytree(layout.ROOT / "aelib", root / "aelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(layout.ROOT / layout.LOCK, root)
    return root


def copy_made(made: Path, root: Path) -> Path:
    shutil.copytree(made, root)
    layout.config.cache_clear()
    return root


@pytest.fixture(scope="session")
def executed_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with all its chapters executed. Tests must not change it: they copy it (``demo``)."""
    return once(tmp_path_factory, "demo", lambda root: build.refresh(layout.chapters(copy_demo(root))))


@pytest.fixture
def demo(executed_demo: Path, tmp_path: Path) -> Path:
    """A copy of the executed demo that a test may change."""
    return copy_made(executed_demo, tmp_path / "book")


@pytest.fixture(scope="session")
def made_quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_demo(tmp_path_factory.mktemp("quick"))
    shutil.copytree(layout.ROOT / "book", root / "book", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (
        *layout.ROOT.glob("constraints*.txt"),
        *map(layout.ROOT.joinpath, ("pyproject.toml", "environment.yml")),
    ):
        shutil.copy(path, root)
    for name in ("README.md", "CONTRIBUTING.md", "index.md"):
        (root / name).write_text("# A page\n", "utf-8")
    (root / f"{SLOW}.py").write_text(ABSENT, "utf-8")
    head = (DEMO / "chapters" / "01_demo.md").read_text("utf-8").split("# 1.")[0]
    for path in (root / "chapters").glob("*_*.md"):
        path.unlink()
    for path in (root / layout.CHECKS).glob("ch*"):
        path.unlink()
    (root / layout.CHECKS / "ch00.py").write_text(CALLED, "utf-8")
    toc = "format: jb-book\nroot: index\nchapters:\n"
    for number, (name, codes) in enumerate(CELLS.items(), 1):
        toc += f"  - file: chapters/{name}.ipynb\n"
        cells = "\n".join([CELL.format("parameters", "profile = None"), *(CELL.format("hide-input", c) for c in codes)])
        (root / "chapters" / f"{name}.md").write_text(
            f"{head}# {number}. Title\n\nSee {{cite:t}}`hinton2006`.\n\n{cells}", "utf-8"
        )
    (root / "_toc.yml").write_text(toc, "utf-8")
    (root / "assets" / "hero.png").write_bytes(b"hero")
    layout.config.cache_clear()
    for chapter in layout.chapters(root):
        run = source.read(chapter)
        for cell in run.cells[-len(CELLS[chapter.name]) :]:
            cell.outputs = _outputs(cell.source)
        notebooks.write(chapter.twin, build.new_twin(chapter, run, 1.0, fingerprint(chapter)))
    return root


@pytest.fixture
def quick(made_quick: Path, tmp_path: Path) -> Path:
    """A checkout of its own, engine included: 01_quick and 02_slow (see CALLED), twins as after a run."""
    return copy_made(made_quick, tmp_path / "checkout")


def _outputs(code: str) -> list[nbformat.NotebookNode]:
    """What a cell of CELLS displays."""
    found: list[nbformat.NotebookNode] = []

    def display(data: dict, raw: bool, metadata: dict) -> None:
        found.append(nbformat.v4.new_output("display_data", data, metadata=metadata))

    module = types.ModuleType("ch00")
    exec(CALLED, module.__dict__)
    module.__dict__.update(display=display, wait=lambda: None)
    exec(code.removeprefix(IMPORT), {"ch00": module})
    return found


@pytest.fixture
def stale(quick: Path) -> list[layout.Chapter]:
    """The chapters of ``quick``, their code edited since they were executed."""
    for chapter in layout.chapters(quick):
        text = chapter.source.read_text("utf-8")
        chapter.source.write_text(text.replace("profile = None", "profile = None  # edited"), "utf-8")
    return layout.chapters(quick)


@pytest.fixture
def begin(quick: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """begin("execute", "02"): ``python -m book execute 02`` in the checkout ``quick``, its temporary files in ``tmp``.

    ``before`` is called in the new process, before its program starts.
    """
    (quick / "tmp").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(quick), "TMPDIR": str(quick / "tmp"), "OMP_NUM_THREADS": "1"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # where the disk is full, Python would keep a half of it
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    begun: list[subprocess.Popen] = []

    def begin(*command: str, before: Callable[[], object] = int, **options) -> subprocess.Popen:
        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell ignores it for what it runs in the background
            before()

        options |= {"cwd": quick, "env": environment, "preexec_fn": prepare, **pipes}
        begun.append(subprocess.Popen([sys.executable, "-m", "book", *command], **options))
        return begun[-1]

    yield begin
    for process in begun:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)
