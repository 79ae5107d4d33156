"""A plane of codes with a point to drag: the decoder runs in the reader's browser and draws what the point means.

The output is one piece of HTML with the decoder's weights and explorer.js in it. It needs no
server and asks for nothing outside. Where scripts do not run, a picture stands in its place.
"""

from __future__ import annotations

import base64
import copy
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.ticker import MaxNLocator
from torch import nn

from aelib import _check
from aelib.data.sheet import tile
from aelib.notebook import plots, records

LIMIT = 700_000  # bytes of the whole output: a notebook and a page carry it as text
POINTS = 1500  # codes that are drawn of each plane
TOLERANCE = 0.01  # the largest change of a pixel that 16-bit weights may make
NAMES = {nn.ReLU: "relu", nn.Sigmoid: "sigmoid", nn.Tanh: "tanh", nn.SiLU: "silu", nn.LeakyReLU: "leaky"}
LAYERS = "an nn.Sequential of nn.Linear, " + ", ".join(f"nn.{kind.__name__}" for kind in NAMES) + " and nn.Identity"


@dataclass(frozen=True, eq=False)
class Plane:
    """A decoder from two numbers to an image, codes (N, 2) to draw behind the point, and their classes (N,).

    At most ``POINTS`` of the codes are drawn, evenly chosen; they set the plane's limits, and the point
    starts at the first. Raises TypeError or ValueError for a decoder of other layers or inputs, for
    codes that are not finite or of another shape, and for labels that are not whole numbers from 0 to 255.
    """

    decoder: nn.Sequential
    codes: torch.Tensor
    labels: torch.Tensor

    def __post_init__(self) -> None:
        if (inputs := _sizes(self.decoder)[0]) != 2:
            raise ValueError(f"decoder: got one with {inputs} inputs, expected 2")
        count = len(_check.tensor("codes", self.codes, "N", 2, finite=True))
        low, high = _check.tensor("labels", self.labels, count, kind="whole").aminmax()
        if low < 0 or high > 255:
            raise ValueError(f"labels: got values from {int(low)} to {int(high)}, expected them from 0 to 255")


def show(planes: Mapping[str, Plane], name: str, caption: str, alt: str, shape: tuple[int, int] = (28, 28)) -> None:
    """Display the planes, each under its title, with a point to drag and the image (height, width) that it decodes to.

    Pixels are drawn as the book draws digits, 0 white and 1 black. ``alt`` describes the static
    picture. The browser's pixels are torch's to 0.01: a decoder that 16-bit numbers cannot hold to
    that accuracy, or that would make the output longer than ``LIMIT`` bytes, is shown as the static
    picture alone. Raises TypeError or ValueError for one that does not return ``shape``'s pixels.
    """
    for what, value in (("name", name), ("caption", caption), ("alt", alt)):
        _check.text(what, value)
    records.show_figure({"text/html": _html(planes, name, alt, shape)}, name, caption, alt)


def _html(planes: Mapping[str, Plane], name: str, alt: str, shape: tuple[int, int]) -> str:
    if not _check.instance("planes", planes, Mapping, "a dict of a title and its Plane"):
        raise ValueError("planes: got an empty dict, expected at least one title and its Plane")
    height, width = (_check.whole("shape", side) for side in _check.pair("shape", shape, "(height, width)"))
    for title, plane in planes.items():
        _check.text("planes", title)
        _check.instance(f"planes[{title!r}]", plane, Plane, "an explorer.Plane")
        if (pixels := _sizes(plane.decoder)[1]) != height * width:
            wanted = f"{height * width}, the pixels of {height} x {width}"
            raise ValueError(f"decoder: got one with {pixels} outputs, expected {wanted}")
    picture = base64.b64encode(_picture(planes, (height, width))).decode("ascii")
    still = f'<img src="data:image/png;base64,{picture}" alt="{html.escape(alt)}" style="max-width: 100%">'
    if not all(map(_accurate, planes.values())):
        return f"<div>{still}</div>"
    drawn = [{"title": title, **_data(plane)} for title, plane in planes.items()]
    data = json.dumps({"shape": [height, width], "colors": plots.CLASSES, "planes": drawn}).replace("<", r"\u003c")
    script = files("aelib.notebook").joinpath("explorer.js").read_text("utf-8")
    output = (
        f'<div data-aelib-explorer="{html.escape(name)}">\n{still}\n<script type="application/json">{data}</script>\n'
    )
    output += f"</div>\n<script>\n{script}</script>\n"
    return output if len(output.encode()) <= LIMIT else f"<div>{still}</div>"


def _layers(decoder: nn.Module) -> list[nn.Module]:
    """The decoder's layers, those of sequences in it included, without those that change nothing."""
    layers: list[nn.Module] = []
    for layer in _check.instance("decoder", decoder, nn.Sequential, LAYERS):
        if type(layer) is nn.Sequential:
            layers += _layers(layer)
        elif type(layer) is nn.Linear or type(layer) in NAMES:
            layers.append(layer)
        elif type(layer) is not nn.Identity:
            raise ValueError(f"decoder: got the layer {_check.shown(layer)}, expected {LAYERS}")
    return layers


