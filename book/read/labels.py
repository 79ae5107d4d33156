"""What can be referred to, and what a reference shows: equations, figures, sections and chapters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from book.read import source
from book.read.layout import ROOT, BookError, Chapter, chapters, pages, parsed

EQUATION = re.compile(r"^\$\$\n(?P<body>(?:(?!^\$\$).)*?)\n\$\$ \((?P<label>eq-[\w-]+)\)[ ]*$", re.M | re.S)
SECTION = re.compile(r"^\((?P<label>sec-[\w-]+)\)=\n+(?P<hashes>#+) (?P<title>.+)$", re.M)
Place = tuple[str, str]  # the page on which it stands, and the text that a reference shows


@dataclass
class Labels:
    """Each label with its place, and each chapter's name with its title."""

    equations: dict[str, Place] = field(default_factory=dict)
    figures: dict[str, Place] = field(default_factory=dict)
    sections: dict[str, Place] = field(default_factory=dict)
    chapters: dict[str, str] = field(default_factory=dict)

    def add(self, chapter: Chapter, prose: str, figures: list[str]) -> None:
        """Number the equations and figures of one chapter, in order, as 2.1, 2.2, ..."""
        number, page = chapter.shown_number, chapter.page
        title = re.search(r"^# (.+)$", prose, re.M)
        self.chapters[chapter.name] = title[1] if title else chapter.name
        for i, m in enumerate(EQUATION.finditer(prose), 1):
            self._put(self.equations, m["label"], (page, f"({number}.{i})"), chapter.source.name)
        for i, name in enumerate(figures, 1):
            self._put(self.figures, name, (page, f"Figure {number}.{i}"), chapter.source.name)
        self.add_sections(page, prose, chapter.source.name)

    def add_sections(self, page: str, prose: str, where: str) -> None:
        for m in SECTION.finditer(prose):
            self._put(self.sections, m["label"], (page, m["title"]), where)

    @staticmethod
    def _put(table: dict[str, Place], label: str, place: Place, where: str) -> None:
        if label.lower() in map(str.lower, table):  # Sphinx writes its anchor so
            raise BookError(f"{where}: the label {label} is used twice")
        table[label] = place


def labels(root: Path = ROOT) -> Labels:
    """Everything in the book that can be referred to, read from the sources."""
    table = Labels()
    for chapter in chapters(root):
        notebook = source.read(chapter)
        table.add(chapter, source.prose(notebook), source.figure_names(notebook))
    for name in pages(root):
        table.add_sections(name, parsed(root / f"{name}.md", str), f"{name}.md")
    return table
