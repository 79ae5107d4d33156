"""Resolve the few roles and directives that the sources use.

Two flavors: ``TWIN`` is plain Markdown that Colab and GitHub understand, ``PAGE`` is the
MyST that Jupyter Book builds. Numbers of equations and figures are assigned here, so that
they are the same in both. Anything that looks like a role or a directive and is not in the
list below is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from book.bibliography import Bibliography
from book.layout import BookError, Chapter, Repository

TWIN, PAGE = "twin", "page"
EQUATION = re.compile(r"^\$\$\n(?P<body>.*?)\n\$\$ \((?P<label>eq-[\w-]+)\)[ ]*$", re.M | re.S)
LABEL = re.compile(r"^\((?P<label>sec-[\w-]+)\)=\n+(?P<hashes>#+) (?P<title>.+)$", re.M)
FENCE = re.compile(r"^:::\{(?P<name>\w+)\}[ ]*\n(?P<body>.*?)\n^:::[ ]*$", re.M | re.S)
CHAPTER = re.compile(r"(?P<word>[Cc]hapter) \{doc\}`(?P<name>(?P<number>\d\d)_\w+)`")
ROLE = re.compile(r"\{(?P<role>[a-z:]+)\}`(?P<text>[^`]+)`")
SECTION_LINK = re.compile(r"\]\(#(?P<label>[\w-]+)\)")
LEFT_OVER = re.compile(r"\{[a-z]+(?::[a-z]+)?\}`|^:{3,}|^\([\w-]+\)=$|^\$\$ \(|^`{3,}\{", re.M)
NOTES = {"note": "Note", "warning": "Warning", "tip": "Tip"}


@dataclass
class Labels:
    """What can be referred to, and in which chapter it stands: label -> (chapter name, text shown)."""

    equations: dict[str, tuple[str, str]] = field(default_factory=dict)
    figures: dict[str, tuple[str, str]] = field(default_factory=dict)
    sections: dict[str, tuple[str, str]] = field(default_factory=dict)
    chapters: dict[str, str] = field(default_factory=dict)

    def add(self, chapter: Chapter, prose: str, figures: list[str]) -> None:
        """Number the equations and figures of one chapter, in order, as 2.1, 2.2, ..."""
        number = int(chapter.number)
        title = re.search(r"^# (.+)$", prose, re.M)
        self.chapters[chapter.name] = title[1] if title else chapter.name
        found = [
            (self.equations, [(m["label"], None) for m in EQUATION.finditer(prose)], "({0}.{1})"),
            (self.figures, [(name, None) for name in figures], "Figure {0}.{1}"),
            (self.sections, [(m["label"], m["title"]) for m in LABEL.finditer(prose)], ""),
        ]
        for table, entries, form in found:
            for i, (label, text) in enumerate(entries, 1):
                if label in table:
                    raise BookError(f"{chapter.source.name}: the label {label} is used twice")
                table[label] = (chapter.name, text or form.format(number, i))

    def add_page(self, name: str, prose: str) -> None:
        """The sections of a page that is no chapter, such as back/notation."""
        for m in LABEL.finditer(prose):
            if m["label"] in self.sections:
                raise BookError(f"{name}.md: the label {m['label']} is used twice")
            self.sections[m["label"]] = (name, m["title"])


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

    def __call__(self, text: str) -> str:
        text = FENCE.sub(self._fence, text)
        text = EQUATION.sub(self._equation, text)
        if self.flavor == TWIN:
            text = LABEL.sub(r"\g<hashes> \g<title>", text)
        text = CHAPTER.sub(self._chapter, text)
        text = ROLE.sub(self._role, text)
        text = SECTION_LINK.sub(self._section, text)
        if self.flavor == TWIN and (left := LEFT_OVER.search(text)):
            raise BookError(
                f"{self.where}: {left[0].strip()!r} would stay raw in the notebook; use the markup of CONTRIBUTING.md"
            )
        return text

    def _fence(self, m: re.Match[str]) -> str:
        name, body = m["name"], m["body"].strip()
        if name == "solution":
            if self.flavor == PAGE:
                return f":::{{admonition}} Solution\n:class: dropdown\n{body}\n:::"
            return f"<details><summary>Solution</summary>\n\n{body}\n\n</details>"
        if name not in NOTES:
            raise BookError(f"{self.where}: unknown directive {name!r}; known are {', '.join([*NOTES, 'solution'])}")
        if self.flavor == PAGE:
            return m[0]
        return "\n".join(f"> {line}".rstrip() for line in f"**{NOTES[name]}.** {body}".splitlines())

    def _equation(self, m: re.Match[str]) -> str:
        tag = self._find(self.labels.equations, m["label"])[1].strip("()")
        if self.flavor == TWIN:
            return f"$$\n{m['body']}\n\\tag{{{tag}}}\n$$"
        return f"({m['label']})=\n\\begin{{equation*}}\n{m['body']}\n\\tag{{{tag}}}\n\\end{{equation*}}"

    def _role(self, m: re.Match[str]) -> str:
        roles: dict[str, Callable[[str], str]] = {
            "glue:text": self._glue,
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
        name, _, form = text.partition(":")
        if not form:
            raise BookError(f"{self.where}: {{glue:text}}`{text}` needs a format, such as `{text}:.3f`")
        value = self._find(self.values, name)
        try:
            return format(value, "" if form == "s" else form).replace(
                "-", "\N{MINUS SIGN}" if not isinstance(value, str) else "-"
            )
        except ValueError as error:
            raise BookError(f"{self.where}: {{glue:text}}`{text}`: {error}") from error

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
        return self._to_chapter(f"{m['word']} {int(m['number'])}", m["name"])

    def _to_chapter(self, text: str, name: str) -> str:
        return f"[{text}]({name}.ipynb)" if self.flavor == PAGE else f"[{text}]({self.repository.page(name)})"

    def _link(self, label: str, found: tuple[str, str]) -> str:
        return f"[{found[1]}]({self._target(label, found[0])})"

    def _section(self, m: re.Match[str]) -> str:
        tables = (self.labels.sections, self.labels.equations, self.labels.figures)
        known = {label: entry[0] for table in tables for label, entry in table.items()}
        return f"]({self._target(m['label'], self._find(known, m['label']))})"

    def _target(self, label: str, chapter: str) -> str:
        return f"#{label}" if self.flavor == PAGE else self.repository.page(chapter, label)

    def _find(self, table: dict, key: str):
        if key not in table:
            raise BookError(f"{self.where}: {key!r} is not known; known are {', '.join(sorted(table)) or 'none'}")
        return table[key]
