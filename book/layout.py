"""Where things are, and what ``_config.yml`` and ``_toc.yml`` say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
LOCK = ROOT / "constraints.txt"


class BookError(Exception):
    """Something in the book that must be mended; its message says what and where."""


@dataclass(frozen=True)
class Chapter:
    """One chapter: ``name`` is "02_pca", ``number`` is "02"."""

    name: str
    root: Path = ROOT

    @property
    def number(self) -> str:
        return self.name.split("_")[0]

    @property
    def source(self) -> Path:
        return self.root / "chapters" / f"{self.name}.md"

    @property
    def twin(self) -> Path:
        return self.root / "chapters" / f"{self.name}.ipynb"


@dataclass(frozen=True)
class Repository:
    """The book's public addresses, all of them derived from ``_config.yml``."""

    url: str
    branch: str
    site: str

    def colab(self, chapter: Chapter) -> str:
        path = self.url.removeprefix("https://github.com/")
        return f"https://colab.research.google.com/github/{path}/blob/{self.branch}/chapters/{chapter.name}.ipynb"

    def page(self, name: str, anchor: str = "") -> str:
        """The address of a chapter ("02_pca") or of another page ("back/notation")."""
        path = name if "/" in name or not name[0].isdigit() else f"chapters/{name}"
        return f"{self.site}/{path}.html" + (f"#{anchor}" if anchor else "")

    @property
    def archive(self) -> str:
        return f"{self.url}/archive/refs/heads/{self.branch}.zip"


@cache
def config(root: Path = ROOT) -> dict:
    return yaml.safe_load((root / "_config.yml").read_text("utf-8"))


def repository(root: Path = ROOT) -> Repository:
    settings = config(root)
    return Repository(
        settings["repository"]["url"].rstrip("/"), settings["repository"]["branch"], settings["html"]["baseurl"].rstrip("/")
    )


def toc_files(root: Path = ROOT) -> list[str]:
    """Every file that ``_toc.yml`` names, in reading order, the landing page first."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    groups = toc.get("parts") or [toc]
    return [toc["root"]] + [entry["file"] for group in groups for entry in group.get("chapters", [])]


def chapters(root: Path = ROOT) -> list[Chapter]:
    """The executed chapters, in reading order."""
    names = [Path(name).stem for name in toc_files(root) if name.startswith("chapters/") and name.endswith(".ipynb")]
    return [Chapter(name, root) for name in names]


def select(names: list[str], root: Path = ROOT) -> list[Chapter]:
    """The chapters called ``names`` ("02" or "02_pca"), or all of them for no name."""
    known = chapters(root)
    if not names:
        return known
    chosen = [c for c in known if c.name in names or c.number in names]
    unknown = [n for n in names if n not in {c.name for c in known} | {c.number for c in known}]
    if unknown:
        raise BookError(f"no chapter {', '.join(unknown)}; _toc.yml has {', '.join(c.name for c in known)}")
    return chosen
