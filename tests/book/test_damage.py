"""Damaged notebooks and records are named, with what to do; nothing that the project reads can run code."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from book import fresh, hero, ledger, lint, pages, twin
from book.layout import ROOT, BookError, chapters, config

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
    "no ids": (change(lambda nb: [nb.update(nbformat_minor=4), *(c.pop("id") for c in nb["cells"])]), "it is no notebook"),
    "no metadata": (change(lambda nb: nb["metadata"].pop("aelib")), "it is no notebook"),
    "no seconds": (change(lambda nb: nb["metadata"]["aelib"].pop("seconds")), "it is no notebook"),
    "lost cell": (change(lambda nb: nb["cells"].pop()), "its outputs were edited by hand"),
    "edited output": (change(lambda nb: nb["cells"][-1]["outputs"][0]["data"].update({"text/plain": "0.6"})), "edited by hand"),
    "lost output": (change(lambda nb: nb["cells"][-1]["outputs"].pop()), "its outputs were edited by hand"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_notebook_is_named_with_what_to_do(quick: Path, tmp_path: Path, damage, message: str) -> None:
    chapter = chapters(quick)[0]
    chapter.twin.write_text(damage(chapter.twin.read_text("utf-8")), "utf-8", errors="surrogateescape")
    [problem] = lint.lint(quick)
    assert problem.startswith("01_quick.ipynb") and message in problem and problem.endswith(f"; {ADVICE}")
    assert "\n" not in problem and len(problem) < 450
    for command in (lambda: pages.gather(tmp_path / "pages", quick), lambda: ledger.ledger(quick), lambda: fresh.stale(chapter)):
        with pytest.raises(BookError) as caught:
            command()
        assert str(caught.value) == problem
    chapter.twin.unlink()  # as it says
    assert fresh.stale(chapter) == ["never executed"]


def test_a_lost_cell_is_seen_without_a_checksum_too(quick: Path, tmp_path: Path) -> None:
    """A notebook that was executed before notebooks had a checksum of their outputs."""
    chapter = chapters(quick)[0]
    notebook = json.loads(chapter.twin.read_text("utf-8"))
    del notebook["metadata"]["aelib"]["outputs"]
    chapter.twin.write_text(json.dumps(notebook), "utf-8")
    assert lint.lint(quick) == []
    del notebook["cells"][-1]
    chapter.twin.write_text(json.dumps(notebook), "utf-8")
    told = "01_quick.ipynb lacks a code cell of its source; delete it and run 'make book'"
    assert told in "\n".join(lint.lint(quick))
    with pytest.raises(BookError, match=told):
        pages.gather(tmp_path / "pages", quick)


def test_the_checksum_outlives_writing_and_reading() -> None:
    for chapter in chapters():
        notebook = twin.load(chapter)
        again = twin._notebook(twin.nbformat.writes(notebook))
        assert twin.digest(again) == twin.digest(notebook)


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), "utf-8")

    return damage


def write(name: str, text: str) -> Callable[[Path], None]:
    return lambda root: (root / name).write_text(text, "utf-8")


TOC, CONFIG, BIB, REGISTER = "_toc.yml", "_config.yml", "references.bib", "chapters/claims.toml"
RECORDS = [
    (replace(TOC, "02_slow", "02_lost"), "02_lost.md does not exist, but _toc.yml names its twin", True),
    (replace(TOC, "root: index", "root: home"), "home.md cannot be read: [Errno 2] No such file", True),
    (replace(TOC, "chapters:", "chapters: ]"), "_toc.yml cannot be read: while parsing", True),
    (write(TOC, ""), "_toc.yml: expected a root, and chapters each of which has a file", True),
    (replace(TOC, "root: ", "start: "), "_toc.yml: expected a root", True),
    (replace(TOC, "- file", "- page"), "_toc.yml: expected a root", True),
    (replace(CONFIG, "branch: main", ""), "_config.yml: expected repository.url, repository.branch and html.baseurl", True),
    (replace(CONFIG, "title:", "title: ]"), "_config.yml cannot be read", True),
    (replace(BIB, "hinton2006", "hinton2007"), "01_quick.md: 'hinton2006' is cited but is not in references.bib", True),
    (replace(BIB, "year", "yea"), "references.bib: hinton2006 needs an author, a year, and a doi or url", True),
    (write(BIB, "@article{hinton2006, title = {"), "references.bib cannot be read: syntax error in line", True),
    (lambda root: (root / BIB).unlink(), "references.bib", True),
    (write(REGISTER, "[01\n"), "claims.toml cannot be read: Expected ']'", False),
    (
        write(REGISTER, '[01]\nhalf = ["exact"]\n'),
        'claims.toml: [01]: expected lines such as id = ["measured", "GT UofT"]',
        False,
    ),
    (write(REGISTER, "01 = 3\n"), "claims.toml: [01]: expected lines such as", False),
    (write(REGISTER, '[01]\nhalf = ["exact", "GT"]\n'), "claim 01/half: chapters/claims.toml says", False),
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


# Code that could run what a file says


def dangers(code: str) -> list[str]:
    """The calls and imports in ``code`` that would execute what they are given or read."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            found += [n for n in names if n.split(".")[0] in ("pickle", "_pickle", "joblib", "dill", "marshal", "shelve")]
        if isinstance(node, ast.Call):
            called, options = ast.unparse(node.func), {k.arg: ast.unparse(k.value) for k in node.keywords}
            weights = (
                called in ("torch.load", "torch.hub.load", "load_state_dict_from_url") and options.get("weights_only") != "True"
            )
            arrays = options.get("allow_pickle", "False") != "False"
            yaml = called.startswith("yaml.") and "load" in called and "safe" not in called
            if (
                weights
                or arrays
                or yaml
                or called in ("eval", "exec", "__import__", "os.system")
                or options.get("shell") == "True"
            ):
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("aelib/*.py"), *ROOT.glob("book/*.py")]), ids=lambda p: f"{p.parent.name}/{p.name}"
)
def test_nothing_that_is_read_can_run(path: Path) -> None:
    assert dangers(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("code", "danger"),
    [
        ("import pickle", True),
        ("from joblib import load", True),
        ("torch.load(path)", True),
        ("torch.load(path, weights_only=False)", True),
        ("torch.load(path, weights_only=True)", False),
        ("np.load(path, allow_pickle=True)", True),
        ("np.load(path)", False),
        ("yaml.load(text, Loader=yaml.Loader)", True),
        ("yaml.safe_load(text)", False),
        ("eval(text)", True),
        ("model.eval()", False),
        ("ast.literal_eval(text)", False),
    ],
)
def test_the_search_for_dangers_finds_them(code: str, danger: bool) -> None:
    assert bool(dangers(code)) is danger
