"""No claim of the book is vacuous: each of its measurements, given a value that its rule must refuse, is missed."""

import pytest

from aelib.notebook.claims import Claims
from aelib.notebook.rules import HOLDS, LECTURE, NOT_MET, meets
from book.read.layout import chapters
from book.read.notebooks import load
from book.read.records import records


def claims_of_the_book() -> list[dict]:
    return [claim for twin in filter(None, map(load, chapters())) for claim in records(twin, "claim")]


def refused(m: dict) -> float:
    """A value that the rule of a measurement must refuse: on its bound if it is refuted, else just outside of it."""
    bound, beyond = (m["high"], 1) if m["low"] is None else (m["low"], -1)
    if m["refuted"]:
        return bound
    return bound + beyond * max(1e-9 * abs(bound), 1e-300)  # the next number to 0 is a denormal, which fit flushes


def judge(claim: dict, values: dict[str, float]) -> str:
    return Claims(claim["chapter"], "full").check(claim["id"].split("/")[1], **values)


@pytest.mark.parametrize("claim", claims_of_the_book(), ids=lambda claim: claim["id"])
def test_each_measurement_of_a_claim_can_fail(claim: dict, displayed: list) -> None:
    values = {m["name"]: m["value"] for m in claim["measured"]}
    assert judge(claim, values) == claim["verdict"]
    lecture = any(m["source"] == LECTURE for m in claim["measured"])
    for m in claim["measured"]:
        assert not meets({**m, "value": refused(m)})
        after = judge(claim, values | {m["name"]: refused(m)})
        assert after == NOT_MET if m["source"] == LECTURE or not lecture else after != HOLDS
