"""Attacks: a run lets chance, the clock, or a file decide, or looks away while it does. One run holds them all."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

from book.read import source
from book.read.layout import BookError, Chapter, chapters
from book.read.records import record
from book.run import watch
from book.run.process import Job, run

from ..edits import edit, first

FIRST = "import numpy, torch; numpy.random.rand()"
ATTACKS = {
    FIRST: watch.DREW,  # in the cell that first imports numpy and torch
    "torch.rand(1)": watch.DREW,
    "import random; random.random()": watch.DREW,
    "numpy.random.default_rng().random()": watch.NO_SEED,
    "random.Random().random()": watch.NO_SEED,
    "import secrets; secrets.token_hex()": watch.NO_SEED,
    "open('_config.yml').read()": "reads",
    "import pathlib; pathlib.Path('references.bib').read_text()": "reads",
    "open('/tmp/an-answer-from-before').read()": "reads",
    "numpy.fromfile('_config.yml', dtype='u1')": "reads",
    "import matplotlib.image; matplotlib.image.imread('assets/logo.png')": "reads",
}
FAIR = [
    "import tempfile; folder = tempfile.mkdtemp(); open(folder + '/own', 'w').close(); open(folder + '/own').read()",
    "torch.save(1, folder + '/a'); torch.load(folder + '/a')",
    "import sklearn.datasets as d; d.load_digits().data.sum()",
    "import matplotlib.pyplot as plt; plt.figure().savefig(folder + '/a.png'); plt.close()",
]
UNWATCH = [  # ways to switch the watch off, and a draw after them
    "_drew = []; _watch = None",
    "shell = get_ipython(); shell.events.callbacks['post_run_cell'][:0] = []; numpy.random.seed(1)",
]


@pytest.fixture(scope="module")
def executed(made_quick: Path) -> nbformat.NotebookNode:
    """The notebook of all attacks, run like a chapter, under a start-up file, another kernel and a fake library."""
    Path("/tmp/an-answer-from-before").write_text("0.93", "utf-8")
    Image.new("RGB", (2, 2)).save(made_quick / "assets" / "logo.png")
    cells = [nbformat.v4.new_code_cell("profile = None", metadata={"tags": ["parameters"]})]
    cells += [
        nbformat.v4.new_code_cell(code) for code in [*ATTACKS, *FAIR, *UNWATCH, "names = {'a', 'b', 'c', 'd', 'e'}"]
    ]
    cells.append(nbformat.v4.new_code_cell("print(list(names), 'STARTED' in globals())"))
    notebook = watch.watched(nbformat.v4.new_notebook(cells=cells, metadata=source.METADATA))
    job = Job("all", nbformat.writes(notebook), {"profile": "smoke"}, 120, root=str(made_quick))
    outcome = run(job)
    assert outcome.failure is None
    return nbformat.reads(outcome.notebook, as_version=4)


def seen(executed: nbformat.NotebookNode) -> dict:
    return record(executed.cells[-1].outputs[0], "watch")


@pytest.mark.parametrize(("cell", "told"), ATTACKS.items(), ids=ATTACKS)
def test_noticed_is_a_cell_that_lets_something_else_decide(executed, cell: str, told: str) -> None:
    assert [what for code, what in seen(executed)["cells"] if code == cell][:1] and any(
        what.startswith(told) for code, what in seen(executed)["cells"] if code == cell
    )


@pytest.mark.parametrize("cell", FAIR)
def test_left_alone_is_a_cell_that_reads_what_it_wrote_or_what_is_installed(executed, cell: str) -> None:
    assert [what for code, what in seen(executed)["cells"] if code == cell] == []


def test_noticed_is_a_draw_after_the_watch_was_to_be_switched_off(executed) -> None:
    assert [UNWATCH[1], watch.DREW] in seen(executed)["cells"]


def test_the_order_of_a_set_of_texts_is_the_same_in_every_run(executed) -> None:
    """It hangs on the seed of the hashes, which is the engine's; this is the order that it gives."""
    code = "print(list({'a', 'b', 'c', 'd', 'e'}), 'STARTED' in globals())"
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    told = os.popen(f'PYTHONHASHSEED={environment["PYTHONHASHSEED"]} "{sys.executable}" -c "{code}"').read()
    assert executed.cells[-2].outputs[0].text == told


def test_refused_is_a_chapter_that_draws_in_its_first_cell(quick: Path, tmp_path: Path) -> None:
    from book.run import execute

    chapter = first(quick)
    edit(chapter, "from aelib_checks", "import numpy\nnumpy.random.rand()\nfrom aelib_checks")
    with pytest.raises(BookError, match="01_quick, code cell 3: it draws random numbers outside random.seeded"):
        execute.execute([chapter], {"profile": "smoke"}, lambda *a: pytest.fail("accepted"), keep=tmp_path)


def test_nothing_of_a_users_folders_runs_before_a_chapter(made_quick: Path, tmp_path: Path, monkeypatch) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("STARTED = 1", "utf-8")
    (tmp_path / "start.py").write_text("STARTED = 1", "utf-8")
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["false", "{connection_file}"], "display_name": "Another Python", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), "utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "start.py"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    cells = [nbformat.v4.new_code_cell("print('STARTED' in globals())")]
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=source.METADATA))
    outcome = run(Job("one", notebook, {"profile": "smoke"}, 60, root=str(made_quick)))
    assert outcome.failure is None
    assert "False" in nbformat.reads(outcome.notebook, as_version=4).cells[-1].outputs[0].text


def checked(root: Path, **seen: object) -> str:
    """What the engine says of a run of the first chapter of which the watch saw this."""
    found = {"cells": [], "odd": [], "modules": [], **seen}
    cell = nbformat.v4.new_code_cell("", metadata={"tags": ["engine"]})
    cell.outputs = [nbformat.v4.new_output("display_data", metadata={"aelib": {"watch": found}})]
    chapter: Chapter = chapters(root)[0]
    try:
        watch.check(chapter, nbformat.v4.new_notebook(cells=[cell]))
    except BookError as error:
        return str(error)
    return ""


def test_refused_is_a_module_that_the_fingerprint_does_not_see(quick: Path) -> None:
    """As with importlib.import_module("aelib.models.vae")."""
    assert checked(quick, modules=["aelib.notebook.shown"]) == ""
    told = checked(quick, modules=["aelib.models.vae"])
    assert told == "it imported aelib.models.vae, which its fingerprint does not see"


def test_refused_is_a_run_with_another_checkouts_library_or_a_file_that_poses_as_one(quick: Path) -> None:
    """A shared environment, or a file numpy.py beside the chapters."""
    (quick / "chapters" / "statistics.py").write_text("fmean = sum\n", "utf-8")
    cells = [nbformat.v4.new_code_cell("import statistics")]
    notebook = watch.watched(nbformat.v4.new_notebook(cells=cells, metadata=source.METADATA))
    outcome = run(Job("one", nbformat.writes(notebook), {"profile": "smoke"}, 60, root=str(quick)))
    assert outcome.failure is None
    [told] = seen(nbformat.reads(outcome.notebook, as_version=4))["odd"]
    assert told.startswith("it imported ") and told.endswith("statistics.py, which is not installed")
    assert checked(quick, odd=[told]) == told
