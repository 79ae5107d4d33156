"""Every chapter runs through with another seed and another data set, and its objectives on any device."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "chapters").glob("[0-9A-Z][0-9]_*.md"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_chapter_runs_elsewhere(source):
    path = os.pathsep.join([str(ROOT), str(ROOT / "chapters")])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(ROOT / "tests" / "chapters" / "elsewhere.py"), str(source)]
    done = subprocess.run(command, env=environment, cwd=source.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
