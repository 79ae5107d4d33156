"""Break aelib on purpose, one way at a time, and see whether its tests notice.

    python tests/mutants/run.py            every mutant of mutants.toml; writes result.md beside it
    python tests/mutants/run.py --sample 8 every so-manieth mutant, so that 8 are tried; writes nothing

A mutant is a text of one file of aelib and what is put in its place. Its tests run against a
copy in which only this is changed. If all of them pass, the mutant survives and the command fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RESULT = HERE / "result.md"


@dataclass(frozen=True)
class Mutant:
    """In ``file`` of aelib, ``old`` becomes ``new``; one of ``tests`` (files of tests/unit) must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def mutants() -> list[Mutant]:
    """The mutants of mutants.toml. Raises ValueError for one whose old text does not stand in its file exactly once."""
    entries = tomllib.loads((HERE / "mutants.toml").read_text("utf-8"))["mutant"]
    found = [Mutant(e["name"], e["file"], e["old"], e["new"], tuple(e["tests"])) for e in entries]
    for m in found:
        count = (ROOT / "aelib" / m.file).read_text("utf-8").count(m.old)
        if count != 1 or m.old == m.new:
            raise ValueError(f"{m.name}: {m.old!r} stands {count} times in aelib/{m.file}, expected once, and changed")
    if len({m.name for m in found}) != len(found):
        raise ValueError("mutants.toml: a name stands twice")
    return found


def tests_fail(mutant: Mutant | None, tests: tuple[str, ...]) -> bool:
    """Whether one of the ``tests`` fails on a copy of aelib with ``mutant`` in it (or without any)."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("aelib", "tests", "chapters/aelib_checks", "pyproject.toml"):
            source = ROOT / name
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, copy / name, ignore=ignore) if source.is_dir() else shutil.copy(source, copy / name)
        if mutant is not None:
            path = copy / "aelib" / mutant.file
            path.write_text(path.read_text("utf-8").replace(mutant.old, mutant.new), "utf-8")
        files = [f"tests/unit/{name}" for name in tests]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
        places = os.pathsep.join(map(str, (copy, copy / "chapters")))
        settings = {"PYTHONPATH": places, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        environment = {**os.environ, **settings}
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode not in (0, 1):  # 1: tests failed; anything else: they did not run
        raise RuntimeError(
            f"{mutant}: pytest ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.returncode == 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=0, help="try so many mutants only, and write nothing")
    sample = parser.parse_args().sample
    chosen = mutants()
    if sample:
        chosen = chosen[:: max(1, len(chosen) // sample)][:sample]
    with ThreadPoolExecutor(2) as pool:
        whole = pool.submit(tests_fail, None, tuple(sorted({t for m in chosen for t in m.tests})))
        noticed = list(pool.map(lambda m: tests_fail(m, m.tests), chosen))
        if whole.result():
            print("the tests fail without any mutant")
            return 1
    survivors = [m.name for m, seen in zip(chosen, noticed, strict=True) if not seen]
    for name in survivors:
        print(f"survives: {name}")
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants are noticed")
    if not sample:
        verdicts = ["noticed" if seen else "**survives**" for seen in noticed]
        lines = [f"| {m.name} | `{m.file}` | {verdict} |" for m, verdict in zip(chosen, verdicts, strict=True)]
        noticed = len(chosen) - len(survivors)
        head = f"# Mutants\n\nThe last run of `make mutants`: {noticed} of {len(chosen)} are noticed.\n\n"
        RESULT.write_text(
            head + "| what was broken | in | its tests |\n|---|---|---|\n" + "\n".join(lines) + "\n", "utf-8"
        )
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
