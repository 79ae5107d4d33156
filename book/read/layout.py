"""Where things are, and what ``_config.yml`` and ``_toc.yml`` say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build"
LOCK = "constraints.txt"
STEADY = Path("back") / "steady.json"  # of the last comparison of runs, for the page on how to reproduce
CHECKS = Path("chapters") / "aelib_checks"  # beside the notebooks, which import it
VERSION = re.compile(r'^__version__ = "(.+)"$', re.M)
NAME = re.compile(r"(\d\d|[A-Z]\d)_\w+")  # of a chapter such as 02_pca, or of an appendix such as A1_own_images
T = TypeVar("T")


class BookError(Exception):
    """Something in the book that must be mended; its message says what and where."""


@dataclass(frozen=True)
class Chapter:
    """One chapter or appendix: ``name`` is "02_pca", ``number`` is "02"."""

    name: str
    root: Path = ROOT

    @property
    def number(self) -> str:
        return self.name.split("_")[0]

    @property
    def shown_number(self) -> str:
        """The number as a reader sees it: "2", or "A1"."""
        return self.number.lstrip("0")

    @property
    def is_appendix(self) -> bool:
        """An appendix needs neither claims nor exercises."""
        return not self.number.isdigit()

    @property
    def page(self) -> str:
        """Its page as a path from the site's root, without the suffix."""
        return f"chapters/{self.name}"

    @property
    def source(self) -> Path:
        return self.root / "chapters" / f"{self.name}.md"

    @property
    def twin(self) -> Path:
        return self.root / "chapters" / f"{self.name}.ipynb"

    @property
    def register(self) -> Path:
        """The register of its claims."""
        return self.root / CHECKS / f"ch{self.number}.toml"


@dataclass(frozen=True)
class Repository:
    """The book's public addresses, all of them derived from ``_config.yml`` and the version."""

    url: str
    branch: str
    site: str
    version: str

    @property
    def released(self) -> bool:
        return not Version(self.version).is_devrelease

    @property
    def ref(self) -> str:
        """What a page calls its own code by: the tag of a release, between releases the branch."""
        return f"v{self.version}" if self.released else self.branch

    def colab(self, chapter: Chapter) -> str:
        path = self.url.removeprefix("https://github.com/")
        return f"https://colab.research.google.com/github/{path}/blob/{self.ref}/{chapter.page}.ipynb"

    def page(self, page: str, anchor: str = "") -> str:
        """The address of a page such as "chapters/02_pca" or "back/notation"."""
        return f"{self.site}/{page}.html" + (f"#{anchor}" if anchor else "")

    @property
    def archive(self) -> str:
        return f"{self.url}/archive/refs/{'tags' if self.released else 'heads'}/{self.ref}.zip"


def parsed(path: Path, parse: Callable[[str], T]) -> T:
    """What ``parse`` makes of a file's text. Raises BookError, which names the file, if it is missing or damaged."""
    try:
        return parse(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:  # that of a TOML file is a ValueError
        raise BookError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error


@cache
def config(root: Path = ROOT) -> dict:
    return parsed(root / "_config.yml", yaml.safe_load)


def version(root: Path = ROOT) -> str:
    """The book's version, which is that of its aelib; a book without one is run with this engine's."""
    places = (folder / "aelib" / "__init__.py" for folder in (root, ROOT))
    return parsed(next(path for path in places if path.exists()), _version)


def _version(text: str) -> str:
    if not (found := VERSION.search(text)):
        raise ValueError('expected a line such as __version__ = "1.0.0"')
    Version(found[1])  # raises ValueError if it is none
    return found[1]


def repository(root: Path = ROOT) -> Repository:
    settings = config(root)
    try:
        repository, site = settings["repository"], settings["html"]["baseurl"]
        return Repository(repository["url"].rstrip("/"), repository["branch"], site.rstrip("/"), version(root))
    except (KeyError, TypeError, AttributeError) as error:
        expected = "repository.url, repository.branch and html.baseurl, each a text"
        raise BookError(f"_config.yml: expected {expected}") from error


def toc_files(root: Path = ROOT) -> list[str]:
    """Every file that ``_toc.yml`` names, in reading order, the landing page first."""
    toc = parsed(root / "_toc.yml", yaml.safe_load)
    try:
        groups = toc.get("parts") or [toc]
        files = [toc["root"]] + [entry["file"] for group in groups for entry in group.get("chapters", [])]
        if not all(isinstance(name, str) for name in files):
            raise TypeError(f"its files are {files}")
        return files
    except (KeyError, TypeError, AttributeError) as error:
        raise BookError("_toc.yml: expected a root, and chapters each of which has a file") from error


def pages(root: Path = ROOT) -> list[str]:
    """The files of ``_toc.yml`` that are no notebooks: the landing page and the companion pages."""
    return [name for name in toc_files(root) if not name.endswith(".ipynb")]


def chapters(root: Path = ROOT) -> list[Chapter]:
    """The executed chapters, in reading order."""
    names = [Path(name).stem for name in toc_files(root) if name.startswith("chapters/") and name.endswith(".ipynb")]
    by_number: dict[str, str] = {}
    for name in names:
        if not NAME.fullmatch(name):
            raise BookError(f"_toc.yml: got the chapter {name!r}, expected a name such as 02_pca or A1_own_images")
        number = name.split("_")[0]
        if number in by_number:
            raise BookError(f"_toc.yml: {by_number[number]} and {name} have the same number")
        by_number[number] = name
    return [Chapter(name, root) for name in names]


def select(names: list[str], root: Path = ROOT) -> list[Chapter]:
    """The chapters called ``names`` ("02" or "02_pca"), or all of them for no name."""
    known = chapters(root)
    unknown = set(names) - {c.name for c in known} - {c.number for c in known}
    if unknown:
        told = ", ".join(name for name in names if name in unknown)
        raise BookError(f"no chapter {told}; _toc.yml has {', '.join(c.name for c in known)}")
    return [c for c in known if not names or c.name in names or c.number in names]
