"""Run committed notebooks as a reader's Colab would: as they are, install cell first, nothing of the engine.

    python tests/reader.py [--profile smoke] chapters/02_pca.ipynb ...

Needs only IPython. Each notebook runs in a process of its own; a cell that raises ends the
run, and the exit status is then 1. Prints the torch that was there before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from importlib import metadata


def run(path: str) -> int:
    """Execute every code cell of the notebook in one IPython shell; 1 if a cell raises."""
    from IPython.core.interactiveshell import InteractiveShell

    os.environ.setdefault("MPLBACKEND", "agg")
    shell = InteractiveShell.instance()
    with open(path, encoding="utf-8") as file:
        cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(cells, 1):
        result = shell.run_cell("".join(cell["source"]), silent=True)
        if not result.success:
            error = result.error_before_exec or result.error_in_exec
            print(f"{path}: code cell {number} failed: {type(error).__name__}: {error}", file=sys.stderr)
            return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=["full", "smoke"], default="smoke")
    parser.add_argument("--one", action="store_true", help="run one notebook in this process")
    parser.add_argument("notebooks", nargs="+")
    arguments = parser.parse_args()
    if arguments.one:
        return run(arguments.notebooks[0])
    before = metadata.version("torch")
    for path in arguments.notebooks:
        start = time.perf_counter()
        command = [sys.executable, __file__, "--one", path]
        environment = {**os.environ, "AELIB_PROFILE": arguments.profile, "TQDM_DISABLE": "1"}
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode:
            return 1
        print(f"{path}: ran to its end in {time.perf_counter() - start:.0f} s ({arguments.profile})")
    after = metadata.version("torch")
    print(f"torch before: {before}; after: {after}")
    return int(after != before)


if __name__ == "__main__":
    sys.exit(main())
