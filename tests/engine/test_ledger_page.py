"""Where all claims stand: the ledger, the ends of the chapters, the errata, and the data."""

import csv
import io
import json
import re
from pathlib import Path

import nbformat
import pytest

from aelib.notebook.rules import CONTRADICTED, NOT_SETTLED, SLIP
from aelib.notebook.shown import slug
from book.read.labels import labels
from book.read.layout import ROOT, chapters
from book.read.records import record
from book.show import claims_table, pages
from book.show.claim import anchor, card, overview
from book.show.exports import as_csv, as_json
from book.show.ledger import ledger

from .made_up import Tags, claim, measured, replicated, runs


def test_whatever_a_register_says_nothing_of_it_becomes_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = '</p><i id="x">"\'&$$'
    texts = {part: bad for part in ("statement", "reading", "slip", "fails_if", "outcome")}
    row = claim(
        **texts,
        quotes=[{"deck": bad, "slide": bad, "words": bad}],
        measured=[{**measured("x", 1, low=0), "what": bad}],
        runs={bad: {**runs([1.0], 1), "values": [[1.0]]}},
    )
    monkeypatch.setattr(claims_table, "ledger", lambda root: [row | {"verdict": SLIP}])
    shown = (card(row, bad), overview([row]), claims_table.verdict_list(SLIP), claims_table.claims_table())
    assert not any(Tags(text).all("i") for text in shown)


def test_a_chapter_shows_its_claims_as_cards_and_ends_with_a_line_for_each(demo: Path) -> None:
    chapter = chapters(demo)[0]
    page = pages.page(chapter, labels(demo))
    shown = {kind: _shown(page, kind) for kind in ("claim", "table")}
    assert [tag["id"] for _, tag in Tags(shown["claim"]).tags if "id" in tag] == ["claim-01-half"]
    assert "https://github.com/someone/demo/blob/main/chapters/aelib_checks/ch01.toml" in shown["claim"]
    assert Tags(shown["table"]).all("a") == [{"href": "#claim-01-half"}]


def _shown(page: nbformat.NotebookNode, kind: str) -> str:
    outputs = [output for cell in page.cells for output in cell.get("outputs", [])]
    return next(output.data["text/html"] for output in outputs if record(output, kind) is not None)


def test_the_ledger_counts_kinds_apart_and_every_row_has_its_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [claim(id="02/a"), claim(id="02/b", kind="exact"), claim(id="02/c", kind="exact", verdict=NOT_SETTLED)]
    monkeypatch.setattr(claims_table, "ledger", lambda root: rows)
    page = Tags(claims_table.claims_table())
    links = [a["href"] for a in page.all("a")]
    assert {f"#{anchor(row['id'])}" for row in rows} <= set(links)
    assert [link for link in links if link.startswith("?")] == [
        "?kind=exact&verdict=holds",
        "?kind=measured&verdict=holds",
        "?kind=exact&verdict=not-settled",
    ]
    found = [(tr["data-kind"], tr["data-verdict"], tr["id"]) for tr in page.all("tr") if "id" in tr]
    assert found == [(row["kind"], slug(row["verdict"]), anchor(row["id"])) for row in rows]
    assert {s["name"] for s in page.all("select")} == {"chapter", "deck", "kind", "verdict"}


def test_the_errata_list_what_a_lecture_says_by_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [claim(id="02/a", verdict=SLIP, slip="a 4 for a 0"), claim(id="02/b", verdict=NOT_SETTLED, decks=["beyond"])]
    monkeypatch.setattr(claims_table, "ledger", lambda root: rows)
    slips = Tags(claims_table.verdict_list(SLIP))
    assert "a 4 for a 0" in slips.text and slips.all("a") == [{"href": "../chapters/02_pca.html#claim-02-a"}]
    assert "No statement of a lecture is not settled" in Tags(claims_table.verdict_list(NOT_SETTLED)).text


def test_the_pages_have_the_places_that_the_engine_fills() -> None:
    errata, ledger = ((ROOT / "back" / f"{name}.md").read_text("utf-8") for name in ("errata", "ledger"))
    assert all(f"<!-- {verdict} -->" in errata for verdict in (CONTRADICTED, SLIP, NOT_SETTLED))
    assert "<!-- ledger -->" in ledger and "../claims.json" in ledger and "../claims.csv" in ledger
    assert re.search(r"\$[^$]+\$", ledger), "without a formula of its own the page would not load what sets the others"


def test_the_data_say_what_the_ledger_says() -> None:
    rows = [claim(runs=replicated(3)), claim(id="02/other", statement='a, "b"\nc', decks=["GT", "UofT"])]
    told = json.loads(as_json(rows))
    same = rows[0].keys() - {"quotes"}
    assert [{name: row[name] for name in same} for row in told] == [{name: row[name] for name in same} for row in rows]
    assert (told[0]["quote"], told[0]["slide"]) == ({"GT": "deep is better"}, {"GT": "Experiment"})
    lines = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [line["id"] for line in lines] == ["02/made-up", "02/made-up", "02/other", "02/other"]
    first, last = lines[1], lines[-1]
    assert (first["what"], float(first["value"]), first["low"], first["high"]) == ("what ratio is", 0.5, "", "0.75")
    assert [float(value) for value in first["mnist_values"].split()] == rows[0]["runs"]["mnist"]["values"][1]
    assert (first["fashion_mnist_met"], first["fashion_mnist_of"]) == ("1", "2")
    assert (last["statement"], last["decks"], last["mnist_of"]) == ('a, "b"\nc', "GT UofT", "")


def test_a_value_that_is_not_finite_is_null() -> None:
    row = claim(measured=[measured("x", float("inf"))])
    assert json.loads(as_json([row]))[0]["measured"][0]["value"] is None


RUN = {"profile": "full", "seed": 0, "dataset": "mnist", "seconds": 1.0, "stale": 0, "changed": 0}


def test_the_page_says_what_each_part_of_the_data_is() -> None:
    text = (ROOT / "back" / "ledger.md").read_text("utf-8")
    tables = text.split("## The ledger as data")[1].split("| Name | What it is |")[1:]
    lines = [re.findall(r"^\| (`.*?) \|", table, re.M) for table in tables]
    named = [{name for line in table for name in re.findall(r"`(\w+)`", line)} for table in lines]
    [row] = json.loads(as_json([claim(runs=replicated(3), **RUN)]))
    assert named == [row.keys(), row["measured"][0].keys(), row["runs"]["mnist"].keys()]


def test_the_book_s_ledger_has_these_parts() -> None:
    row = ledger()[0]
    assert row.keys() == claim(**RUN).keys()
