"""What is kept in a notebook's outputs: plain forms, and metadata as the engine reads them."""

from __future__ import annotations

import base64
import json
import math

import numpy as np
import pytest
import torch

from aelib.notebook import records


def glued(displayed):
    """What one call of glue kept."""
    [(data, metadata)] = displayed
    assert list(data) == ["text/plain"] and list(metadata) == ["aelib"]
    return json.loads(json.dumps(metadata["aelib"]["glue"]))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (3, 3),
        (0.1 + 0.2, 0.1 + 0.2),
        ("2 to 5", "2 to 5"),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.int64(7), 7),
        (np.array([1.5]), 1.5),
        (torch.tensor(0.25), 0.25),
        (torch.tensor([[4]]), 4),
        (torch.tensor(0.5, requires_grad=True), 0.5),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
    ids=repr,
)
def test_glue_keeps_a_plain_value(displayed, value, kept):
    records.glue(ratio=value)
    read = glued(displayed)
    assert read == {"ratio": kept} and type(read["ratio"]) is type(kept)


def test_glue_keeps_several_values_in_one_output(displayed):
    records.glue(a=1, b="x")
    assert glued(displayed) == {"a": 1, "b": "x"}
    assert displayed[0][0]["text/plain"] == "For the text: a = 1, b = x"


def test_glue_names_the_parts_of_what_is_nested(displayed):
    sweep = {"linear": [0.1, 0.2], ("K", 8): torch.tensor([[1, 2]]), 0.5: {"deep": np.array([1.5, 2.5])}}
    records.glue(sweep=sweep, n=3)
    assert glued(displayed) == {
        "sweep.linear.0": 0.1, "sweep.linear.1": 0.2, "sweep.K.8.0.0": 1, "sweep.K.8.0.1": 2,
        "sweep.0.5.deep.0": 1.5, "sweep.0.5.deep.1": 2.5, "n": 3,
    }  # fmt: skip


NO_VALUES = [True, np.bool_(False), torch.tensor(True), None, 1j, b"x", [1.0, None], {"a": True}, torch.tensor([True])]


@pytest.mark.parametrize("bad", NO_VALUES, ids=repr)
def test_glue_refuses_anything_else_and_then_keeps_nothing(displayed, refuses, bad):
    with pytest.raises(
        TypeError, match=r"^ratio[.\w]*: got .*, expected numbers or texts, or mappings and lists of them"
    ):
        records.glue(fine=1.0, ratio=bad)
    assert displayed == []


def test_show_record(displayed):
    records.show_record("claim", {"id": "a"}, "<b>yes</b>", "yes")
    assert displayed == [({"text/html": "<b>yes</b>", "text/plain": "yes"}, {"aelib": {"claim": {"id": "a"}}})]


def test_show_image(displayed):
    records.show_image(b"\x89PNG...", "error", "The *error*.", "A falling curve.")
    (image, image_metadata), (caption, caption_metadata) = displayed
    assert base64.b64decode(image["image/png"]) == b"\x89PNG..." and image["text/plain"] == "A falling curve."
    figure = {"name": "error", "caption": "The *error*.", "alt": "A falling curve."}
    assert image_metadata == {"image/png": {"alt": "A falling curve."}, "aelib": {"figure": figure}}
    assert caption == {"text/markdown": "*The *error*.*", "text/plain": "The *error*."}
    assert caption_metadata == {"aelib": {"caption": "error"}}


def test_show_image_refuses_bad_arguments(displayed, refuses):
    good = {"png": b"x", "name": "a", "caption": "b", "alt": "c"}
    for name in ("name", "caption", "alt"):
        for bad in ("", "\t", None, 3):
            refuses(name, lambda name=name, bad=bad: records.show_image(**{**good, name: bad}))
    refuses("png", lambda: records.show_image(**{**good, "png": "x"}))
    assert displayed == []
