"""Build the static book: the sources' text, the twins' outputs, Jupyter Book with execution off."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from nbformat import NotebookNode

from book import files
from book.read import layout
from book.read.labels import Labels, labels
from book.read.layout import BUILD, ROOT, BookError, Chapter
from book.read.notebooks import demand, write
from book.read.records import record
from book.read.source import tags
from book.show.assemble import assembled
from book.show.claims_table import anchor
from book.show.companion import companion
from book.show.markup import PAGE
from book.show.tidy import tidy
from book.show.titles import titles

PAGES = BUILD / "pages"
HTML = BUILD / "html"


def build() -> Path:
    """Build ``_build/html`` from the committed notebooks. Any warning is an error."""
    with files.alone(BUILD / "pages.lock", "builds the pages"):
        shutil.rmtree(PAGES, ignore_errors=True)
        gather(PAGES)
        jupyter_book = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
        command = [*jupyter_book, "build", str(PAGES), "-W", "-n", "--keep-going", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True)
        built = PAGES / "_build" / "html"
        if done.returncode or not (built / "index.html").exists():
            raise BookError(f"jupyter-book failed or warned:\n{done.stdout}\n{done.stderr}")
        tidy(built)
        shutil.rmtree(HTML, ignore_errors=True)
        shutil.move(built, HTML)
        return HTML / "index.html"


def gather(folder: Path, root: Path = ROOT) -> None:
    """Put everything that Jupyter Book reads into ``folder``."""
    folder.mkdir(parents=True)
    for name in ("_config.yml", "_toc.yml", "references.bib"):
        shutil.copy(root / name, folder / name)
    shutil.copytree(root / "assets", folder / "assets")
    table = labels(root)
    for name in layout.pages(root):
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(companion(name, table, root), "utf-8")
    for chapter in layout.chapters(root):
        write(folder / f"{chapter.page}.ipynb", page(chapter, table))


def page(chapter: Chapter, table: Labels) -> NotebookNode:
    """The notebook that becomes the chapter's page: MyST text, figures with number, caption and description."""
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
                if claim := record(output, "claim"):  # so that the ledger can link to it
                    output.data["text/html"] = f'<span id="{anchor(claim["id"])}"></span>{output.data["text/html"]}'
            cell.outputs = [o for o in cell.outputs if record(o, "glue") is None and record(o, "caption") is None]
            if settings:
                cell.metadata["mystnb"] = settings
    return notebook


def _figure(figure: dict, table: Labels) -> dict:
    caption = f"**{table.figures[figure['name']][1]}.** {figure['caption']}"
    return {"image": {"alt": figure["alt"]}, "figure": {"caption": caption, "name": figure["name"].lower()}}
