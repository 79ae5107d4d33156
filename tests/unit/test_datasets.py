"""Data sets: the digits against a slow bicubic resize, the files against a tiny MNIST made here, and every way to
fail.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import resource
import socket
import sys
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from aelib.data import datasets
from aelib.data._torchvision import torchvision_datasets

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


class Tiny:
    """An MNIST of 6 training and 4 test images: its arrays, its files, and the places where they may lie."""

    def __init__(self, root: Path) -> None:
        self.root, self.cache, self.debian = root / "given", root / "cache", root / "debian"
        self.raw, self.cached = self.root / "MNIST" / "raw", self.cache / "MNIST" / "raw"
        random = np.random.default_rng(0)
        self.arrays, self.files = {}, {}
        for split, n in (("train", 6), ("t10k", 4)):
            self.arrays[f"{split}-images"] = random.integers(0, 256, (n, 28, 28), dtype=np.uint8)
            self.arrays[f"{split}-labels"] = random.integers(0, 10, n, dtype=np.uint8)
        for part, array in self.arrays.items():
            header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
            self.files[f"{part}-idx{array.ndim}-ubyte"] = header + array.tobytes()

    def write(self, folder: Path, packed: bool = False) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            path = folder / (f"{name}.gz" if packed else name)
            path.write_bytes(gzip.compress(content) if packed else content)
        return folder

    def matches(self, images: datasets.Images) -> bool:
        pairs = [(images.train, "train-images"), (images.test, "t10k-images")]
        labels = [(images.train_labels, "train-labels"), (images.test_labels, "t10k-labels")]
        return all(np.allclose(x.squeeze(1).numpy(), self.arrays[k] / 255, atol=1e-7) for x, k in pairs) and all(
            np.array_equal(y.numpy(), self.arrays[k]) for y, k in labels
        )


@pytest.fixture
def tiny(tmp_path, monkeypatch) -> Tiny:
    """The tiny MNIST, AELIB_DATA pointing at an empty folder, and no torchvision to download with."""
    tiny = Tiny(tmp_path)
    sums = {name.rsplit("-", 2)[0]: hashlib.sha256(content).hexdigest() for name, content in tiny.files.items()}
    monkeypatch.setattr(datasets, "SHA256", {"mnist": sums, "fashion_mnist": sums})
    monkeypatch.setattr(datasets, "SIZES", {"train": 6, "t10k": 4})
    monkeypatch.setattr(datasets, "DEBIAN", {"fashion_mnist": tiny.debian})
    monkeypatch.setattr(datasets, "_cache", lambda: tiny.cache)
    monkeypatch.setenv("AELIB_DATA", str(tiny.root))
    offline(monkeypatch, ImportError("No module named 'torchvision'"))
    return tiny


def offline(monkeypatch, error: BaseException) -> None:
    def fail():
        raise error

    monkeypatch.setattr(datasets, "torchvision_datasets", fail)


def online(monkeypatch, deliver) -> list[Path]:
    """Make torchvision a fake whose data sets call ``deliver(raw)``; returns the roots it was asked to fill."""
    roots: list[Path] = []

    def source(name: str):
        def dataset(root, download=False):
            assert download is True
            roots.append(Path(root))
            folder = Path(root) / name / "raw"
            folder.mkdir(parents=True)
            deliver(folder)

        return dataset

    fake = SimpleNamespace(MNIST=source("MNIST"), FashionMNIST=source("FashionMNIST"))
    monkeypatch.setattr(datasets, "torchvision_datasets", lambda: fake)
    return roots


# Digits


def bicubic(n_in: int, n_out: int, a: float = -0.75) -> np.ndarray:
    """Keys's cubic interpolation of ``n_in`` samples at ``n_out`` pixel centers, edges repeated, as a matrix."""
    matrix = np.zeros((n_out, n_in))
    for i in range(n_out):
        center = (i + 0.5) * n_in / n_out - 0.5
        for j in range(int(np.floor(center)) - 1, int(np.floor(center)) + 3):
            d = abs(center - j)
            near, far = (a + 2) * d**3 - (a + 3) * d**2 + 1, a * (d**3 - 5 * d**2 + 8 * d - 4)
            matrix[i, min(max(j, 0), n_in - 1)] += near if d <= 1 else far if d < 2 else 0
    return matrix


