"""Lists, tables and sweeps: what is printed of what was measured."""

from __future__ import annotations

import pytest
import torch

from aelib.notebook import show


@pytest.fixture
def shown(monkeypatch):
    """The Markdown of what was displayed."""
    found: list[str] = []
    monkeypatch.setattr(show, "display", lambda data, raw, metadata: found.append(data["text/markdown"]))
    return found


def test_listed():
    values = {"PCA": 0.123, "network": torch.tensor(-0.5)}
    assert show.listed(values) == "PCA 0.12, network −0.50"
    assert show.listed({8: 1.0, 16: 2.0, 32: 3.0}, ".0f", last=" and ") == "8 1, 16 2 and 32 3"
    assert show.listed({"one": 0.25}, ".0%") == "one 25%"


def test_a_table_has_a_line_for_each_row(shown):
    rows = {"noise": [0.5, None, "a word"], "digits": [(57.12, 55.0, 59.2), -1, torch.tensor([1.0, 3.0])]}
    show.table(rows, {"valid": ".1f", "b": ".0f", "c": ".2f"}, corner="images")
    assert shown == [
        "| images | valid | b | c |\n| --- | --- | --- | --- |\n| noise | 0.5 |  | a word |\n"
        "| digits | 57.1 (55.0 to 59.2) | −1 | 2.00 ± 1.41 |"
    ]


def test_a_row_of_one_value_needs_no_list(shown):
    show.table({"a": 1.5}, {"x": ".1f"})
    assert shown[0].endswith("| a | 1.5 |")


def test_a_row_with_too_few_values_is_named(shown):
    with pytest.raises(ValueError, match=r"rows: got 1 values for 'a', expected 2, one a column"):
        show.table({"a": [1]}, {"x": "d", "y": "d"})
    assert shown == []


def test_collect():
    found = show.collect({"K": K, "error": torch.tensor([1.0, 2.0]) / K} for K in (1, 2))
    assert found["K"].tolist() == [1, 2] and found["error"].tolist() == [[1.0, 2.0], [0.5, 1.0]]


@pytest.mark.parametrize("rows", [[], [{"K": 1}, {"k": 1}]])
def test_collect_refuses_rows_that_differ(rows):
    with pytest.raises(ValueError, match=r"^rows: got \d rows, expected at least one, all with the same names"):
        show.collect(rows)
