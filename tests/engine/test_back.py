"""The pages that are made from records."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aelib.notebook.decks import DECKS
from aelib.notebook.shown import badge, slug
from book.read.labels import labels
from book.read.layout import ROOT, BookError
from book.show import ledger
from book.show.claim import anchor
from book.show.claims_table import claims_table, link_claims
from book.show.lectures import LECTURES, lecture_map, topics

EMPTY = 'topic = "t"\nsays = "s"\nsections = []\nclaims = []\nnote = "n"\n'


class Table(HTMLParser):
    """The rows of the ledger, as the browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[dict] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "tr" and "data-verdict" in dict(attrs):
            self.rows.append(dict(attrs))
        if tag == "a":
            self.links.append(dict(attrs)["href"])


def test_the_ledger_has_every_claim_once(demo: Path) -> None:
    table, claims = Table(claims_table(demo)), ledger.ledger(demo)
    assert len(table.rows) == len(claims) > 0
    assert {f"../{c['page']}.html#{anchor(c['id'])}" for c in claims} <= set(table.links)
    assert [row["data-verdict"] for row in table.rows] == [slug(c["verdict"]) for c in claims]


def lectures(demo: Path, **entries: str) -> None:
    (demo / "back").mkdir(exist_ok=True)
    text = "".join(f"[[{deck}]]\n{entries.get(deck, EMPTY)}" for deck in DECKS)
    (demo / LECTURES).write_text(text, "utf-8")


def test_the_map_links_topics_to_sections_and_verdicts(demo: Path) -> None:
    table = labels(demo)
    section, (_, title) = next(iter(table.sections.items()))
    claim = ledger.ledger(demo)[0]["id"]
    lectures(demo, GT=f'topic = "PCA"\nsays = "s"\nsections = ["{section}"]\nclaims = ["{claim}"]\n')
    text = lecture_map(table, demo)
    assert f"| PCA | s | [{title}](#{section}) | {claim} {badge('holds')} |" in text
    assert all(f'href="ledger.html?deck={deck}"' in text for deck in DECKS)
    assert len(re.findall(r"^## ", text, re.M)) == 5


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('topic = "t"\nsays = "s"\nsections = ["sec-99-none"]\nclaims = []\n', "sec-99-none"),
        ('topic = "t"\nsays = "s"\nsections = []\nclaims = ["99/none"]\nnote = "n"\n', "99/none"),
        ('topic = "t"\nsays = "s"\nsections = []\nclaims = []\n', "no section and no note"),
        (EMPTY + "[[SUT]]\n" + EMPTY, "stands twice"),
    ],
)
def test_an_unmapped_topic_stops_the_build(demo: Path, entry: str, message: str) -> None:
    lectures(demo, SUT=entry)
    with pytest.raises(BookError, match=message):
        lecture_map(labels(demo), demo)


def test_every_topic_of_the_five_lectures_is_mapped() -> None:
    found = topics(ROOT)
    assert {t.deck for t in found} == set(DECKS)
    assert all(t.sections or t.note for t in found)
    assert lecture_map(labels(ROOT), ROOT)


def test_claims_in_the_text_are_links_and_unknown_ones_stop_the_build(demo: Path) -> None:
    claim = ledger.ledger(demo)[0]
    address = f"../{claim['page']}.html#{anchor(claim['id'])}"
    text = link_claims(f"See `{claim['id']}` and {claim['id']} holds, not 2/3.", "back/errata", demo)
    assert Table(text).links == [address, address] and "`" not in text and text.endswith("holds, not 2/3.")
    with pytest.raises(BookError, match="back/errata.md: 02/none is not a claim"):
        link_claims("See `02/none`.", "back/errata", demo)


def test_a_name_that_is_markup_stays_a_name(demo: Path) -> None:
    assert anchor('<i>"') == "claim-&lt;i&gt;&quot;"
