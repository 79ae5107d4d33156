"""Where things are, and what ``_config.yml`` and ``_toc.yml`` say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
LOCK = ROOT / "constraints.txt"
T = TypeVar("T")


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


def parsed(path: Path, parse: Callable[[str], T]) -> T:
    """What ``parse`` makes of the text of a file. Raises BookError, which names the file, if it is missing or damaged."""
    try:
        return parse(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:  # that of a TOML file is a ValueError
        raise BookError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error


@cache
def config(root: Path = ROOT) -> dict:
    return parsed(root / "_config.yml", yaml.safe_load)


def repository(root: Path = ROOT) -> Repository:
    settings = config(root)
    try:
        repository, site = settings["repository"], settings["html"]["baseurl"]
        return Repository(repository["url"].rstrip("/"), repository["branch"], site.rstrip("/"))
    except (KeyError, TypeError, AttributeError) as error:
        raise BookError("_config.yml: expected repository.url, repository.branch and html.baseurl, each a text") from error


def toc_files(root: Path = ROOT) -> list[str]:
    """Every file that ``_toc.yml`` names, in reading order, the landing page first."""
    toc = parsed(root / "_toc.yml", yaml.safe_load)
    try:
        groups = toc.get("parts") or [toc]
        return [toc["root"]] + [entry["file"] for group in groups for entry in group.get("chapters", [])]
    except (KeyError, TypeError, AttributeError) as error:
        raise BookError("_toc.yml: expected a root, and chapters each of which has a file") from error


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
