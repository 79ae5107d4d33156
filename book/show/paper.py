"""One HTML document of the whole book for printing, put together from the built pages.

One document, because then links from chapter to chapter, page numbers and bookmarks are the browser's own work.
Scripts, menus and code that the pages collapse stay behind; solutions are open.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from book.read.layout import ROOT, BookError, config, repository, toc_files

STYLE = Path(__file__).parent / "print.css"
SHEETS = ("_static/pygments.css", "_static/book.css")
MATHJAX = Path(__file__).with_name("paper_mathjax.js")
LEFT_OUT = "script, style, button, form, .headerlink, .aelib-pdf, details, .tag_hide-cell:not(.tag_solution)"
FOREWORD = "About this book"
ONLINE = {"back/api"}
HEADING = ":scope > :is(h1, h2, h3, h4, h5, h6)"  # of a section itself


def html_name(name: str) -> str:
    """The page of a file of ``_toc.yml``, as a path from the site's root."""
    return f"{name.removesuffix('.ipynb')}.html"


def printed(root: Path = ROOT) -> list[str]:
    """The pages that stand on paper, in reading order; whoever looks something up in the package is at a computer."""
    return [html_name(name) for name in toc_files(root) if name not in ONLINE]


def document(site: Path, root: Path = ROOT) -> str:
    """The book in reading order: title page, contents, landing page, chapters, companion pages."""
    names = printed(root)
    articles = {name: article(site, name, names, repository(root).site) for name in names}
    _demand(articles[names[0]], "h1", names[0]).string = FOREWORD
    texts = (config(root)["title"], config(root)["author"], repository(root).site)
    title, author, address = map(html.escape, texts)
    running = "".join(_running(slug(name), _demand(articles[name], "h1", name).get_text()) for name in names)
    sheets = "".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in SHEETS)
    body = "\n".join(f'<section class="paper-chapter" id="{slug(name)}">{articles[name]}</section>' for name in names)
    return (
        f'<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{title}</title>{sheets}'
        f"<style>{STYLE.read_text('utf-8')}{running}</style><script>{MATHJAX.read_text('utf-8')}</script>"
        '<script defer src="_static/mathjax/tex-chtml.js"></script></head><body>'
        '<section class="paper-title"><img src="_static/logo.svg" alt="">'
        f'<p class="paper-name">{title}</p><p>{author}</p>'
        f'<p class="paper-note">Printed from <a href="{address}/">{address}</a>. The pages there have what does not '
        "fit on paper: code that is collapsed, planes of codes to explore, and notebooks to run.</p></section>\n"
        f'<nav class="paper-contents"><h1>Contents</h1>{contents(articles)}</nav>\n{body}</body></html>'
    )


def article(site: Path, name: str, names: list[str], address: str) -> Tag:
    """The text of a page, with ids that stand once in the book and links within it."""
    page = BeautifulSoup((site / name).read_text("utf-8"), "html.parser")
    text = _demand(page, "article.bd-article", name)
    _choose(text, name)
    for section in text.select("section[id]"):  # it may begin at the foot of a page, and its heading on the next
        heading = _demand(section, HEADING, name)
        for place in section.find_all("span", id=True, recursive=False):
            heading.insert(0, place.extract())
        heading["id"] = section["id"]
        del section["id"]
    for tag in text.find_all(id=True):
        tag["id"] = f"{slug(name)}--{tag['id']}"
    for link in text.find_all("a", href=True):
        link["href"] = target(str(link["href"]), name, names, address)
    for image in text.find_all("img"):
        source = str(image["src"])
        if not source.startswith("data:"):
            image["src"] = urljoin(f"/{name}", source).lstrip("/")
    return text


def _demand(text: Tag, selector: str, name: str) -> Tag:
    """The first tag within ``text`` that ``selector`` chooses. Raises BookError if the page ``name`` lacks it."""
    if (found := text.select_one(selector)) is None:
        raise BookError(f"{name}: got no {selector}, expected one to put on paper")
    return found


def _choose(text: Tag, name: str) -> None:
    """Open the solutions, and leave out what paper has no use for."""
    for details in text.select(".tag_solution details"):
        details.name, details["class"] = "div", "paper-solution"
        title = BeautifulSoup('<p class="admonition-title">A solution</p>', "html.parser")
        _demand(details, "summary", name).replace_with(title)
    for more in text.select("details.aelib-more"):  # the rules of a claim
        _demand(more, "summary", name).decompose()
        more.name = "div"
    for button in text.select("th button"):  # it sorts the ledger
        button.unwrap()
    for tag in text.select(LEFT_OUT):
        tag.decompose()
    for word in text.select(".highlight .n, .highlight .p, .highlight .w"):  # they have no color of their own
        word.unwrap()


def target(address: str, name: str, names: list[str], site: str) -> str:
    """Where a link of the page ``name`` leads on paper: to a place in the document, or to the published site."""
    parts = urlsplit(urljoin(f"/{name}", address))
    if parts.scheme or parts.netloc:
        return address
    page = parts.path.lstrip("/")
    if page in names:
        return f"#{slug(page)}--{parts.fragment}" if parts.fragment else f"#{slug(page)}"
    return f"{site}/{page}" + (f"#{parts.fragment}" if parts.fragment else "")


def contents(articles: dict[str, Tag]) -> str:
    """Chapters and their sections; the numbers of their pages are filled in when they are known."""
    lines = []
    for name, text in articles.items():
        lines.append(_line("paper-one", slug(name), _demand(text, "h1", name).get_text()))
        lines += [_line("paper-two", str(heading["id"]), heading.get_text()) for heading in text.find_all("h2")]
    return "<ul>" + "".join(lines) + "</ul>"


def _line(kind: str, place: str, text: str) -> str:
    words = html.escape(text.strip())
    return f'<li class="{kind}"><a href="#{place}"><span>{words}</span><span data-page="{place}"></span></a></li>'


def slug(name: str) -> str:
    """A page's name as an identifier: "chapters/02_pca.html" becomes "chapters-02_pca"."""
    return re.sub(r"[^\w-]", "-", name.removesuffix(".html"))


def _running(name: str, title: str) -> str:
    """The style that writes ``title`` over every page of the chapter ``name``."""
    text = title.strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'@page {name} {{ @top-right {{ content: "{text}"; }} }}\n#{name} {{ page: {name}; }}\n'
