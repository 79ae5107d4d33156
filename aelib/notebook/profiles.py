"""The two budgets with which every chapter runs: ``n = 30_000 if full else 300``.

``full`` is what the book shows: MNIST and the budgets in the text. ``smoke`` uses data that
need no download and tiny budgets, so that every cell runs in seconds.
"""

from __future__ import annotations

import os

PROFILES = ("full", "smoke")


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
