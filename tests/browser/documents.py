"""What can be wrong with the site's HTML; read as text, without a browser."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

DESCRIPTION = 20  # characters of an alt text that says something
NO_PAGES = {"genindex.html", "search.html"}  # Sphinx's own, without text


def names(site: Path) -> list[str]:
    """The pages that have text, as paths from the site's root."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html") if "_static" not in path.parts)
    return sorted(name for name in found if name not in NO_PAGES)


@cache
def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@cache
def anchors(path: Path) -> set[str]:
    page = parsed(path)
    return {tag["id"] for tag in page.find_all(id=True)} | {tag["name"] for tag in page.select("a[name]")}


def dead_links(site: Path, name: str, public: str = "") -> list[str]:
    """Links of a page to files or anchors that the site does not have. ``public`` is the published site's address."""
    found = []
    for tag in parsed(site / name).find_all(["a", "area", "link", "script", "img", "source", "form"]):
        address = tag.get("href") or tag.get("src") or tag.get("action") or ""
        if public and address.startswith(f"{public}/"):
            address = "/" + address.removeprefix(f"{public}/")
        parts = urlsplit(urljoin(f"/{name}", address))
        if parts.scheme or parts.netloc or not address:
            continue
        path = site / (unquote(parts.path).lstrip("/") or "index.html")
        if not path.is_file():
            found.append(f"no such file: {address}")
        elif parts.fragment and path.suffix == ".html" and unquote(parts.fragment) not in anchors(path):
            found.append(f"no such place on the page: {address}")
    return found


def twice(site: Path, name: str) -> list[str]:
    """Names (ids) that stand twice on a page, so that a link to them may lead to the wrong place."""
    ids = [tag["id"] for tag in parsed(site / name).find_all(id=True)]
    return sorted({f"the id {id!r} stands {ids.count(id)} times" for id in ids if ids.count(id) > 1})


def undescribed(site: Path, name: str) -> list[str]:
    """Images without an alt text that says something; only decoration outside of the text may have an empty one."""
    found = []
    for image in parsed(site / name).find_all("img"):
        alt, in_text = image.get("alt"), image.find_parent("article") is not None
        decoration = alt == "" or image.get("role") in ("presentation", "none")
        if decoration and not in_text:
            continue
        if alt is None or len(alt.strip()) < DESCRIPTION or re.fullmatch(r"\S+\.(png|svg|jpe?g|gif)", alt.strip()):
            found.append(f"alt text {alt!r} of {image.get('src', '')[:60]}")
    return found


def without_caption(site: Path, name: str) -> list[str]:
    """Figures without words under them."""
    return [f"figure {f.get('id')}" for f in parsed(site / name).find_all("figure") if not _words(f.find("figcaption"))]


def _words(tag: Tag | None) -> bool:
    return tag is not None and len(tag.get_text().strip("# \n")) >= DESCRIPTION
