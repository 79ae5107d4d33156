"""The entries of ``references.bib``, as the notebooks cite them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pybtex.database import Entry, parse_file
from pybtex.exceptions import PybtexError

from book.read.layout import BookError


@dataclass(frozen=True)
class Cited:
    """Authors as they stand in the text ("Kunin et al."), the year and the address to link to."""

    authors: str
    year: str
    url: str


class Bibliography:
    """A BibTeX file, read once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.entries = parse_file(str(path), bib_format="bibtex").entries
        except (OSError, UnicodeDecodeError, PybtexError) as error:
            raise BookError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error

    def entry(self, key: str, where: str) -> Cited:
        if key not in self.entries:
            raise BookError(f"{where}: {key!r} is cited but is not in {self.path.name}")
        return self._cited(key, self.entries[key])

    def _cited(self, key: str, entry: Entry) -> Cited:
        people = entry.persons.get("author", [])
        names = [re.sub("[{}]", "", " ".join([*p.prelast_names, *p.last_names])) for p in people]
        fields = entry.fields
        url = f"https://doi.org/{fields['doi']}" if "doi" in fields else fields.get("url")
        if not names or not url or "year" not in fields:
            raise BookError(f"{self.path.name}: {key} needs an author, a year, and a doi or url")
        authors = names[0] if len(names) == 1 else " & ".join(names) if len(names) == 2 else f"{names[0]} et al."
        return Cited(authors, fields["year"], url)
