"""All checks that need no execution: prose, cells, twins, the table of contents, the dependencies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from book.check import register
from book.check.can_fail import can_fail
from book.check.cells import cells
from book.check.displayed import captions, displayed
from book.check.outcome import executed, figures, verify_run
from book.check.project import contents, dependencies
from book.check.prose import typed
from book.check.repeatable import repeatable
from book.check.style import style
from book.check.typed import in_code, in_register
from book.read import layout, notebooks, replicas, source
from book.read.labels import labels
from book.read.layout import ROOT, BookError, Chapter, parsed
from book.read.records import records
from book.run.fingerprint import stale
from book.run.replicate import same_own
from book.show import hero
from book.show.twin import twin


def lint(root: Path = ROOT) -> list[str]:
    """Every problem found, in words; an empty list if there is none."""
    problems = [*contents(root), *dependencies(root)]
    for name in [*layout.pages(root), "README", "CONTRIBUTING"]:
        problems += _told(partial(_page, root / f"{name}.md"))
    for chapter in layout.chapters(root):
        for check in (written, register.damage, committed):
            problems += _told(partial(check, chapter))
    problems += _told(lambda: style(layout.chapters(root)))
    problems += _told(partial(_hero, root))
    return list(dict.fromkeys(problems))


def _told(check: Callable[[], list[str] | None]) -> list[str]:
    """The problems that ``check`` finds, or the one that stopped it."""
    try:
        return check() or []
    except BookError as error:
        return [str(error)]


def _page(path: Path) -> list[str]:
    return typed(parsed(path, str), path.name, code=path.name in ("README.md", "CONTRIBUTING.md"))


def written(chapter: Chapter) -> list[str]:
    """What is wrong with the chapter's source."""
    notebook, name = source.read(chapter), chapter.source.name
    text = typed(source.prose(notebook), name) + in_code(notebook, name) + in_register(chapter)
    return text + cells(notebook, name) + repeatable(notebook, name)


def committed(chapter: Chapter) -> list[str]:
    """What is wrong with the chapter's twin."""
    name, notebook = chapter.twin.name, notebooks.load(chapter)
    if notebook is None:
        return [f"{name} does not exist; run 'make book'"]
    if reasons := stale(chapter):
        return [f"{name} is stale ({', '.join(reasons)} changed); run 'make book'"]
    checks = (in_step, own_run, verify_run, figures, register.compare, can_fail, displayed)
    found = (
        executed(notebook)
        + captions(notebook)
        + [told for check in checks for told in _told(partial(check, chapter, notebook))]
    )
    return [f"{name}: {told}" for told in found]


def in_step(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    """Whether the twin has the text that its source has now."""
    same = twin(chapter, notebooks.demand(chapter), labels(chapter.root)) == notebook
    return [] if same else ["it does not have its source's text; run 'make book'"]


def own_run(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    """Whether what readers compare their run with is what the notebook says."""
    if not records(notebook, "claim") or same_own(chapter, notebook):
        return []
    return [f"{replicas.path(chapter).name} lacks the book's own run; run 'make book'"]


def _hero(root: Path) -> list[str]:
    path = root / hero.PATH
    same = path.exists() and path.read_bytes() == hero.picture(root)
    return [] if same else [f"{hero.PATH} is not the committed figure {hero.FIGURE}; run 'make book'"]
