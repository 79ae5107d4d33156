"""What several tests do to a book."""

from __future__ import annotations

from pathlib import Path

from book.read import layout
from book.read.layout import Chapter


def first(root: Path) -> Chapter:
    return layout.chapters(root)[0]


def edit(chapter: Chapter, old: str, new: str) -> None:
    text = chapter.source.read_text("utf-8")
    assert old in text
    chapter.source.write_text(text.replace(old, new, 1), "utf-8")


def append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
