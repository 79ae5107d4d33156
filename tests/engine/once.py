"""What is dear to make is made once for all processes of a test run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from book import files


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that ``make`` fills: made by one of pytest-xdist's processes, for which the others wait."""
    place = factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    with files.alone(place / f"{name}.lock", f"makes {name}"):
        if not (place / f"{name}.made").exists():
            shutil.rmtree(place / name, ignore_errors=True)  # what one that failed has left
            (place / name).mkdir()
            make(place / name)
            (place / f"{name}.made").touch()
    return place / name
