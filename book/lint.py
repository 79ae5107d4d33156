"""Checks that need no execution: prose, figures, twins, the table of contents, the dependencies."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import yaml
from nbformat import NotebookNode
from packaging.requirements import Requirement

from book import fresh, hero, source, twin
from book.layout import ROOT, BookError, Chapter, chapters, parsed, toc_files
from book.outputs import record, records

VISIBLE_LINES, VISIBLE_WIDTH = 15, 92  # what fits beside a page's margins without scrolling
T = TypeVar("T")
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+")
# What may hold a decimal: code, roles (they resolve to glued or quoted numbers), addresses, exercise and Python numbers.
ALLOWED = re.compile(
    r"`{3}.*?`{3}|\{[a-z:]+\}`[^`]*`|`[^`]*`|\]\([^)]*\)|<[^>]*>|Exercise \d+\.\d+|Python \d\.\d+|tag\{[^}]*\}", re.S
)


def lint(root: Path = ROOT) -> list[str]:
    """Every problem found, in words; an empty list if there is none."""
    problems = [*_toc(root), *_dependencies(root)]
    for name in [*(n for n in toc_files(root) if not n.endswith(".ipynb")), "README", "CONTRIBUTING"]:
        problems += _found_by(_page, root / f"{name}.md")
    for chapter in chapters(root):
        if not chapter.source.exists():
            problems.append(f"{chapter.name}: _toc.yml names it, but {chapter.source.name} does not exist")
            continue
        notebook = source.read(chapter)
        problems += decimals(twin.prose(notebook), chapter.source.name)
        problems += _cells(chapter, notebook)
        problems += _found_by(_twin, chapter)
    problems += _found_by(_hero, root)
    return list(dict.fromkeys(problems))


def _found_by(check: Callable[[T], list[str]], what: T) -> list[str]:
    """The problems that ``check`` finds, or the one that stopped it."""
    try:
        return check(what)
    except BookError as error:
        return [str(error)]


def _page(path: Path) -> list[str]:
    return decimals(parsed(path, str), path.name)


def _hero(root: Path) -> list[str]:
    path = root / hero.PATH
    same = path.exists() and path.read_bytes() == hero.picture(root)
    return [] if same else [f"{hero.PATH} is not the committed figure {hero.FIGURE}; run 'make book'"]


def decimals(text: str, where: str) -> list[str]:
    """Decimal numbers that were typed: neither glued nor quoted, in words or in formulas."""
    return [f"{where}: the decimal {found} is typed; glue it or quote it" for found in DECIMAL.findall(ALLOWED.sub(" ", text))]


def _cells(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    problems = []
    for number, cell in enumerate(source.code_cells(notebook), 2):  # the install cell is number 1
        where = f"{chapter.source.name}, code cell {number}"
        lines = [line for line in cell.source.splitlines() if line.strip()]
        hidden = bool(twin.COLLAPSED & set(source.tags(cell)))
        if not hidden and len(lines) > VISIBLE_LINES:
            problems.append(f"{where}: {len(lines)} visible lines, at most {VISIBLE_LINES} (hide the set-up or split the cell)")
        if not hidden and max(map(len, lines), default=0) > VISIBLE_WIDTH:
            problems.append(f"{where}: a visible line of {max(map(len, lines))} characters, at most {VISIBLE_WIDTH}")
        for call in ("plots.show(", "explorer.show(", "claims.check("):
            if cell.source.count(call) > 1:
                problems.append(f"{where}: {cell.source.count(call)} calls of {call}...), one a cell")
        figure = re.search(r"\b(plots|explorer)\.show\(", cell.source)
        if figure and re.search(r"(?<![.\w])display\(", cell.source):
            problems.append(f"{where}: a figure and something else are displayed, both under the figure's name; split the cell")
    if not any("parameters" in source.tags(cell) for cell in source.code_cells(notebook)):
        problems.append(f"{chapter.source.name}: no cell is tagged 'parameters'")
    return problems


def _twin(chapter: Chapter) -> list[str]:
    name = chapter.twin.name
    committed = twin.load(chapter)
    if committed is None:
        return [f"{name} does not exist; run 'make book'"]
    reasons = fresh.stale(chapter)
    if reasons:
        return [f"{name} is stale ({', '.join(reasons)} changed); run 'make book'"]
    problems = executed(committed, name)
    try:
        if twin.assemble(chapter, twin.load(chapter), twin.labels(chapter.root)) != committed:
            problems.append(f"{name} does not have its source's text; run 'make book'")
        fresh.verify_run(chapter, committed)
    except BookError as error:
        problems.append(f"{name}: {error}")
    return problems + _figures(chapter, committed) + _register(chapter, committed)


def executed(notebook: NotebookNode, name: str) -> list[str]:
    """Problems of a notebook that was not executed from top to bottom; nbval would compare nothing and pass."""
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if not counts or counts != list(range(1, len(counts) + 1)):
        return [f"{name} was not executed from top to bottom: its execution counts are {counts}"]
    return []


def _figures(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    problems = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            figure = record(output, "figure")
            if "image/png" in output.get("data", {}) and figure is None:
                problems.append(f"{chapter.twin.name}: a figure is shown without plots.show, so it has no alt text")
            if figure and (len(figure["alt"]) < 40 or figure["alt"] == figure["caption"]):
                problems.append(f"{chapter.twin.name}: {figure['name']}'s alt text does not say what it shows: {figure['alt']!r}")
    named = twin.figure_names(source.read(chapter))
    shown = [figure["name"] for figure in records(notebook, "figure")]
    if named != shown:
        problems.append(f"{chapter.twin.name}: the code names the figures {named}, the outputs show {shown}")
    return problems


def _register(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    """The chapter's claims must be those of chapters/claims.toml: none lost, none of another kind."""
    register = parsed(chapter.root / "chapters" / "claims.toml", tomllib.loads)
    try:
        entries = register.get(chapter.number, {}).items()
        wanted = {f"{chapter.number}/{id}": (kind, sorted(decks.split())) for id, (kind, decks) in entries}
    except (AttributeError, TypeError, ValueError) as error:
        raise BookError(f'claims.toml: [{chapter.number}]: expected lines such as id = ["measured", "GT UofT"]') from error
    got = {c["id"]: (c["kind"], sorted(c["decks"])) for c in records(notebook, "claim")}
    return [
        f"{chapter.twin.name}: claim {id}: chapters/claims.toml says {wanted.get(id)}, the notebook {got.get(id)}"
        for id in sorted(wanted.keys() | got.keys())
        if wanted.get(id) != got.get(id)
    ]


