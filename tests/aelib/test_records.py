"""What is kept in a notebook's outputs: MIME types and metadata as MyST-NB and the engine read them."""

from __future__ import annotations

import ast
import base64

import numpy as np
import pytest
import torch

from aelib import records

MIME = "application/papermill.record/text/plain"


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
    ],
    ids=repr,
)
def test_glue_keeps_a_plain_value(displayed, value, kept):
    records.glue(ratio=value)
    [(data, metadata)] = displayed
    assert list(data) == [MIME]
    assert metadata == {"scrapbook": {"name": "ratio", "mime_prefix": "application/papermill.record/"}}
    read = ast.literal_eval(data[MIME])
    assert read == kept and type(read) is type(kept)


def test_glue_keeps_several_values_in_order(displayed):
    records.glue(a=1, b="x")
    assert [(m["scrapbook"]["name"], d[MIME]) for d, m in displayed] == [("a", "1"), ("b", "'x'")]


NO_VALUES = [True, np.bool_(False), torch.tensor(True), torch.zeros(2), np.zeros(3), [1.0], {"a": 1}, None, 1j, b"x"]


@pytest.mark.parametrize("bad", NO_VALUES, ids=repr)
def test_glue_refuses_anything_else_and_then_keeps_nothing(displayed, refuses, bad):
    message = refuses("ratio", lambda: records.glue(fine=1.0, ratio=bad))
    assert message.endswith("expected a number or a string")
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
