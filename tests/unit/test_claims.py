"""Claims: every verdict in every kind of run, what is kept of each claim, and what is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from aelib.notebook import claims as module
from aelib.notebook import register
from aelib.notebook.claims import ClaimFailed, Claims
from aelib.notebook.rules import (
    CONTRADICTED,
    HOLDS,
    NOT_JUDGED,
    NOT_MET,
    NOT_SETTLED,
    SHORT,
    SLIP,
    VERDICTS,
    verdict,
)

QUOTE = {"deck": "GT", "slide": "A slide", "words": "it is so"}


@pytest.fixture(autouse=True)
def _displayed(displayed):
    return displayed


def entry(lecture=1, ours=0, kind="measured", **options):
    """A claim with measurements m0, m1, ... that should be at most 2; the first by the lecture's words."""
    sources = ["lecture"] * lecture + ["ours"] * ours
    measured = {f"m{i}": {"what": f"number {i}", "at_most": 2, "source": s} for i, s in enumerate(sources)}
    said = {"decks": ["GT"], "quotes": [QUOTE]} if lecture else {"decks": ["beyond"]}
    return {"kind": kind, **said, "statement": "it is so", "fails_if": "it is not", "measured": measured, **options}


def outcome(values, lecture=1, ours=0, kind="measured", profile="full", seed=0, dataset="mnist", **options):
    claims = Claims("02", profile, seed, dataset, {"c": entry(lecture, ours, kind, **options)})
    return claims.check("c", **{f"m{i}": value for i, value in enumerate(values)})


@pytest.mark.parametrize("kind", ["exact", "measured", "audit"])
@pytest.mark.parametrize("profile", ["full", "smoke"])
@pytest.mark.parametrize(
    ("values", "lecture", "ours", "options", "expected"),
    [
        ((1.0,), 1, 0, {}, HOLDS),
        ((3.0,), 1, 0, {}, NOT_MET),
        ((math.nan,), 1, 0, {}, NOT_MET),
        ((-math.inf,), 1, 0, {}, NOT_MET),
        ((1.0, 2.0), 1, 1, {}, HOLDS),
        ((1.0, 3.0), 1, 1, {}, SHORT),
        ((3.0, 1.0), 1, 1, {}, NOT_MET),
        ((3.0, 3.0), 1, 1, {}, NOT_MET),
        ((1.0, 3.0), 2, 0, {}, NOT_MET),
        ((1.0, 1.0), 0, 2, {}, HOLDS),
        ((1.0, 3.0), 0, 2, {}, NOT_MET),  # of a claim of ours all rules count
        ((1.0,), 1, 0, {"slip": "a sign"}, SLIP),
        ((3.0,), 1, 0, {"slip": "a sign"}, NOT_MET),
    ],
)
def test_what_one_run_says(kind, profile, values, lecture, ours, options, expected):
    judged = profile == "full" or kind == "exact"
    found = outcome(values, lecture, ours, kind, profile, **options)
    assert found == (expected if judged else NOT_JUDGED)


RUNS = [
    ([HOLDS], True, HOLDS),
    ([SHORT], True, SHORT),
    ([SLIP], True, SLIP),
    ([NOT_JUDGED, HOLDS, HOLDS], True, NOT_JUDGED),
    ([HOLDS, NOT_JUDGED], True, HOLDS),
    ([NOT_MET], True, NOT_SETTLED),
    ([NOT_MET] * 4, True, NOT_SETTLED),
    ([NOT_MET] * 5, True, CONTRADICTED),
    ([NOT_MET] * 5, False, NOT_SETTLED),  # nobody is contradicted where no lecture says it
    ([NOT_MET] * 10 + [HOLDS], True, CONTRADICTED),
    ([NOT_MET] * 9 + [HOLDS] * 2, True, NOT_SETTLED),
    ([NOT_MET] * 4 + [NOT_JUDGED] * 5, True, NOT_SETTLED),
    ([HOLDS, NOT_MET], True, NOT_SETTLED),
    ([HOLDS] * 10 + [NOT_MET], True, HOLDS),
    ([HOLDS] * 9 + [NOT_MET] * 2, True, NOT_SETTLED),
    ([HOLDS, SHORT], True, SHORT),
    ([SHORT, HOLDS, HOLDS], True, SHORT),
    ([HOLDS] * 10 + [SHORT], True, HOLDS),
    ([HOLDS] * 9 + [SHORT, NOT_MET], True, SHORT),
    ([NOT_MET] + [HOLDS] * 10, True, NOT_SETTLED),
]


