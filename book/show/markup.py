"""Resolve the few roles and directives that the sources use.

Two flavors: ``TWIN`` is plain Markdown that Colab and GitHub understand, ``PAGE`` is the MyST that Jupyter Book builds.
Numbers of equations and figures are the engine's (see ``labels``), the same in both. Anything that looks like a role or
a directive and is not in the list below is an error.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aelib.notebook.quoted import all_quoted
from book.read.bibliography import Bibliography
from book.read.labels import EQUATION, SECTION, Labels, Place
from book.read.layout import BookError, Repository, repository

TWIN, PAGE = "twin", "page"
FENCE = re.compile(r"^:::\{(?P<name>\w+)\}[ ]*\n(?P<body>.*?)\n^:::[ ]*$", re.M | re.S)
CHAPTER = re.compile(r"(?P<word>[Cc]hapter|[Aa]ppendix) \{doc\}`(?P<name>0*(?P<number>[A-Z]?\d+)_\w+)`")
ROLE = re.compile(r"\{(?P<role>[a-z:]+)\}`(?P<text>[^`]+)`")
SECTION_LINK = re.compile(r"\]\(#(?P<label>[\w-]+)\)")
LEFT_OVER = re.compile(r"\{[a-z]+(?::[a-z]+)?\}`|^:{3,}|^\([\w-]+\)=$|^\$\$ \(|^`{3,}\{", re.M)
GLUE = re.compile(r"(?P<name>.+?):(?P<form>[^:\s]+)(?:\s+(?P<order>[<>])\s+(?P<than>\S.*))?")
MOST_HIDDEN = 0.2  # of a number: one that is printed as 0 or as its double says something else
NOTES = {"note": "Note", "warning": "Warning", "tip": "Tip"}
FOLDED = {"solution": "Solution", "derivation": "The derivation, line by line"}


@dataclass
class Renderer:
    """Resolves the prose of one file in one flavor."""

    flavor: str
    where: str
    labels: Labels
    values: dict[str, float | int | str]
    quoted: dict[str, str]
    bibliography: Bibliography
    repository: Repository
    chapters: str = ""  # the way from the page to the folder of the chapters

    def __call__(self, text: str) -> str:
        text = FENCE.sub(self._fence, text)
        text = EQUATION.sub(self._equation, text)
        if self.flavor == TWIN:
            text = SECTION.sub(r"\g<hashes> \g<title>", text)
        text = SECTION_LINK.sub(self._section, text)  # before the roles, which become such links
        text = CHAPTER.sub(self._chapter, text)
        text = ROLE.sub(self._role, text)
        if self.flavor == TWIN and (left := LEFT_OVER.search(text)):
            told = f"{left[0].strip()!r} would stay raw in the notebook; use the markup of CONTRIBUTING.md"
            raise BookError(f"{self.where}: {told}")
        return text

    def _fence(self, m: re.Match[str]) -> str:
        name, body = m["name"], m["body"].strip()
        if title := FOLDED.get(name):
            if self.flavor == PAGE:
                return f":::{{admonition}} {title}\n:class: dropdown\n{body}\n:::"
            return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
        if name not in NOTES:
            raise BookError(f"{self.where}: unknown directive {name!r}; known are {', '.join([*NOTES, *FOLDED])}")
        if self.flavor == PAGE:
            return m[0]
        return "\n".join(f"> {line}".rstrip() for line in f"**{NOTES[name]}.** {body}".splitlines())

    def _equation(self, m: re.Match[str]) -> str:
        tag = self._find(self.labels.equations, m["label"])[1].strip("()")
        if self.flavor == TWIN:
            return f"$$\n{m['body']}\n\\tag{{{tag}}}\n$$"
        return f"({m['label'].lower()})=\n\\begin{{equation*}}\n{m['body']}\n\\tag{{{tag}}}\n\\end{{equation*}}"

    def _role(self, m: re.Match[str]) -> str:
        roles: dict[str, Callable[[str], str]] = {
            "glue:text": self._glue,
            "given": lambda number: number,  # it was set, or follows from a definition; nothing measured it
            "quoted": lambda key: self._find(self.quoted, key),
            "cite:t": lambda keys: self._cite(keys, textual=True),
            "cite:p": lambda keys: self._cite(keys, textual=False),
            "eq": lambda label: self._link(label, self._find(self.labels.equations, label)),
            "numref": lambda label: self._link(label, self._find(self.labels.figures, label)),
            "doc": self._doc,
        }
        if m["role"] not in roles:
            raise BookError(f"{self.where}: unknown role {m['role']!r}; known are {', '.join(roles)}")
        return roles[m["role"]](m["text"])

    def _glue(self, text: str) -> str:
        found = GLUE.fullmatch(text)
        if not found:
            raise BookError(f"{self.where}: {{glue:text}}`{text}` needs a format, such as `{text}:.3f`")
        value, form = self._find(self.values, found["name"]), found["form"]
        try:
            shown = format(value, "" if form == "s" else form)
        except (OverflowError, ValueError) as error:
            raise BookError(f"{self.where}: {{glue:text}}`{text}`: {error}") from error
        if isinstance(value, str):
            return html.escape(shown, quote=False)
        if hides(value, shown):
            raise BookError(f"{self.where}: {{glue:text}}`{text}` shows {value:.3g} as {shown}; give it more digits")
        if found["order"]:
            self._compare(text, value, found["order"], found["than"])
        return shown.replace("-", "\N{MINUS SIGN}")

    def _compare(self, text: str, value: float, order: str, than: str) -> None:
        """What the sentence around a number says of it must be true: `x:.2f > 1`, or `x:.2f < y`, another number."""
        try:
            other = float(than)
        except ValueError:
            other = float(self._find(self.values, than))
        if not (value > other if order == ">" else value < other):
            told = f"it is {value:.6g}, so the text around it is wrong; rewrite it"
            raise BookError(f"{self.where}: {{glue:text}}`{text}`: {told}")

    def _cite(self, keys: str, textual: bool) -> str:
        cited = [self.bibliography.entry(key.strip(), self.where) for key in keys.split(",")]
        if self.flavor == PAGE:
            return f"{{cite:{'t' if textual else 'p'}}}`{keys}`"
        if textual:
            return " and ".join(f"[{e.authors} ({e.year})]({e.url})" for e in cited)
        return "(" + "; ".join(f"[{e.authors}, {e.year}]({e.url})" for e in cited) + ")"

    def _doc(self, name: str) -> str:
        return self._to_chapter(self._find(self.labels.chapters, name), name)

    def _chapter(self, m: re.Match[str]) -> str:
        """Where the word chapter stands before the link, the number is enough: the title begins with it."""
        self._find(self.labels.chapters, m["name"])
        return self._to_chapter(f"{m['word']} {m['number']}", m["name"])

    def _to_chapter(self, text: str, name: str) -> str:
        page = f"{self.chapters}{name}.ipynb" if self.flavor == PAGE else self.repository.page(f"chapters/{name}")
        return f"[{text}]({page})"

    def _link(self, label: str, found: Place) -> str:
        return f"[{found[1]}]({self._target(label, found[0])})"

    def _section(self, m: re.Match[str]) -> str:
        tables = (self.labels.sections, self.labels.equations, self.labels.figures)
        known = {label: entry[0] for table in tables for label, entry in table.items()}
        return f"]({self._target(m['label'], self._find(known, m['label']))})"

    def _target(self, label: str, page: str) -> str:
        anchor = label.lower()  # as Sphinx writes it into the page
        return f"#{anchor}" if self.flavor == PAGE else self.repository.page(page, anchor)

    def _find(self, table: dict, key: str):
        if key not in table:
            raise BookError(f"{self.where}: {key!r} is not known; known are {', '.join(sorted(table)) or 'none'}")
        return table[key]


def hides(value: float, shown: str) -> bool:
    """Whether a number as it is printed is far from what it is, such as 0.4 with the format ".0f"."""
    try:
        printed = float(shown.replace(",", "").rstrip("%")) / (100 if shown.endswith("%") else 1)
    except ValueError:  # the format has words in it
        return False
    return math.isfinite(value) and abs(printed - value) > MOST_HIDDEN * abs(value)


def renderer(flavor: str, where: str, labels: Labels, values: dict, root: Path, chapters: str = "") -> Renderer:
    """A renderer with what the book at ``root`` quotes and cites."""
    quoted = {key: entry.text for key, entry in all_quoted().items()}
    bibliography = Bibliography(root / "references.bib")
    return Renderer(flavor, where, labels, values, quoted, bibliography, repository(root), chapters)
