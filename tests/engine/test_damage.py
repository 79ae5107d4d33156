"""Damaged notebooks and records are named, with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from book.check import lint
from book.read import notebooks
from book.read.layout import BookError, chapters, config
from book.run.fingerprint import fingerprint, stale
from book.show import hero, ledger, pages

ADVICE = "restore it, or delete it and run 'make book'"


def change(edit: Callable[[dict], object]) -> Callable[[str], str]:
    """The text of a notebook with ``edit`` done to it."""

    def damage(text: str) -> str:
        notebook = json.loads(text)
        edit(notebook)
        return json.dumps(notebook)

    return damage


DAMAGE = {
    "cut short": (lambda text: text[: len(text) // 2], "cannot be read: Notebook does not appear to be JSON"),
    "empty": (lambda text: "", "cannot be read: Notebook does not appear to be JSON"),
    "in conflict": (lambda text: "<<<<<<< HEAD\n" + text, "cannot be read: Notebook does not appear to be JSON"),
    "no object": (lambda text: "[]", "it is no notebook"),
    "not text": (lambda text: "\udcff", "cannot be read: 'utf-8' codec"),
    "version 3": (change(lambda nb: nb.update(nbformat=3)), "it is no notebook"),
    "version 5": (change(lambda nb: nb.update(nbformat=5)), "Unsupported nbformat version 5"),
    "no cells": (change(lambda nb: nb.pop("cells")), "it is no notebook"),
    "bad cell": (change(lambda nb: nb["cells"][0].pop("source")), "it is no notebook"),
    "no ids": (
        change(lambda nb: [nb.update(nbformat_minor=4), *(c.pop("id") for c in nb["cells"])]),
        "it is no notebook",
    ),
    "no metadata": (change(lambda nb: nb["metadata"].pop("aelib")), "it is no notebook"),
    "no checksum": (change(lambda nb: nb["metadata"]["aelib"].pop("checksum")), "it is no notebook"),
    "no seconds": (change(lambda nb: nb["metadata"]["aelib"].pop("seconds")), "it is no notebook"),
    "lost cell": (change(lambda nb: nb["cells"].pop()), "it was edited by hand"),
    "edited output": (
        change(lambda nb: nb["cells"][-1]["outputs"][0]["data"].update({"text/plain": "0.6"})),
        "it was edited by hand",
    ),
    "lost output": (change(lambda nb: nb["cells"][-1]["outputs"].pop()), "it was edited by hand"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_notebook_is_named_with_what_to_do(quick: Path, tmp_path: Path, damage, message: str) -> None:
    chapter = chapters(quick)[0]
    chapter.twin.write_text(damage(chapter.twin.read_text("utf-8")), "utf-8", errors="surrogateescape")
    [problem] = lint.lint(quick)
    assert problem.startswith("01_quick.ipynb") and message in problem and problem.endswith(f"; {ADVICE}")
    assert "\n" not in problem and len(problem) < 450
    gather = partial(pages.gather, tmp_path / "pages", quick)
    for command in (gather, partial(ledger.ledger, quick), partial(stale, chapter)):
        with pytest.raises(BookError) as caught:
            command()
        assert str(caught.value) == problem
    chapter.twin.unlink()  # as it says
    assert stale(chapter) == ["never executed"]


def test_a_lost_cell_is_seen_where_the_checksum_is_right_too(quick: Path, tmp_path: Path) -> None:
    chapter = chapters(quick)[0]
    notebook = notebooks.load(chapter)
    del notebook.cells[-1]
    notebooks.write(chapter.twin, notebook)
    told = "01_quick.ipynb lacks a code cell of its source; delete it and run 'make book'"
    assert told in "\n".join(lint.lint(quick))
    with pytest.raises(BookError, match=told):
        pages.gather(tmp_path / "pages", quick)


def test_the_checksum_outlives_writing_and_reading() -> None:
    for chapter in chapters():
        notebook = notebooks.demand(chapter)
        again = notebooks.parse(notebooks.nbformat.writes(notebook))
        assert notebooks.digest(again) == notebooks.digest(notebook)


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), "utf-8", errors="surrogateescape")

    return damage


def write(name: str, text: str) -> Callable[[Path], None]:
    return lambda root: (root / name).write_text(text, "utf-8")


def claimed(root: Path) -> None:
    """The register has a claim that the notebook, which is of this register, has not."""
    write(REGISTER, HALF)(root)
    chapter = chapters(root)[0]
    notebook = notebooks.load(chapter)
    notebook.metadata["aelib"]["fingerprint"] = fingerprint(chapter)
    notebooks.write(chapter.twin, notebook)


SOURCE = "chapters/01_quick.md"
TOC, CONFIG, BIB, REGISTER = "_toc.yml", "_config.yml", "references.bib", "chapters/aelib_checks/ch01.toml"
HALF = """[half]
kind = "exact"
decks = ["GT"]
quotes = [{ deck = "GT", slide = "Halves", words = "one half is a half" }]
statement = "one half is a half"
fails_if = "it came out as another number"
measured.h = { what = "h", within = [0.5, 0], source = "lecture" }
"""
RECORDS = [
    (replace(TOC, "02_slow", "02_lost"), "02_lost.md does not exist, but _toc.yml names its twin", True),
    (replace(TOC, "root: index", "root: home"), "home.md cannot be read: [Errno 2] No such file", True),
    (replace(TOC, "chapters:", "chapters: ]"), "_toc.yml cannot be read: while parsing", True),
    (write(TOC, ""), "_toc.yml: expected a root, and chapters each of which has a file", True),
    (replace(TOC, "root: ", "start: "), "_toc.yml: expected a root", True),
    (replace(TOC, "- file", "- page"), "_toc.yml: expected a root", True),
    (replace(TOC, "root: index", "root: 3"), "_toc.yml: expected a root", True),
    (replace(TOC, "02_slow", "01_slow"), "_toc.yml: 01_quick and 01_slow have the same number", True),
    (replace(TOC, "02_slow", "slow"), "_toc.yml: got the chapter 'slow', expected a name such as 02_pca", True),
    (replace(SOURCE, "profile = None", "profile = "), "01_quick.md cannot be read: code cell 2, line 1: invalid", True),
    (replace(SOURCE, "profile = None", "%time"), "01_quick.md cannot be read: code cell 2, line 1: invalid", True),
    (replace(SOURCE, "Title", "\udcff"), "01_quick.md cannot be read: 'utf-8' codec can't decode", True),
    (replace(SOURCE, ":tags: [parameters]", ":tags: [parameters"), "01_quick.md cannot be read: ", True),
    (replace(CONFIG, "branch: main", ""), "_config.yml: expected repository.url, repository.branch", True),
    (replace(CONFIG, "title:", "title: ]"), "_config.yml cannot be read", True),
    (replace(BIB, "hinton2006", "hinton2007"), "01_quick.md: 'hinton2006' is cited but is not in references.bib", True),
    (replace(BIB, "year", "yea"), "references.bib: hinton2006 needs an author, a year, and a doi or url", True),
    (write(BIB, "@article{hinton2006, title = {"), "references.bib cannot be read: syntax error in line", True),
    (lambda root: (root / BIB).unlink(), "references.bib", True),
    (write(REGISTER, "[half\n"), "ch01.toml cannot be read: Expected ']'", False),
    (write(REGISTER, "half = 3\n"), "ch01.toml: expected claims as CONTRIBUTING.md shows", False),
    (write(REGISTER, HALF.replace("statement", "says")), "ch01.toml: expected claims as", False),
    (write(REGISTER, HALF.replace("within", "near")), "ch01.toml: expected claims as", False),
    (claimed, "01_quick.ipynb: claim 01/half of ch01.toml is lost", False),
]


@pytest.mark.parametrize(("damage", "message", "for_pages"), RECORDS, ids=[message for _, message, _ in RECORDS])
def test_a_damaged_record_is_named(quick: Path, tmp_path: Path, damage, message: str, for_pages: bool) -> None:
    damage(quick)
    config.cache_clear()
    try:
        found = lint.lint(quick)
    except BookError as error:  # without contents or addresses there is nothing to look at
        found = [str(error)]
    assert any(message in problem for problem in found) and not any("\n" in problem for problem in found), found
    if for_pages:
        with pytest.raises((BookError, FileNotFoundError)) as caught:
            pages.gather(tmp_path / "pages", quick)
        assert message in str(caught.value)


def test_a_lost_picture_is_named(quick: Path) -> None:
    (quick / hero.PATH).unlink()
    assert lint.lint(quick) == ["assets/hero.png is not the committed figure fig-03-big; run 'make book'"]