@pytest.mark.parametrize(("outcomes", "lecture", "expected"), RUNS)
def test_the_book_s_verdict_follows_from_all_runs(outcomes, lecture, expected):
    assert verdict(outcomes, lecture) == expected


def test_every_verdict_is_reached():
    assert {expected for _, _, expected in RUNS} == set(VERDICTS)


@pytest.mark.parametrize(
    ("conditions", "seed", "dataset", "judged"),
    [
        ([], 3, "fashion_mnist", True),
        (["official split"], 0, "fashion_mnist", True),
        (["official split"], 3, "mnist", False),
        (["MNIST"], 3, "mnist", True),
        (["MNIST"], 0, "fashion_mnist", False),
        (["official split", "MNIST"], 0, "mnist", True),
        (["official split", "MNIST"], 0, "pictures/of/mine", False),
    ],
)
def test_a_condition_that_is_not_met_leaves_a_claim_not_judged(conditions, seed, dataset, judged):
    for value, found in ((1.0, HOLDS), (3.0, NOT_MET)):
        got = outcome([value], seed=seed, dataset=dataset, conditions=conditions)
        assert got == (found if judged else NOT_JUDGED)


def test_a_record_has_every_field(monkeypatch, displayed):
    clock = iter([10.0, 12.5, 13.0])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    claims = Claims(
        "02", "full", 3, "fashion_mnist", {"a": entry(1, 1, reading="we read it so"), "b": entry(kind="exact")}
    )
    claims.check("a", m0=torch.tensor(0.5), m1=np.float32(2.5))
    claims.check("b", m0=2)
    first, second = claims.records
    same = {"low": None, "high": 2, "refuted": False, "timing": False, "rounding": False}
    measured = [
        {"name": "m0", "what": "number 0", "value": 0.5, "source": "lecture", **same},
        {"name": "m1", "what": "number 1", "value": 2.5, "source": "ours", **same},
    ]
    assert first == {
        "id": "02/a",
        "chapter": "02",
        "decks": ["GT"],
        "kind": "measured",
        "statement": "it is so",
        "conditions": [],
        "quotes": [QUOTE],
        "reading": "we read it so",
        "slip": None,
        "fails_if": "it is not",
        "measured": measured,
        "verdict": SHORT,
        "profile": "full",
        "seed": 3,
        "dataset": "fashion_mnist",
        "seconds": 2.5,
    }
    assert (second["verdict"], second["reading"], second["seconds"]) == (HOLDS, None, 0.5)
    assert json.loads(json.dumps(first)) == first
    (shown, metadata), _ = displayed
    assert metadata == {"aelib": {"claim": first}}
    assert shown["text/plain"] == (
        "Claim 02/a holds, short of our mark: number 0 = 0.5 (rule: at most 2); number 1 = 2.5 (rule: at most 2)"
    )


def test_what_is_shown_is_escaped(displayed):
    claims = Claims("<02>", "full", entries={"a": {**entry(), "statement": "x < y"}})
    claims.check("a", m0=1)
    claims.table()
    assert all("<02>" not in data["text/html"] and "x < y" not in data["text/html"] for data, _ in displayed)
    assert "x &lt; y" in displayed[1][0]["text/html"]