def test_digits_are_the_bundled_ones_resized_inside_a_border():
    digits, (pixels, labels) = datasets.load("digits"), load_digits(return_X_y=True)
    resize = bicubic(8, 20)
    expected = np.zeros((1797, 28, 28))
    expected[:, 4:24, 4:24] = np.clip(resize @ (pixels.reshape(-1, 8, 8) / 16) @ resize.T, 0, 1)
    held_out = np.arange(1797) % 5 == 4
    for images, classes, rows in (
        (digits.train, digits.train_labels, ~held_out),
        (digits.test, digits.test_labels, held_out),
    ):
        np.testing.assert_allclose(images.squeeze(1).numpy(), expected[rows], atol=1e-6)
        np.testing.assert_array_equal(classes.numpy(), labels[rows])


def test_digits_have_mnist_s_shapes_types_and_range():
    digits = datasets.load("digits")
    assert digits.name == "digits"
    assert digits.train.shape == (1438, 1, 28, 28) and digits.test.shape == (359, 1, 28, 28)
    assert digits.train.dtype == torch.float32 and digits.train_labels.dtype == torch.int64
    assert digits.train.min() == 0 and digits.train.max() == 1
    assert set(digits.test_labels.tolist()) == set(range(10))


def test_digits_need_no_file_and_no_network(tiny):
    assert len(datasets.load("digits", download=False).train) == 1438


# The places and their order


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_files_become_tensors(tiny, packed):
    tiny.write(tiny.raw, packed)
    images = datasets.load("mnist", download=False)
    assert images.train.shape == (6, 1, 28, 28) and images.test.shape == (4, 1, 28, 28)
    assert images.train.dtype == torch.float32 and images.train_labels.dtype == torch.int64
    assert tiny.matches(images)


def test_places_in_their_order(tiny, monkeypatch):
    assert datasets.places("mnist") == [tiny.raw, tiny.cached]
    fashion = Path("FashionMNIST") / "raw"
    assert datasets.places("fashion_mnist") == [tiny.root / fashion, tiny.cache / fashion, tiny.debian]
    monkeypatch.setenv("AELIB_DATA", "")
    assert datasets.places("mnist") == [tiny.cached]


