"""Image data sets as tensors in memory.

``load(name)`` returns all images of a data set at once: 60,000 MNIST images are 188 MB of
float32, and a training loop that indexes one tensor is several times faster than one that
decodes images one by one.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import torch

from aelib import _check
from aelib.data import folder, subsets
from aelib.data._torchvision import torchvision_datasets
from aelib.data.images import DataError, Images

SPLITS = ("train", "t10k")
FOLDERS = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST"}
SIZES = {"train": 60_000, "t10k": 10_000}
DEBIAN = {"fashion_mnist": Path("/usr/share/datasets/fashion-mnist")}

# SHA-256 of the unpacked IDX files, header included (images N x 28 x 28 and labels N, as unsigned bytes).
SHA256 = {
    "mnist": {
        "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    "fashion_mnist": {
        "train-images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
}
NAMES = (*FOLDERS, "digits")


def load(name: str, split: int = 0, download: bool = True) -> Images:
    """Load a data set: ``"mnist"``, ``"fashion_mnist"``, ``"digits"``, or a folder of your own images (see
    ``folder.load``).

    ``split`` = 0 is the official split into training and test images; any other number pools
    them and draws as many of each at random, so that it is a split of its own.

    ``"digits"`` is scikit-learn's set of 1,797 real handwritten digits, resized from 8x8 to
    28x28; it needs no file. The other two are looked for in ``$AELIB_DATA`` (torchvision's
    layout, ``MNIST/raw/train-images-idx3-ubyte``, gzipped or not), in the user's cache
    folder, in Debian's ``/usr/share/datasets``, and last downloaded with torchvision into
    the cache folder. Whatever the place, the SHA-256 of what was read must match.

    Raises ValueError for an unknown name, DataError if no place has the data or if a file
    is damaged; the message names every place.
    """
    images = _load(name, download)
    if _check.whole("split", split, least=0) == 0:
        return images
    train, test = subsets.resplit(len(images.train), len(images.test), split)
    x, labels = torch.cat([images.train, images.test]), torch.cat([images.train_labels, images.test_labels])
    return Images(images.name, x[train], labels[train], x[test], labels[test])


def _load(name: str, download: bool) -> Images:
    if name not in NAMES:
        if isinstance(name, str) and name.strip() and Path(name).expanduser().is_dir():
            return folder.load(name)
        known = ", ".join(map(repr, NAMES))
        raise ValueError(f"name: got {name!r}, expected one of {known}, or a folder of images")
    if name == "digits":
        return _digits()
    tried = []
    for place in places(name):
        try:
            return _read(name, place)
        except (OSError, DataError) as error:
            tried.append(f"{place}: {error}")
    if download:
        try:
            return _download(name)
        except Exception as error:  # no network, a refused connection, a full disk, no torchvision
            tried.append(f"download with torchvision into {_cache()}: {type(error).__name__}: {error}")
    raise DataError(
        f"data set {name!r} was not found. Looked at:\n  " + "\n  ".join(tried) + "\n"
        f"Offline: put the four raw files in FOLDER/{FOLDERS[name]}/raw and set AELIB_DATA=FOLDER, "
        'or use load("digits") or AELIB_PROFILE=smoke, which need no file.'
    )


def places(name: str) -> list[Path]:
    """The folders in which ``load`` looks for the raw files of ``name``, in order."""
    if name not in tuple(FOLDERS):
        raise ValueError(
            f"name: got {name!r}, expected one of {', '.join(map(repr, FOLDERS))}, which are read from files"
        )
    tail = Path(FOLDERS[name]) / "raw"
    roots = [Path(os.path.expanduser(os.environ["AELIB_DATA"]))] if os.environ.get("AELIB_DATA") else []
    found = [root / tail for root in [*roots, _cache()]]
    return found + ([DEBIAN[name]] if name in DEBIAN else [])


def _cache() -> Path:
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache")
    return base / "aelib"


def _read(name: str, folder: Path) -> Images:
    parts = {}
    for split in SPLITS:
        for kind, rank in (("images", 3), ("labels", 1)):
            part = f"{split}-{kind}"
            content = _idx(folder, f"{part}-idx{rank}-ubyte")
            if hashlib.sha256(content).hexdigest() != SHA256[name][part]:
                raise DataError(f"{part}-idx{rank}-ubyte is damaged: its SHA-256 is not that of {name}")
            shape = (SIZES[split], 1, 28, 28) if kind == "images" else (SIZES[split],)
            parts[part] = np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)
    images = [torch.from_numpy(parts[f"{s}-images"].astype(np.float32)).div_(255) for s in SPLITS]
    labels = [torch.from_numpy(parts[f"{s}-labels"].astype(np.int64)) for s in SPLITS]
    return Images(name, images[0], labels[0], images[1], labels[1])


def _idx(folder: Path, filename: str) -> bytes:
    """The bytes of an IDX file, plain or gzipped: a header of 4 + 4 * rank bytes, then the values."""
    path, packed = folder / filename, folder / f"{filename}.gz"
    if not path.exists() and not packed.exists():
        raise FileNotFoundError(f"no {filename}")
    try:
        return path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    except (EOFError, OSError, zlib.error) as error:  # cut short; unreadable or not gzip; damaged inside
        raise DataError(f"{filename} cannot be read: {error}") from error


def _download(name: str) -> Images:
    """Download into a folder beside the cache's own, check, and only then move the files to where ``load`` looks."""
    source = getattr(torchvision_datasets(), FOLDERS[name])
    raw = _cache() / FOLDERS[name] / "raw"
    _cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_cache()) as folder:
        source(folder, download=True)
        fresh = Path(folder, FOLDERS[name], "raw")
        images = _read(name, fresh)
        raw.mkdir(parents=True, exist_ok=True)
        for file in fresh.iterdir():
            file.replace(raw / file.name)
    return images


def _digits() -> Images:
    """scikit-learn's digits, every fifth a test image, resized to 20x20 (bicubic) inside a black border of 4, as in
    MNIST.
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    small = torch.from_numpy(pixels.astype(np.float32) / 16).view(-1, 1, 8, 8)
    large = torch.nn.functional.interpolate(small, size=(20, 20), mode="bicubic", align_corners=False).clamp_(0, 1)
    images = torch.nn.functional.pad(large, (4, 4, 4, 4))
    classes = torch.from_numpy(labels.astype(np.int64))
    held_out = torch.arange(len(images)) % 5 == 4
    return Images("digits", images[~held_out], classes[~held_out], images[held_out], classes[held_out])
