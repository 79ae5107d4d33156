"""Lint refuses rules that no run could miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from book.check.can_fail import can_fail
from book.read import notebooks, replicas
from book.read.layout import Chapter, chapters
from book.read.records import records

from .test_replicas import replica


@pytest.fixture
def chapter(demo: Path) -> Chapter:
    return chapters(demo)[0]


def told(chapter: Chapter, claim: dict | None = None, **measured) -> list[str]:
    notebook = notebooks.demand(chapter)
    [record] = records(notebook, "claim")
    record |= claim or {}
    record["measured"][0] |= measured
    return can_fail(chapter, notebook)


def test_the_rules_of_the_demo_can_fail(chapter: Chapter) -> None:
    assert told(chapter) == []


MEASURED = {"kind": "measured"}
FAR = "more than 100 times what any run came to"


@pytest.mark.parametrize(
    ("claim", "measured", "problem"),
    [
        (MEASURED, {"low": -1e9, "high": None}, FAR),
        (MEASURED, {"low": -1e9, "high": 1e9}, FAR),
        (MEASURED, {"low": None, "high": 51.0}, FAR),
        (MEASURED, {"low": None, "high": 50.0}, None),
        ({"kind": "exact"}, {"low": None, "high": 51.0}, FAR),
        (MEASURED, {"value": 0.0, "low": None, "high": 101}, FAR),
        (MEASURED, {"value": 0.0, "low": None, "high": 3}, None),
        (MEASURED, {"value": 1e-14, "low": None, "high": 1e-6}, FAR),
        (MEASURED, {"value": 1e-14, "low": None, "high": 1e-6, "rounding": True}, None),
        (MEASURED, {"value": 1e-14, "low": None, "high": 1e-2, "rounding": True}, "a bound for rounding leaves 0.01"),
        ({"kind": "exact"}, {"value": 1e-14, "low": None, "high": 1e-6}, None),
        (MEASURED, {"value": 1e-3, "low": None, "high": 1, "source": "lecture"}, None),
        (MEASURED, {"value": 1e-3, "low": None, "high": 1, "source": "ours"}, FAR),
        (MEASURED, {"value": 0.0581, "low": None, "high": 0.0581 + 1e-12}, "its bound is the measured value, 0.0581"),
        (MEASURED, {"value": 3.0, "low": 3, "high": 3}, None),
        ({"verdict": "not judged"}, {}, "has no condition, and is not judged"),
        ({"verdict": "not judged", "conditions": ["MNIST"]}, {}, None),
    ],
)
def test_a_rule_that_no_run_could_miss_is_refused(chapter: Chapter, claim, measured, problem) -> None:
    found = told(chapter, claim, **measured)
    assert found == [] if problem is None else problem in found[0]


def test_other_runs_may_have_come_nearer_to_a_bound(chapter: Chapter) -> None:
    far = {"value": 1e-3, "low": None, "high": 1, "source": "ours"}
    assert FAR in told(chapter, MEASURED, **far)[0]
    replicas.keep(chapter, replica(1, value=0.2))
    assert told(chapter, MEASURED, **far) == []


def test_a_claim_that_is_checked_twice_is_refused(chapter: Chapter) -> None:
    notebook = notebooks.demand(chapter)
    notebook.cells += [cell for cell in notebook.cells if "Claim 01/half" in str(cell.get("outputs"))]
    assert can_fail(chapter, notebook) == ["claim 01/half is checked 2 times"]
