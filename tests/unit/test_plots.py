"""Figures: the arrangement of images to the pixel, the PNG that is kept, and no figure left open."""

from __future__ import annotations

import base64
import io
import math
import warnings

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from aelib.data.sheet import tile
from aelib.notebook import plots


@pytest.fixture(autouse=True)
def clean():
    """The book's style, warnings as errors, and no figure left open, on both sides."""
    plt.close("all")
    with plt.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings(
            "default", category=DeprecationWarning, module="matplotlib|pyparsing"
        )  # among themselves
        plots.use_style()
        yield
        plt.close("all")


def test_figure():
    fig, ax = plots.figure()
    assert tuple(fig.get_size_inches()) == (6, 3) and ax.get_subplotspec().get_geometry()[:2] == (1, 1)
    fig, axes = plots.figure(3, 2, height=4.5, sharex=True)
    assert tuple(fig.get_size_inches()) == (6, 4.5) and axes.shape == (2, 3)


def test_figure_refuses_bad_arguments(refuses):
    for bad in (0, 1.5, None):
        refuses("columns", lambda bad=bad: plots.figure(bad))
        refuses("rows", lambda bad=bad: plots.figure(1, bad))
    for bad in (0, -1, math.nan, "3"):
        refuses("height", lambda bad=bad: plots.figure(height=bad))
    assert plt.get_fignums() == []


def png(displayed) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(displayed[0][0]["image/png"], validate=True)))


def test_show_keeps_a_small_png_and_closes_the_figure(displayed):
    fig, ax = plots.figure(height=2.5)
    ax.imshow(np.linspace(0, 1, 300).reshape(10, 30), cmap="viridis", aspect="auto")
    plots.show(fig, "ramp", "A ramp.", "Colors from blue to yellow.")
    assert plt.get_fignums() == []
    image = png(displayed)
    assert image.format == "PNG" and image.size == (900, 375)
    assert image.mode == "P" and len(image.getcolors()) <= 128
    whole = io.BytesIO()
    fig.savefig(whole, format="png")
    original = np.asarray(Image.open(whole).convert("RGB"), dtype=float)
    assert np.abs(np.asarray(image.convert("RGB")) - original).mean() < 2
    data, metadata = displayed[0]
    assert data["text/plain"] == "Colors from blue to yellow."
    assert metadata["aelib"]["figure"] == {"name": "ramp", "caption": "A ramp.", "alt": "Colors from blue to yellow."}


@pytest.mark.parametrize(("missing", "text"), [("name", ""), ("caption", " \n"), ("alt", None)])
def test_show_refuses_an_empty_text_and_closes_the_figure_all_the_same(displayed, refuses, missing, text):
    fig, _ = plots.figure()
    texts = {"name": "a", "caption": "b", "alt": "c", missing: text}
    refuses(missing, lambda: plots.show(fig, **texts))
    assert plt.get_fignums() == [] and displayed == []


def test_show_closes_a_figure_that_cannot_be_drawn(displayed):
    fig, ax = plots.figure()
    ax.set_title("$\\nonsense$")
    with pytest.raises(ValueError, match="nonsense"):
        plots.show(fig, "a", "b", "c")
    assert plt.get_fignums() == [] and displayed == []


def test_show_refuses_what_is_no_figure(refuses):
    refuses("fig", lambda: plots.show(None, "a", "b", "c"))


def test_image_rows(displayed):
    rows = {
        "input": torch.rand(6, 1, 28, 28),
        "8 numbers": torch.rand(6, 784, requires_grad=True),
        "few": torch.rand(2, 784),
    }
    fig = plots.image_rows(rows)
    assert isinstance(fig, Figure) and len(fig.axes) == 3
    for ax, (label, images) in zip(fig.axes, rows.items(), strict=True):
        assert ax.get_ylabel() == label
        np.testing.assert_array_equal(ax.images[0].get_array().filled(np.nan), tile(images, 6))
        assert ax.images[0].get_clim() == (0, 1) and len(ax.get_xticks()) == 0
    assert plots.image_rows({"a": rows["input"]}, limits=(-1, 1)).axes[0].images[0].get_clim() == (-1, 1)
    plots.show(fig, "rows", "Rows.", "Three rows of images.")
    assert png(displayed).size[0] == 900


