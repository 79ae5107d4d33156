"""Attacks: a committed notebook is touched by hand, so that the book would print what was not measured.

Each must be refused by ``lint``, by the pages and by the ledger; these are all that the publishing workflow runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nbformat
import pytest

from book.check import compare, lint
from book.read import notebooks
from book.read.layout import BookError, Chapter, chapters
from book.read.records import records
from book.show import ledger, pages

Notebook = nbformat.NotebookNode


@pytest.fixture
def chapter(demo: Path) -> Chapter:
    return chapters(demo)[0]


def output(notebook: Notebook, kind: str) -> Notebook:
    """The first output that keeps a record of ``kind``."""
    found = (o for c in notebook.cells for o in c.get("outputs", []) if kind in o.get("metadata", {}).get("aelib", {}))
    return next(found)


def value(notebook: Notebook, new: float = 0.7) -> None:
    """The value of a claim in its record, and wherever else it stands."""
    records(notebook, "claim")[0]["measured"][0]["value"] = new


def everywhere(notebook: Notebook, old: str = "0.5", new: str = "0.7") -> None:
    """A value in every output, as one who knows where it stands would change it."""
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = nbformat.from_dict(json.loads(json.dumps(cell.outputs).replace(old, new)))


def and_then(*edits: Callable[[Notebook], object]) -> Callable[[Notebook], None]:
    def edit(notebook: Notebook) -> None:
        for step in edits:
            step(notebook)

    return edit


def without(*keys: str) -> Callable[[Notebook], None]:
    def edit(notebook: Notebook) -> None:
        for key in keys:
            notebook.metadata["aelib"].pop(key)

    return edit


def picture(notebook: Notebook) -> None:
    output(notebook, "figure").data["image/png"] = "aGVybw=="


TOUCHED = {
    "a value": value,
    "a value, and the checksum is deleted": and_then(value, without("checksum")),
    "a value, and all that aelib keeps of the run is deleted": and_then(value, lambda nb: nb.metadata.pop("aelib")),
    "a value, and all metadata is emptied": and_then(value, lambda nb: nb.metadata.clear()),
    "a value, and the old key of the checksum is put in": and_then(
        value, without("checksum"), lambda nb: nb.metadata["aelib"].update(outputs=notebooks.digest(nb))
    ),
    "a picture": picture,
    "a picture, and the checksum is deleted": and_then(picture, without("checksum")),
    "the profile": lambda nb: nb.metadata["aelib"].update(profile="smoke"),
    "the profile is deleted": without("profile"),
    "the fingerprint": lambda nb: nb.metadata["aelib"]["fingerprint"].update(cells="0123456789abcdef"),
    "the seconds": lambda nb: nb.metadata["aelib"]["seconds"].update(chapter=1.0),
    "the tags of a cell": lambda nb: nb.cells[-1].metadata.update(tags=["remove-cell"]),
    "the order of execution": lambda nb: nb.cells[-1].update(execution_count=99),
    "prose": lambda nb: nb.cells[0].update(source="# 1. A demo\n\nThe error is small."),
    "an output is added": lambda nb: nb.cells[-1].outputs.append(nbformat.v4.new_output("stream", text="holds")),
    "a claim's output is deleted": lambda nb: [c.outputs.clear() for c in nb.cells if "claim" in str(c.get("outputs"))],
}


@pytest.mark.parametrize("edit", TOUCHED.values(), ids=TOUCHED)
def test_refused_is_a_notebook_in_which_somebody_touched(chapter: Chapter, tmp_path: Path, edit) -> None:
    notebook = nbformat.read(chapter.twin, as_version=4)
    edit(notebook)
    chapter.twin.write_text(nbformat.writes(notebook), "utf-8")
    told = "edited by hand|is no notebook of the engine"
    gather = partial(pages.gather, tmp_path / "pages", chapter.root)
    for command in (partial(lint.committed, chapter), gather, partial(ledger.ledger, chapter.root)):
        with pytest.raises(BookError, match=told):
            command()


def put(part: str, new: object) -> Callable[[Notebook], None]:
    return lambda notebook: records(notebook, "claim")[0].update({part: new})


def extra(data: dict, **metadata: object) -> Callable[[Notebook], None]:
    new = nbformat.v4.new_output("display_data", data, metadata=metadata)
    return lambda notebook: notebook.cells[-1].outputs.append(new)


BADGE = "<p class='aelib-claim'>Claim 01/more <strong class='aelib-verdict aelib-holds'>holds</strong></p>"
FORGED = {
    "a value outside its rule": (value, "its verdict is 'holds', its values and rules say 'not met'"),
    "a record that lacks a part": (lambda nb: records(nb, "claim")[0].pop("kind"), "its record of a claim is damaged"),
    "a verdict": (put("verdict", "holds, short of our mark"), "its values and rules say 'holds'"),
    "a verdict and its rule": (
        and_then(value, lambda nb: records(nb, "claim")[0]["measured"][0].update(high=0.9)),
        "ch01.toml has h.high",
    ),
    "what is displayed of a claim": (
        lambda nb: output(nb, "claim").data.update({"text/html": BADGE}),
        "its text/html is not what its record of a claim says",
    ),
    "a short run": (lambda nb: nb.metadata["aelib"].update(profile="smoke"), "it is not a run at full budget"),
    "a claim of a short run": (put("profile", "smoke"), "its profile is 'smoke', expected 'full'"),
    "a lucky seed": (put("seed", 17), "its seed is 17, expected 0"),
    "other data": (put("dataset", "fashion_mnist"), "its dataset is 'fashion_mnist', expected 'mnist'"),
    "a claim of another chapter": (put("id", "02/half"), "claim 02/half is not of this chapter"),
    "a badge without a claim": (extra({"text/html": BADGE}), "displays text/html, which only a record of aelib has"),
    "a table without a record": (extra({"text/markdown": "| 93 |"}), "displays text/markdown, which only a record"),
    "a script": (extra({"application/javascript": "alert()"}), "displays application/javascript"),
    "a record that the book does not have": (extra({"text/plain": ""}, aelib={"proof": {}}), "the book does not have"),
    "a glued number": (lambda nb: records(nb, "glue")[0].update(half=0.7), "is not what its record of a glue says"),
    "a caption": (
        lambda nb: output(nb, "caption").data.update({"text/plain": "A line that ends at 0.7."}),
        "the caption of fig-01-line does not follow its figure, or is another",
    ),
    "an alt text": (
        lambda nb: records(nb, "figure")[0].update(alt="A straight line rises from zero to 0.7, and on and on."),
        "is not what its record of a figure says",
    ),
    "an exercise that was not solved": (
        lambda nb: [e.update(passed=True) for e in records(nb, "exercise")],
        "expected its stub to fail and then its solution to pass",
    ),
    "an error that nobody saw": (
        lambda nb: nb.cells[-1].outputs.append(nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])),
        "displays error",
    ),
    "thirty megabytes": (extra({"text/plain": "x" * 30_000_000}), "at most 4000000"),
}


@pytest.mark.parametrize(("edit", "problem"), FORGED.values(), ids=FORGED)
def test_refused_is_a_notebook_whose_checksum_was_made_anew_after_forging(chapter: Chapter, edit, problem: str) -> None:
    notebook = notebooks.load(chapter)
    edit(notebook)
    notebooks.write(chapter.twin, notebook)
    assert problem in "\n".join(lint.committed(chapter))


def test_a_value_that_was_forged_everywhere_is_found_by_reproducing(chapter: Chapter) -> None:
    fresh, notebook = notebooks.load(chapter), notebooks.load(chapter)
    for run in (fresh, notebook):
        everywhere(run, '"high": 0.500000000001', '"high": 1.0')  # a rule that a forged value meets, too
    everywhere(notebook, '"value": 0.5', '"value": 0.9')
    notebooks.write(chapter.twin, notebook)
    assert any("01/half: moved too far" in told for told in compare.compare(chapter, fresh))
    notebooks.write(chapter.twin, fresh)
    assert compare.compare(chapter, fresh) == []