@pytest.mark.skipif(sys.platform == "darwin", reason="the cache folder is ~/Library/Caches there")
def test_the_cache_is_the_user_s(monkeypatch, tmp_path):
    monkeypatch.delenv("AELIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert datasets.places("mnist") == [tmp_path / "aelib" / "MNIST" / "raw"]


def test_a_home_folder_in_aelib_data_is_expanded(tiny, monkeypatch):
    monkeypatch.setenv("HOME", str(tiny.root.parent))
    monkeypatch.setenv("AELIB_DATA", "~/given")
    assert datasets.places("mnist")[0] == tiny.raw


def test_the_first_place_with_good_files_is_read(tiny, monkeypatch):
    read, real = [], datasets._read
    monkeypatch.setattr(datasets, "_read", lambda name, folder: read.append(folder) or real(name, folder))
    places = datasets.places("fashion_mnist")
    for k in reversed(range(len(places))):
        tiny.write(places[k])
        read.clear()
        assert tiny.matches(datasets.load("fashion_mnist", download=False))
        assert read == places[: k + 1]


# Damage


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def lengthen(path):
    path.write_bytes(path.read_bytes() + b"\0")


def relabel(path):
    content = bytearray(path.read_bytes())
    content[7] += 1  # the header's number of images
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


def folder(path):
    path.unlink()
    path.mkdir()


def scramble(path):
    content = bytearray(path.read_bytes())
    content[10:40] = b"\xff" * 30  # right after gzip's header: no valid block
    path.write_bytes(content)


def no_gzip(path):
    path.write_bytes(gzip.decompress(path.read_bytes()))


DAMAGE = [(False, d) for d in (cut, flip, lengthen, relabel, empty, folder)]
DAMAGE += [(True, d) for d in (cut, flip, scramble, no_gzip, empty, folder)]


@pytest.mark.parametrize(
    ("packed", "damage"), DAMAGE, ids=lambda v: v.__name__ if callable(v) else ("plain", "gzipped")[v]
)
@pytest.mark.parametrize("file", [FILES[0], FILES[3]])
def test_a_damaged_file_is_refused_and_the_next_place_tried(tiny, packed, damage, file):
    tiny.write(tiny.raw, packed)
    damage(tiny.raw / (f"{file}.gz" if packed else file))
    with pytest.raises(datasets.DataError) as caught:
        datasets.load("mnist", download=False)
    [line] = [line for line in str(caught.value).splitlines() if line.strip().startswith(str(tiny.raw))]
    assert file in line and ("is damaged" in line or "cannot be read" in line)
    tiny.write(tiny.cached)
    assert tiny.matches(datasets.load("mnist", download=False))


def test_the_right_files_of_the_wrong_data_set_are_refused(tiny, monkeypatch):
    other = {**datasets.SHA256["mnist"], "t10k-labels": "0" * 64}
    monkeypatch.setattr(datasets, "SHA256", {**datasets.SHA256, "fashion_mnist": other})
    tiny.write(tiny.debian)
    with pytest.raises(
        datasets.DataError, match="t10k-labels-idx1-ubyte is damaged: its SHA-256 is not that of fashion_mnist"
    ):
        datasets.load("fashion_mnist")


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(tiny, file):
    (tiny.write(tiny.raw) / file).unlink()
    with pytest.raises(datasets.DataError, match=f"{tiny.raw}: no {file}"):
        datasets.load("mnist")


def test_the_error_lists_every_place_and_the_way_without_a_network(tiny):
    with pytest.raises(datasets.DataError) as caught:
        datasets.load("fashion_mnist")
    message = str(caught.value)
    for place in datasets.places("fashion_mnist"):
        assert f"\n  {place}: no train-images-idx3-ubyte" in message
    assert f"\n  download with torchvision into {tiny.cache}: ImportError: No module named 'torchvision'" in message
    assert "'fashion_mnist'" in message and "FOLDER/FashionMNIST/raw" in message and "AELIB_DATA=FOLDER" in message
    assert 'load("digits")' in message and "AELIB_PROFILE=smoke" in message


# Download


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_a_download_is_kept_in_the_cache(tiny, monkeypatch, name):
    online(monkeypatch, tiny.write)
    assert tiny.matches(datasets.load(name))
    assert [p.name for p in tiny.cache.iterdir()] == [datasets.FOLDERS[name]]
    offline(monkeypatch, AssertionError("asked again"))
    assert tiny.matches(datasets.load(name))
    assert not tiny.root.exists()


def test_without_leave_nothing_is_downloaded(tiny, monkeypatch):
    roots = online(monkeypatch, tiny.write)
    with pytest.raises(datasets.DataError) as caught:
        datasets.load("mnist", download=False)
    assert "download with" not in str(caught.value)
    assert roots == [] and not tiny.cache.exists()


def test_a_download_replaces_damaged_files_in_the_cache(tiny, monkeypatch):
    cut(tiny.write(tiny.cached) / FILES[0])
    roots = online(monkeypatch, tiny.write)
    assert tiny.matches(datasets.load("mnist"))
    assert len(roots) == 1
    assert tiny.matches(datasets.load("mnist", download=False))


def leftovers(tiny) -> list[Path]:
    return list(tiny.cache.rglob("*")) if tiny.cache.exists() else []


def test_a_damaged_download_leaves_nothing_behind(tiny, monkeypatch):
    online(monkeypatch, lambda raw: cut(tiny.write(raw) / FILES[0]))
    with pytest.raises(datasets.DataError, match="DataError: train-images-idx3-ubyte is damaged"):
        datasets.load("mnist")
    assert leftovers(tiny) == []


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("refused"), RuntimeError("corrupted"), KeyboardInterrupt("stopped")]
)
def test_a_broken_download_leaves_nothing_behind(tiny, monkeypatch, error):
    def half(raw):
        (raw / FILES[0]).write_bytes(tiny.files[FILES[0]][:50])
        raise error

    online(monkeypatch, half)
    with pytest.raises(
        KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else datasets.DataError, match=str(error)
    ):
        datasets.load("mnist")
    assert leftovers(tiny) == []


