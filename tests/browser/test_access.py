"""Every page of the book under axe-core's rules. A file of its own, half of the time: a second worker takes the
others.
"""

from __future__ import annotations

import pytest

from . import access
from .visits import Visit, set_mode, set_width


# Colors hang on the mode and sizes on the width, so two looks show all of both.
@pytest.mark.parametrize(("mode", "width"), [("light", 1280), ("dark", 390)])
def test_it_is_accessible(visited: Visit, mode: str, width: int) -> None:
    set_mode(visited.page, mode)
    set_width(visited.page, width)
    assert access.violations(visited.page) == []
