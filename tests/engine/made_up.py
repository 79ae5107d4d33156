"""Made-up rows of the ledger, and what HTML is made of."""

from __future__ import annotations

from html.parser import HTMLParser


class Tags(HTMLParser):
    """The opened tags of a text; it fails for one that is not closed in its place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


def measured(name: str, value: float, **rule) -> dict:
    rest = {"low": None, "high": None, "source": "ours", "refuted": False, "timing": False, "rounding": False}
    return {"name": name, "what": f"what {name} is", "value": value, **rest, **rule}


def runs(values: list[float], met: int, of: int | None = None) -> dict:
    of = len(values) if of is None else of
    return {"of": of, "met": met, "marks": met, "bound": 0.5, "values": [[1.0] * len(values), values]}


def claim(**given) -> dict:
    """A made-up row of the ledger, whose second measurement is the lecture's."""
    row = {
        "id": "02/made-up",
        "chapter": "02",
        "page": "chapters/02_pca",
        "kind": "measured",
        "decks": ["GT"],
        "quotes": [{"deck": "GT", "slide": "Experiment", "words": "deep is better"}],
        "statement": "the deep network has less error",
        "reading": "better means a smaller error",
        "slip": None,
        "fails_if": "it would fail if depth did not help",
        "conditions": [],
        "measured": [
            measured("seconds", 1.0, high=2, timing=True),
            measured("ratio", 0.5, high=0.75, source="lecture"),
        ],
        "verdict": "holds",
        "outcome": "holds",
        "runs": {},
    }
    return row | given


def replicated(count: int) -> dict:
    values = [0.4 + 0.02 * n for n in range(count)]
    return {"mnist": runs(values, count), "fashion_mnist": runs([0.8, 0.6], 1)} if count else {}
