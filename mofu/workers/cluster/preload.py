"""What a worker process of Dask loads before its first task: mofu's tasks, so that none of them waits for imports."""

from __future__ import annotations

from typing import Any

from mofu.workers.cluster.tasks import load_tasks


def dask_setup(worker: Any) -> None:
    """Called by Dask in each worker process."""
    del worker
    load_tasks()
