"""Chapters on the workers of a Dask scheduler, on this machine or on others.

Known traps, each with a test. Equal jobs would be run once only (``pure=False``). A worker whose code is another would
give another book's results: a job carries a digest of its code, which ``process.run`` compares. A worker that is killed
would leave its kernel behind: ``run_one`` ends with its parent. An interrupt stops no running task: the workers are
told to end their runs. A job that killed its worker would be tried again and again (see ``SETTINGS``).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from book.read.layout import BookError
from book.run.process import end_all

CONNECT = "20s"
SETTINGS = {"distributed.scheduler.allowed-failures": 0}  # for a scheduler that is started here, as the tests do


@contextmanager
def workers(address: str) -> Iterator[Executor]:
    """An executor of the scheduler at ``address``, such as "tcp://10.0.0.1:8786".

    Raises BookError if Dask is not installed, nothing answers there, or no worker has come to it.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise BookError("Dask is needed for other machines: pip install -e '.[dask]'") from error
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise BookError(f"scheduler: got {address}, where no scheduler answers ({error})") from error
    with client:
        found = client.scheduler_info(n_workers=-1)["workers"]
        if not found:
            raise BookError(f"scheduler: {address} has no worker; start some with 'dask worker {address}'")
        print(f"{len(found)} workers at {address}", flush=True)
        try:
            yield client.get_executor(pure=False)
        except BaseException:
            client.run(end_all, on_error="ignore")
            raise
