"""Fixtures that all tests share; nothing here imports torch."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

os.environ.setdefault("MPLBACKEND", "agg")
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # a second's import that nbformat can do without


@pytest.fixture
def refuses() -> Callable[[str, Callable[[], Any]], str]:
    """refuses("lr", call): ``call()`` raises an error that names lr, what came and what was expected; its message."""

    def check(name: str, call: Callable[[], Any]) -> str:
        told = rf"^{re.escape(name)}: (got|it returned) (.|\n)+, expected "
        with pytest.raises((TypeError, ValueError), match=told) as caught:
            call()
        return str(caught.value)

    return check


@pytest.fixture
def mortal() -> Iterator[None]:
    """In this test root, too, heeds the permissions of files; for anyone else nothing changes."""
    if os.geteuid() != 0:
        yield
        return
    libc, version, sets = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(version, sets) == 0
    before = sets[0]  # the effective capabilities of this thread
    sets[0] &= ~2  # without CAP_DAC_OVERRIDE
    assert libc.capset(version, sets) == 0
    yield
    sets[0] = before
    assert libc.capset(version, sets) == 0


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict, dict]]:
    """What aelib displays in a test, as (data, metadata) in order."""
    from aelib.notebook import records

    shown: list[tuple[dict, dict]] = []

    def display(data: dict, raw: bool, metadata: dict) -> None:
        assert raw, "the data are MIME types, not an object to be formatted"
        shown.append((data, metadata))

    monkeypatch.setattr(records, "display", display)
    return shown