def _toc(root: Path) -> list[str]:
    named = toc_files(root)
    sources = {f"chapters/{path.stem}.ipynb" for path in (root / "chapters").glob("[0-9][0-9]_*.md")}
    twins = {f"chapters/{path.name}" for path in (root / "chapters").glob("*.ipynb")}
    listed = {name for name in named if name.startswith("chapters/")}
    problems = [f"_toc.yml does not name {name}" for name in sorted((sources | twins) - listed)]
    problems += [f"_toc.yml names {name}, which has no source" for name in sorted(listed - sources)]
    return problems + [
        f"_toc.yml names {n}.md, which does not exist" for n in named if n not in listed and not (root / f"{n}.md").exists()
    ]


def _dependencies(root: Path) -> list[str]:
    """pyproject.toml's ranges, constraints.txt's pins and environment.yml must agree."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    pins = {}
    for line in (root / "constraints.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, version = line.partition("==")
            pins[_normal(name)] = version.strip()
    problems = []
    extras = project["optional-dependencies"]
    for text in [*project["dependencies"], *extras["book"], *extras["lab"]]:
        need = Requirement(text)
        pin = pins.get(_normal(need.name))
        if pin is None or not need.specifier.contains(pin):
            problems.append(f"constraints.txt pins {need.name} to {pin or 'nothing'}, pyproject.toml asks for {need.specifier}")
    environment = yaml.safe_load((root / "environment.yml").read_text("utf-8"))["dependencies"]
    if f"python{project['requires-python']}" not in environment:
        problems.append(f"environment.yml does not ask for python{project['requires-python']}, as pyproject.toml does")
    if {"pip": ["-c constraints.txt", "-e .[book,lab]"]} not in environment:
        problems.append("environment.yml does not install '-e .[book,lab]' under constraints.txt")
    return problems


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