def test_a_cache_that_is_no_folder_is_told(tiny, monkeypatch):
    online(monkeypatch, tiny.write)
    tiny.cache.write_text("a file where the cache folder should be")
    with pytest.raises(datasets.DataError, match=f"download with torchvision into {tiny.cache}: FileExistsError"):
        datasets.load("mnist")


def test_a_cache_that_cannot_be_written_is_told(tiny, monkeypatch, mortal):
    online(monkeypatch, tiny.write)
    tiny.cache.mkdir()
    tiny.cache.chmod(0o500)
    with pytest.raises(datasets.DataError, match=f"download with torchvision into {tiny.cache}: PermissionError"):
        datasets.load("mnist")
    assert leftovers(tiny) == []


def test_bad_names_are_refused(tiny, refuses):
    for name in ("MNIST", "", None, ["mnist"]):
        assert "'mnist', 'fashion_mnist', 'digits'" in refuses("name", lambda name=name: datasets.load(name))
    refuses("name", lambda: datasets.places("digits"))
    refuses("name", lambda: datasets.places(["mnist"]))


# The real one


def test_the_real_mnist():
    if not (os.environ.get("AELIB_DATA") and datasets.places("mnist")[0].is_dir()):
        pytest.skip("AELIB_DATA names no folder with MNIST")
    mnist = datasets.load("mnist", download=False)
    assert mnist.train.shape == (60_000, 1, 28, 28) and mnist.test.shape == (10_000, 1, 28, 28)
    assert (mnist.train.min(), mnist.train.max()) == (0, 1)
    assert mnist.train_labels[:5].tolist() == [5, 0, 4, 1, 9]  # as on Yann LeCun's page
    assert mnist.train_labels.bincount().tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert abs(mnist.train.mean().item() - 0.1307) < 5e-5 and abs(mnist.train.std().item() - 0.3081) < 5e-5


# Bad days, with torchvision itself


