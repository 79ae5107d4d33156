"""One figure style for the whole book: color-blind-safe, legible on a phone and on a dark page.

Figures are six inches wide with 12-point text, so that the text is still readable when a
phone scales them to half their size, and sit on white paper in light and in dark mode.
``show`` closes a figure and keeps its caption and its description with it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from aelib import _check
from aelib.data.sheet import shaped, tile
from aelib.notebook.records import show_image

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

WIDTH = 6.0
BLUE, ORANGE, GREEN, RED = "#0072B2", "#D55E00", "#009E73", "#CC3311"
PURPLE, SKY, BLACK = "#AA4499", "#3C97DA", "#222222"
CYCLE = [BLUE, ORANGE, GREEN, PURPLE, SKY, RED]
# Ten classes (Paul Tol's "muted" scheme and black); color never stands alone: classes are also labeled by number.
CLASSES = ["#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#222222"]
STYLE: dict[RcKeyType, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.labelsize": 12,
    "legend.fontsize": 11,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=CYCLE),
    "lines.linewidth": 2,
    "legend.frameon": False,
    "image.cmap": "gray_r",
}


def use_style() -> None:
    """Make the book's style matplotlib's default in this process; call it once, at the top of a notebook."""
    plt.rcParams.update(STYLE)


def figure(columns: int = 1, rows: int = 1, height: float = 3.0, **options: Any) -> tuple[Figure, Any]:
    """A figure of the book's width and ``height`` inches, and its axes as an array (a single Axes for 1 x 1)."""
    rows, columns = _check.whole("rows", rows), _check.whole("columns", columns)
    return plt.subplots(rows, columns, figsize=(WIDTH, _check.real("height", height, positive=True)), **options)


def show(fig: Figure, name: str, caption: str, alt: str) -> None:
    """Display ``fig`` and close it. ``alt`` says what the figure shows to someone who cannot see it."""
    plt.close(_check.instance("fig", fig, Figure, "a matplotlib Figure"))
    show_image(png(fig), name, caption, alt)


def png(fig: Figure, colors: int = 128, dpi: float | None = None) -> bytes:
    """``fig`` as a PNG of at most so many ``colors``: a third of the bytes, with no difference to be seen."""
    buffer, packed = io.BytesIO(), io.BytesIO()
    fig.savefig(buffer, format="png", dpi=dpi or plt.rcParams["savefig.dpi"])
    palette = Image.open(buffer).convert("RGB").quantize(colors, dither=Image.Dither.NONE)
    palette.save(packed, format="png", optimize=True)
    return packed.getvalue()


def image_rows(rows: Mapping[str, torch.Tensor], limits: tuple[float, float] = (0, 1)) -> Figure:
    """One labeled row of images for each entry of ``rows``, such as the input and its reconstructions.

    Images are (N, C, H, W), or flat and square, (N, P); gray or color.
    """
    if not _check.instance("rows", rows, Mapping, "a dict of a label and its images"):
        raise ValueError("rows: got an empty dict, expected at least one label and its images")
    low, high = _check.pair("limits", limits, "(least, largest)")
    if not _check.real("limits", low) < _check.real("limits", high):
        raise ValueError(f"limits: got {limits!r}, expected the lesser number first")
    sheets = {
        label: shaped(_check.tensor(f"rows[{label!r}]", images, "N", "...", kind="real"))
        for label, images in rows.items()
    }
    n = max(map(len, sheets.values()))
    aspect = max(images.shape[2] / images.shape[3] for images in sheets.values())
    fig, axes = figure(1, len(rows), height=0.15 + len(rows) * aspect * (WIDTH - 1.0) / n, squeeze=False)
    for ax, (label, images) in zip(axes[:, 0], sheets.items(), strict=True):
        sheet = tile(images, n)
        ax.imshow(sheet if sheet.ndim == 2 else np.nan_to_num(sheet, nan=1.0).clip(0, 1), vmin=low, vmax=high)
        ax.set_ylabel(label, rotation=0, ha="right", va="center")
        bare(ax)
    return fig


def cross_out(ax: Axes, which: torch.Tensor, side: int = 28) -> None:
    """Mark the images of one of ``image_rows``' rows where ``which`` (N,) is True by a red cross in their corner."""
    for column in (
        _check.instance("which", which, torch.Tensor, "a tensor of True and False (N,)").nonzero()[:, 0].tolist()
    ):
        left = (side + 1) * column
        for ends in ([1, 5], [5, 1]):
            ax.plot([left + 1, left + 5], ends, color=RED, linewidth=1.5)


