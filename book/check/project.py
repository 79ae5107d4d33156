"""The table of contents and the dependencies: what stands in two places must agree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

from book.read.layout import LOCK, NAME, toc_files


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
    """pyproject.toml's ranges, constraints.txt's pins and environment.yml must agree."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (root / LOCK).read_text("utf-8").splitlines()
    pairs = (line.partition("==") for line in lines if line.strip() and not line.startswith("#"))
    pins = {_normal(name): version.strip() for name, _, version in pairs}
    problems = []
    extras = project["optional-dependencies"]
    for need in map(Requirement, [*project["dependencies"], *extras["book"], *extras["lab"]]):
        pin = pins.get(_normal(need.name))
        if pin is None or not need.specifier.contains(pin):
            told = f"pins {need.name} to {pin or 'nothing'}, pyproject.toml asks for {need.specifier}"
            problems.append(f"{LOCK} {told}")
    environment = yaml.safe_load((root / "environment.yml").read_text("utf-8"))["dependencies"]
    if f"python{project['requires-python']}" not in environment:
        problems.append(f"environment.yml does not ask for python{project['requires-python']}, as pyproject.toml does")
    if {"pip": [f"-c {LOCK}", "-e .[book,lab]"]} not in environment:
        problems.append(f"environment.yml does not install '-e .[book,lab]' under {LOCK}")
    return problems


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
