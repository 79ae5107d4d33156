"""Quoted numbers: each has its source, and reads as it is printed."""

from __future__ import annotations

import math
import tomllib
from importlib.resources import files

import pytest

from aelib.notebook.quoted import Quoted, all_quoted, quoted

ENTRIES = tomllib.loads(files("aelib.notebook").joinpath("quoted.toml").read_text("utf-8"))


@pytest.mark.parametrize("key", ENTRIES)
def test_every_entry_is_complete(key):
    entry = ENTRIES[key]
    assert set(entry) == {"text", "source", "about"}
    assert all(isinstance(value, str) and value == value.strip() and value for value in entry.values())
    assert math.isfinite(float(entry["text"]))
    assert quoted(key) == float(entry["text"])
    assert all_quoted()[key] == Quoted(entry["text"], float(entry["text"]), entry["source"], entry["about"])


def test_numbers_of_the_lectures():
    assert quoted("gt-linear-mse") == 0.0677
    assert all_quoted()["hs-deep-error"].text == "3.00", "as printed, zeros included"


@pytest.mark.parametrize("key", ["gt-linear", "", None, ["gt-linear-mse"]])
def test_an_unknown_key_is_refused_with_the_known_ones(key):
    with pytest.raises(KeyError) as caught:
        quoted(key)
    message = caught.value.args[0]
    assert message.startswith(f"key: got {key!r}, expected one of ") and all(known in message for known in ENTRIES)
