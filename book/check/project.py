"""The table of contents and the dependencies: what stands in two places must agree."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from book.read.layout import LOCK, NAME, parsed, toc_files

TOOLS = "constraints-tools.txt"  # for what no chapter runs with
LOWEST = "constraints-lowest.txt"  # the oldest versions that pyproject.toml allows


def contents(root: Path) -> list[str]:
    """Chapters that _toc.yml does not name, and names of it that lead nowhere."""
    named = toc_files(root)
    chapters = [path for path in sorted((root / "chapters").glob("*_*")) if NAME.fullmatch(path.stem)]
    sources, twins = ({f"chapters/{p.stem}.ipynb" for p in chapters if p.suffix == end} for end in (".md", ".ipynb"))
    listed = {name for name in named if name.startswith("chapters/")}
    lost = [name for name in named if name not in listed and not (root / f"{name}.md").exists()]
    return [
        *(f"_toc.yml does not name {name}" for name in sorted((sources | twins) - listed)),
        *(f"_toc.yml names {name}, which has no source" for name in sorted(listed - sources)),
        *(f"_toc.yml names {name}.md, which does not exist" for name in lost),
    ]


def dependencies(root: Path) -> list[str]:
    """pyproject.toml's ranges, the pins of the locks and environment.yml must agree."""
    project = parsed(root / "pyproject.toml", tomllib.loads)["project"]
    extras = project["optional-dependencies"]
    run = [*project["dependencies"], *extras["book"], *extras["lab"]]
    tools = [need for name in sorted(extras.keys() - {"book", "lab"}) for need in extras[name]]
    pins, more, lowest = (parsed(root / name, _pins) for name in (LOCK, TOOLS, LOWEST))
    problems = [
        *_misfits(LOCK, pins, run),
        *_misfits(TOOLS, pins + more, tools),
        *_misfits(LOWEST, lowest, [*project["dependencies"], *extras["book"], *extras["dev"]]),
        *_differences(pins, more),
    ]
    environment = parsed(root / "environment.yml", yaml.safe_load)["dependencies"]
    if f"python{project['requires-python']}" not in environment:
        problems.append(f"environment.yml does not ask for python{project['requires-python']}, as pyproject.toml does")
    if {"pip": [f"-c {LOCK}", "-e .[book,lab]"]} not in environment:
        problems.append(f"environment.yml does not install '-e .[book,lab]' under {LOCK}")
    return problems


def _pins(text: str) -> list[Requirement]:
    """A lock's lines, such as ``colorama==0.4.6 ; sys_platform == 'win32'``; one package may have several."""
    return [Requirement(line.strip()) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _of(pins: list[Requirement], name: str) -> list[Requirement]:
    return [pin for pin in pins if canonicalize_name(pin.name) == canonicalize_name(name)]


def _versions(pins: list[Requirement]) -> list[str]:
    """The versions to which a package is pinned, on whatever platform."""
    return [pinned.version for pin in pins for pinned in pin.specifier if pinned.operator == "=="]


def _misfits(lock: str, pins: list[Requirement], needs: list[str]) -> list[str]:
    """What pyproject.toml asks for and the lock does not pin here, or pins somewhere outside the range."""
    problems = []
    for need in map(Requirement, needs):
        found = _of(pins, need.name)
        versions = _versions(found) if any(not pin.marker or pin.marker.evaluate() for pin in found) else []
        if not versions or not all(need.specifier.contains(version, prereleases=True) for version in versions):
            told = f"pins {need.name} to {' and '.join(versions) or 'nothing'}, pyproject.toml asks for"
            problems.append(f"{lock} {told} {need.specifier}; run 'make lock'")
    return problems


def _differences(pins: list[Requirement], more: list[Requirement]) -> list[str]:
    """Packages that two locks, under which one environment is installed, pin to different versions."""
    return [
        f"{TOOLS} pins {pin.name} to {version}, {LOCK} to {' and '.join(known)}; run 'make lock'"
        for pin in more
        for version in _versions([pin])
        if (known := _versions(_of(pins, pin.name))) and version not in known
    ]