@pytest.fixture
def served(tiny, monkeypatch, tmp_path) -> Path:
    """The folder from which torchvision downloads MNIST, with good files in it, served over HTTP by this machine."""
    folder = tiny.write(tmp_path / "served", packed=True)
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *a: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=folder))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    mnist = torchvision_datasets().MNIST
    sums = [(f"{name}.gz", hashlib.md5((folder / f"{name}.gz").read_bytes()).hexdigest()) for name in tiny.files]
    monkeypatch.setattr(mnist, "resources", sums)
    monkeypatch.setattr(mnist, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    monkeypatch.setattr(datasets, "torchvision_datasets", torchvision_datasets)
    yield folder
    server.shutdown()
    server.server_close()


def test_a_real_download_replaces_a_damaged_cache(tiny, served):
    cut(tiny.write(tiny.cached) / FILES[0])
    flip(tiny.cached / FILES[2])
    assert tiny.matches(datasets.load("mnist"))
    assert [p.name for p in tiny.cache.iterdir()] == ["MNIST"]
    assert tiny.matches(datasets.load("mnist", download=False))


@pytest.mark.parametrize("damage", [cut, flip, empty, no_gzip])
def test_a_real_download_that_is_damaged_leaves_nothing_behind(tiny, served, damage):
    damage(served / f"{FILES[2]}.gz")
    with pytest.raises(datasets.DataError, match=f"\n  download with torchvision into {tiny.cache}: RuntimeError: "):
        datasets.load("mnist")
    assert leftovers(tiny) == []


def test_no_network_and_no_data_name_every_place_and_the_ways_out(tiny, served, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens there
        monkeypatch.setattr(torchvision_datasets().MNIST, "mirrors", [f"http://127.0.0.1:{closed.getsockname()[1]}/"])
        with pytest.raises(datasets.DataError) as caught:
            datasets.load("mnist")
    message = str(caught.value)
    assert f"\n  {tiny.raw}: no {FILES[0]}\n  {tiny.cached}: no {FILES[0]}\n" in message
    assert f"download with torchvision into {tiny.cache}" in message and "Connection refused" in message
    assert "AELIB_DATA=FOLDER" in message and "AELIB_PROFILE=smoke" in message
    assert leftovers(tiny) == []


def test_a_disk_that_fills_up_during_a_download_leaves_the_cache_as_it_was(tiny, served, capsys):
    flip(tiny.write(tiny.cached) / FILES[0])
    before = {path: path.read_bytes() for path in tiny.cached.iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # the system refuses in the middle of a file
    try:
        with pytest.raises(
            datasets.DataError, match=f"download with torchvision into {tiny.cache}: OSError: .*File too large"
        ):
            datasets.load("mnist")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path: path.read_bytes() for path in tiny.cache.rglob("*") if path.is_file()} == before


class Bomb:
    """Unpickled, it makes a file; so does every file of ``payloads``."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return Path.touch, (self.canary,)

    def payloads(self, folder: Path) -> dict[str, tuple[bytes, Callable]]:
        """By suffix, what a hostile file holds, and a careless way to read it."""
        folder.mkdir()
        torch.save(self, folder / "a.pt")
        np.save(folder / "a.npy", np.array([self], dtype=object), allow_pickle=True)
        np.savez(folder / "a.npz", a=np.array([self], dtype=object))
        plain = pickle.dumps(self)
        return {
            "": (plain, pickle.loads),
            ".gz": (gzip.compress(plain), lambda b: pickle.loads(gzip.decompress(b))),
            ".pt": ((folder / "a.pt").read_bytes(), lambda b: torch.load(io.BytesIO(b), weights_only=False)),
            ".npy": ((folder / "a.npy").read_bytes(), lambda b: np.load(io.BytesIO(b), allow_pickle=True)),
            ".npz": ((folder / "a.npz").read_bytes(), lambda b: np.load(io.BytesIO(b), allow_pickle=True)["a"]),
        }


@pytest.mark.parametrize("suffix", ["", ".gz", ".pt", ".npy", ".npz"])
def test_a_hostile_file_is_never_unpickled(tiny, served, tmp_path, suffix):
    canary = tmp_path / "canary"
    content, careless = Bomb(canary).payloads(tmp_path / "bombs")[suffix]
    careless(content)
    assert canary.exists(), "the bomb works"
    canary.unlink()
    suffixes = [suffix] if suffix == ".gz" else ["", suffix]
    names = [
        f"{name}{s}" for name in (*FILES, "training", "test", "mnist", "fashion_mnist", "digits") for s in suffixes
    ]
    raws = [tiny.raw, tiny.cached, tiny.debian]
    for folder in (*raws, tiny.root, tiny.cache, *(raw.parent / "processed" for raw in raws)):
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).write_bytes(content)
    for name in ("mnist", "fashion_mnist"):
        with pytest.raises(datasets.DataError, match=f"{FILES[0]} (is damaged|cannot be read)"):
            datasets.load(name, download=False)
    assert len(datasets.load("digits").train) == 1438
    assert tiny.matches(datasets.load("mnist")), "downloaded anew"
    assert not canary.exists()
