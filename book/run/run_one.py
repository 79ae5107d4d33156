"""Execute one notebook with papermill: ``python -m book.run.run_one IN OUT PARAMETERS CELL_SECONDS``.

A process of its own, so that a chapter that hangs can be stopped and two can run side by side.
"""

from __future__ import annotations

import json
import signal
import sys

import papermill


def main() -> int:
    source, target, parameters, cell_seconds = sys.argv[1:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whichever way it is stopped, it ends its kernel
    try:
        papermill.execute_notebook(
            source,
            target,
            parameters=json.loads(parameters),
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=int(cell_seconds),
        )
    except Exception as error:  # the caller reads the partial notebook; this is for its log
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