def test_the_table_stops_a_run_in_which_an_identity_does_not_hold(displayed):
    entries = {"a": entry(), "b": entry(kind="exact")}
    for profile, seed, dataset in (("smoke", 0, "mnist"), ("full", 1, "mnist"), ("full", 0, "fashion_mnist")):
        claims = Claims("02", profile, seed, dataset, entries)
        claims.check("a", m0=9)
        claims.check("b", m0=1)
        claims.table()  # what was measured may come out otherwise
        claims = Claims("02", profile, seed, dataset, entries)
        claims.check("b", m0=9)
        told = r"1 of 1 claims are identities that do not hold:\n  02/b: number 0 = 9 \(rule: at most 2\)"
        with pytest.raises(ClaimFailed, match=told):
            claims.table()
        assert "02/b: not met" in displayed[-1][0]["text/plain"], "the table is shown before it stops the run"


def test_check_refuses_what_the_register_does_not_have(refuses):
    claims = Claims("02", "full", entries={"a": entry(1, 1)})
    assert "expected one of the register of chapter 02: a" in refuses("id", lambda: claims.check("b", m0=1))
    for values in ({}, {"m0": 1}, {"m0": 1, "m1": 1, "m2": 1}, {"m0": 1, "other": 1}):
        assert "expected m0, m1" in refuses("values", lambda values=values: claims.check("a", **values))
    for bad in ("1", None, True, torch.zeros(2)):
        refuses("m1", lambda bad=bad: claims.check("a", m0=1, m1=bad))
    assert claims.records == []
    claims.check("a", m0=1, m1=1)
    assert "a second time" in refuses("id", lambda: claims.check("a", m0=1, m1=1))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"kind": "guess"}, "got the kind 'guess'"),
        ({"decks": []}, r"got decks \[\]"),
        ({"decks": ["MIT"]}, r"got decks \['MIT'\]"),
        ({"conditions": ["sunny"]}, r"got conditions \['sunny'\]"),
        ({"statement": " "}, "got no text for statement"),
        ({"measured": {}}, "got no measurement"),
        ({"measured": {"m": {"at_most": 1}}}, "got no text for m"),
        ({"measured": {"m": {"what": "w", "at_most": "1", "source": "lecture"}}}, "m: got the bound '1'"),
        ({"fails_if": ""}, "got no text for fails_if"),
        ({"slip": " "}, "got no text for slip"),
        ({"reading": 3}, "got no text for reading"),
        ({"given": [3]}, r"got given = \[3\]"),
        ({"quotes": []}, r"got quotations of \[\], expected them of \['GT'\]"),
        ({"quotes": [{**QUOTE, "deck": "SUT"}]}, r"got quotations of \['SUT'\]"),
        ({"quotes": [{"deck": "GT", "words": "it is so"}]}, "got the quotation"),
        ({"quotes": [{**QUOTE, "words": "so " * 26}]}, "got a quotation of 26 words"),
        ({"decks": ["beyond"], "quotes": []}, "got rules of lecture, expected no rule of a lecture"),
        ({"measured": {"m": {"what": "w", "at_most": 1}}}, "got rules of ours, expected a rule that follows from"),
        ({"measured": {"m": {"what": "w", "at_most": 1, "source": "theirs"}}}, "got source = 'theirs'"),
        ({"because": "we found otherwise"}, "got because, which no claim has"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_register_that_is_not_complete_is_refused(bad, message):
    with pytest.raises(ValueError, match=rf"^register: a.*{message}"):
        Claims("02", "full", entries={"a": {**entry(), **bad}})


def test_bad_runs_are_refused(refuses):
    refuses("profile", lambda: Claims("02", "quick", entries={}))
    refuses("seed", lambda: Claims("02", "full", -1, entries={}))
    refuses("dataset", lambda: Claims("02", "full", 0, "", entries={}))
    refuses("chapter", lambda: Claims("", "full", entries={}))


def test_without_entries_the_shipped_register_is_read():
    known = register.read("02")
    assert list(Claims("02", "smoke").register) == list(known) and "sgd-pca" in known
