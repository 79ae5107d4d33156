"""The picture of the README and the landing page: a figure of the last run, not a drawing."""

from __future__ import annotations

import base64
from pathlib import Path

from book import files
from book.read.layout import ROOT, BookError, chapters
from book.read.notebooks import load
from book.read.records import record

FIGURE = "fig-03-big"
PATH = Path("assets") / "hero.png"


def picture(root: Path = ROOT) -> bytes:
    """The PNG of FIGURE in the committed notebooks."""
    for notebook in filter(None, map(load, chapters(root))):
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                if (record(output, "figure") or {}).get("name") == FIGURE:
                    return base64.b64decode(output.data["image/png"])
    raise BookError(f"no chapter shows the figure {FIGURE}, which the README wants")


def update(root: Path = ROOT) -> None:
    """Write the picture if it is not that of the committed notebooks."""
    path, png = root / PATH, picture(root)
    if not path.exists() or path.read_bytes() != png:
        files.write(path, png)
