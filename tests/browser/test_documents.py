"""Every page of the book as a document: its links, its images, its figures."""

from __future__ import annotations

from pathlib import Path

from book.read.layout import ROOT, repository, toc_files

from . import documents


def test_every_file_of_the_contents_is_a_page(site: Path) -> None:
    assert {str(Path(name).with_suffix(".html")) for name in toc_files()} == set(documents.names(site))


def test_its_links_lead_somewhere(site: Path, name: str) -> None:
    assert documents.dead_links(site, name, repository().site) == []


def test_its_links_to_the_repository_name_files_that_are_there(site: Path, name: str) -> None:
    start = f"{repository().url}/blob/{repository().ref}/"
    links = [
        tag["href"] for tag in documents.parsed(site / name).find_all("a", href=True) if tag["href"].startswith(start)
    ]
    paths = [link.removeprefix(start).partition("?")[0].partition("#")[0] for link in links]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_its_names_stand_once(site: Path, name: str) -> None:
    assert documents.twice(site, name) == []


def test_its_images_are_described(site: Path, name: str) -> None:
    assert documents.undescribed(site, name) == []


def test_its_figures_have_captions(site: Path, name: str) -> None:
    assert documents.without_caption(site, name) == []
