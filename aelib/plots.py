"""One figure style for the whole book: color-blind-safe, legible on a phone and on a dark page.

Figures are six inches wide with 12-point text, so that the text is still readable when a
phone scales them to half their size, and sit on white paper in light and in dark mode.
``show`` closes a figure and keeps its caption and its description with it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from aelib import _check
from aelib.records import show_image

WIDTH = 6.0
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK = "#0072B2", "#D55E00", "#009E73", "#CC3311", "#AA4499", "#3C97DA", "#222222"
CYCLE = [BLUE, ORANGE, GREEN, PURPLE, SKY, RED]
# Ten classes (Paul Tol's "muted" scheme and black); color never stands alone: classes are also labeled by number.
CLASSES = ["#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#222222"]
STYLE = {
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


def figure(columns: int = 1, rows: int = 1, height: float = 3.0, **options) -> tuple[Figure, np.ndarray]:
    """A figure of the book's width and ``height`` inches, and its axes as an array (a single Axes for 1 x 1)."""
    rows, columns = _check.whole("rows", rows), _check.whole("columns", columns)
    return plt.subplots(rows, columns, figsize=(WIDTH, _check.real("height", height, positive=True)), **options)


def show(fig: Figure, name: str, caption: str, alt: str) -> None:
    """Display ``fig`` and close it. ``alt`` says what the figure shows to someone who cannot see it.

    The PNG is reduced to 128 colors, a third of the bytes, with no difference to be seen.
    """
    plt.close(_check.instance("fig", fig, Figure, "a matplotlib Figure"))
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png")
    palette = Image.open(buffer).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    palette.save(packed, format="png", optimize=True)
    show_image(packed.getvalue(), name, caption, alt)


def tile(images: torch.Tensor, columns: int, pad: int = 1, shape: tuple[int, int] = (28, 28)) -> np.ndarray:
    """Arrange images (N, h*w) or (N, 1, h, w) in rows of ``columns``, with ``pad`` empty (NaN) pixels between them."""
    _check.tensor("images", images, "N", "...", kind="real")
    height, width = (_check.whole("shape", side) for side in _check.pair("shape", shape, "(height, width)"))
    if images[0].numel() != height * width:
        raise ValueError(f"images: got shape {tuple(images.shape)}, expected N images of {height} x {width}")
    pad, rows = _check.whole("pad", pad, least=0), -(-len(images) // _check.whole("columns", columns))
    h, w = height + pad, width + pad
    sheet = np.full((rows * h - pad, columns * w - pad), np.nan, dtype=np.float32)
    for i, image in enumerate(images.detach().cpu().reshape(-1, height, width).numpy()):
        top, left = divmod(i, columns)
        sheet[top * h : top * h + height, left * w : left * w + width] = image
    return sheet


def image_rows(rows: Mapping[str, torch.Tensor], limits: tuple[float, float] = (0, 1)) -> Figure:
    """One labeled row of images for each entry of ``rows``, such as the input and its reconstructions."""
    if not _check.instance("rows", rows, Mapping, "a dict of a label and its images"):
        raise ValueError("rows: got an empty dict, expected at least one label and its images")
    low, high = _check.pair("limits", limits, "(least, largest)")
    if not _check.real("limits", low) < _check.real("limits", high):
        raise ValueError(f"limits: got {limits!r}, expected the lesser number first")
    n = max(len(_check.tensor(f"rows[{label!r}]", images, "N", "...", kind="real")) for label, images in rows.items())
    fig, axes = figure(1, len(rows), height=0.15 + len(rows) * (WIDTH - 1.0) / n, squeeze=False)
    for ax, (label, images) in zip(axes[:, 0], rows.items(), strict=True):
        ax.imshow(tile(images, n), vmin=low, vmax=high)
        ax.set_ylabel(label, rotation=0, ha="right", va="center")
        bare(ax)
    return fig


def filters(ax: Axes, weights: torch.Tensor, columns: int, shape: tuple[int, int]) -> None:
    """Draw each row of ``weights`` as an image, blue negative, white zero, red positive, each scaled to its own extreme."""
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
    z, labels = z.detach().cpu().numpy(), labels.cpu().numpy()
    for c in np.unique(labels):
        ax.scatter(*z[labels == c].T, s=size, color=CLASSES[c % 10], alpha=0.6, linewidths=0, rasterized=True)
    box = {"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": BLACK, "linewidth": 0.8}
    for c in np.unique(labels):
        ax.text(*np.median(z[labels == c], axis=0), str(c), ha="center", va="center", fontsize=10, bbox=box)
    ax.set_xlabel("code 1")
    ax.set_ylabel("code 2")


def bare(ax: Axes) -> None:
    """Remove ticks and frame from an axis that shows images."""
    _check.instance("ax", ax, Axes, "a matplotlib Axes").set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
