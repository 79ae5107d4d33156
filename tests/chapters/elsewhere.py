"""Run a chapter as somebody else would: another seed, another data set's name, and every objective also on torch's
meta device.

    python tests/chapters/elsewhere.py chapters/08_latent_space.md

The meta device has shapes and no numbers. An objective that mixes tensors of the CPU with those of its model and
batch fails there, as it would on a GPU. Nothing is drawn: figures are only said to be shown. Exits with 1, and says
why, if a cell or an objective fails.
"""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.update(AELIB_PROFILE="smoke", TQDM_DISABLE="1", MPLBACKEND="agg")
PARAMETERS = {"profile": "smoke", "seed": 3, "dataset": "fashion_mnist"}


def on_meta(fit: Callable[..., Any], failures: list[str]) -> Callable[..., Any]:
    """``fit``, which before it trains runs the objective once with model and batch on the meta device."""
    import torch

    def checked(model, data, objective, *args, **options):
        tensors = [data] if isinstance(data, torch.Tensor) else list(data)
        try:
            loss = objective(copy.deepcopy(model).to("meta"), *(t[:8].to("meta") for t in tensors))
            if loss.device.type != "meta":
                failures.append(f"an objective returned a tensor on {loss.device}")
        except Exception as error:  # whatever it mixes up is told
            failures.append(f"an objective on the meta device: {type(error).__name__}: {error}")
        return fit(model, data, objective, *args, **options)

    return checked


def run(source: Path) -> list[str]:
    """What failed in the chapter, in words."""
    import jupytext
    from IPython.core.interactiveshell import InteractiveShell

    import aelib.metrics.probe
    import aelib.train
    from aelib.notebook import plots

    failures: list[str] = []
    aelib.train.fit = aelib.metrics.probe.fit = on_meta(aelib.train.fit, failures)
    plots.show = lambda fig, **_: plots.plt.close(fig)
    shell = InteractiveShell.instance()
    cells = [cell for cell in jupytext.read(source, fmt="md:myst").cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, 1):
        result = shell.run_cell(cell.source, silent=True)
        if not result.success:
            error = result.error_before_exec or result.error_in_exec
            return [*failures, f"code cell {number}: {type(error).__name__}: {error}"]
        if "parameters" in cell.metadata.get("tags", []):
            known = {name for name in PARAMETERS if name == "profile" or shell.user_ns[name] is not None}
            shell.user_ns.update({name: PARAMETERS[name] for name in known})  # the appendix has no data set by name
    return failures


if __name__ == "__main__":
    found = run(Path(sys.argv[1]))
    print("\n".join(dict.fromkeys(found)), file=sys.stderr)
    sys.exit(bool(found))
