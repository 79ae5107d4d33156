"""Execute one notebook with papermill: ``python -m book.run.run_one IN OUT PARAMETERS CELL_SECONDS PARENT``.

A process of its own, so that a chapter that hangs can be stopped and two can run side by side. It ends with the process
PARENT that began it, however that ends (on Linux), and so does its kernel.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

import papermill
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from book.read.notebooks import MOST_BYTES

PR_SET_PDEATHSIG = 1  # of Linux's <sys/prctl.h>


class Client(PapermillNotebookClient):
    """Ends the kernel of a notebook whose outputs get too long, before they fill the memory."""

    received = 0

    def process_message(self, msg: dict, cell: dict, cell_index: int) -> dict | None:
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data", "error"):
            self.received += len(json.dumps(msg["content"]))
            if self.received > MOST_BYTES:
                os.kill(self.km.provisioner.pid, signal.SIGKILL)
                cell["outputs"] = []
                return None
        return super().process_message(msg, cell, cell_index)


class Engine(NBClientEngine):
    """papermill's own engine with another client, which it does not let one choose."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, execution_timeout=None, **_: object):
        client = Client(nb_man, timeout=execution_timeout, startup_timeout=60, kernel_name=kernel_name)
        try:
            return client.execute()
        except DeadKernelError as error:
            if client.received > MOST_BYTES:
                raise ValueError(f"the outputs have more than {MOST_BYTES} bytes") from error
            raise


def end_with(parent: int) -> bool:
    """Have the system end this process when its parent ends; False if that has happened already."""
    if sys.platform != "linux":
        return True
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent


def processor_seconds() -> float:
    """What this process and its kernel, which has ended, took of a processor; 0 where the system does not say."""
    try:
        import resource  # not on Windows
    except ImportError:
        return 0.0
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> int:
    source, target, parameters, cell_seconds, parent = (*sys.argv[1:], str(os.getppid()))[:5]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whichever way it is stopped, it ends its kernel
    if not end_with(int(parent)):
        return 1
    papermill_engines.register("limited", Engine)
    try:
        papermill.execute_notebook(
            source,
            target,
            parameters=json.loads(parameters),
            engine_name="limited",
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=int(cell_seconds),
        )
    except Exception as error:  # the caller reads the partial notebook; this is for its log
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    finally:
        Path(target).with_suffix(".seconds").write_text(repr(processor_seconds()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
