"""Every page of the book in Chromium: what it loads and weighs, and how it looks on a desk and on a phone, light and
dark.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import looks
from .visits import Visit, set_mode, set_width

MOST = 1_500_000  # bytes that a page may take on a cold cache
LOOKS = [
    ("light", 1280),
    ("dark", 1280),
    ("dark", 390),
    ("light", 390),
]  # each differs from the one before in one respect only


def test_it_loads_without_errors_and_asks_no_other_host(visited: Visit) -> None:
    assert visited.errors == [] and visited.outside == []


def test_its_weight(visited: Visit, record_property: Callable[[str, tuple], None]) -> None:
    own = [(sent, file) for path, sent, file in visited.bytes if "/mathjax/" not in path]
    sent, files = (sum(column) for column in zip(*own, strict=True))
    record_property("weight", (visited.name, sent, files))
    assert sent <= MOST


def test_its_formulas_are_set(visited: Visit) -> None:
    assert looks.math(visited.page) == []


@pytest.mark.parametrize(("mode", "width"), LOOKS)
def test_its_layout(visited: Visit, mode: str, width: int) -> None:
    set_mode(visited.page, mode)
    set_width(visited.page, width)
    assert looks.overflow(visited.page) + looks.figures(visited.page) == []


def test_nothing_went_wrong_on_the_way(visited: Visit) -> None:
    assert visited.errors == [] and visited.outside == []
