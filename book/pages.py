"""Build the static book: the sources' text, the twins' outputs, Jupyter Book with execution off."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from nbformat import NotebookNode

from book import back, files, source, steady, twin
from book.layout import BUILD, ROOT, BookError, Chapter, chapters, parsed, toc_files
from book.ledger import totals
from book.markup import PAGE, Labels
from book.outputs import glued, is_glue, record
from book.tidy import tidy

PAGES = BUILD / "pages"
HTML = BUILD / "html"


def build() -> Path:
    """Build ``_build/html`` from the committed notebooks. Any warning is an error."""
    with files.alone(BUILD / "pages.lock", "builds the pages"):
        return _build()


def _build() -> Path:
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
    table = twin.labels(root)
    for name in toc_files(root):
        if not name.endswith(".ipynb"):
            text = parsed(root / f"{name}.md", str)
            if "<!-- lectures -->" in text:
                text = text.replace("<!-- lectures -->", back.lecture_map(table, root))
            if "<!-- steady -->" in text:
                text = text.replace("<!-- steady -->", steady.summary(root))
            text = twin.renderer(PAGE, f"{name}.md", table, totals(root), root)(text)
            text = back.link_claims(text, name, root)
            if "<!-- ledger -->" in text:
                text = text.replace("<!-- ledger -->", back.claims_table(root))
            path = folder / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_to_chapters(text, "../" * name.count("/")), "utf-8")
    for chapter in chapters(root):
        twin.write(folder / "chapters" / chapter.twin.name, page(chapter, table))


def _to_chapters(text: str, up: str) -> str:
    """Links to chapters are written as from the folder chapters/; a page elsewhere needs the way there."""
    return twin.CHAPTER_LINK.sub(rf"]({up}chapters/\1.ipynb)", text)


def page(chapter: Chapter, table: Labels) -> NotebookNode:
    """The notebook that becomes the chapter's page: MyST text, figures with number, caption and description."""
    run = twin.load(chapter)
    if run is None:
        raise BookError(f"{chapter.name} was never executed; run 'make book'")
    notebook = twin.with_outputs(chapter, run)
    render = twin.renderer(PAGE, chapter.source.name, table, glued(notebook), chapter.root)
    line, first = twin.about(notebook, chapter), True
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = render(twin.insert_about(cell.source, line) if first else cell.source)
            first = False
            continue
        figures = [found for output in cell.outputs if (found := record(output, "figure"))]
        if figures:
            number = table.figures[figures[0]["name"]][1]
            cell.metadata["mystnb"] = {
                "image": {"alt": figures[0]["alt"]},
                "figure": {"caption": f"**{number}.** {figures[0]['caption']}", "name": figures[0]["name"]},
            }
        elif "solution" in source.tags(cell):
            cell.metadata["mystnb"] = {"code_prompt_show": "Show a solution", "code_prompt_hide": "Hide the solution"}
        cell.outputs = [o for o in cell.outputs if not is_glue(o) and record(o, "caption") is None]
        for output in cell.outputs:
            if claim := record(output, "claim"):  # so that the ledger can link to it
                output.data["text/html"] = f'<span id="{back.anchor(claim["id"])}"></span>{output.data["text/html"]}'
    notebook.cells = [cell for cell in notebook.cells if "install" not in source.tags(cell)]
    return notebook