def filters(ax: Axes, weights: torch.Tensor, columns: int, shape: tuple[int, int] | None = None) -> None:
    """Draw each row of ``weights`` as an image, blue negative, white zero, red positive, each scaled to its own
    extreme.
    """
    _check.instance("ax", ax, Axes, "a matplotlib Axes")
    _check.tensor("weights", weights, "N", "P")
    scaled = weights / weights.abs().amax(dim=1, keepdim=True).clamp_min(1e-12)
    ax.imshow(tile(scaled, columns, shape=shape), cmap="RdBu_r", vmin=-1, vmax=1)
    bare(ax)


def scatter_classes(ax: Axes, z: torch.Tensor, labels: torch.Tensor, size: float = 3) -> None:
    """Draw codes z (N, 2) colored by class, with each class's number at the median of its codes."""
    _check.instance("ax", ax, Axes, "a matplotlib Axes")
    _check.tensor("labels", labels, len(_check.tensor("z", z, "N", 2)), kind="whole")
    _check.real("size", size, positive=True)
    codes, classes = z.detach().cpu().numpy(), labels.cpu().numpy()
    for c in np.unique(classes):
        x, y = codes[classes == c].T
        ax.scatter(x, y, s=size, color=CLASSES[c % 10], alpha=0.6, linewidths=0, rasterized=True)
    box = {"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": BLACK, "linewidth": 0.8}
    for c in np.unique(classes):
        x, y = np.median(codes[classes == c], axis=0)
        ax.text(x, y, str(c), ha="center", va="center", fontsize=10, bbox=box)
    ax.set_xlabel("code 1")
    ax.set_ylabel("code 2")


def curves(ax: Axes, x: Sequence[float] | torch.Tensor, ys: Mapping[str, Any], **options: Any) -> None:
    """Draw one curve a name, each with its own color, marker and dash, and a legend if there is more than one.

    A curve is (X,), runs (R, X), drawn as mean and standard deviation, or a tuple (values, low, high) of (X,), drawn
    with its interval. ``options`` are those of ``ax.set``, such as ``xlabel``.
    """
    places = np.asarray(x, dtype=float)
    for (name, y), style in zip(ys.items(), _styles(), strict=False):
        middle, spread = _middle(y)
        ax.errorbar(places, middle, spread, label=name, capsize=3, markersize=5, **style)
    _finish(ax, len(ys) > 1, options)


def strip(ax: Axes, runs: Mapping[str, torch.Tensor], **options: Any) -> None:
    """Draw the runs (R,) of each name as a column: a dot a run, and beside them mean and standard deviation."""
    for i, ((_, values), style) in enumerate(zip(runs.items(), _styles(), strict=False)):
        values = values.double()
        ax.scatter(i - 0.12 + np.linspace(-0.16, 0.16, len(values)), values, s=22, color=style["color"], alpha=0.7)
        deviation = float(values.std()) if len(values) > 1 else 0.0
        ax.errorbar(i + 0.18, float(values.mean()), deviation, fmt="D", color=style["color"], markersize=8, capsize=6)
    ax.set(xticks=range(len(runs)), xticklabels=list(runs), xlim=(-0.5, len(runs) - 0.5))
    _finish(ax, False, options)


def _styles() -> Iterator[dict[str, Any]]:
    """Looks that can be told apart without color; again from the first after the last."""
    looks = zip(CYCLE, "osD^vP", ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1))), strict=True)
    return cycle([{"color": color, "marker": marker, "linestyle": dash} for color, marker, dash in looks])


def _middle(y: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """A curve's values and the lengths of its error bars, below and above."""
    if isinstance(y, tuple):
        middle, low, high = (np.asarray(part, dtype=float) for part in y)
        return middle, np.stack([middle - low, high - middle]).clip(0)  # a rounding may put the middle outside
    values = np.asarray(y, dtype=float)
    if values.ndim == 1:
        return values, None
    return values.mean(0), values.std(0, ddof=1) if len(values) > 1 else None


def _finish(ax: Axes, legend: bool, options: dict[str, Any]) -> None:
    ax.set(**options)
    if legend:
        ax.legend()


def bare(ax: Axes) -> None:
    """Remove ticks and frame from an axis that shows images."""
    _check.instance("ax", ax, Axes, "a matplotlib Axes").set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
