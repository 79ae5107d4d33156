"""Fixtures that all tests share; nothing here imports torch."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import pytest

os.environ.setdefault("MPLBACKEND", "agg")


@pytest.fixture
def refuses() -> Callable[[str, Callable[[], Any]], str]:
    """refuses("lr", call): ``call()`` raises an error that names lr, what came and what was expected; returns its message."""

    def check(name: str, call: Callable[[], Any]) -> str:
        with pytest.raises((TypeError, ValueError), match=rf"^{re.escape(name)}: (got|it returned) (.|\n)+, expected ") as caught:
            call()
        return str(caught.value)

    return check


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict, dict]]:
    """What aelib displays in a test, as (data, metadata) in order."""
    from aelib import records

    shown: list[tuple[dict, dict]] = []

    def display(data: dict, raw: bool, metadata: dict) -> None:
        assert raw, "the data are MIME types, not an object to be formatted"
        shown.append((data, metadata))

    monkeypatch.setattr(records, "display", display)
    return shown
