"""A small book of two chapters, executed once by the engine for all tests that look at it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from book import fresh, layout

DEMO = Path(__file__).parent / "demo"


def copy_demo(root: Path) -> Path:
    shutil.copytree(DEMO, root, dirs_exist_ok=True)
    shutil.copytree(layout.ROOT / "aelib", root / "aelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(layout.LOCK, root / layout.LOCK.name)
    return root


@pytest.fixture(scope="session")
def executed_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with both chapters executed. Tests must not change it: they copy it (``demo``)."""
    root = copy_demo(tmp_path_factory.mktemp("demo"))
    fresh.refresh(layout.chapters(root))
    return root


@pytest.fixture
def demo(executed_demo: Path, tmp_path: Path) -> Path:
    """A copy of the executed demo that a test may change."""
    root = tmp_path / "book"
    shutil.copytree(executed_demo, root)
    layout.config.cache_clear()
    return root
