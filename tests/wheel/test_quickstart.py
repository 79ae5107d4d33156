"""What a visitor meets first: the README's ten lines, and the addresses that the package gives."""

from __future__ import annotations

import re
import tomllib

import pytest

from book.read.layout import ROOT, repository

from .quickstart import quickstart


def test_the_quick_start_runs_without_a_download_and_its_autoencoder_beats_pca(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", None)
    exec(compile(quickstart(), "README.md", "exec"), {})
    errors = re.findall(r"(\w+): +(\d+\.\d) dB", capsys.readouterr().out)
    assert [name for name, _ in errors] == ["PCA", "autoencoder"]
    pca, autoencoder = (float(decibels) for _, decibels in errors)
    assert autoencoder > pca + 3  # at most half of the error


def test_the_quick_start_has_the_ten_lines_that_the_readme_promises() -> None:
    assert len([line for line in quickstart().splitlines() if line.strip()]) == 10


def test_the_package_gives_the_addresses_of_the_settings() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    book = repository()
    changelog = f"{book.url}/blob/{book.branch}/CHANGELOG.md"
    assert urls == {
        "Homepage": book.site,
        "Source": book.url,
        "Issues": f"{book.url}/issues",
        "Changelog": changelog,
    }