def test_image_rows_refuses_bad_arguments(refuses):
    x = torch.zeros(3, 784)
    for bad in ({}, [x], x, None):
        refuses("rows", lambda bad=bad: plots.image_rows(bad))
    for bad in (x[:0], x.numpy(), None):
        refuses("rows['a']", lambda bad=bad: plots.image_rows({"a": bad}))
    for bad in ((1, 0), (0, 0), (0,), 1, (0, math.nan), (0, "1")):
        refuses("limits", lambda bad=bad: plots.image_rows({"a": x}, limits=bad))


def test_filters():
    weights = torch.tensor([[1.0, -2.0, 0.0, 0.5], [0.0, 0.0, 0.0, 0.0], [0.1, 0.0, 0.0, -0.05]])
    _, ax = plots.figure()
    plots.filters(ax, weights, 3, (2, 2))
    drawn, gap = ax.images[0], np.nan
    expected = [[0.5, -1, gap, 0, 0, gap, 1, 0], [0, 0.25, gap, 0, 0, gap, 0, -0.5]]
    np.testing.assert_allclose(drawn.get_array().filled(np.nan), expected, atol=1e-7)
    assert drawn.get_clim() == (-1, 1)
    red, blue = (drawn.cmap(drawn.norm(v))[:3] for v in (0.8, -0.8))
    assert red[0] > red[2] and blue[2] > blue[0]


def test_scatter_classes():
    z = torch.tensor([[0.0, 0.0], [2.0, 0.0], [9.0, 0.0], [5.0, 7.0]], requires_grad=True)
    _, ax = plots.figure()
    plots.scatter_classes(ax, z, torch.tensor([3, 3, 3, 1]))
    assert [t.get_text() for t in ax.texts] == ["1", "3"]
    assert [t.get_position() for t in ax.texts] == [(5, 7), (2, 0)], "at the median"
    offsets = [c.get_offsets().data.tolist() for c in ax.collections]
    assert offsets == [[[5, 7]], [[0, 0], [2, 0], [9, 0]]]
    colors = [matplotlib.colors.to_hex(c.get_facecolor()[0]) for c in ax.collections]
    assert colors == [plots.CLASSES[1].lower(), plots.CLASSES[3].lower()]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("code 1", "code 2")


def test_drawing_refuses_bad_arguments(refuses):
    fig, ax = plots.figure()
    z, labels = torch.zeros(4, 2), torch.zeros(4, dtype=torch.int64)
    for bad in (fig, None):
        refuses("ax", lambda bad=bad: plots.scatter_classes(bad, z, labels))
        refuses("ax", lambda bad=bad: plots.filters(bad, z, 2, (1, 2)))
        refuses("ax", lambda bad=bad: plots.bare(bad))
    for bad in (z[:, :1], torch.zeros(4, 3), z[:0], z.numpy()):
        refuses("z", lambda bad=bad: plots.scatter_classes(ax, bad, labels))
    for bad in (labels[:3], labels.float(), labels[:, None]):
        refuses("labels", lambda bad=bad: plots.scatter_classes(ax, z, bad))
    refuses("size", lambda: plots.scatter_classes(ax, z, labels, 0))
    for bad in (z[0], z[:0], z.long(), None):
        refuses("weights", lambda bad=bad: plots.filters(ax, bad, 2, (1, 2)))
    refuses("shape", lambda: plots.filters(ax, z, 2, (1, 0)))


def test_the_style_is_the_default_after_use_style():
    assert plt.rcParams["savefig.dpi"] == 150 and plt.rcParams["figure.facecolor"] == "white"
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == plots.CYCLE
    assert len(set(plots.CLASSES)) == 10
