"""Claims: every verdict in every kind of run, what is kept of each claim, and what is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from aelib.notebook import claims as module
from aelib.notebook.claims import ClaimFailed, Claims, register

HOLDS, FAILS, NOT_JUDGED, CONTRADICTS = "holds", "fails", "not judged", "contradicts the lecture"


@pytest.fixture(autouse=True)
def _displayed(displayed):
    return displayed


def entry(n=1, kind="measured", refuted=False, **options):
    """A claim with ``n`` measurements, each of which should be at most 2; the first of them refuted, if asked for."""
    measured = {f"m{i}": {"what": f"number {i}", "at_most": 2} for i in range(n)}
    if refuted:
        measured["m0"]["refuted"] = True
        options["because"] = "we found otherwise"
    return {"kind": kind, "decks": ["GT"], "statement": "it is so", "measured": measured, **options}


def verdict(values, kind="measured", refuted=False, profile="full", seed=0, dataset="mnist", **options):
    claims = Claims("02", profile, seed, dataset, {"c": entry(len(values), kind, refuted, **options)})
    return claims.check("c", **{f"m{i}": value for i, value in enumerate(values)})


@pytest.mark.parametrize("kind", ["exact", "measured", "audit"])
@pytest.mark.parametrize("profile", ["full", "smoke"])
@pytest.mark.parametrize(
    ("values", "plain", "refuted"),
    [
        ((1.0,), HOLDS, FAILS),
        ((3.0,), FAILS, CONTRADICTS),
        ((1.0, 2.0), HOLDS, FAILS),
        ((3.0, 1.0), FAILS, CONTRADICTS),
        ((1.0, 3.0), FAILS, FAILS),
        ((3.0, 3.0), FAILS, FAILS),
        ((math.nan,), FAILS, FAILS),
        ((math.inf,), FAILS, FAILS),
        ((-math.inf,), FAILS, FAILS),
        ((3.0, math.nan), FAILS, FAILS),
    ],
)
def test_verdicts(kind, profile, values, plain, refuted):
    judged = profile == "full" or kind == "exact"
    assert verdict(values, kind, profile=profile) == (plain if judged else NOT_JUDGED)
    assert verdict(values, kind, refuted=True, profile=profile) == (refuted if judged else NOT_JUDGED)


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
    for value, found in ((1.0, HOLDS), (3.0, FAILS)):
        got = verdict([value], seed=seed, dataset=dataset, conditions=conditions)
        assert got == (found if judged else NOT_JUDGED)


def test_a_record_has_every_field(monkeypatch, displayed):
    clock = iter([10.0, 12.5, 13.0])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    claims = Claims("02", "full", 3, "fashion_mnist", {"a": entry(2, refuted=True), "b": entry(kind="exact")})
    claims.check("a", m0=torch.tensor(2.5), m1=np.float32(0.5))
    claims.check("b", m0=2)
    first, second = claims.records
    measured = [
        {"name": "m0", "what": "number 0", "value": 2.5, "low": None, "high": 2, "refuted": True, "timing": False},
        {"name": "m1", "what": "number 1", "value": 0.5, "low": None, "high": 2, "refuted": False, "timing": False},
    ]
    assert first == {
        "id": "02/a",
        "chapter": "02",
        "decks": ["GT"],
        "kind": "measured",
        "statement": "it is so",
        "conditions": [],
        "because": "we found otherwise",
        "measured": measured,
        "verdict": CONTRADICTS,
        "profile": "full",
        "seed": 3,
        "dataset": "fashion_mnist",
        "seconds": 2.5,
    }
    assert (second["verdict"], second["because"], second["seconds"]) == (HOLDS, None, 0.5)
    assert json.loads(json.dumps(first)) == first
    (shown, metadata), _ = displayed
    assert metadata == {"aelib": {"claim": first}}
    assert shown["text/plain"] == (
        "Claim 02/a contradicts the lecture: number 0 = 2.5 (rule: at most 2, refuted); "
        "number 1 = 0.5 (rule: at most 2)"
    )


def test_what_is_shown_is_escaped(displayed):
    claims = Claims("<02>", "full", entries={"a": {**entry(), "statement": "x < y"}})
    claims.check("a", m0=1)
    claims.table()
    assert all("<02>" not in data["text/html"] and "x < y" not in data["text/html"] for data, _ in displayed)
    assert "x &lt; y" in displayed[1][0]["text/html"]


def test_the_table_stops_the_book_s_own_run_only(displayed):
    entries = {"a": entry(), "b": entry(kind="exact")}
    for profile, seed, dataset in (("smoke", 0, "mnist"), ("full", 1, "mnist"), ("full", 0, "fashion_mnist")):
        claims = Claims("02", profile, seed, dataset, entries)
        claims.check("a", m0=1)
        assert claims.check("b", m0=9) == FAILS
        claims.table()
        assert "02/b: fails" in displayed[-1][0]["text/plain"]
    claims = Claims("02", "full", 0, "mnist", entries)
    claims.check("a", m0=1)
    claims.check("b", m0=9)
    with pytest.raises(ClaimFailed, match=r"1 of 2 claims fail:\n  02/b: number 0 = 9 \(rule: at most 2\)"):
        claims.table()
    assert "02/b: fails" in displayed[-1][0]["text/plain"], "the table is shown before it stops the run"


def test_check_refuses_what_the_register_does_not_have(refuses):
    claims = Claims("02", "full", entries={"a": entry(2)})
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
        ({"measured": {"m": {"what": "w", "at_most": "1"}}}, "m: got the bound '1'"),
        ({"because": "no rule is refuted"}, "got because"),
        ({"measured": {"m": {"what": "w", "at_most": 1, "refuted": True}}}, "got because = None"),
        ({"decs": ["GT"]}, "got decs"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_register_that_is_not_complete_is_refused(bad, message):
    with pytest.raises(ValueError, match=rf"^register: a.*{message}.*, expected"):
        Claims("02", "full", entries={"a": {**entry(), **bad}})


def test_bad_runs_are_refused(refuses):
    refuses("profile", lambda: Claims("02", "quick", entries={}))
    refuses("seed", lambda: Claims("02", "full", -1, entries={}))
    refuses("dataset", lambda: Claims("02", "full", 0, "", entries={}))
    refuses("chapter", lambda: Claims("", "full", entries={}))


def test_without_entries_the_shipped_register_is_read():
    known = register("02")
    assert list(Claims("02", "smoke").register) == list(known) and "sgd-pca" in known
