"""The two budgets with which every chapter runs.

``full`` is what the book shows: MNIST and the budgets in the text. ``smoke`` uses data that
need no download and tiny budgets, so that every cell runs in seconds.
"""

from __future__ import annotations

import os
from typing import TypeVar

PROFILES = ("full", "smoke")
T = TypeVar("T")


def profile_name() -> str:
    """The profile that the environment variable AELIB_PROFILE asks for; ``"full"`` without it.

    Raises ValueError if it is set to anything but full or smoke.
    """
    return check_profile(os.environ.get("AELIB_PROFILE") or "full")


def check_profile(profile: str) -> str:
    """Return ``profile`` if it is one of the two, else raise ValueError."""
    if profile not in PROFILES:
        raise ValueError(f"profile: got {profile!r}, expected one of {', '.join(map(repr, PROFILES))}")
    return profile


def choose(profile: str, full: T, smoke: T) -> T:
    """``full`` or ``smoke``, whichever ``profile`` names."""
    return {"full": full, "smoke": smoke}[check_profile(profile)]
