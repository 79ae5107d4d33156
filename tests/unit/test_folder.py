"""Your own images: classes from subfolders, crops and sizes as Pillow makes them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from aelib.data import datasets, folder


def paint(path: Path, size=(40, 30), color=(255, 0, 0)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path)


@pytest.fixture
def pictures(tmp_path):
    """Two classes of seven and three pictures."""
    for i in range(7):
        paint(tmp_path / "cats" / f"{i}.png", color=(30 * i, 0, 0))
    for i in range(3):
        paint(tmp_path / "dogs" / "big" / f"{i}.jpg", (20, 50), (0, 0, 255))
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def test_a_folder_becomes_a_data_set(pictures):
    images = folder.load(pictures, side=16, channels=3, test_every=3)
    assert images.train.shape == (7, 3, 16, 16) and images.test.shape == (3, 3, 16, 16)
    assert images.train.dtype == torch.float32 and images.train.max() <= 1
    assert images.train_labels.tolist() == [0] * 5 + [1] * 2 and images.test_labels.tolist() == [0, 0, 1]
    reds = images.train[:5, 0, 0, 0] * 255
    assert reds.round().tolist() == [0, 30, 90, 120, 180], "in the order of the names, every third kept for the test"
    assert images.train[-1, 2].min() > 0.97 and images.train[-1, :2].max() < 0.03, "blue, but for JPEG's rounding"


def test_gray_is_pillow_s_and_the_middle_is_cropped(tmp_path):
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = (10, 200, 90)
    for name in ("a", "b"):
        Image.fromarray(wide).save(tmp_path / f"{name}.png")
    images = folder.load(tmp_path, side=10)
    gray = np.asarray(Image.fromarray(wide).convert("L"), np.float32)[:, 10:20] / 255
    np.testing.assert_allclose(images.train[0, 0].numpy(), gray, atol=1e-6)
    assert images.train_labels.tolist() == [0] and len(images.test) == 1


def test_load_takes_a_folder_in_a_data_set_s_place(pictures):
    assert datasets.load(str(pictures)).train.shape[1:] == (1, 28, 28)
    assert len(datasets.load(str(pictures), split=2).train) == len(datasets.load(str(pictures)).train)


def test_what_is_no_set_of_images_is_refused(pictures, tmp_path_factory, refuses):
    with pytest.raises(datasets.DataError, match="it holds 0 images .*, expected at least two"):
        folder.load(tmp_path_factory.mktemp("empty"))
    (pictures / "cats" / "8.png").write_bytes(b"no picture")
    with pytest.raises(datasets.DataError, match=r"8\.png: it cannot be read as an image"):
        folder.load(pictures)
    refuses("channels", lambda: folder.load(pictures, channels=2))
    refuses("side", lambda: folder.load(pictures, side=0))
    refuses("test_every", lambda: folder.load(pictures, test_every=1))
