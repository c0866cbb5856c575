"""The embedded engine: slots are threads of this process; the children do the heavy work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class LocalEngine:
    """Runs the work in threads until there is no more."""

    name = "local"

    def run(self, work: Callable[[], bool], *, workers: int) -> None:
        """Call ``work`` in ``workers`` threads until it returns False in each."""
        stopped = threading.Event()

        def slot() -> None:
            try:
                while not stopped.is_set() and work():
                    pass
            except BaseException:
                stopped.set()
                raise

        pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="intake")
        slots = [pool.submit(slot) for _ in range(workers)]
        try:
            for running in slots:
                running.result()
        finally:
            stopped.set()
            pool.shutdown(wait=False)  # who called ends what is still at work
