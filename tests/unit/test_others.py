"""A reader's own run beside the replicas: which values lie within their reach, and which replicas count."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib.notebook import others as module
from aelib.notebook import register
from aelib.notebook.claims import Claims
from aelib.notebook.others import Others, others

RULE = {"what": "error over PCA's", "at_most": 2, "source": "ours"}
TIME = {**RULE, "timing": True}
ENTRY = {"kind": "measured", "decks": ["beyond"], "statement": "so it is", "fails_if": "it is not", "measured": {}}
ENTRIES = {
    "a": {**ENTRY, "measured": {"ratio": RULE, "seconds": TIME}},
    "b": {**ENTRY, "kind": "exact", "measured": {"gap": RULE}},
}


def replica(ratio: float, dataset: str = "mnist", processor: str = "a processor", entries: dict = ENTRIES) -> dict:
    values = {"02/a": {"ratio": ratio, "seconds": 1.0}, "02/b": {"gap": 0.0}}
    claims = {
        f"02/{id}": {"verdict": "holds", "values": values[f"02/{id}"], "rules": register.mark(entry)}
        for id, entry in entries.items()
    }
    return {"dataset": dataset, "claims": claims, "made": {"processor": processor}}


def test_only_runs_on_the_same_data_by_the_same_rules_count() -> None:
    changed = {**ENTRIES, "a": {**ENTRIES["a"], "statement": "so it was"}}
    here = [replica(1.0), replica(1.2, processor="another"), replica(1.1)]
    runs = [*here, replica(9.0, "fashion_mnist"), replica(5.0, entries=changed)]
    found = others(runs, ENTRIES, "02", "mnist")
    assert found == {("02/a", "ratio"): Others((1.0, 1.2, 1.1), ("a processor", "another"))}
    assert others(runs[1:], ENTRIES, "02", "mnist") == {}, "two runs have no range that says anything"
    assert others(runs, ENTRIES, "02", "pictures/of/mine") == {}


def test_a_value_that_is_not_finite_has_no_range() -> None:
    found = others([replica(value) for value in (float("nan"), 1.0, 2.0, 3.0)], ENTRIES, "02", "mnist")
    assert found["02/a", "ratio"].values == (1.0, 2.0, 3.0)


FINITE = {"allow_subnormal": False}  # fit flushes them


@given(st.lists(st.floats(-1e6, 1e6, **FINITE), min_size=1, max_size=12), st.floats(-3e6, 3e6, **FINITE))
def test_the_reach_is_the_range_and_its_width_to_either_side(values: list[float], value: float) -> None:
    other, width = Others(tuple(values), ()), max(values) - min(values)
    assert all(map(other.has, values))
    if width > 1e-5 * max(map(abs, values)):
        assert other.has(value) == (min(values) - width <= value <= max(values) + width)


def test_equal_values_leave_room_for_the_last_digits_only() -> None:
    other = Others((3.0, 3.0), ())
    assert other.has(3.0 + 1e-6) and not other.has(3.001)


@pytest.mark.parametrize(("value", "told"), [(1.3, "within reach of other runs, 1 to 1.2"), (1.5, "OUTSIDE")])
def test_the_table_of_a_run_of_ones_own_says_where_each_value_lies(monkeypatch, displayed, value, told) -> None:
    monkeypatch.delenv("AELIB_BOOK", raising=False)
    monkeypatch.setattr(module, "read", lambda chapter: [replica(1.0), replica(1.2), replica(1.1)])
    claims = Claims("02", "full", entries=ENTRIES)
    claims.check("a", ratio=value, seconds=70.0)
    claims.check("b", gap=0)
    claims.table()
    html, text = displayed[-1][0]["text/html"], displayed[-1][0]["text/plain"]
    assert told in html and "70" in html and html.count("other runs, ") == 1
    inside = "1 of 1 values lie within reach" if value == 1.3 else "0 of 1 values lie within reach; outside: 02/a ratio"
    assert text.endswith(f"Beside 3 other runs on mnist (a processor), {inside}.")


@pytest.mark.parametrize("why", ["smoke", "the book's own run", "other data"])
def test_a_run_that_is_not_to_be_compared_says_nothing_of_others(monkeypatch, displayed, why) -> None:
    monkeypatch.delenv("AELIB_BOOK", raising=False)
    monkeypatch.setattr(module, "read", lambda chapter: [replica(1.0), replica(1.2), replica(1.1)])
    if why == "the book's own run":
        monkeypatch.setenv("AELIB_BOOK", "here")
    data = "pictures/of/mine" if why == "other data" else "mnist"
    claims = Claims("02", "smoke" if why == "smoke" else "full", dataset=data, entries=ENTRIES)
    claims.check("a", ratio=1.0, seconds=1.0)
    claims.table()
    assert "other runs" not in displayed[-1][0]["text/html"]


def test_what_ships_is_read_by_chapter(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "files", lambda package: tmp_path)
    assert module.read("02") == []
    (tmp_path / "ch02.jsonl").write_text(json.dumps(replica(1.0)) + "\n" + json.dumps(replica(2.0)) + "\n", "utf-8")
    assert module.read("02") == [replica(1.0), replica(2.0)]
