"""Your own images: a folder of files as a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from aelib import _check
from aelib.data.images import DataError, Images

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def load(path: str | Path, side: int = 28, channels: int = 1, test_every: int = 5) -> Images:
    """All images below the folder ``path``, each cropped to its middle square and resized to ``side`` x ``side``
    pixels.

    ``channels`` is 1 for gray, 3 for color. Subfolders are classes, in alphabetical order; without them all labels
    are 0. Of each class every ``test_every``-th image, in the order of the names, is a test image. Raises DataError
    for a folder with fewer than two images, or with a file that has an image's name and is none.
    """
    root, side, channels = Path(path).expanduser(), _check.whole("side", side), _check.whole("channels", channels)
    if channels not in (1, 3):
        raise ValueError(f"channels: got {channels}, expected 1 for gray or 3 for color")
    test_every = _check.whole("test_every", test_every, least=2)
    files = sorted(file for file in root.rglob("*") if file.suffix.lower() in SUFFIXES)
    if len(files) < 2:
        raise DataError(f"{root}: it holds {len(files)} images ({', '.join(SUFFIXES)}), expected at least two")
    classes = sorted({_class(file, root) for file in files})
    labels = torch.tensor([classes.index(_class(file, root)) for file in files])
    images = torch.stack([_read(file, side, channels) for file in files])  # (N, C, side, side)
    place = torch.cat([torch.arange(int((labels == c).sum())) for c in range(len(classes))])  # within its class
    by_class = labels.argsort(stable=True)
    held_out = torch.zeros(len(files), dtype=torch.bool)
    held_out[by_class] = place % test_every == test_every - 1
    if not held_out.any():
        held_out[-1] = True
    return Images(str(path), images[~held_out], labels[~held_out], images[held_out], labels[held_out])


def _class(file: Path, root: Path) -> str:
    inside = file.relative_to(root)
    return inside.parts[0] if len(inside.parts) > 1 else ""


def _read(file: Path, side: int, channels: int) -> torch.Tensor:
    """One image (C, side, side), float32 in [0, 1]."""
    try:
        with Image.open(file) as image:
            square = ImageOps.fit(
                image.convert("L" if channels == 1 else "RGB"), (side, side), Image.Resampling.BICUBIC
            )
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(f"{file}: it cannot be read as an image: {error}") from error
    pixels = torch.from_numpy(np.asarray(square, dtype=np.float32).copy()) / 255
    return pixels[None] if channels == 1 else pixels.permute(2, 0, 1).contiguous()