def _sizes(decoder: nn.Module) -> tuple[int, int]:
    """How many numbers the decoder takes and returns."""
    linears = [layer for layer in _layers(decoder) if type(layer) is nn.Linear]
    if not linears:
        raise ValueError("decoder: got one without a linear layer, expected one that maps 2 numbers to an image")
    return linears[0].in_features, linears[-1].out_features


def _accurate(plane: Plane) -> bool:
    """Whether 16-bit weights change no image of the codes, and of a grid over the plane, by more than TOLERANCE."""
    exact = copy.deepcopy(plane.decoder).cpu().float()
    rounded = copy.deepcopy(exact).half().float()
    finite = all(torch.isfinite(p).all() for p in rounded.parameters())  # no number above 65504
    z = torch.cat([_drawn(plane)[0], _grid(_limits(plane), 16)])
    with torch.no_grad():
        change = float((exact(z) - rounded(z)).abs().max())
    return finite and change <= TOLERANCE


def _drawn(plane: Plane) -> tuple[torch.Tensor, torch.Tensor]:
    """The codes and labels that are drawn."""
    chosen = torch.linspace(0, len(plane.codes) - 1, min(POINTS, len(plane.codes))).long()
    return plane.codes.detach().cpu().float()[chosen], plane.labels.cpu()[chosen]


def _limits(plane: Plane) -> np.ndarray:
    """The plane's [least, largest] code 1 and code 2 (2, 2): those of the drawn codes and a margin."""
    codes = _drawn(plane)[0].double()
    low, high = codes.amin(0), codes.amax(0)
    margin = 0.06 * (high - low) + 1e-3 * (high == low)
    return torch.stack([low - margin, high + margin], dim=1).numpy()


def _grid(limits: np.ndarray, side: int) -> torch.Tensor:
    """side^2 codes in reading order: code 1 grows to the right, code 2 upwards, from the middle of each cell."""
    steps = (torch.arange(side) + 0.5) / side
    first, second = (low + (high - low) * steps for low, high in limits.tolist())
    return torch.cartesian_prod(second.flip(0), first).flip(1)


def _text(numbers: torch.Tensor | np.ndarray, kind: str) -> str:
    """Numbers in little-endian bytes, as base64."""
    return base64.b64encode(np.asarray(numbers).astype(kind).tobytes()).decode("ascii")


def _data(plane: Plane) -> dict:
    """What explorer.js needs of a plane, as JSON."""
    layers: list[dict] = []
    for layer in _layers(plane.decoder):
        if type(layer) is nn.Linear:
            bias = torch.zeros(layer.out_features) if layer.bias is None else layer.bias
            layers.append(
                {"weight": _text(layer.weight.detach().cpu(), "<f2"), "bias": _text(bias.detach().cpu(), "<f2")}
            )
        else:
            layers.append({"activation": NAMES[type(layer)], "slope": getattr(layer, "negative_slope", 0)})
    codes, labels = (part.numpy() for part in _drawn(plane))
    low, high = (limits := _limits(plane)).T
    medians = [[int(c), *np.median(codes[labels == c], axis=0).tolist()] for c in np.unique(labels)]
    ticks = [
        [t for t in np.round(MaxNLocator(5).tick_values(*ends), 12).tolist() if ends[0] <= t <= ends[1]]
        for ends in limits
    ]
    return {
        "layers": layers,
        "limits": limits.tolist(),
        "ticks": ticks,
        "start": codes[0].tolist(),
        "medians": medians,
        "codes": _text(((codes - low) / (high - low) * 65535).round(), "<u2"),
        "labels": _text(labels, "u1"),
    }


def _picture(planes: Mapping[str, Plane], shape: tuple[int, int]) -> bytes:
    """The PNG that stands where scripts do not run: each plane's codes, and images decoded on a grid over it."""
    with plt.rc_context(plots.STYLE):
        fig, axes = plots.figure(2, len(planes), height=2.9 * len(planes), squeeze=False)
        plt.close(fig)  # out of pyplot's list, whatever happens below
        for (title, plane), (left, right) in zip(planes.items(), axes, strict=True):
            (codes, labels), limits = _drawn(plane), _limits(plane)
            plots.scatter_classes(left, codes, labels)
            left.plot(*codes[0], "o", markersize=10, color="#FFD54A", markeredgecolor=plots.BLACK, markeredgewidth=2.5)
            left.set(xlim=limits[0], ylim=limits[1], title=title.replace("$", r"\$"))
            with torch.no_grad():
                images = copy.deepcopy(plane.decoder).cpu().float()(_grid(limits, 7))
            right.imshow(tile(images, 7, shape=shape), vmin=0, vmax=1)
            right.set_title("decoded on a grid")
            plots.bare(right)
        return plots.png(fig, colors=96, dpi=100)
