"""Build the static book: the sources' text, the twins' outputs, Jupyter Book with execution off."""

from __future__ import annotations

import filecmp
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from nbformat import NotebookNode

from book import files
from book.read import layout
from book.read.labels import Labels, labels
from book.read.layout import BUILD, ROOT, BookError, Chapter, config, repository
from book.read.notebooks import demand, write
from book.read.records import record
from book.read.source import tags
from book.show.assemble import assembled
from book.show.claim import card, overview
from book.show.companion import companion
from book.show.exports import as_csv, as_json
from book.show.ledger import ledger
from book.show.markup import PAGE
from book.show.tidy import tidy
from book.show.titles import titles

PAGES = BUILD / "pages"
HTML = BUILD / "html"
OTHER = BUILD / "html-by-sphinx"  # the same pages, made to be compared
BUILT = PAGES / "_build" / "html"
STRICT = ("-W", "-n", "--keep-going", "--quiet")
JUPYTER_BOOK = (sys.executable, "-c", "from jupyter_book.cli.main import main; main()")
SPHINX = (sys.executable, "-m", "sphinx", "-b", "html", "-d", str(BUILT.with_name("doctrees")))
# Each with its folder and its commands; from all of them the same pages must come.
BUILDERS: dict[str, tuple[Path, list[tuple[str, ...]]]] = {
    "jupyter-book": (HTML, [(*JUPYTER_BOOK, "build", str(PAGES), *STRICT)]),
    "sphinx": (OTHER, [(*JUPYTER_BOOK, "config", "sphinx", str(PAGES)), (*SPHINX, *STRICT, str(PAGES), str(BUILT))]),
}
PDF = re.compile(r'<p class="aelib-pdf">.*?</p>', re.S)  # the link that `make pdf` adds


def build(by: str = "jupyter-book") -> Path:
    """Build the pages from the committed notebooks by one of ``BUILDERS``. Any warning is an error."""
    folder, commands = BUILDERS[by]
    with files.alone(BUILD / "pages.lock", "builds the pages"):
        shutil.rmtree(PAGES, ignore_errors=True)
        gather(PAGES)
        for command in commands:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # autodoc imports from there
            if done.returncode:
                raise BookError(f"{by} failed or warned:\n{done.stdout}\n{done.stderr}")
        if not (BUILT / "index.html").exists():
            raise BookError(f"{by} made no pages:\n{done.stdout}\n{done.stderr}")
        tidy(BUILT)
        for name, shown in (("claims.json", as_json), ("claims.csv", as_csv)):
            (BUILT / name).write_text(shown(ledger()), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(BUILT, folder)
        return folder / "index.html"


def differences(site: Path = HTML, other: Path = OTHER) -> list[str]:
    """The files that two built sites do not share byte for byte, but for the PDF and the link to it."""
    names = {path.relative_to(folder) for folder in (site, other) for path in folder.rglob("*") if path.is_file()}
    return [str(name) for name in sorted(names) if name.suffix != ".pdf" and not _same(site / name, other / name)]


def _same(path: Path, other: Path) -> bool:
    if not (path.exists() and other.exists()):
        return False
    if path.name == "index.html":
        text, other_text = (PDF.sub("", file.read_text("utf-8")) for file in (path, other))
        return text == other_text
    return filecmp.cmp(path, other, shallow=False)


def gather(folder: Path, root: Path = ROOT) -> None:
    """Put everything that Jupyter Book reads into ``folder``. Its links into the repository name the book's version."""
    folder.mkdir(parents=True)
    settings, ref = config(root), repository(root).ref
    settings = settings | {"repository": settings["repository"] | {"branch": ref}}
    (folder / "_config.yml").write_text(yaml.safe_dump(settings), "utf-8")
    for name in ("_toc.yml", "references.bib"):
        shutil.copy(root / name, folder / name)
    shutil.copytree(root / "assets", folder / "assets")
    table = labels(root)
    for name in layout.pages(root):
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(companion(name, table, root), "utf-8")
    rows = ledger(root)
    for chapter in layout.chapters(root):
        write(folder / f"{chapter.page}.ipynb", page(chapter, table, rows))


def page(chapter: Chapter, table: Labels, rows: list[dict] | None = None) -> NotebookNode:
    """The notebook that becomes the chapter's page: MyST text, figures with number, caption and description, claims.

    ``rows`` is the book's ledger, for whoever has read it already.
    """
    rows = [row for row in rows or ledger(chapter.root) if row["chapter"] == chapter.number]
    place, home = chapter.register.relative_to(chapter.root).as_posix(), repository(chapter.root)
    register = f"{home.url}/blob/{home.ref}/{place}"
    notebook = assembled(chapter, demand(chapter), table, PAGE)
    named = titles(notebook, table)
    notebook.cells = [cell for cell in notebook.cells if "install" not in tags(cell)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            title = named.get(cell.id)
            settings = {"code_prompt_show": title, "code_prompt_hide": title} if title else {}
            for output in cell.outputs:
                if figure := record(output, "figure"):
                    settings |= _figure(figure, table)
                if claim := record(output, "claim"):
                    row = next(row for row in rows if row["id"] == claim["id"])
                    output.data["text/html"] = card(row, register)
                if record(output, "table") is not None and rows:
                    output.data["text/html"] = overview(rows)
            cell.outputs = [o for o in cell.outputs if record(o, "glue") is None and record(o, "caption") is None]
            if settings:
                cell.metadata["mystnb"] = settings
    return notebook


def _figure(figure: dict, table: Labels) -> dict:
    caption = f"**{table.figures[figure['name']][1]}.** {figure['caption']}"
    return {"image": {"alt": figure["alt"]}, "figure": {"caption": caption, "name": figure["name"].lower()}}
