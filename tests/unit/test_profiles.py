"""The two profiles and the environment variable that chooses one."""

from __future__ import annotations

from aelib.notebook.profiles import PROFILES, check_profile, profile_name


def test_the_environment_chooses_the_profile(monkeypatch):
    monkeypatch.delenv("AELIB_PROFILE", raising=False)
    assert profile_name() == "full"
    for value, profile in (("", "full"), ("full", "full"), ("smoke", "smoke")):
        monkeypatch.setenv("AELIB_PROFILE", value)
        assert profile_name() == profile


def test_both_profiles_are_known():
    assert [check_profile(profile) for profile in PROFILES] == ["full", "smoke"]


def test_bad_profiles_are_refused(monkeypatch, refuses):
    for bad in ("Full", "quick", None, 3, ["full"]):
        assert "'full', 'smoke'" in refuses("profile", lambda bad=bad: check_profile(bad))
    monkeypatch.setenv("AELIB_PROFILE", "fast")
    refuses("profile", profile_name)
